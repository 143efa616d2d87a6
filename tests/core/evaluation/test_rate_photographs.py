"""Photographs through our codec and others: real bytes, kept rows, savings."""

import sys
import types

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from ae_core.errors import UserError
from ae_core.evaluation import rate_photographs
from ae_core.runs import tables


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setattr(rate_photographs, "LEVELS", (20, 60, 100, 140))
    # Tests of pages leave the app as the main module, which a process made here would run.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    folder = tmp_path / "photographs"
    folder.mkdir()
    for name, here in (("a", np.s_[:96, 150:270]), ("b", np.s_[100:190, 180:244])):
        Image.fromarray(astronaut()[here]).save(folder / f"{name}.png")
    return folder


def test_codecs_stand_side_by_side_and_what_was_measured_before_stays(folder):
    lines = []
    rate_photographs.measure(folder, "two", ["JPEG"], tell=lines.append, settings=6)
    block = rate_photographs.measure(folder, "two", ["ours"], tell=lines.append)
    assert len(lines) == len(block["rows"]) == 6 + 4
    (read,) = tables.load(rate_photographs.measured(), tables.RATE)
    assert read["images"] == 2 and {row["codec"] for row in read["rows"]} == {"JPEG", "ours"}
    (saving,) = read["bd_rate"]
    assert saving["against"] == "JPEG" and saving["percent"] < 0
    assert saving["fewer_bits_everywhere"] is True
    pixels = 96 * 120 + 90 * 64
    for row in read["rows"]:
        assert row["bpp"] == pytest.approx(row["bits_per_image"] * 2 / pixels)
        assert row["psnr_of_mean_mse"] == pytest.approx(-10 * np.log10(row["mse"]))
        assert row["encode_ms"] > 0 and row["decode_ms"] > 0 and row["memory_mb"] >= 0


def test_every_nth_has_a_name_of_its_own(folder):
    block = rate_photographs.measure(folder, "two", ["WebP"], every=2, tell=lambda line: None)
    assert block["data"] == "two/2" and block["images"] == 1


def test_what_cannot_be_measured_is_said(folder, tmp_path):
    with pytest.raises(UserError, match="no codec GIF"):
        rate_photographs.measure(folder, "two", ["GIF"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no photographs"):
        rate_photographs.measure(tmp_path / "empty", "two", ["JPEG"])
