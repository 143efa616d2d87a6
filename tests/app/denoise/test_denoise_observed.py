"""The sentences on denoisers, against images and curves made to show one thing each."""

import numpy as np

from dashboard.app_pages.denoise import observed
from dashboard.app_pages.denoise.compute import Cleaned

X = np.full((4, 8, 8, 1), 100, np.uint8)
NAMES = {"mine": "Mine *x*"}


def off(by):
    """Return the images, each value wrong by so much."""
    return X + np.reshape(by, (-1, 1, 1, 1)).astype(np.uint8)


def said(ours, peer, noisy=40):
    cleaned = [] if ours is None else [Cleaned("unet", off(ours), 1.0, "mine")]
    cleaned += [] if peer is None else [Cleaned("wavelets", off(peer), 1.0)]
    return observed.sentence(X, off(noisy), cleaned, NAMES)


def test_who_is_ahead_on_the_images_shown():
    assert said([5, 5, 5, 20], [10] * 4) == (
        "On these images “Mine \\*x\\*” stands 3.0 dB above wavelets, the best of the classical "
        "methods shown, and is better in 3 of 4."
    )
    assert said([10] * 4, [5] * 4).startswith(
        "On these images wavelets, a classical method, stands 6.0 dB above “Mine"
    )
    assert "do equally well; the network is better in 0 of 4" in said([5] * 4, [5] * 4)


def test_one_kind_of_method_alone_one_that_harms_and_figures_that_are_none():
    assert said(None, [20] * 4) == "On these images “wavelets” stands 6.0 dB above the noisy ones."
    assert said([20] * 4, None).endswith("stands 6.0 dB above the noisy ones.")
    assert said([50] * 4, [45] * 4).startswith("Nothing helps on these images")
    assert said([0] * 4, [5] * 4) == said(None, None) == ""


def curves(ours, peer):
    def rows(method, values):
        return [
            {"method": method, "sigma": sigma, "psnr": value}
            for sigma, value in zip((5, 25, 50), values, strict=True)
        ]

    flat = {"noisy": rows("noisy", [99, 99, 99]), "bilateral": rows("bilateral", [1, 1, 1])}
    return {"unet": rows("unet", ours), "wavelets": rows("wavelets", peer), **flat}


def test_from_which_level_on_the_network_leads():
    def of(lead):
        return observed.of_curves(curves([30 + value for value in lead], [30] * 3))

    assert of([0.5, 1, 2]).endswith("at every level: by 0.5 dB at σ 5, by 2.0 dB at σ 50.")
    assert of([-0.5, -1, -2]) == (
        "A classical method is ahead of “denoiser” at every level: by 2.0 dB at σ 50, by 0.5 dB at "
        "σ 5."
    )
    assert of([-0.5, 1, 2]).startswith("From σ 25 on “denoiser” leads every classical method")
    assert "at 1 of 3 levels, by 1.0 dB at σ 25; at σ 50 one of them is 2.0" in of([-1, 1, -2])


def test_curves_of_networks_alone_or_without_any_say_nothing():
    whole = curves([30] * 3, [30] * 3)
    assert observed.of_curves({"unet": whole["unet"], "noisy": whole["noisy"]}) == ""
    assert observed.of_curves({"wavelets": whole["wavelets"]}) == observed.of_curves({}) == ""
