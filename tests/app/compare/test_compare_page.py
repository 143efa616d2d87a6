"""Compare: the choice of runs, what differs, curves, figures and the same images."""

import dataclasses
import html
import json

import measured_files
import pytest
from app_support import ROOT, texts

from ae_core import files, runs
from ae_core.config import TrainConfig
from ae_core.errors import Message
from ae_core.i18n import text
from dashboard.app_pages.compare import sections

PAGE = str(ROOT / "dashboard" / "app_pages" / "compare" / "page.py")
PAIR = "situation-1-letters,situation-2-letters"


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def own(artifacts):
    return next(p.name for p in (artifacts / "runs").iterdir() if p.name[0] != ".")


def test_first_view_compares_without_being_asked(artifacts, app):
    at = app(PAGE)
    assert at.multiselect(key="compare_runs").value[:2] == PAIR.split(",")
    table = at.dataframe[0].value
    assert len(table) == 4 and table["Reconstruction"].str.startswith("data:image/png").all()
    charts = at.get("plotly_chart")
    assert len(charts) == 2 and all(c.proto.alt for c in charts)
    assert alts(at)[0].startswith("Row original")


def test_stored_pictures_need_no_loading_and_are_in_one_order(artifacts, app):
    at = app(PAGE, runs=PAIR)
    found = alts(at)
    assert [alt.split(",")[0] for alt in found] == [
        "Row original",
        "Row situation-1-letters",
        "Row situation-2-letters",
    ]
    assert all("dB, SSIM" in alt for alt in found[1:])
    assert "follow" not in texts(at)


def test_only_what_differs_hides_what_is_alike(artifacts, app):
    at = app(PAGE, runs=PAIR)
    before = set(at.dataframe[0].value)
    assert {"Images", "Noise", "Epochs"} <= before
    at.toggle(key="compare_differs").set_value(True).run()
    assert not at.exception
    assert set(at.dataframe[0].value) == {"Reconstruction", "Name", "Network", "Code", "PSNR, dB"}
    assert len(at.dataframe[0].value) == 2
    assert at.query_params["differs"] == "1"
    again = app(PAGE, runs=PAIR, differs="1")
    assert again.toggle(key="compare_differs").value and len(again.dataframe[0].value) == 2


def test_compared_runs_are_pinned_on_top_of_the_table(artifacts, app):
    at = app(PAGE, runs="situation-2-letters,denoiser-letters")
    names = list(at.dataframe[0].value["Name"])
    assert names == [
        "situation-2-letters",
        "denoiser-letters",
        "My own network",
        "situation-1-letters",
    ]
    at.multiselect(key="compare_runs").set_value(["situation-1-letters"]).run()
    assert list(at.dataframe[0].value["Name"])[0] == "situation-1-letters"


def test_choice_and_curves_are_in_the_address_and_come_back(artifacts, app):
    at = app(PAGE, runs=PAIR)
    at.multiselect(key="compare_runs").set_value([own(artifacts), "situation-1-letters"])
    at.segmented_control(key="compare_scale").set_value("linear")
    at.segmented_control(key="compare_step").set_value("seconds").run()
    assert not at.exception
    wanted = {"runs": f"{own(artifacts)},situation-1-letters", "scale": "linear", "by": "seconds"}
    assert wanted.items() <= dict(at.query_params).items()
    again = app(PAGE, **wanted)
    assert again.multiselect(key="compare_runs").value == wanted["runs"].split(",")
    assert not again.info


def test_a_title_is_text_in_the_legend_too(artifacts, app):
    run = own(artifacts)
    runs.get(run).update_info(title="<b>mine</b> %{y} *best*")
    at = app(PAGE, runs=f"{PAIR},{run}")
    (drawn, *_) = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
    names = {html.unescape(trace["name"]) for trace in drawn["data"]}
    assert "<b>mine</b> %{y} *best*" in names
    assert not any(sign in trace["name"] for trace in drawn["data"] for sign in ("<", "%{"))


def test_figures_stand_side_by_side(artifacts, app):
    for name, psnr in (("situation-1-letters", 31.0), ("situation-2-letters", 24.5)):
        folder = artifacts / "pretrained" / name
        measured_files.evaluation(folder, [measured_files.tested(psnr)])
    at = app(PAGE, runs=f"{PAIR},{own(artifacts)}")
    table = at.dataframe[1].value
    assert list(table["PSNR, dB"]) == [31.0, 24.5]
    assert "Measure My own network on its test images" in {b.label for b in at.button}


def test_figures_that_cannot_be_read_are_one_sentence(artifacts, app):
    one, two = (artifacts / "pretrained" / name for name in PAIR.split(","))
    measured_files.evaluation(one, [measured_files.tested(31.0)])
    measured_files.evaluation(two, [measured_files.tested(24.5) | {"network": ["odd"]}])
    at = app(PAGE, runs=PAIR)
    assert list(at.dataframe[1].value["PSNR, dB"]) == [31.0]
    (warning,) = at.warning
    assert "evaluation.json of the run situation-2-letters cannot be read" in warning.value
    assert at.button(key="compare_measure_situation-2-letters")


