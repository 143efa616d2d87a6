"""The sentence under Compare's curves, against curves made to show one thing each."""

import pytest

from ae_core import runs
from ae_core.config import TrainConfig
from ae_core.images.noise import Noise
from ae_core.runs import HISTORY_COLUMNS
from dashboard.app_pages.compare import observed

NOISE = Noise("gaussian", 50.0, 0.0)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))


def trained(title, psnr, losses=None, images=None, **config):
    """A run whose validation PSNR is ``psnr`` from epoch 0 on; losses: (training, validation)."""
    run = runs.create(TrainConfig(epochs=len(psnr), **config), title)
    if images:
        run.update_info(data={"name": run.config.data, "fingerprint": images})
    lines = [",".join(HISTORY_COLUMNS)]
    for epoch, value in enumerate(psnr):
        loss, val_loss = losses[epoch] if losses else (0.02, 10 ** (-value / 10))
        row = {"epoch": epoch, "loss": loss, "val_loss": val_loss, "val_psnr": value}
        lines.append(",".join(str(row.get(name, 0)) for name in HISTORY_COLUMNS))
    (run.folder / "history.csv").write_text("\n".join(lines))
    return run


def test_who_ends_highest_and_since_when():
    slow, quick = trained("Slow", [10, 18, 22, 25, 27]), trained("Quick", [10, 20, 23, 24, 24.5])
    said = observed.sentence([quick, slow])
    assert said == (
        "Slow comes out highest: the network kept has 27.0 dB on the validation images, 2.5 dB more "
        "than that of Quick, and its curve has been above since epoch 3."
    )
    first = trained("First", [11, 21, 24, 26, 28])
    said = observed.sentence([slow, first])
    assert "1.0 dB more than that of Slow, and its curve was above from the start" in said
    said = observed.sentence([slow, trained("Alike", [9, 9, 9, 9, 27.01])])
    assert said.startswith("The networks kept of Alike and Slow are level")


def test_the_network_kept_counts_and_not_where_the_curve_ends():
    fell, slow = trained("Fell", [10, 28, 30, 21, 20]), trained("Slow", [10, 18, 22, 25, 27])
    assert observed.sentence([slow, fell]) == (
        "Fell comes out highest: the network kept has 30.0 dB on the validation images, 3.0 dB more "
        "than that of Slow."
    )
    small = trained("S", [10, 24, 23], code=16)
    assert "from 64 values (Fell) to 16 values (S) the networks kept are 6.0 dB apart" in (
        observed.sentence([small, fell]).replace("From", "from")
    )
    assert "the network kept, of epoch 2, has 30.0 dB, and half" in observed.sentence([fell])


def test_images_of_one_name_that_were_replaced_are_not_compared():
    old, new = (trained(n, [10, 20], images=n, data="own-cats") for n in ("old", "new"))
    apart = "old and new have learned different images, both called cats: their PSNR cannot be set"
    assert observed.sentence([old, new]).startswith(apart)
    better = trained("better", [10, 22], images="new", data="own-cats")
    said = observed.sentence([old, new, better])
    assert said.startswith("better comes out highest") and "2.0 dB more than that of new" in said
    assert apart in said
    assert apart not in observed.sentence([new, better])


def test_what_the_smaller_code_cost():
    large, small = trained("L", [10, 30], code=64), trained("S", [10, 24], code=16)
    assert observed.sentence([small, large]) == (
        "From 64 values (L) to 16 values (S) the networks kept are 6.0 dB apart: each halving of the "
        "code cost 3.0 dB on average."
    )
    better = trained("B", [10, 31], code=16)
    assert "B with 16 values comes out 1.0 dB above L" in observed.sentence([large, better])


def test_curves_that_part_are_said_first():
    losses = [(0.05, 0.05), (0.04, 0.03), (0.01, 0.04), (0.004, 0.06), (0.001, 0.09), (5e-4, 0.1)]
    parted = trained("Few images", [10, 15, 14, 12, 10, 10], losses)
    said = observed.sentence([trained("Sound", [10, 20, 25]), parted])
    assert said.startswith("The curves of Few images part at epoch 1") and "by heart" in said
    assert "0.03" in said and "0.1" in said


def test_nothing_is_compared_that_cannot_be():
    letters, numbers = trained("A", [10, 20]), trained("B", [10, 30], data="numbers")
    assert observed.sentence([letters, numbers]) == (
        "The images or the noise of these networks differ, so their PSNR cannot be set side by side: "
        "compare how the curves rise, not how high they end."
    )
    assert observed.sentence([]) == ""
    assert observed.sentence([letters, trained("C", [float("nan")])]) == ""
    means = [trained(title, [10, 30], network="elastic", noise=NOISE) for title in "DE"]
    assert observed.sentence(means) == ""  # their PSNR is a mean over code sizes and noise


def test_a_name_is_text():
    said = observed.sentence([trained("**a**", [10, 20]), trained("b", [10, 30])])
    assert "**a**" not in said and "a" in said


def test_one_curve_alone_says_how_far_it_went():
    assert observed.sentence([trained("One", [10, 22, 29, 30])]) == (
        "One began at 10.0 dB on the validation images; the network kept, of epoch 3, has 30.0 dB, "
        "and half of what it gained was there by epoch 1."
    )
    lost = observed.sentence([trained("Worse", [20, 19, 18])])
    assert lost.endswith(
        "at 18.0 dB on the validation images after epoch 2, no better than at epoch 0 (20.0 dB)."
    )
    assert observed.sentence([trained("Point", [20])]) == ""
