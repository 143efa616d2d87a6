"""The average saving of bits: exact cases, by hand, and curves that cannot be compared."""

import numpy as np
import pytest

from ae_core.evaluation.bd_rate import bd_rate, best, given, stretch

PSNR = np.array([24.5, 27.0, 30.2, 33.1, 36.4])
BITS = np.array([180.0, 290.0, 520.0, 860.0, 1_500.0])


def _slopes(x, y):
    """Fritsch & Carlson's slopes, written from Fritsch & Butland (1984) and the usual end rule."""
    h, d = np.diff(x), np.diff(y) / np.diff(x)
    m = np.zeros(len(x))
    for k in range(1, len(x) - 1):
        if d[k - 1] * d[k] > 0:
            a, b = 2 * h[k] + h[k - 1], h[k] + 2 * h[k - 1]
            m[k] = (a + b) / (a / d[k - 1] + b / d[k])
    for end, one, two in ((0, 0, 1), (-1, -1, -2)):
        slope = ((2 * h[one] + h[two]) * d[one] - h[one] * d[two]) / (h[one] + h[two])
        if slope * d[one] <= 0:
            slope = 0
        elif d[one] * d[two] < 0 and abs(slope) > 3 * abs(d[one]):
            slope = 3 * d[one]
        m[end] = slope
    return m


def _hermite(x, y, at):
    m, h = _slopes(x, y), np.diff(x)
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    t = (at - x[k]) / h[k]
    return (
        (1 + 2 * t) * (1 - t) ** 2 * y[k]
        + t * (1 - t) ** 2 * h[k] * m[k]
        + t**2 * (3 - 2 * t) * y[k + 1]
        + t**2 * (t - 1) * h[k] * m[k + 1]
    )


def test_by_hand():
    other_psnr, other_bits = PSNR + [0.3, -0.4, 0.8, 0.1, 0.9], BITS * [1.1, 1.3, 0.95, 1.2, 1.05]
    saving = bd_rate(BITS, PSNR, other_bits, other_psnr)
    low, high = max(PSNR[0], other_psnr[0]), min(PSNR[-1], other_psnr[-1])
    at = np.linspace(low, high, 200_001)
    gap = _hermite(PSNR, np.log(BITS), at) - _hermite(other_psnr, np.log(other_bits), at)
    mean = np.trapezoid(gap, at) / (high - low)
    assert saving.percent == pytest.approx(100 * (np.exp(mean) - 1), abs=1e-4)
    assert (saving.from_db, saving.to_db) == (low, high)
    back = bd_rate(other_bits, other_psnr, BITS, PSNR)
    assert (1 + saving.percent / 100) * (1 + back.percent / 100) == pytest.approx(1)


def test_against_the_integral_of_known_curves():
    def curve(x, factor):
        return np.exp(1.5 + 0.16 * x + 0.0004 * x**2 * factor)

    a, b = np.linspace(24, 38, 12), np.linspace(26, 40, 13)
    saving = bd_rate(curve(a, 1.0), a, curve(b, 1.5), b)
    mean = -0.0002 * (38**3 - 26**3) / 3 / 12
    assert saving.percent == pytest.approx(100 * (np.exp(mean) - 1), abs=0.02)
    assert saving.fewer_bits_everywhere is True


@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_a_constant_factor_is_found_exactly(factor):
    saving = bd_rate(factor * BITS, PSNR, BITS, PSNR)
    assert saving.percent == pytest.approx(100 * (factor - 1))
    assert saving.fewer_bits_everywhere is (factor < 1)


def test_the_order_of_points_does_not_matter_and_beaten_points_do_not_count():
    order = [3, 0, 4, 2, 1]
    plain = bd_rate(0.8 * BITS, PSNR, BITS, PSNR)
    more_bits, more_psnr = np.append(0.8 * BITS[order], 900.0), np.append(PSNR[order], 30.0)
    assert bd_rate(more_bits, more_psnr, BITS, PSNR) == plain
    points = best([100, 200, 200, 300, np.inf, 0], [20, 24, 25, 24.5, 30, 10])
    np.testing.assert_allclose(points, [[20, np.log(100)], [25, np.log(200)]])


def test_a_crossing_is_no_win_everywhere():
    crossing = BITS * np.linspace(0.5, 1.2, len(BITS))
    saving = bd_rate(crossing, PSNR, BITS, PSNR)
    assert saving.percent < 0 and saving.fewer_bits_everywhere is False


def test_what_is_not_comparable_is_none():
    assert bd_rate(BITS[:3], PSNR[:3], BITS, PSNR) is None
    assert bd_rate(BITS, PSNR, BITS, PSNR + 20) is None
    assert bd_rate([], [], BITS, PSNR) is None
    reach = PSNR[-1] - PSNR[0]
    for common in (0.03, 0.7, 1.9):
        assert bd_rate(BITS, PSNR, 3 * BITS, PSNR + reach - common) is None
    assert bd_rate(BITS, PSNR, 3 * BITS, PSNR + reach - 2.1).to_db == PSNR[-1]
    barely = bd_rate(0.5 * BITS, PSNR - 11, BITS, PSNR - 11)  # to 25.4 dB: 24 to 34 is hardly met
    assert barely.percent == pytest.approx(-50) and barely.fewer_bits_everywhere is None
    above = bd_rate(BITS, PSNR + 12, 0.5 * BITS, PSNR + 12)
    assert above.percent == pytest.approx(100) and above.fewer_bits_everywhere is None


def test_what_was_written_of_too_little_is_not_given_again():
    line = {"percent": -54.4, "from_db": 16.36, "to_db": 16.39, "fewer_bits_everywhere": None}
    assert not given(line) and not given(line | {"percent": None, "from_db": None, "to_db": None})
    assert given(line | {"to_db": 24.7}) and stretch(line | {"to_db": 24.7}) is None
    won = line | {"fewer_bits_everywhere": True}
    assert stretch(won | {"to_db": 24.7}) is None
    assert stretch(won | {"to_db": 28.0}) == (24.0, 28.0)
    assert stretch(won | {"from_db": 25.0, "to_db": 40.0}) == (25.0, 34.0)
