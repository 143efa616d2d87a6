"""Which network answers, and what an address means: pure functions."""

from app_support import ROOT  # noqa: F401 (puts the dashboard on the path)
from components import choice, figures, view
from components.choice import Entry

from ae_core.config import Noise

GREY, COLOUR = (28, 28, 1), (32, 32, 3)
CLEAN = Entry("clean", "", ("letters",), "conv", GREY, (1, 1, 64), Noise())
NOISY = Entry("noisy", "", ("letters",), "conv", GREY, (1, 1, 64), Noise("gaussian", 50, 0))
OTHER = Entry("other", "", ("notmnist",), "conv", GREY, (1, 1, 64), Noise())
SMALL = Entry("small", "", ("letters",), "situation-3", GREY, (2, 2, 1), Noise())
DENOISER = Entry("denoiser", "", ("letters",), "unet", GREY, (0, 0, 0), Noise("gaussian", 50, 0))
WIDE = Entry("wide", "", ("numbers",), "conv", COLOUR, (1, 1, 64), Noise())
ALL = [DENOISER, OTHER, NOISY, CLEAN, SMALL, WIDE]  # newest first


def ids(noise, data="letters", code=64):
    return [e.id for e in choice.matching(ALL, data, GREY, code, noise)]


def test_same_data_then_like_noise_then_those_without_a_code():
    assert ids(Noise()) == ["clean", "noisy", "other", "denoiser"]
    assert ids(Noise("gaussian", 25)) == ["noisy", "clean", "other", "denoiser"]
    assert ids(Noise(), data="notmnist")[0] == "other"
    assert ids(Noise(), code=4) == ["small", "denoiser"]
    assert ids(Noise(), code=5) == ["denoiser"]


def test_positions_are_trained_ones_and_powers_of_two():
    places = choice.positions(ALL, GREY)
    assert places == [2**k for k in range(11)]
    assert choice.trained(ALL, GREY) == {4, 64}
    assert choice.nearest([4, 64, 196], 49) == 64


def test_ratio_is_the_nominal_one():
    assert figures.ratio(784, 196) == 1.0
    assert figures.ratio(3072, 16) == 48.0


def test_view_goes_through_its_address():
    wanted = view.View("numbers", 128, "masking", 12.5, 16, 7, "some-run")
    read, ignored = view.from_address(wanted.address(), ["numbers"], ["some-run"], view.View())
    assert read == wanted and ignored == []
