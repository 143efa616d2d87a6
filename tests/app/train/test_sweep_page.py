"""Train, many at once: what will be trained, the start, and the matrix that fills up."""

import re
import time

import pytest
from app_support import TRAIN, texts


def make(name="mine", networks=("conv", "unet"), codes=(16, 64), levels=(0.0, 25.0), seeds=(0,)):
    from ae_core.config import TrainConfig
    from ae_core.images.noise import Noise
    from ae_core.training.sweeps import plan, store

    base = TrainConfig(noise=Noise("gaussian"), epochs=3, device="cpu")
    axes = plan.Axes(networks, codes, levels, seeds)
    trials, left_out = plan.combine(name, base, axes)
    return store.create(name, base, axes, trials, left_out, [])


def begin(trial, state, psnr=0.0, epochs=3, **status):
    from ae_core import runs

    run = runs.create(trial.config, trial.words, trial.id, trial.sweep)
    rows = "".join(f"{e},0.1,0.1,{psnr},0.001,1.5,100\n" for e in range(1, epochs + 1))
    (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + "\n" + rows)
    run.update_status(state=state, **status)
    return run


def alive():
    from ae_core.jobs import states

    return states.myself() | {"heartbeat": time.time()}


def many(app, **address):
    at = app(TRAIN, **address)
    if not address:
        at.segmented_control(key="train_mode").set_value("many").run()
        assert not at.exception
    return at


def matrix(at):
    return next(
        h.proto.body for h in at.get("html") if "ae-sweep" in h.proto.body and "<td" in h.proto.body
    )


def test_the_form_says_what_will_happen(empty, app):
    at = many(app)
    assert "every combination is trained" in texts(at)
    assert at.button(key="sweep_start").label == "Start 6 trainings"
    at.multiselect(key="sweep_networks").set_value(["conv", "situation-3", "unet"]).run()
    assert not at.exception
    assert at.button(key="sweep_start").label == "Start 7 trainings"
    assert "Situation 3: code 2×2 has a code of size 4" in texts(at)
    at.number_input(key="sweep_seeds").set_value(2).run()
    assert at.button(key="sweep_start").label == "Start 14 trainings"
    at.multiselect(key="sweep_levels").set_value([]).run()
    assert not at.exception
    assert "at least one noise level" in at.error[0].value


def test_networks_without_a_code_ask_for_no_size(empty, app):
    at = many(app)
    at.multiselect(key="sweep_networks").set_value(["unet"])
    at.multiselect(key="sweep_levels").set_value([25.0])
    at.multiselect(key="sweep_codes").set_value([]).run()
    assert not at.error and at.button(key="sweep_start").label == "Start one training"
    at.multiselect(key="sweep_networks").set_value(["unet", "conv"]).run()
    assert len(at.error) == 1


def test_start_writes_the_sweep_and_starts_its_process(empty, app, monkeypatch):
    from ae_core.training.sweeps import store

    started = []
    monkeypatch.setattr(store.Sweep, "launch", lambda sweep: started.append(sweep))
    at = many(app)
    at.multiselect(key="sweep_codes").set_value([4, 8])
    at.number_input(key="sweep_epochs").set_value(2)
    at.text_input(key="sweep_name").set_value("evening").run()
    at.button(key="sweep_start").click().run()
    assert not at.exception
    [sweep] = started
    assert sweep == store.find("evening")
    assert {t.config.code for t in sweep.trials} == {4, 8}
    assert {t.config.noise.level for t in sweep.trials} == {0.0, 25.0}
    assert {t.config.epochs for t in sweep.trials} == {2}
    assert at.query_params["sweep"] == "evening"
    assert matrix(at).count("to come") == 4


