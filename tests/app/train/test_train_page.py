"""Train: the promise before the start, the states of a training, and its list."""

import dataclasses
import re
import time

import pytest
from app_support import TRAIN, texts, told

from ae_core.training import preparing

IMAGES = "<div class='ae-label'><b>original"


def make_run(state, epochs=5, **status):
    from ae_core import runs
    from ae_core.config import TrainConfig

    run = runs.create(TrainConfig(epochs=epochs), "A run in the making")
    run.update_status(state=state, **status)
    return run


def alive():
    from ae_core.jobs import states

    return states.myself() | {"heartbeat": time.time()}


def test_empty_page_explains_and_promises(empty, app):
    at = app(TRAIN)
    assert "No training yet" in texts(at)
    assert "784 values, 6,272 bits → 64 values × 32 bits = 2,048 bits: 3.1 : 1" in texts(at)
    at.selectbox(key="train_network").set_value("situation-4").run()
    assert "6,272 bits → 1 value × 32 bits = 32 bits: 196.0 : 1" in texts(at)


def test_promise_follows_the_choice(empty, app):
    at = app(TRAIN)
    at.selectbox(key="train_network").set_value("situation-1").run()
    assert not at.exception
    assert "1.0 : 1" in texts(at) and "compresses nothing" in texts(at)
    at.selectbox(key="train_data").set_value("numbers").run()
    assert not at.exception
    assert at.selectbox(key="train_network").value == "conv"


def test_link_fills_the_form(empty, app):
    at = app(TRAIN, data="numbers", code="200", noise="masking", level="30", network="conv")
    assert at.selectbox(key="train_data").value == "numbers"
    assert at.select_slider(key="train_code").value == 200
    assert at.selectbox(key="train_kind").value == "masking"
    assert at.select_slider(key="train_level").value == 30


def test_senseless_link_is_forgiven(empty, app):
    at = app(TRAIN, data="x", code="many", network="transformer", run="../..")
    assert len(at.info) == 1 and len(at.error) == 1
    assert at.selectbox(key="train_data").value == "letters"


def test_start_passes_on_what_was_chosen(empty, app, monkeypatch):
    from ae_core import runs
    from ae_core.training import control

    asked = []

    def start(config, title=""):
        asked.append((config, title))
        return runs.create(config, title)

    monkeypatch.setattr(control, "start", start)
    at = app(TRAIN, data="letters", code="16", noise="gaussian", level="25")
    at.number_input(key="train_epochs").set_value(3)
    at.toggle(key="train_spread").set_value(True)
    at.text_input(key="train_title").set_value("Mine").run()
    at.button(key="train_start").click().run()
    assert not at.exception
    config, title = asked[0]
    assert title == "Mine"
    assert (config.data, config.code, config.epochs) == ("letters", 16, 3)
    assert dataclasses.astuple(config.noise) == ("gaussian", 25.0, 0.0, 0.0, 0.0)
    assert at.query_params["run"] == runs.list_runs()[0].id


def test_a_click_on_start_is_answered_before_the_training_is_made(empty, app, monkeypatch):
    from streamlit.delta_generator import DeltaGenerator

    from ae_core.errors import UserError
    from ae_core.training import control

    order, drawn = [], DeltaGenerator.button

    def button(self, *given, **how):
        order.append((how.get("key"), bool(how.get("disabled"))))
        return drawn(self, *given, **how)

    def start(config, title=""):
        order.append("made")
        raise UserError("The disk is full: free some space, then go on.")

    monkeypatch.setattr(DeltaGenerator, "button", button)
    monkeypatch.setattr(control, "start", start)
    at = app(TRAIN)
    order.clear()
    at.button(key="train_start").click().run()
    assert order.index(("train_starting", True)) < order.index("made")


def test_a_start_in_vain_says_why_and_can_be_pressed_again(empty, app, monkeypatch):
    from ae_core.errors import UserError
    from ae_core.training import control

    def start(config, title=""):
        raise UserError("The disk is full: free some space, then go on.")

    monkeypatch.setattr(control, "start", start)
    at = app(TRAIN)
    at.button(key="train_start").click().run()
    assert [error.value for error in at.error] == ["The disk is full: free some space, then go on."]
    again = at.button(key="train_start_1")
    assert not again.disabled and "train_starting" not in {button.key for button in at.button}
    again.click().run()
    assert len(at.error) == 1 and not at.exception