def test_what_has_no_figures_is_measured_by_a_button(artifacts, app, monkeypatch):
    from ae_core.jobs import states
    from ae_core.machine import processes

    name = own(artifacts)
    asked = []
    monkeypatch.setattr(processes, "detach", lambda arguments, *_: asked.append(arguments))
    runs.get(name).update_status(unmeasured=Message("The disk was full.").stored())
    at = app(PAGE, runs=name)
    assert "My own network could not be measured: The disk was full" in at.warning[0].value
    at.button(key=f"compare_measure_{name}").click().run()
    assert not at.exception and asked == [["evaluate", name, "--job"]]
    job = runs.get(name).folder / "measurement"
    assert (
        at.button(key=f"compare_cancel_{name}") and "is measured next" in at.get("progress")[0].text
    )
    files.write_json(job / "status.json", {"state": "running", "done": 0.5} | states.myself())
    at.run()
    assert at.get("progress")[0].text == "Measuring My own network on its test images"
    at.button(key=f"compare_cancel_{name}").click().run()
    assert (job / "cancel").exists()
    files.write_json(job / "status.json", {"state": "failed", "error": "The set is gone."})
    at.run()
    assert "My own network could not be measured: The set is gone" in at.warning[0].value
    measured_files.evaluation(runs.get(name).folder, [measured_files.tested(22.0)])
    at.run()
    assert list(at.dataframe[1].value["PSNR, dB"]) == [22.0] and not at.warning


@pytest.mark.parametrize(
    ("state", "said"), [("running", "still being trained"), ("failed", "nothing to measure")]
)
def test_an_unfinished_run_says_why_it_has_no_figures(artifacts, app, state, said):
    from ae_core.jobs import states

    run = runs.get(own(artifacts))
    run.model_path.unlink()
    run.update_status(state=state, error="It broke.", **states.myself())
    at = app(PAGE, runs=run.id)
    assert said in texts(at) and f"compare_measure_{run.id}" not in {b.key for b in at.button}


def test_noise_goes_through_every_network_alike(artifacts, app):
    at = app(PAGE, runs=f"situation-1-letters,{own(artifacts)}")
    at.select_slider(key="compare_level").set_value(25.0).run()
    assert not at.exception and not at.error
    assert any(alt.startswith("Row noisy") for alt in alts(at))
    loaded = any("My own network" in alt for alt in alts(at))
    assert loaded or "follow" in texts(at)


def test_nothing_chosen_is_said(artifacts, app):
    at = app(PAGE, runs=PAIR)
    at.multiselect(key="compare_runs").set_value([]).run()
    assert not at.exception
    assert "Nothing is compared yet" in texts(at) and not alts(at)


def test_a_run_that_never_finished_an_epoch_is_left_out(artifacts, app):
    from ae_core.config import TrainConfig

    run = runs.create(TrainConfig(epochs=3), "Not yet")
    run.update_status(state="failed", error="It broke.")
    at = app(PAGE)
    assert run.id not in at.multiselect(key="compare_runs").options
    assert "Not yet" not in list(at.dataframe[0].value["Name"])


def test_elastic_network_and_codec_stand_beside_the_others(elastic, app):
    at = app(PAGE, runs="letters-elastic,situation-1-letters")
    assert not at.error
    assert any("Elastic letters" in alt for alt in alts(at))
    assert "at code size 4" in texts(at) and "of 255" not in texts(at)
    assert "level 128 of 255" in texts(app(PAGE, runs="letters-codec,situation-1-letters"))


@pytest.mark.parametrize(
    "address", [{"runs": "../../x"}, {"scale": "cubic"}, {"by": "moons"}, {"nonsense": "1"}]
)
def test_senseless_address_falls_back_with_one_notice(artifacts, app, address):
    at = app(PAGE, **address)
    assert len(at.info) == 1 and next(iter(address)) in at.info[0].value
    assert len(at.multiselect(key="compare_runs").value) >= 2


def test_without_any_run_the_page_says_what_to_do(empty, app):
    assert "There is no trained network here yet" in texts(app(PAGE))


def test_portuguese(artifacts, app):
    at = app(PAGE, runs=PAIR)
    at.segmented_control(key="language_switch").set_value("PT").run()
    assert not at.exception
    assert "Duas redes diferem" in texts(at) and "Como aprenderam" in texts(at)


def test_every_choice_has_a_name_where_two_runs_differ_in_it(artifacts, app):
    """A table of differences has a column for each choice that a training can have."""
    path = artifacts / "runs" / own(artifacts) / "config.json"
    content = json.loads(path.read_text())
    fields = {field.name for field in dataclasses.fields(TrainConfig)}
    others = {
        "warm_up": 0.2,
        "validate_every": 3,
        "patience": 5,
        "optimizer": "sgd",
        "seed": 77,
    }
    assert set(others) < fields
    content["config"] |= others
    path.write_text(json.dumps(content))
    at = app(PAGE, runs=f"{path.parent.name},situation-1-letters", differs="1")
    assert not at.exception
    shown = set(at.dataframe[0].value)
    assert {"Optimiser", "Warm-up", "Patience (0: never ends early)", "Seed"} <= shown
    for name in fields:
        text("pt-BR", sections._WORDS.get(name, f"train.{name}"))
