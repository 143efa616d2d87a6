"""Explore with an elastic network: every size, every level, and the dedicated networks beside it."""

import csv
import io
import re
import subprocess
import sys
from types import SimpleNamespace

import measured_files
import numpy as np
import pytest
from app_support import APP, ROOT, texts, told

from ae_core import data
from ae_core.files import write_json
from ae_core.files.reading import read_json
from dashboard.components import address

TABLE = "<table class='ae-table ae-beside'>"


def table(at):
    """Return the comparison's lines: name, values, PSNR, difference."""
    page = next(str(element.value) for element in at.html if TABLE in str(element.value))
    lines = re.findall(r"<tr class='\w*'>(.*?)</tr>", page)
    return [re.sub(r"<small>.*?</small>", "", line) for line in lines]


def slider(at, over):
    """Return what the browser is told of the slider for "code" or "noise"."""
    return next(d for d in told(at) if "places" in d and (0.0 in d["places"]) == (over == "noise"))


def cells(line):
    return [cell.strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)]


def decibels(at):
    return float(re.search(r"<dd>([\d.]+) <small>dB", texts(at))[1])


def test_first_view_is_the_stored_one_without_what_takes_long_to_load(elastic):
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(APP)!r}, default_timeout=240).run()
assert not at.exception, at.exception
assert dict(at.query_params)["code"] == "4" and dict(at.query_params)["level"] == "0"
assert "Elastic autoencoder" in "".join(c.value for c in at.caption)
html = "".join(str(h.value) for h in at.html)
assert "Situation 2" in html or "situation-2-letters" in html
assert "dB" in html
assert not {{"tensorflow", "keras", "torch", "jax", "matplotlib", "pandas"}} & set(sys.modules)
import os; os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=300)


def test_any_size_by_address_by_slider_and_by_field(elastic, app):
    at = app(code="77", level="13")
    assert not at.info and not at.error
    assert at.selectbox(key="explore_network").value == "letters-elastic"
    assert at.query_params["code"] == "77" and at.query_params["level"] == "13"
    assert "→ 77 values × 32 bits" in texts(at)
    at.session_state["explore_code"] = 78
    at.run()
    assert not at.exception
    assert "→ 78 values × 32 bits" in texts(at)
    assert at.number_input(key="explore_exact").value == 78
    at.number_input(key="explore_exact").set_value(201).run()
    assert not at.exception
    assert slider(at, "code")["now"] == 201
    assert at.query_params["code"] == "201"


@pytest.mark.parametrize(("back", "code"), [(False, "19"), (True, "17")])
def test_a_request_sent_before_the_address_changed_is_no_visit(elastic, app, monkeypatch, back, code):
    """A second key is pressed before the browser has the first one's address; or "back" is."""
    at = app(code="17")
    at.session_state["explore_code"] = 18
    at.run()
    assert at.query_params["code"] == "18"
    pages = SimpleNamespace(intended_page_name="")
    context = SimpleNamespace(is_history_navigation=back, pages_manager=pages)
    monkeypatch.setattr(address, "get_script_run_ctx", lambda: context)
    at.query_params["code"] = "17"
    at.session_state["explore_code"] = 19
    at.run()
    assert at.query_params["code"] == code and not at.info


def test_more_values_reconstruct_better(elastic, app):
    found = [decibels(app(code=str(size))) for size in (5, 40, 256)]
    assert found == sorted(found) and found[2] > found[0] + 6


def test_sliders_have_every_small_size_and_every_level_it_knows(elastic, app):
    at = app(code="64")
    sizes = slider(at, "code")["places"]
    assert sizes[:16] == list(range(1, 17)) and sizes[-1] == 256
    assert {49, 196, 63, 65} <= set(sizes)
    levels = slider(at, "noise")["texts"]
    assert levels[:76] == [str(level) for level in range(76)] and levels[-1] == "100"


def test_beside_it_stands_the_network_of_the_same_size(elastic, app):
    at = app(code="49")
    own, peer = [cells(line) for line in table(at)]
    assert own[:2] == ["Elastic autoencoder", "49"] and own[3] == ""
    assert peer[:2] == ["situation-2-letters", "49"]
    ours, theirs = (float(line[2].removesuffix(" dB")) for line in (own, peer))
    lead = float(peer[3].removesuffix(" dB").replace("\N{MINUS SIGN}", "-"))
    assert lead == pytest.approx(ours - theirs, abs=0.11)
    assert "nearest sizes" not in texts(at)


def test_else_the_nearest_sizes_named(elastic, app):
    at = app(code="100")
    assert [cells(line)[1] for line in table(at)] == ["100", "49", "196"]
    assert "None is made for code size 100 alone" in texts(at)


def test_one_made_for_the_noise_is_added(elastic, app):
    at = app(code="49", level="25")
    names = [cells(line)[0] for line in table(at)]
    assert names == ["Elastic autoencoder", "situation-2-letters", "My own network"]