@pytest.mark.parametrize("network", ["elastic", "rate"])
def test_elastic_and_rate_have_their_own_noise_loss_and_size(empty, app, monkeypatch, network):
    from ae_core import runs
    from ae_core.images.noise import Noise
    from ae_core.training import control

    asked = []

    def start(config, title=""):
        asked.append(config)
        return runs.create(config, title)

    monkeypatch.setattr(control, "start", start)
    at = app(TRAIN, data="letters", noise="masking", level="30")
    at.selectbox(key="train_network").set_value(network).run()
    assert not at.exception
    assert "train_kind" not in {box.key for box in at.selectbox}
    words = {"elastic": "every code size from 1 to 256", "rate": "288 whole numbers"}
    assert words[network] in texts(at)
    at.button(key="train_start").click().run()
    assert not at.exception
    spread = Noise("gaussian", 75.0, 0.0, 0.5)
    made = {"elastic": ("psnr", 256, spread), "rate": ("mse", 288, Noise())}
    assert (asked[0].loss, asked[0].code, asked[0].noise) == made[network]
    table = at.dataframe[0].value
    assert list(table["Code"]) == [{"elastic": "1–256", "rate": "288"}[network]]


def test_rate_has_another_usual_size_in_colour(empty, app):
    at = app(TRAIN, network="rate")
    assert at.select_slider(key="train_code").value == 288
    at.selectbox(key="train_data").set_value("numbers").run()
    assert not at.exception
    assert at.select_slider(key="train_code").value == 624
    assert app(TRAIN, network="elastic", code="1024").select_slider(key="train_code").value == 256


def test_elastic_opens_in_explore_as_it_is_stored_and_a_codec_does_not(elastic, app):
    at = app(TRAIN, run="letters-elastic")
    assert "mean over all code sizes" in texts(at)
    at.button(key="job_explore").click().run()
    assert not at.exception
    assert at.query_params["code"] == "4" and at.query_params["level"] == "0"
    at = app(TRAIN, run="letters-codec")
    assert not at.error
    assert "job_explore" not in {button.key for button in at.button}


@pytest.mark.parametrize(("run", "to"), [("letters-codec", "rate"), ("denoiser-letters", "denoise")])
def test_kinds_with_a_page_of_their_own_lead_there(run, to, elastic, app):
    at = app(TRAIN, run=run)
    at.button(key=f"job_to_{to}").click().run()
    assert not at.exception and at.query_params.get("run", run) == run
    assert "latent" not in {key.removeprefix("job_to_") for key in (b.key for b in at.button) if key}


def test_missing_data_cannot_be_started(empty, app):
    at = app(TRAIN, data="svhn+numbers")
    assert at.button(key="train_start").disabled
    assert "python -m ae_core data" in at.warning[0].value
    assert "non-commercial" in texts(at)


def test_running_shows_epoch_speed_and_cancel(empty, app, monkeypatch):
    from ae_core import runs

    # The worker of this run is the process of the tests: nobody may end it.
    monkeypatch.setattr(runs.Run, "_enforce", lambda run, pid: None)
    run = make_run(
        "running",
        epoch=2,
        epochs=5,
        step=5,
        steps=10,
        eta_seconds=75.0,
        images_per_second=1234.0,
        started=time.time() - 30,
        **alive(),
    )
    at = app(TRAIN, run=run.id)
    assert at.progress[0].value == 30 and at.progress[0].text == "Epoch 2 of 5"
    assert "1:15 <small>min" in texts(at) and "1,234 <small>/s" in texts(at)
    at.button(key="job_cancel").click().run()
    assert not at.exception
    assert run.cancel_path.exists()


def test_preparing_says_which_step_of_how_many_and_shows_the_images_at_once(empty, app):
    import numpy as np

    run = make_run("running", started=time.time(), **preparing.told(preparing.LOADING), **alive())
    at = app(TRAIN, run=run.id)
    assert at.progress[0].text == "Preparing, step 2 of 6: loading the libraries"
    assert 0 < at.progress[0].value < 50 and IMAGES not in texts(at)
    (run.folder / "samples").mkdir()
    for name in ("x", "x_noisy"):
        np.save(run.folder / "samples" / f"{name}.npy", np.zeros((16, 28, 28, 1), np.uint8))
    run.update_status(**preparing.told(preparing.BEGINNING))
    at = app(TRAIN, "pt-BR", run=run.id)
    assert at.progress[0].text == "Preparando, passo 4 de 6: encontrando os pesos iniciais"
    assert IMAGES in texts(at)


