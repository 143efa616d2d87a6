"""A measurement may name its images as no data set is called: as a folder, or in a damaged file."""

import measured_files
import pytest
from app_support import ROOT, texts

from ae_core import runs
from ae_core.config import TrainConfig

PAGES = ROOT / "dashboard" / "app_pages"


def page(name):
    return str(PAGES / name / "page.py")


@pytest.fixture
def codec(empty, monkeypatch):
    from dashboard.components import warming

    run = runs.create(TrainConfig(data="letters", network="rate", code=64), "Codec")
    run.model_path.write_bytes(b"not read here")
    run.update_status(state="finished")
    monkeypatch.setattr(warming, "ready", lambda: False)
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    return run


@pytest.mark.parametrize("name", ["", "+", "letters+letters"])
def test_no_name_of_images_breaks_a_page(name, codec, app):
    measured_files.rate_quality(codec.folder, name)
    app(page("rate"))  # which asserts that there is no exception


@pytest.mark.parametrize("name", ["", "+", "letters+letters"])
def test_so_it_is_beside_other_networks(name, artifacts, app):
    measured_files.evaluation(
        artifacts / "pretrained" / "situation-1-letters", [measured_files.tested(31.0, name)]
    )
    measured_files.denoising(artifacts / "pretrained" / "denoiser-letters", name)
    at = app(page("compare"), runs="situation-1-letters,situation-2-letters")
    assert "31" in texts(at) or any("31" in str(table.value) for table in at.dataframe)
    app(page("denoise"), data="letters")


def test_the_drawing_of_a_chart_says_the_set_and_how_many_images_as_people_do(codec):
    from ae_core.runs import tables
    from dashboard.app_pages.rate import paper

    measured_files.rate_quality(codec.folder, "notmnist")
    (table,), _ = tables.every([codec], tables.RATE)
    table.about["images"] = 1000
    drawn = paper.drawing(table, "file", "bits", "psnr")
    assert drawn.title == "Rate and quality, notMNIST, 1,000 test images"
