"""Explore's chosen images, lessons, own and strange images, and the close-up."""

import base64
import io
import re
import zipfile

import numpy as np
import pytest
from app_support import texts, told
from PIL import Image

from ae_core import data


def rows(at, name="original"):
    """Return the images of a row as the page shows them, uint8 (n, 28, 28)."""
    found = []
    for element in at.get("image"):
        for image in element.proto.imgs:
            if image.alt.startswith(f"Row {name},"):
                content = base64.b64decode(image.url.partition(",")[2])
                strip = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
                cells = strip.reshape(92, -1, 92).swapaxes(0, 1)
                found.append(cells[:, 4:88:3, 4:88:3])
    return np.concatenate(found)


def psnrs(at):
    table = next(str(h.value) for h in at.html if "ae-figures" in str(h.value))
    line = re.search(r"PSNR.*?</tr>", table)[0]
    return [float(v) for v in re.findall(r"<td[^>]*>([\d.]+)</td>", line)]


def widgets(at):
    kinds = (
        at.select_slider,
        at.selectbox,
        at.button,
        at.number_input,
        at.segmented_control,
        at.file_uploader,
        at.toggle,
    )
    return {w.key for kind in kinds for w in kind}


def test_only_the_worst_are_the_worst_and_come_back_by_their_address(elastic, app):
    at = app(code="16", images="4")
    mean = np.mean(psnrs(at))
    at.button(key="explore_worst").click().run()
    assert not at.exception
    found = psnrs(at)
    assert found == sorted(found) and np.mean(found) < mean
    assert (
        "The 4 that are reconstructed worst (lowest PSNR) of 256 test images, with 16 values"
        in texts(at)
    )
    places = [int(p) for p in at.query_params["pictures"].split("-")]
    test = data.load("letters").test.x
    assert np.array_equal(rows(at), test[places, ..., 0])
    assert max(found) < np.median(_all_psnrs())
    again = app(**{k: str(v) for k, v in at.query_params.items()})
    assert np.array_equal(rows(again), rows(at)) and psnrs(again) == found
    again.button(key="explore_others").click().run()
    assert "pictures" not in again.query_params


def _all_psnrs():
    from dashboard.components import inference, library

    found = next(e for e in library.entries() if e.longest).at(16)
    from ae_core.images.noise import Noise

    return inference.reconstruct(found, np.array(data.load("letters").test.x[:64]), Noise()).psnr()


def test_one_of_each_class_another_at_each_press(artifacts, app):
    at = app()
    shown = []
    for _ in range(2):
        at.button(key="explore_classes").click().run()
        assert not at.exception
        places = [int(p) for p in at.query_params["pictures"].split("-")]
        found = data.load("letters")
        assert [found.classes[found.test.labels[p]] for p in places] == list(found.classes)
        assert len(rows(at)) == len(found.classes)
        shown.append(places)
    assert shown[0] != shown[1]
    assert f"{shown[1][0]} (A)" in texts(at)


def test_another_set_forgets_the_chosen_pictures(artifacts, app):
    at = app(pictures="5-6")
    assert len(rows(at)) == 2
    at.segmented_control(key="explore_data").set_value("numbers").run()
    assert not at.exception and "pictures" not in at.query_params


@pytest.mark.parametrize("wrong", ["5-5", "x", "-1", "1-2-", "1e3", "-".join(map(str, range(17)))])
def test_senseless_choice_of_pictures_is_left_out(artifacts, app, wrong):
    at = app(pictures=wrong)
    assert len(at.info) == 1 and "pictures" in at.info[0].value
    assert "pictures" not in at.query_params


def test_a_picture_that_the_set_has_not_is_one_sentence(artifacts, app):
    at = app(pictures="5-99999")
    assert len(at.error) == 1 and "test image 99,999, but letters has 2,000" in at.error[0].value
    at.button(key="explore_others").click().run()
    assert not at.error and len(rows(at)) == 8


