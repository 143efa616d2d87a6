"""Explore as a visitor has it: the bytes of its images, its sliders, its links, its files."""

import csv
import io
import re
import zipfile

import numpy as np
import pytest
from browser_support import settle
from PIL import Image

from ae_core.images import paint

LANDING = "pretrained/situation-2-letters/examples.npz"


def row(page, name):
    """Return the image of a row of the strip as the browser got it, and its element."""
    image = page.locator(f".st-key-striprow-explore-0-{name} img")
    image.wait_for()
    content = image.evaluate(
        "async e => [...new Uint8Array(await (await fetch(e.src)).arrayBuffer())]"
    )
    assert bytes(content[:8]) == b"\x89PNG\r\n\x1a\n"
    return np.asarray(Image.open(io.BytesIO(bytes(content))).convert("RGB")), image


def facts(page):
    return page.locator(".st-key-explore_head dl.ae-facts").inner_text()


def slider(page, key):
    return page.locator(f".st-key-{key} input[type=range]")


def expected(x, factor=3):
    tiles = paint.enlarge(paint.coloured(x), factor)
    return paint.montage(tiles, tiles.shape[1] + paint.GAP)


def test_pictures_reach_the_browser_pixel_for_pixel(visit, server):
    page = visit("/")
    with np.load(server.artifacts / LANDING) as kept:
        x, x_hat = kept["x"][:8], kept["x_hat"][:8]
    for name, arrays in (("original", expected(x)), ("reconstruction", expected(x_hat))):
        got, image = row(page, name)
        assert np.array_equal(got, arrays)
        assert image.evaluate("e => getComputedStyle(e).imageRendering") == "pixelated"
        assert image.evaluate("e => getComputedStyle(e).borderRadius") == "0px"
        assert image.evaluate("e => [e.clientWidth, e.naturalWidth]") == [arrays.shape[1]] * 2
        assert image.get_attribute("alt")
    got, _ = row(page, "error")
    errors = paint.enlarge(paint.error_map(x, x_hat), 3)
    assert np.array_equal(got, paint.montage(errors, 92))


def test_columns_are_aligned(visit):
    page = visit("/?level=25")
    lefts = page.locator("[class*=st-key-striprow-explore-0] img").evaluate_all(
        "all => all.map(e => Math.round(e.getBoundingClientRect().left))"
    )
    assert len(lefts) == 5 and len(set(lefts)) == 1
    centres = (
        page.locator(".ae-figures tr")
        .first.locator("td")
        .evaluate_all("all => all.map(e => e.getBoundingClientRect()).map(r => r.left + r.width / 2)")
    )
    assert [round(c - lefts[0]) for c in centres] == [46 + 92 * i for i in range(8)]


def test_sliders_by_keyboard_move_numbers_pictures_and_address(visit):
    page = visit("/")
    before = facts(page)
    slider(page, "explore_level").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("level=5"))
    row(page, "noisy")
    page.wait_for_function("text => !document.body.innerText.includes(text)", arg=before)
    slider(page, "explore_code").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("code=64"))
    page.get_by_text("No network with a code of 64 values").wait_for()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("code=49"))
    row(page, "reconstruction")


def test_copied_link_shows_the_same_view_in_another_language(visit):
    page = visit("/?code=196&level=25")
    page.get_by_role("button", name="Other images").click()
    page.wait_for_url(re.compile("draw=1"))
    settle(page)
    mine, _ = row(page, "reconstruction")
    other = visit(page.url[page.url.index("/?") :], locale="pt-BR")
    other.get_by_role("heading", name="Um autoencoder comprime").wait_for()
    theirs, _ = row(other, "reconstruction")
    assert np.array_equal(mine, theirs)
    assert facts(page).replace(".", ",").split("\n")[1] in facts(other)


def test_language_switch_keeps_the_choices(visit):
    page = visit("/?code=196&level=10")
    page.locator(".st-key-language").get_by_text("PT").click()
    page.wait_for_url(re.compile("lang=pt"))
    page.get_by_role("heading", name="Um autoencoder comprime").wait_for()
    settle(page)
    assert "code=196" in page.url and "level=10" in page.url
    chosen = page.locator(".st-key-explore_data [aria-checked=true]")
    assert chosen.inner_text().strip() == "letras"


def test_senseless_address_is_forgiven(visit):
    page = visit("/?data=../../etc&code=-1&level=NaN&draw=1e9")
    page.get_by_text("Part of the address was not understood").wait_for()
    row(page, "reconstruction")


def test_download_of_one_picture_and_of_all(visit, server):
    page = visit("/")
    page.get_by_role("button", name="Download").click()
    with np.load(server.artifacts / LANDING) as kept:
        x_hat = kept["x_hat"]
    stem = "letters_situation-2_code49_clean"
    for label, factor, name in (
        ("PNG, true size", 1, f"{stem}_image-01_reconstruction.png"),
        ("PNG, enlarged", 8, f"{stem}_image-01_reconstruction_x8.png"),
    ):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label).click()
        assert waiting.value.suggested_filename == name
        got = np.asarray(Image.open(waiting.value.path()))
        assert np.array_equal(got, paint.enlarge(x_hat[:1], factor)[0, ..., 0])
    with page.expect_download() as waiting:
        page.get_by_role("button", name="ZIP").click()
    assert waiting.value.suggested_filename == f"{stem}.zip"
    with zipfile.ZipFile(waiting.value.path()) as box:
        assert len(box.namelist()) == 4 * 8 + 1
        figures = list(csv.DictReader(io.StringIO(box.read(f"{stem}/figures.csv").decode())))
        last = np.asarray(Image.open(io.BytesIO(box.read(f"{stem}/image-08_reconstruction.png"))))
    assert len(figures) == 8 and float(figures[0]["psnr_reconstruction_db"]) > 3
    assert np.array_equal(last, x_hat[7, ..., 0])


def test_own_picture_and_a_wrong_one(visit):
    page = visit("/")
    own = np.random.default_rng(5).integers(0, 256, (28, 28), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(own).save(buffer, "PNG")
    page.get_by_role("button", name="Your own image").click()
    chooser = page.locator(".st-key-explore_files input[type=file]")
    chooser.set_input_files(
        [
            {"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()},
            {"name": "bad.png", "mimeType": "image/png", "buffer": b"nothing"},
        ]
    )
    page.get_by_text("bad.png: This is no image").wait_for()
    page.get_by_text("Your own images are shown (1)").wait_for()
    settle(page)
    got, _ = row(page, "original")
    assert np.array_equal(got, expected(own[None, ..., None]))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_narrow_window_scrolls_only_the_strip(visit, scheme):
    page = visit("/?level=25", viewport={"width": 390, "height": 844}, color_scheme=scheme)
    row(page, "reconstruction")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth") <= 390
    strip = page.locator(".st-key-strip-explore-0")
    assert strip.evaluate("e => e.scrollWidth > e.clientWidth")
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 250)", "dark": "rgb(20, 23, 26)"}[scheme]
