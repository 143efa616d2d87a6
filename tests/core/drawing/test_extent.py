"""How far an axis of a training's curves goes: explosions are said, and do not flatten the rest."""

import math

import pytest

from ae_core import i18n
from ae_core.drawing import extent


def test_an_explosion_lies_above_the_chart_and_is_said():
    found = extent.of_losses([math.nan, 0.05, 0.03, 1.234e6, 0.02, 3e8, 0.02])
    assert (found.low, found.high, found.log) == (0.02, 0.05, False)
    assert found.said == "Losses above the chart: 2, up to 300,000,000."
    low, high = found.limits(zero=True)
    assert low == 0 and 0.05 < high < 0.06
    low, high = found.limits(log=True)
    assert 0.015 < low < 0.02 and 0.05 < high < 0.06
    assert "acima do gráfico: 2, até 300.000.000" in i18n.say("pt-BR", found.said)


def test_one_that_a_training_begins_with_does_not_hide_the_rest_either():
    assert extent.of_losses([1e6, 0.03, 0.02, 0.02]).high == 0.03


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([0.2, 0.1, 0.01], False),
        ([0.2, 0.01, 0.001], True),
        ([5.0, 0.02, 0.02], True),  # too little for an explosion
        ([1e6, 1e6, 0.02], True),  # most of it
        ([-1.0, -7.0, -7.5], False),  # a logarithm itself
        ([0.0, 0.1, 0.1], False),
        ([0.1], False),
        ([math.nan], False),
        ([], False),
    ],
)
def test_usual_losses_are_all_shown_wide_apart_ones_on_a_logarithmic_axis(values, log):
    found = extent.of_losses(values)
    assert found.log == log and found.said is None and found.limits() is None


def test_each_training_is_judged_by_its_own_losses():
    bits, errors = [30.0, 25.0, 20.0], [0.02, 0.01, 0.01, 500.0]
    assert extent.of_losses(bits, errors[:3]).said is None
    found = extent.of_losses(bits, errors)
    assert found.high == 30.0 and found.said == "Losses above the chart: 1, up to 500."


def test_psnr_goes_down_no_farther_than_a_loss_goes_up():
    assert extent.of_psnr([8.0, 30.0, 35.0]).said is None
    found = extent.of_psnr([17.0, -60.04, 18.0, 18.5])
    assert (found.low, found.high, found.log) == (17.0, 18.5, False)
    assert found.said == "Values of PSNR below the chart: 1, down to -60.0 dB."
    low, high = found.limits()
    assert 16 < low < 17 and 18.5 < high < 19


def test_one_value_beside_an_explosion_has_room():
    low, high = extent.of_losses([0.02, 0.02, 0.02, 1e6]).limits(zero=True)
    assert low == 0 and high > 0.02
    low, high = extent.of_losses([0.02, 0.02, 0.02, 1e6]).limits(log=True)
    assert low < 0.02 < high