def test_failed_says_why_and_shows_the_log(empty, app):
    run = make_run("failed", error="The loss became nan in epoch 2; try a lower learning rate.")
    (run.folder / "log.txt").write_text("line one\nline two\n")
    at = app(TRAIN, run=run.id)
    assert "The loss became nan" in at.error[0].value
    assert "line two" in at.code[0].value
    assert at.button(key="job_resume") and at.button(key="job_delete")


def test_the_clock_of_a_training_whose_process_is_gone_stands_still(empty, app):
    long_ago = time.time() - 90_000
    gone = {"pid": 2**22 + 1, "started": long_ago, "heartbeat": long_ago + 95}
    run = make_run("running", **gone)
    at = app(TRAIN, run=run.id)
    assert "ended unexpectedly" in texts(at)
    assert "1:35 <small>min" in texts(at)


def test_queued_shows_its_place(empty, app):
    run = make_run("queued", position=2, device="cpu", **alive())
    at = app(TRAIN, run=run.id)
    assert "2 before this one" in texts(at)


def test_cancelled_is_no_error(empty, app):
    run = make_run("cancelled")
    at = app(TRAIN, run=run.id)
    assert not at.error
    assert "Cancelled before there was a network to use" in texts(at)


def test_finished_shows_curves_samples_and_the_way_to_explore(artifacts, app):
    from ae_core import runs

    own = next(r for r in runs.list_runs() if not r.pretrained)
    at = app(TRAIN, run=own.id)
    assert len(at.get("vega_lite_chart")) == 2
    assert all(chart.proto.alt for chart in at.get("vega_lite_chart"))
    assert at.select_slider(key=f"job_epoch_{own.id}").value == 2
    film = next(data for data in told(at) if "sprite" in data)
    assert film["texts"] == ["after epoch 1", "after epoch 2"]
    at.select_slider(key=f"job_epoch_{own.id}").set_value(1).run()
    assert not at.exception
    assert any("after epoch 1" in i.alt for p in at.get("image") for i in p.proto.imgs)
    at.button(key="job_explore").click().run()
    assert not at.exception
    assert at.session_state["explore_run"] in (own.id, "")
    assert at.session_state["explore_code"] == 32


def test_filters_and_dead_values_follow_the_epoch(artifacts, app):
    from ae_core import runs

    own = next(r for r in runs.list_runs() if not r.pretrained)
    header, *_ = (own.folder / "history.csv").read_text().splitlines()
    rows = "1,0.2,0.2,11,0.001,1,100,0\n2,0.1,0.1,12,0.001,1,100,0.25\n"
    (own.folder / "history.csv").write_text(f"{header}\n{rows}")
    at = app(TRAIN, run=own.id)
    filters = [i.alt for p in at.get("image") for i in p.proto.imgs if "Filters" in i.alt]
    assert filters == ["Filters 1 to 6 of the first layer after epoch 2"]
    assert "After epoch 2, 8 of the 32 code values are dead" in texts(at)
    charts = [chart.proto.alt for chart in at.get("vega_lite_chart")]
    assert charts[2] == "Share of dead code values by epoch, 25 % after epoch 2"
    at.select_slider(key=f"job_epoch_{own.id}").set_value(1).run()  # it has kept none
    assert not at.exception and "After epoch 1, no code value is dead" in texts(at)
    assert not [i for p in at.get("image") for i in p.proto.imgs if "Filters" in i.alt]


def test_a_run_made_before_shows_neither_filters_nor_dead_values(artifacts, app):
    from ae_core import runs

    own = next(r for r in runs.list_runs() if not r.pretrained)
    columns = [line.rsplit(",", 1)[0] for line in (own.folder / "history.csv").read_text().split()]
    (own.folder / "history.csv").write_text("\n".join(columns) + "\n")
    (own.folder / "samples" / "filters-0002.npy").unlink()
    at = app(TRAIN, run=own.id)
    assert not at.error and len(at.get("vega_lite_chart")) == 2
    assert "is dead" not in texts(at) and "first layer" not in texts(at)


def test_damaged_filters_are_one_sentence(artifacts, app):
    from ae_core import runs

    own = next(r for r in runs.list_runs() if not r.pretrained)
    (own.folder / "samples" / "filters-0002.npy").write_bytes(b"no numbers")
    assert "is damaged: filters-0002.npy" in texts(app(TRAIN, run=own.id))


def test_delete_is_asked_twice(artifacts, app):
    from ae_core import runs

    own = next(r for r in runs.list_runs() if not r.pretrained)
    at = app(TRAIN, run=own.id)
    at.button(key="job_delete").click().run()
    assert not at.exception
    assert own.folder.is_dir()
    assert "for good" in texts(at)