HIDDEN = {
    "data": {"explore_data"},
    "kind": {"explore_kind"},
    "network": {"explore_network"},
    "count": {"explore_count"},
    "own": {"explore_files"},
    "code": {"explore_exact"},
    "draws": {"explore_others", "explore_worst", "explore_classes"},
    "download": {"download_kind", "download_image"},
    "compare": {"explore_beside"},
    "closer": {"explore_apart", "explore_pick"},
}


def test_a_lesson_hides_what_it_names_and_nothing_else(elastic, app):
    everything = widgets(app())
    assert set.union(*HIDDEN.values()) <= everything
    for name, keys in HIDDEN.items():
        at = app(lesson=name)
        assert everything - widgets(at) == keys, name
        assert at.query_params["lesson"] == name and not at.info


def test_a_lesson_keeps_the_values_of_what_it_hides(elastic, app):
    at = app(lesson="code,noise,network", code="20", level="30")
    assert "→ 20 values × 32 bits" in texts(at) and at.query_params["level"] == "30"
    assert not [c for c in at.get("bidi_component") if '"places"' in (c.proto.json or "")]
    at.button(key="explore_others").click().run()
    assert at.query_params["lesson"] == "code,noise,network"
    assert at.query_params["code"] == "20"


def test_a_lesson_hides_plain_sliders_and_help_too(artifacts, app):
    assert {"explore_code", "explore_level"} <= widgets(app())
    at = app(lesson=" Code ,noise,help")
    assert not {"explore_code", "explore_level"} & widgets(at)
    assert "How to read this page" not in [e.label for e in at.expander]
    assert "How to read this page" in [e.label for e in app().expander]


@pytest.mark.parametrize("wrong", ["sliders", "kind,![](http://x)", "<b>", "kind;network"])
def test_a_wrong_name_in_a_lesson_is_one_sentence(artifacts, app, wrong):
    at = app(lesson=wrong)
    assert len(at.info) == 1 and "what it can hide: data, code, noise" in at.info[0].value
    assert "http://" not in at.info[0].value and "<" not in at.info[0].value
    assert ("explore_kind" in widgets(at)) == ("kind," not in wrong)
    at.button(key="explore_others").click().run()
    assert not at.info and not at.exception


def upload(at, *pictures):
    files = [(name, png(x), "image/png") for name, x in pictures]
    at.file_uploader(key="explore_files").upload(*files[0]).run()
    assert not at.exception
    return texts(at)


def test_own_pictures_unlike_the_known_are_said_so(artifacts, app):
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    said = upload(app(), ("static.png", noise))
    assert "static.png: unlike what the network knows (letters)" in said
    letter = data.load("letters").test.x[3, ..., 0]
    assert "unlike what the network knows" not in upload(app(), ("letter.png", letter))


def test_files_of_own_pictures_keep_their_names(artifacts, app, saved):
    letter = data.load("letters").test.x[3, ..., 0]
    upload(app(), ("minha foto é.png", letter))
    assert {
        "minha foto é_situation-2_code49_clean_reconstruction.png",
        "minha foto é_situation-2_code49_clean_reconstruction_x8.png",
        "minha foto é_situation-2_code49_clean.zip",
        "minha foto é_situation-2_code49_clean_codes.npy",
    } <= set(saved)
    with zipfile.ZipFile(io.BytesIO(saved["minha foto é_situation-2_code49_clean.zip"]())) as box:
        inside = {name.partition("/")[2] for name in box.namelist()}
        figures = box.read("minha foto é_situation-2_code49_clean/figures.csv").decode()
    assert {"minha foto é_original.png", "minha foto é_error.png", "figures.csv"} <= inside
    assert figures.splitlines()[1].startswith("minha foto é.png,")
    table = saved["minha foto é_situation-2_code49_clean_codes.csv"]().decode()
    assert table.splitlines()[1].startswith("minha foto é.png,,")


