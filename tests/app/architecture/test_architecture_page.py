"""Architecture: the drawing without TensorFlow, one layer at work, and its address."""

import xml.etree.ElementTree as ET

import pytest
from app_support import ROOT, texts, told

PAGE = str(ROOT / "dashboard" / "app_pages" / "architecture" / "page.py")


def drawing(at):
    return next(data for data in told(at) if "svg" in data)


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def test_first_view_draws_a_small_network_whole(artifacts, app):
    at = app(PAGE)
    assert "183,973" in texts(at) and "18×18" in texts(at)
    shown = drawing(at)
    groups = [g for g in ET.fromstring(shown["svg"]).iter() if g.get("data-layer")]
    assert len(groups) == 9 == len(at.dataframe[0].value)
    assert "9 layers" in shown["label"]
    assert "Choose a layer" in texts(at) and not alts(at)
    assert dict(at.query_params) == {"run": "situation-2-letters"}


def test_a_layer_shows_its_channels_and_stays_in_the_address(artifacts, app):
    at = app(PAGE, run="situation-2-letters", layer="3", image="2")
    assert "**encoder/enc2_conv**" in texts(at) and "each value sees 10×10 pixels" in texts(at)
    assert any("layer 3, images 1 to 8" in alt for alt in alts(at))
    assert at.select_slider(key="architecture_channels").options[-1] == "49–64"
    assert "chosen" in drawing(at)["svg"]
    at.button(key="architecture_next").click().run()
    assert not at.exception
    assert at.query_params["layer"] == "4" and "**encoder/code**" in texts(at)
    at.selectbox(key="architecture_run").set_value("situation-1-letters").run()
    assert not at.exception
    assert dict(at.query_params) == {"run": "situation-1-letters"}


def test_channels_turn_page(artifacts, app):
    at = app(PAGE, run="situation-2-letters", layer="2")
    at.select_slider(key="architecture_channels").set_value("17–32").run()
    assert not at.exception
    assert "<td style='width:106px;min-width:106px'>32</td>" in texts(at)


def test_values_in_a_row_are_one_picture(artifacts, app):
    own = [p.name for p in (artifacts / "runs").iterdir() if p.is_dir() and p.name[0] != "."][0]
    at = app(PAGE, run=own, layer="2")
    table = at.dataframe[0].value
    row = table[table["Keras layer"] == "Flatten"]["No."].iloc[0]
    at.selectbox(key="architecture_layer").set_value(int(row)).run()
    assert not at.exception and not at.error
    assert len(alts(at)) == 2 and "of the values are zero" in texts(at)


def test_every_layer_of_the_denoiser_can_be_looked_at(artifacts, app):
    at = app(PAGE, run="denoiser-letters", layer="1")
    last = len(at.dataframe[0].value)
    assert "code" not in [f for f in texts(at).split("<dt>") if f.startswith("code<")]
    for n in (2, last):
        at.selectbox(key="architecture_layer").set_value(n).run()
        assert not at.exception and not at.error, n


def test_elastic_network_and_codec_are_drawn(elastic, app):
    at = app(PAGE, run="letters-elastic")
    assert "1×1×256" in texts(at) and not at.error
    at.selectbox(key="architecture_run").set_value("letters-codec").run()
    assert not at.exception and not at.error
    assert "whole numbers" in drawing(at)["svg"]


@pytest.mark.parametrize(
    "address", [{"run": "../../x"}, {"layer": "-1"}, {"image": "²"}, {"nonsense": "1"}]
)
def test_senseless_address_falls_back_with_one_notice(artifacts, app, address):
    at = app(PAGE, **address)
    assert len(at.info) == 1 and next(iter(address)) in at.info[0].value
    assert "18×18" in texts(at)


def test_a_layer_that_is_not_there_is_the_last(artifacts, app):
    at = app(PAGE, run="situation-2-letters", layer="999", image="999")
    assert at.query_params["layer"] == "9" and at.query_params["image"] == "16"


def test_files_of_a_network_made_elsewhere_are_called_as_it_came(artifacts, app, saved):
    from ae_core import runs

    own = runs.list_runs()[0]
    own.update_info(imported={"file": "minha rede é.h5"})
    app(PAGE, run=own.id)
    assert {"minha rede é.onnx", "minha rede é.svg", "minha rede é_summary.txt"} <= set(saved)


def test_damaged_network_is_one_sentence(artifacts, app):
    (artifacts / "pretrained" / "situation-2-letters" / "model.keras").write_bytes(b"no network")
    at = app(PAGE, run="situation-2-letters")
    assert len(at.error) == 1 and "model.keras" in at.error[0].value
    at.selectbox(key="architecture_run").set_value("situation-1-letters").run()
    assert not at.exception and not at.error


def test_without_any_run_the_page_says_what_to_do(empty, app):
    assert "There is no trained network here yet" in texts(app(PAGE))


def test_portuguese(artifacts, app):
    at = app(PAGE, run="situation-2-letters")
    at.segmented_control(key="language_switch").set_value("PT").run()
    assert not at.exception
    assert "Uma rede é uma sequência de camadas" in texts(at)
    assert "código" in drawing(at)["svg"] and "1.568 bits" in drawing(at)["svg"]


def test_of_an_elastic_network_the_decoder_of_one_size_is_drawn(elastic, app):
    at = app(PAGE, run="letters-elastic", size="16")
    control = at.segmented_control(key="architecture_size")
    assert not at.exception and control.value == 16 and at.query_params["size"] == "16"
    names = list(at.dataframe[0].value["Name"])
    assert "decoder/x_hat_16" in names and "decoder/linear" in names
    drawn = [name for name in names if name.startswith("decoder/")]
    assert not [name for name in drawn if name.endswith(("_4", "_64", "_256"))]
    assert "encoder/code_256" in names and "encoder/code_1" not in names
    control.set_value(256).run()
    assert not at.exception and "size" not in at.query_params
    assert "decoder/x_hat_256" in list(at.dataframe[0].value["Name"])
    control.set_value(1).run()
    names = list(at.dataframe[0].value["Name"])
    assert not at.exception and {"encoder/code_1", "decoder/x_hat_1"} <= set(names)
    assert "1×1×1<" in texts(at) and "become 1 value in the code" in texts(at)
    for name in ("encoder/code_1", "decoder/guess_1"):  # a layer of the shortest code is at work
        number = str(names.index(name) + 1)
        at = app(PAGE, run="letters-elastic", size="1", layer=number)
        assert not at.exception and not at.error and at.query_params["layer"] == number
