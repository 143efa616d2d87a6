"""Explore: what it shows, what it says where something lacks, and its address."""

import base64
import io
import json

import numpy as np
import pytest
from app_support import texts
from PIL import Image

ROWS = ("original", "code", "reconstruction", "error")


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def test_first_view_shows_real_pictures_and_their_figures(artifacts, app):
    at = app()
    assert "4.0 : 1" in texts(at)
    assert "784 values, 6,272 bits → 49 values × 32 bits = 1,568 bits: 4.0 : 1" in texts(at)
    assert "mean PSNR" in texts(at) and "mean SSIM" in texts(at)
    at.query_params.pop("lang", None)
    assert dict(at.query_params) == {
        "data": "letters",
        "code": "49",
        "noise": "gaussian",
        "level": "0",
        "images": "8",
        "draw": "0",
    }


def test_situation_1_compresses_nothing_and_says_so(artifacts, app):
    at = app(code="196")
    assert "6,272 bits → 196 values × 32 bits = 6,272 bits: 1.0 : 1" in texts(at)
    assert "compresses nothing" in texts(at)


def test_noise_moves_the_numbers_and_the_address(artifacts, app):
    at = app()
    before = texts(at)
    at.select_slider(key="explore_level").set_value(50.0).run()
    assert not at.exception
    assert texts(at) != before
    assert at.query_params["level"] == "50"
    assert "trained on clean images" in texts(at)


def test_other_draw_changes_the_pictures_and_comes_back_by_its_address(artifacts, app):
    at = app()
    at.button(key="explore_others").click().run()
    assert not at.exception
    assert at.query_params["draw"] == "1"
    moved = texts(at)
    again = app(**{k: str(v) for k, v in at.query_params.items()})
    assert texts(again) == moved


def test_untrained_size_offers_the_training(artifacts, app):
    at = app(code="512")
    assert "No network with a code of **512** values" in texts(at)
    at.button(key="explore_train").click().run()
    assert not at.exception
    assert at.session_state["train_code"] == 512
    assert at.session_state["train_network"] == "conv"


def test_own_run_and_denoiser_can_be_chosen(artifacts, app):
    at = app(code="32")
    options = at.selectbox(key="explore_network").options
    assert any("My own network" in o and "yours" in o for o in options)
    at.selectbox(key="explore_network").set_value("denoiser-letters").run()
    assert not at.exception
    assert at.query_params["run"] == "denoiser-letters"
    assert "skip connections instead of a code" in texts(at)


@pytest.mark.parametrize(
    "address",
    [
        {"data": "../../etc/passwd"},
        {"code": "-5"},
        {"code": "1e99"},
        {"level": "nan"},
        {"level": "inf", "noise": "gaussian"},
        {"noise": "<script>"},
        {"images": "9999999"},
        {"draw": "²"},
        {"run": "../../x"},
        {"nonsense": "1"},
        {"data": ""},
    ],
)
def test_senseless_address_falls_back_with_one_notice(artifacts, app, address):
    at = app(**address)
    assert len(at.info) == 1
    assert next(iter(address)) in at.info[0].value
    assert "4.0 : 1" in texts(at)


def test_unlikely_but_sound_address_is_kept(artifacts, app):
    at = app(code="77", level="12.5", noise="poisson", images="16", draw="41")
    assert not at.info
    kept = {"code": "77", "level": "12.5", "noise": "poisson", "images": "16", "draw": "41"}
    assert kept.items() <= dict(at.query_params).items()


def test_missing_data_set_is_one_sentence_with_what_to_do(artifacts, app):
    at = app(data="svhn")
    assert len(at.error) == 1
    assert "svhn" in at.error[0].value
    assert "python -m ae_core data" in at.error[0].value
    assert "non-commercial" in texts(at)


def test_damaged_network_is_one_sentence(artifacts, app):
    folder = artifacts / "pretrained" / "situation-2-letters"
    (folder / "examples.npz").write_bytes(b"PK\x03\x04 broken")
    (folder / "model.keras").write_bytes(b"not a network")
    at = app()
    assert len(at.error) == 1 and "Traceback" not in at.error[0].value
    assert "model.keras" in at.error[0].value


def test_broken_run_folder_is_named_and_left_out(artifacts, app):
    (artifacts / "pretrained" / "situation-1-letters" / "config.json").write_text("{")
    at = app()
    assert "situation-1-letters" in texts(at)
    assert "4.0 : 1" in texts(at)


def test_without_any_run_the_page_says_what_to_do(empty, app):
    at = app()
    assert "There is no trained network here yet" in texts(at)
    assert at.button(key="explore_train")


def test_portuguese_by_browser_by_address_and_by_switch(artifacts, app):
    portuguese = "Um autoencoder comprime"
    assert portuguese in texts(app(locale="pt-BR"))
    assert portuguese in texts(app(lang="pt"))
    at = app(locale="pt-BR", lang="en")
    assert portuguese not in texts(at)
    at.segmented_control(key="language_switch").set_value("PT").run()
    assert not at.exception
    assert portuguese in texts(at) and at.query_params["lang"] == "pt"
    assert "1.568 bits: 4,0 : 1" in texts(at)


def picture(side, mode="RGB", kind="PNG"):
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, (side, side + 20, 3), np.uint8)).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def test_own_picture_goes_through_the_same_strip(artifacts, app):
    at = app()
    at.file_uploader(key="explore_files").upload("holiday.png", picture(100)).run()
    assert not at.exception
    assert "holiday.png: the middle, in the proportions" in texts(at)
    assert "holiday.png: its colours became grey" in texts(at)
    assert "Your own images are shown (1)" in texts(at)


def test_wrong_upload_is_one_sentence(artifacts, app):
    at = app()
    at.file_uploader(key="explore_files").upload("song.png", b"ID3 not an image").run()
    assert not at.exception
    assert len(at.error) == 1 and "song.png: This is no image that can be read" in at.error[0].value
    assert "4.0 : 1" in texts(at)


def test_all_alternative_texts_name_their_row(artifacts, app):
    at = app()
    found = alts(at)
    assert all(found)
    for row in ROWS:
        assert any(row in alt for alt in found)


def test_address_is_json_free_and_short(artifacts, app):
    at = app()
    assert len(json.dumps(dict(at.query_params))) < 200


def test_pictures_are_sent_exactly(artifacts, app):
    at = app()
    urls = [image.url for picture in at.get("image") for image in picture.proto.imgs]
    head = "data:image/png;base64,"
    assert all(url.startswith(head) for url in urls)
    sent = [np.asarray(Image.open(io.BytesIO(base64.b64decode(u[len(head) :])))) for u in urls]
    with np.load(artifacts / "pretrained" / "situation-2-letters" / "examples.npz") as kept:
        x_hat = kept["x_hat"][:8]
    reconstruction = sent[2].reshape(92, 8, 92, 3)[4:88, :, 4:88].swapaxes(0, 1)[:, ::3, ::3, :1]
    assert np.array_equal(reconstruction, x_hat)