def test_a_pasted_picture_is_shown_and_can_be_removed(artifacts, app):
    buffer = io.BytesIO()
    own = np.random.default_rng(5).integers(0, 256, (28, 28), np.uint8)
    Image.fromarray(own).save(buffer, "PNG")
    at = app()
    at.session_state["explore_clipboard"] = [("pasted image 1", buffer.getvalue())]
    at.run()
    assert np.array_equal(rows(at)[0], own)
    assert "pasted image 1: unlike" in texts(at)
    at.button(key="explore_forget").click().run()
    assert not at.exception and len(rows(at)) == 8


def test_what_reading_changed_of_own_pictures_is_said(artifacts, app):
    deep = np.linspace(12, 4003, 28 * 28).astype(np.uint16).reshape(28, 28)
    clear = np.full((28, 28, 4), 90, np.uint8)
    given = [("deep.png", deep), ("clear.png", clear), ("other.png", clear)]
    at = app()
    at.session_state["explore_clipboard"] = [(name, png(x)) for name, x in given]
    at.run()
    assert not at.exception and not at.error
    assert "deep.png: Its values of more than 8 bits, from 12 to 4003, are kept in 8" in texts(at)
    clear_said = "clear.png: What is transparent in it shows a white ground. (And 1 more likewise.)"
    assert clear_said in texts(at) and "other.png: What" not in texts(at)
    assert "became grey" not in texts(at)  # nothing in them has a colour
    said = upload(app(), ("deep.png", deep))
    assert "deep.png: Its values of more than 8 bits" in said and "transparent in it" not in said


def png(x):
    buffer = io.BytesIO()
    Image.fromarray(x).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_is_pasted_is_checked(artifacts, app):
    at = app()
    at.session_state["explore_clipboard"] = [("pasted image 1", b"GIF89a nothing")]
    at.run()
    assert len(at.error) == 1 and "pasted image 1: The image is damaged" in at.error[0].value
    assert len(rows(at)) == 8


def compared(at):
    return next(data for data in told(at) if "after" in data)


def decoded(version):
    content = base64.b64decode(version["picture"].partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"))


def test_before_and_after_are_the_chosen_picture_exactly(artifacts, app):
    at = app()
    at.select_slider(key="explore_pick").set_value(3).run()
    assert not at.exception
    told = compared(at)
    with np.load(artifacts / "pretrained" / "situation-2-letters" / "examples.npz") as kept:
        assert np.array_equal(decoded(told["before"][0]), kept["x"][2, ..., 0])
        assert np.array_equal(decoded(told["after"]), kept["x_hat"][2, ..., 0])
    assert [v["name"] for v in told["before"]] == ["original"]
    assert "Image 3" in told["label"]
    noisy = compared(app(level="25"))
    assert [v["name"] for v in noisy["before"]] == ["original", "noisy"]


def test_side_by_side_instead_by_toggle_and_by_address(artifacts, app):
    def large(at):
        return [i.alt for e in at.get("image") for i in e.proto.imgs if "enlarged" in i.alt]

    at = app()
    assert [alt.rpartition(" ")[2] for alt in large(at)] == ["code", "error"]
    at.toggle(key="explore_apart").set_value(True).run()
    assert not at.exception and at.query_params["apart"] == "1"
    assert [alt.rpartition(" ")[2] for alt in large(at)] == [
        "original",
        "code",
        "reconstruction",
        "error",
    ]
    assert large(app(apart="1")) == large(at)


def test_a_search_for_better_codes_says_what_it_gains_and_takes(elastic, app):
    at = app(code="16", images="4")
    before = psnrs(at)
    at.toggle(key="explore_search").set_value(True).run()
    assert not at.exception and at.query_params["search"] == "1"
    after = psnrs(at)
    assert min(np.subtract(after, before)) >= 0
    said = next(c.value for c in at.caption if "Search for better codes" in c.value)
    gain = float(re.search(r": ([\d.]+) dB", said)[1])
    assert "4 images" in said and gain == pytest.approx(np.mean(after) - np.mean(before), abs=0.11)
    at.toggle(key="explore_search").set_value(False).run()
    assert psnrs(at) == before and "Search for better codes" not in texts(at)
