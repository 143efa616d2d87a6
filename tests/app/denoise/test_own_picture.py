"""Denoise with a picture of the visitor's own: at its own size, noisy already or made so."""

import io

import numpy as np
import pytest
import streamlit as st
from app_support import ROOT, texts
from PIL import Image

from ae_core import runs
from ae_core.data.drawn import textures
from ae_core.images import files, metrics, noise
from ae_core.images.noise import Noise
from ae_core.runs import tables
from ae_core.runs.choose import Entry
from dashboard.app_pages.denoise import own

PAGE = str(ROOT / "dashboard" / "app_pages" / "denoise" / "page.py")


@pytest.fixture(autouse=True)
def slow_to_warm(monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)


def picture(shape=(45, 70, 1), level=20.0):
    clean = np.full((1, *shape), 120, np.uint8)
    return files.png(noise.corrupt(clean, Noise("gaussian", level), seed=1)[0])


def give(at, content, name="my photo.png"):
    at.file_uploader(key="denoise_file").upload(name, content).run()
    assert not at.exception
    return at


def decoded(content):
    x = np.asarray(Image.open(io.BytesIO(content)))
    return x.reshape(*x.shape[:2], -1)


def test_a_noisy_picture_at_its_own_size(artifacts, app, saved):
    at = give(app(PAGE, source="own"), picture())
    assert not at.error
    told = at.number_input(key="denoise_sigma").value
    assert told == pytest.approx(20, abs=3)
    assert "70 × 45" in texts(at) and "Estimated from the image" in texts(at)
    assert "dB</small>" not in texts(at) and "there is no PSNR" in texts(at)
    # The untrained denoiser gives back what it gets.
    assert np.array_equal(decoded(saved["my photo-denoised.png"]()), decoded(picture()))
    at.number_input(key="denoise_sigma").set_value(33.0).run()
    assert not at.error and at.number_input(key="denoise_sigma").value == 33
    other = give(at, picture(level=5.0), "other.png")
    assert other.number_input(key="denoise_sigma").value == pytest.approx(5, abs=2)


def test_of_a_clean_picture_the_psnr_is_known(artifacts, app):
    at = app(PAGE, source="own")
    at.toggle(key="denoise_is_noisy").set_value(False).run()
    give(at, picture(level=0.0))
    assert texts(at).count("dB</small>") == 2 and "there is no PSNR" not in texts(at)


def test_a_picture_is_looked_at_eight_ways_where_that_is_asked_for(artifacts, app, monkeypatch):
    from dashboard.app_pages.denoise import own

    asked = []

    class Recorder:
        def clean(self, x, level, progress, ensemble):
            asked.append(ensemble)
            return x

    monkeypatch.setattr(own, "_whole", lambda *of: Recorder())
    at = give(app(PAGE, source="own"), picture())
    at.toggle(key="denoise_ensemble").set_value(True).run()
    at.toggle(key="denoise_ensemble").set_value(False).run()
    assert not at.exception and asked == [False, True, False]


def test_a_colour_picture_through_a_grey_network(artifacts, app, saved):
    give(app(PAGE, source="own"), picture((33, 47, 3)))
    assert decoded(saved["my photo-denoised.png"]()).shape == (33, 47, 3)


def test_a_level_that_was_not_learned_is_said(artifacts, app):
    at = give(app(PAGE, source="own"), picture())
    at.number_input(key="denoise_sigma").set_value(90.0).run()
    assert "trained up to σ 50" in texts(at)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no picture at all", "no image that can be read"), (picture()[:200], "damaged or cut off")],
)
def test_what_is_no_picture_is_one_sentence(artifacts, app, content, said):
    at = give(app(PAGE, source="own"), content)
    assert len(at.error) == 1 and said in at.error[0].value


def test_too_large_a_picture_is_told_where_it_can_go(artifacts, app, monkeypatch):
    from dashboard.app_pages.denoise import own

    monkeypatch.setattr(own, "MOST_PIXELS", 1000)
    at = give(app(PAGE, source="own"), picture())
    assert len(at.error) == 1 and "denoise" in at.error[0].value


def test_a_tiny_picture_has_no_estimate(artifacts, app):
    at = give(app(PAGE, source="own"), picture((5, 9, 3)))
    assert not at.error and "too small to estimate its noise: σ 25 is assumed" in texts(at)
    assert at.number_input(key="denoise_sigma").value == 25


@pytest.mark.parametrize(("shape", "doubted"), [((45, 70, 1), True), ((96, 80, 1), False)])
def test_the_estimate_of_a_small_picture_is_doubted(artifacts, app, shape, doubted):
    at = give(app(PAGE, source="own"), picture(shape))
    assert ("passes for noise" in texts(at)) == doubted