def test_list_names_every_run(artifacts, app):
    at = app(TRAIN)
    table = at.dataframe[0].value
    assert set(table["Name"]) == {
        "My own network",
        "situation-1-letters",
        "situation-2-letters",
        "denoiser-letters",
    }


def test_psnr_is_compared_only_among_the_same_pictures_code_and_noise(empty, app):
    from ae_core import runs
    from ae_core.config import TrainConfig
    from ae_core.images.noise import Noise

    kinds = (
        ("larger", {"code": 64}, 30.0),
        ("better", {"code": 16}, 22.0),
        ("worse", {"code": 16}, 20.5),
        ("noisy", {"code": 16, "noise": Noise("gaussian", 25)}, 19.0),
        ("other images", {"code": 16}, 23.0),
        ("all sizes", {"network": "elastic", "code": 16}, 18.0),
    )
    for name, choices, psnr in kinds:
        run = runs.create(TrainConfig(**choices), name)
        if name == "other images":  # of the same name: they were replaced since
            run.update_info(data={"name": "letters", "fingerprint": "another"})
        row = f"1,0.1,0.1,{psnr},0.001,1.5,100\n"
        (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + "\n" + row)
    table = app(TRAIN).dataframe[0].value.set_index("Name")["Among its like"]
    assert dict(table) == {
        "larger": "–",
        "better": "best of 2",
        "worse": "−1.5 dB",
        "noisy": "–",
        "other images": "–",
        "all sizes": "mean of all sizes",
    }


def test_what_the_program_says_is_portuguese_on_a_portuguese_page(empty, app):
    from ae_core import runs
    from ae_core.errors import Message

    error = "The loss became {loss} in epoch {epoch}; try a lower learning rate than {learning_rate}."
    run = make_run("failed", error=Message(error, loss=float("nan"), epoch=2, learning_rate=0.5))
    at = app(TRAIN, run=run.id, locale="pt-BR")
    assert "A perda virou nan na época 2; tente uma taxa de aprendizado menor que 0,5." in (
        at.error[0].value
    )
    (runs.runs_dir() / "broken").mkdir()
    (runs.runs_dir() / "broken" / "config.json").write_text("[]")
    at = app(TRAIN, run="nobody", locale="pt-BR")
    assert "deve conter um objeto JSON" in texts(at)
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", at.dataframe[0].value["Criado"][0])


def test_a_training_without_a_title_of_its_own_is_named_in_the_visitors_language(empty, app):
    from ae_core import runs
    from ae_core.config import TrainConfig

    run = runs.create(TrainConfig(code=32))
    for locale, title in (("en-US", "letters, Autoencoder 32"), ("pt-BR", "letras, Autoencoder 32")):
        at = app(TRAIN, run=run.id, locale=locale)
        assert title in [h.value for h in at.header]


@pytest.mark.parametrize("lang", ["en", "pt"])
def test_every_kind_of_page_in_both_languages(artifacts, app, lang):
    from ae_core import runs

    for run in runs.list_runs():
        at = app(TRAIN, run=run.id, lang=lang)
        assert not at.error


def test_the_effort_is_told_when_asked_for_and_follows_the_epochs(empty, app, monkeypatch):
    from ae_core.training import estimate

    asked = []

    def measure(config):
        asked.append(config)
        return estimate.Estimate(881_500, 8000, start_seconds=10.0, epoch_seconds=12.0)

    monkeypatch.setattr(estimate, "measure", measure)
    at = app(TRAIN)
    assert not asked
    at.button(key="train_try").click().run()
    at.number_input(key="train_epochs").set_value(30).run()
    assert not at.exception and len(asked) == 1  # another number of epochs needs no other trial
    said = " ".join(h.proto.body for h in at.get("html"))
    for figure in ("881,500", "12 <small>s", "6:10 <small>min"):
        assert figure in said
    assert "8,000 images an epoch" in texts(at)
    at.select_slider(key="train_code").set_value(16).run()
    assert at.button(key="train_try").label == "How long will it take here?"


def test_a_trial_that_fails_is_one_sentence(empty, app, monkeypatch):
    from ae_core.errors import UserError
    from ae_core.training import estimate

    def measure(config):
        raise UserError("The memory was not enough.")

    monkeypatch.setattr(estimate, "measure", measure)
    at = app(TRAIN)
    at.button(key="train_try").click().run()
    assert [e.value for e in at.error] == ["The memory was not enough."]