def test_the_matrix_fills_up_as_trials_end(empty, app):

    sweep = make()
    first, second, third, *_ = sweep.trials
    begin(first, "finished", 21.27)
    run = begin(second, "running", 19.0, epochs=1, **alive())
    begin(third, "failed", epochs=0, error="The loss became nan.")
    at = many(app, sweep="mine")
    body = matrix(at)
    assert f"runs={first.id}" in body and ">21.3</a>" in body
    assert "training<small>epoch 1/3" in body and ">failed<" in body
    assert body.count("to come") == 2 and body.count("class='none'") == 4
    assert at.progress[0].value == 20 and at.progress[0].text == "1 of 5 trainings finished"
    assert "Gaussian 25 · Seed 0**: The loss became nan." in at.error[0].value
    rows = (run.folder / "history.csv").read_text()
    (run.folder / "history.csv").write_text(rows + "2,0.1,0.1,24.04,0.001,1,100\n")
    run.update_status(state="finished")
    at.run()
    body = matrix(at)
    assert ">24.0</a>" in body and ">21.3</a>" in body
    assert "%" not in body  # of other sizes or noise: nothing to compare


def test_the_colour_compares_networks_of_one_size_at_one_noise(empty, app):
    sweep = make(networks=("conv", "situation-3", "elastic"), codes=(4, 16), levels=(0.0,))
    for trial in sweep.trials:
        size = (trial.config.network, trial.config.code)
        psnr = {("conv", 4): 11, ("situation-3", 4): 12, ("conv", 16): 20, ("elastic", 4): 9}
        begin(trial, "finished", psnr.get(size, 13))
    body = matrix(many(app, sweep="mine"))
    shares = dict(re.findall(r"(\d+)%, transparent.*?>(\d+\.\d)</a>", body))
    assert shares == {"6": "11.0", "46": "12.0"}


def test_cells_of_several_seeds_are_means(empty, app):
    sweep = make(networks=("conv",), codes=(16,), levels=(25.0,), seeds=(0, 1))
    begin(sweep.trials[0], "finished", 20.0)
    at = many(app, sweep="mine")
    assert ">20.0</a><small>1/2</small>" in matrix(at)
    begin(sweep.trials[1], "finished", 22.0)
    at.run()
    assert ">21.0</a><small>2/2</small>" in matrix(at)


def test_stop_and_go_on(empty, app, monkeypatch):
    from ae_core.files import write_json
    from ae_core.training.sweeps.store import Sweep

    sweep, started = make(), []
    write_json(sweep.folder / "status.json", {"state": "running", "eta_seconds": 75.0} | alive())
    monkeypatch.setattr(Sweep, "launch", lambda sweep: started.append(sweep))
    at = many(app, sweep="mine")
    assert "about 1:15 min left" in at.progress[0].text
    assert "sweep_resume" not in {button.key for button in at.button}
    at.button(key="sweep_stop").click().run()
    assert not at.exception and sweep.cancel_path.exists()
    write_json(sweep.folder / "status.json", {"state": "cancelled"})
    at = many(app, sweep="mine")
    assert at.button(key="sweep_resume").label == "Go on with 5 trainings"
    at.button(key="sweep_resume").click().run()
    assert not at.exception and started == [sweep]


def test_compare_gets_the_best_of_each_code_size(empty, app):
    sweep = make(networks=("conv",), seeds=(0, 1))
    for trial, psnr in zip(sweep.trials, (20, 25, 30, 19, 21, 22, 17, 40), strict=True):
        begin(trial, "finished", psnr)
    at = many(app, sweep="mine")
    at.button(key="sweep_compare").click().run()
    assert not at.exception
    assert at.query_params["runs"] == "mine-conv16-s1,mine-conv64-s0"


def test_a_damaged_or_unknown_sweep_is_one_sentence(empty, app):
    at = many(app, sweep="nobody")
    assert "no sweep 'nobody'" in at.error[0].value
    sweep = make()
    (sweep.folder / "sweep.json").write_text("{")
    at = many(app, sweep="mine")
    assert not at.exception and "cannot be read" in at.error[0].value
    assert any("The series mine is left out" in c.value for c in many(app).caption)


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_both_languages(empty, app, locale):
    sweep = make()
    begin(sweep.trials[0], "finished", 21.27)
    body = matrix(many(app, sweep="mine", locale=locale))
    assert {"en-US": ">21.3</a>", "pt-BR": ">21,3</a>"}[locale] in body
    assert {"en-US": "to come", "pt-BR": "a fazer"}[locale] in body