def test_what_reading_changed_of_the_picture_is_said(artifacts, app):
    deep = np.linspace(12, 4003, 45 * 70).astype(np.uint16).reshape(45, 70)
    at = give(app(PAGE, source="own"), kept(Image.fromarray(deep)))
    assert "from 12 to 4003, are kept in 8" in texts(at) and "What is transparent" not in texts(at)
    clear = np.full((45, 70, 4), 90, np.uint8)
    give(at, kept(Image.fromarray(clear)), "other.png")
    assert "What is transparent in it shows a white ground." in texts(at)
    assert "kept in 8" not in texts(at)


def kept(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def entry(name, data, shape=(32, 32, 3), network="unet", pretrained=True):
    noise_ = Noise("gaussian", 75.0, 0.0)
    return Entry(name, name, (data,), network, shape, (0, 0, 0), noise_, pretrained)


SHIPPED = [
    entry("numbers-unet", "numbers"),
    entry("letters-elastic", "letters", (28, 28, 1), "elastic"),
    entry("photos-unet", "photos", (64, 64, 3)),
]


def test_a_photograph_is_offered_the_network_that_knows_photographs_alone():
    for shape in (None, (150, 200, 3), (512, 768, 1), (33, 32, 3)):
        assert [e.id for e in own.offered(SHIPPED, shape)] == ["photos-unet"]
    mine = entry("mine", "own-garden", pretrained=False)
    assert [e.id for e in own.offered([mine, *SHIPPED], (90, 90, 3))] == ["photos-unet", "mine"]


def test_a_crop_as_house_numbers_are_has_their_network_first():
    assert [e.id for e in own.offered(SHIPPED, (32, 32, 3))] == ["numbers-unet", "photos-unet"]


def test_without_a_network_of_photographs_the_others_are_offered():
    assert [e.id for e in own.offered(SHIPPED[:2], (90, 90, 3))] == [
        "numbers-unet",
        "letters-elastic",
    ]


def test_a_photograph_goes_through_the_shipped_network_of_photographs(
    app, saved, tmp_path, monkeypatch
):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(ROOT / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "no-data"))
    st.cache_data.clear()
    st.cache_resource.clear()
    x = textures.tiles(1, 150)
    x_noisy = noise.corrupt(x, Noise("gaussian", 25.0), seed=1)
    at = give(app(PAGE, source="own"), files.png(x_noisy[0]))
    assert not at.error and at.selectbox(key="denoise_cleaner").value == "photos-unet"
    assert "This network has learned from photographs." in texts(at)
    made = decoded(saved["my photo-denoised.png"]())[None]
    before, after = metrics.psnr(x, x_noisy)[0], metrics.psnr(x, made)[0]
    assert after > before + 7  # with the level as the page estimates it


def test_without_a_network_it_is_said(empty, app):
    at = app(PAGE, source="own")
    assert not at.exception and "train one" in at.info[0].value


def test_the_address_leads_there_and_back(artifacts, app):
    at = app(PAGE, source="own")
    assert at.query_params["source"] == "own"
    at.segmented_control(key="denoise_source").set_value("set").run()
    assert not at.exception and "source" not in at.query_params
    assert at.select_slider(key="denoise_level")


@pytest.mark.parametrize(("language", "said"), [("en", "does worse"), ("pt", "faz pior")])
def test_of_photographs_it_says_who_does_better(app, language, said):
    at = app(PAGE, source="own", lang=language)
    assert not at.exception
    assert "CBM3D" in texts(at) and said in texts(at) and "Zhang, Zuo, Zhang 2018" in texts(at)
    assert "CDnCNN 33" in texts(at) and "FFDNet 33" in texts(at)  # networks, beside the classical one


@pytest.mark.parametrize("ensemble", [False, True])
def test_figures_of_eight_ways_are_said_to_be_of_eight(app, ensemble):
    """Those of the shipped network, beside others' of one way."""
    at = app(PAGE, source="own")
    at.toggle(key="denoise_ensemble").set_value(ensemble).run()
    said = texts(at)
    rows = {
        (row["method"], row["sigma"]): row["psnr"]
        for block in tables.load(runs.get("photos-unet"), tables.DENOISING)
        if block["data"] == "cbsd68"
        for row in block["rows"]
    }
    method = "unet-wide ×8" if ensemble else "unet-wide"
    figures = " / ".join(f"{rows[method, sigma]:.1f}" for sigma in (15, 25, 50))
    assert f"it reaches {figures} dB at σ 15 / 25 / 50" in said
    assert ("those of others are of one" in said) == ensemble
