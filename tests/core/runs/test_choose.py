"""Which network answers: pure functions."""

from dataclasses import replace

from app_support import ROOT  # noqa: F401 (puts the dashboard on the path)

from ae_core.images.noise import Noise
from ae_core.runs import choose
from ae_core.runs.choose import Entry
from dashboard.components import figures

GREY, COLOUR = (28, 28, 1), (32, 32, 3)
CLEAN = Entry("clean", "", ("letters",), "conv", GREY, (1, 1, 64), Noise())
NOISY = Entry("noisy", "", ("letters",), "conv", GREY, (1, 1, 64), Noise("gaussian", 50, 0))
OTHER = Entry("other", "", ("notmnist",), "conv", GREY, (1, 1, 64), Noise())
SMALL = Entry("small", "", ("letters",), "situation-3", GREY, (2, 2, 1), Noise())
DENOISER = Entry("denoiser", "", ("letters",), "unet", GREY, (0, 0, 0), Noise("gaussian", 50, 0))
WIDE = Entry("wide", "", ("numbers",), "conv", COLOUR, (1, 1, 64), Noise())
ALL = [DENOISER, OTHER, NOISY, CLEAN, SMALL, WIDE]  # newest first


def ids(noise, data="letters", code=64):
    return [e.id for e in choose.matching(ALL, data, GREY, code, noise)]


def test_same_data_then_like_noise_then_those_without_a_code():
    assert ids(Noise()) == ["clean", "noisy", "other", "denoiser"]
    assert ids(Noise("gaussian", 25)) == ["noisy", "clean", "other", "denoiser"]
    assert ids(Noise(), data="notmnist")[0] == "other"
    assert ids(Noise(), code=4) == ["small", "denoiser"]
    assert ids(Noise(), code=5) == ["denoiser"]


def test_in_a_list_own_ones_come_first_by_age_and_the_others_by_merit():
    shipped = [replace(entry, pretrained=True) for entry in (SMALL, CLEAN)]
    ranked = choose.own_first([CLEAN, shipped[1], NOISY, shipped[0]], [*ALL, *shipped])
    assert ranked == [NOISY, CLEAN, shipped[1], shipped[0]]


def test_positions_are_trained_ones_and_powers_of_two():
    places = choose.positions(ALL, GREY)
    assert places == [2**k for k in range(11)]
    assert choose.trained(ALL, GREY) == {4, 64}
    assert choose.nearest([4, 64, 196], 49) == 64


ELASTIC = Entry(
    "elastic",
    "",
    ("notmnist",),
    "elastic",
    GREY,
    (1, 1, 200),
    Noise("gaussian", 75, 0, 0.5),
    longest=200,
)


def with_elastic(noise, code=64):
    return choose.matching([*ALL, ELASTIC], "letters", GREY, code, noise)


def test_elastic_comes_first_where_it_knows_the_noise_at_any_size_it_has():
    for noise in (Noise(), Noise("gaussian", 75), Noise("gaussian", 0.5)):
        for code in (1, 64, 77, 200):
            first = with_elastic(noise, code)[0]
            assert (first.id, first.code, first.longest) == ("elastic", code, 200)
    assert with_elastic(Noise(), 201)[0].id == "denoiser"
    assert with_elastic(Noise("gaussian", 80))[0].id == "noisy"
    assert with_elastic(Noise("masking", 20))[0].id != "elastic"
    assert choose.matching([ELASTIC], "numbers", COLOUR, 64, Noise()) == []


def test_only_other_networks_count_as_made_for_a_size():
    assert choose.trained([*ALL, ELASTIC], GREY) == {4, 64}
    assert choose.longest([*ALL, ELASTIC], GREY) == 200
    assert choose.longest([*ALL, ELASTIC], COLOUR) == 0
    assert choose.top_level([*ALL, ELASTIC], GREY, "gaussian") == 75
    assert choose.top_level([*ALL, ELASTIC], GREY, "masking") == 0


def test_slider_steps_by_one_from_wherever_it_is_and_gives_each_octave_room():
    entries = [*ALL, ELASTIC]
    for now in range(1, 201):
        places = choose.positions(entries, GREY, now)
        assert {now, max(1, now - 1), min(200, now + 1), 1, 200} <= set(places)
        assert places[:16] == list(range(1, 17)) and len(places) < 64
        assert max(b / a for a, b in zip(places[15:], places[16:], strict=False)) < 1.14
    assert 512 in choose.positions(entries, GREY, 512)


def test_beside_an_elastic_network_stand_those_made_for_its_size_or_the_nearest():
    def beside(code, noise=Noise()):  # noqa: B008 (a frozen value)
        return [e.id for e in choose.beside([*ALL, ELASTIC], "letters", GREY, code, noise)]

    assert beside(64) == ["clean", "noisy", "other"]
    assert beside(20) == ["small", "clean"]
    assert beside(2) == ["small"] and beside(100) == ["clean"]
    assert beside(4, Noise("gaussian", 30)) == ["small", "noisy"]


def test_networks_made_for_a_noise_are_offered_whatever_their_size():
    masked = Entry("masked", "", ("letters",), "conv", GREY, (1, 1, 32), Noise("masking", 50))
    entries = [*ALL, ELASTIC, masked]
    found = choose.for_noise(entries, "letters", GREY, 64, Noise("masking", 55))
    assert [e.id for e in found] == ["masked"]
    assert choose.for_noise(entries, "letters", GREY, 64, Noise("masking", 20)) == []
    assert choose.for_noise(entries, "letters", GREY, 64, Noise("gaussian", 90)) == []


def test_ratio_is_the_nominal_one():
    assert figures.ratio(784, 196) == 1.0
    assert figures.ratio(3072, 16) == 48.0