def test_their_pictures_on_demand_and_by_address(elastic, app):
    def shown(at):
        alts = [image.alt for picture in at.get("image") for image in picture.proto.imgs]
        return [alt for alt in alts if "Row Situation 2" in alt]

    at = app(code="49")
    assert not shown(at)
    at.toggle(key="explore_beside").set_value(True).run()
    assert not at.exception
    assert len(shown(at)) == 1 and at.query_params["beside"] == "1"
    assert len(shown(app(code="49", beside="1"))) == 1
    assert len(app(beside="perhaps").info) == 1


def test_other_noise_is_told_and_what_is_made_for_it_offered(elastic, app):
    at = app(code="49", level="30", noise="salt-and-pepper")
    assert "has learned Gaussian 0–75 only" in texts(at)
    assert "No network here is made for it yet" in texts(at)
    at.button(key="explore_train").click().run()
    assert not at.exception
    assert at.session_state["train_kind"] == "salt-and-pepper"


def test_beyond_its_levels_too(elastic, app):
    at = app(code="64", level="90")
    assert "Gaussian 90 is new to it" in texts(at)
    at = app(code="64", level="75")
    assert "is new to it" not in texts(at)


def test_an_offer_brings_its_network_and_size(elastic, app):
    config = next((elastic / "runs").glob("*/config.json"))
    info = read_json(config)
    info["config"]["noise"] = {"kind": "masking", "level": 50.0, "low": None, "clean": 0.0}
    write_json(config, info)
    at = app(code="64", level="50", noise="masking")
    offer = at.button(key="explore_offer_0")
    assert "My own network" in offer.label and "32 values" in offer.label
    offer.click().run()
    assert not at.exception
    assert at.query_params["code"] == "32"
    assert at.selectbox(key="explore_network").value.endswith(config.parent.name)
    assert "is new to it" not in texts(at)


def test_dedicated_networks_stay_to_be_chosen_and_move_the_slider(elastic, app):
    at = app(code="64")
    at.selectbox(key="explore_network").set_value("situation-1-letters").run()
    assert not at.exception
    assert at.query_params["code"] == "196"
    assert at.query_params["run"] == "situation-1-letters"
    assert "At work: Situation 1" in texts(at) and TABLE not in texts(at)
    at.session_state["explore_code"] = 192
    at.run()
    assert at.selectbox(key="explore_network").value == "letters-elastic"


def test_test_figures_of_the_nearest_size_are_named(elastic, app):
    quality = measured_files.quality
    rows = [
        {"size": n, "network": quality(20 + n / 10), "pca": quality(15.0), "dedicated": []}
        for n in (1, 64, 128)
    ]
    rows[1]["dedicated"] = [
        {"run": "situation-2-letters", "network": "situation-2", "psnr": 26.9},
        {"run": "x", "network": "conv", "psnr": 9},
    ]
    folder = elastic / "pretrained" / "letters-elastic"
    measured_files.evaluation(folder, [measured_files.tested(27.0, images=2000, sizes=rows)])
    page = texts(app(code="70"))
    assert "2,000 test images of letters" in page
    assert "size 64: elastic 26.4 dB, PCA 15.0 dB, situation-2-letters 26.9 dB, x 9.0 dB." in page
    measured_files.evaluation(folder, [measured_files.tested(27.0, sizes=[3])])
    at = app(code="70")
    assert "test images" not in texts(at)
    assert [w.value for w in at.warning if "evaluation.json of the run letters-elastic" in w.value]


def test_files_say_size_and_noise_and_hold_the_codes_shown(elastic, app, saved):
    app(code="77", level="13", draw="5")
    stem = "letters_elastic_code77_gaussian13"
    assert f"{stem}.zip" in saved
    y = np.load(io.BytesIO(saved[f"{stem}_codes.npy"]()))
    lines = list(csv.DictReader(io.StringIO(saved[f"{stem}_codes.csv"]().decode())))
    assert y.shape == (8, 1, 1, 77) and len(lines) == 8
    assert float(lines[7]["y77"]) == pytest.approx(float(y[7, 0, 0, 76]))
    test = data.load("letters").test
    places = np.random.default_rng(5).choice(len(test), 16, replace=False)
    assert [line["file"] for line in lines] == [f"letters-test-{p + 1:05d}" for p in places[:8]]
    assert [line["class"] for line in lines] == ["ABCDEFGHIJ"[test.labels[p]] for p in places[:8]]


def test_codecs_are_not_among_the_networks(elastic, app):
    at = app()
    assert not any("codec" in option for option in at.selectbox(key="explore_network").options)
    assert "letters-codec" in {folder.name for folder in (elastic / "pretrained").iterdir()}
    at = app(run="letters-codec")
    assert len(at.info) == 1 and "is on the page Rate and quality" in at.info[0].value


def test_in_portuguese(elastic, app):
    at = app(code="49", locale="pt-BR")
    assert "elástica contra ela" in texts(at) and "Todos os tamanhos de 1 a 256" in texts(at)
