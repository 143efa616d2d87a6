"""Train with few images: the form follows their number, and the page says what a training came to."""

import time

import numpy as np
import pytest
from app_support import TRAIN, texts


@pytest.fixture
def sixty(tmp_path, monkeypatch):
    from ae_core.data.own import store

    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    x = np.random.default_rng(0).integers(0, 256, (60, 16, 16, 1), np.uint8)
    store.save("sixty", "Sixty", x, np.zeros(60), ["-"])
    return "own-sixty"


def make_run(losses, state="finished", **config):
    """Make a run with a history of (training loss, validation loss) from epoch 0 on."""
    from ae_core import runs
    from ae_core.config import TrainConfig

    run = runs.create(TrainConfig(**config), "A run")
    lines = [",".join(runs.HISTORY_COLUMNS)]
    for epoch, (loss, validation) in enumerate(losses):
        psnr = -10 * np.log10(validation)
        lines.append(f"{epoch},{loss},{validation},{psnr},0.001,1,100,nan")
    (run.folder / "history.csv").write_text("\n".join(lines) + "\n")
    run.update_status(state=state)
    return run


def test_the_form_follows_the_number_of_images(empty, sixty, app):
    from ae_core.networks import recipe

    at = app(TRAIN)
    assert at.select_slider(key="train_batch").value == 128
    at.selectbox(key="train_data").set_value(sixty).run()
    assert not at.exception
    usual = recipe.of(36)
    for name in ("batch", "learning_rate", "warm_up"):
        assert at.select_slider(key=f"train_{name}").value == usual[name]
    for name in ("epochs", "patience", "validate_every"):
        assert at.number_input(key=f"train_{name}").value == usual[name]
    assert at.selectbox(key="train_augment").value == "auto"
    at.selectbox(key="train_data").set_value("letters").run()
    assert at.select_slider(key="train_batch").value == 128
    assert at.number_input(key="train_epochs").value == 20
    at.number_input(key="train_limit").set_value(36).run()
    assert at.number_input(key="train_epochs").value == usual["epochs"]


def test_a_slider_that_was_moved_leads_back_to_what_is_usual(empty, app):
    at = app(TRAIN)
    at.selectbox(key="train_network").set_value("situation-3").run()
    usual = at.select_slider(key="train_learning_rate").value
    offered = at.select_slider(key="train_learning_rate").options
    at.select_slider(key="train_learning_rate").set_value(0.005).run()
    assert not at.exception
    assert at.select_slider(key="train_learning_rate").options == offered
    at.select_slider(key="train_learning_rate").set_value(usual).run()
    assert at.select_slider(key="train_learning_rate").value == usual == 0.004


def test_what_a_person_has_chosen_stays(empty, sixty, app):
    at = app(TRAIN)
    at.number_input(key="train_epochs").set_value(7)
    at.select_slider(key="train_batch").set_value(32).run()
    at.selectbox(key="train_data").set_value(sixty).run()
    assert not at.exception
    assert at.number_input(key="train_epochs").value == 7
    assert at.select_slider(key="train_batch").value == 32
    assert at.number_input(key="train_validate_every").value == 1  # it follows the epochs chosen
    at.number_input(key="train_epochs").set_value(80).run()
    assert at.number_input(key="train_validate_every").value == 2


def test_the_rate_follows_the_optimiser(empty, sixty, app):
    at = app(TRAIN, data=sixty, optimizer="sgd")
    assert at.select_slider(key="train_learning_rate").value == 0.1
    at.selectbox(key="train_optimizer").set_value("adam").run()
    assert at.select_slider(key="train_learning_rate").value == 5e-4


def test_a_series_of_few_images_has_epochs_enough(empty, sixty, app):
    from ae_core.networks import recipe

    at = app(TRAIN, sweep="")
    assert at.number_input(key="sweep_epochs").value == 5
    at.selectbox(key="sweep_data").set_value(sixty).run()
    assert not at.exception
    assert at.number_input(key="sweep_epochs").value == recipe.of(36)["epochs"]


def test_the_epoch_kept_and_why_it_ended_are_said(empty, app):
    run = make_run([("nan", 0.1), (0.5, 0.01), (0.4, 0.02), (0.5, 0.02)], patience=2)
    said = texts(app(TRAIN, run=run.id))
    assert "that of epoch 1, at 20.00 dB on the validation images" in said
    assert "began at 10.00 dB" in said
    assert "It ended by itself after epoch 3 of 20" in said and "over-fitting" not in said


def test_over_fitting_is_said_where_the_curves_part_in_both_languages(empty, app):
    run = make_run([("nan", 0.1), (0.5, 0.01), (0.4, 0.02), (0.3, 0.03), (0.2, 0.04)])
    assert "From epoch 1 on it learns its training images by heart" in texts(app(TRAIN, run=run.id))
    said = texts(app(TRAIN, run=run.id, lang="pt"))
    assert "A partir da época 1" in said and "de 0,01 para 0,04" in said


def test_progress_counts_steps_where_epochs_are_short(empty, app):
    from ae_core.jobs import states

    run = make_run([("nan", 0.1)], epochs=500)
    alive = states.myself() | {"heartbeat": time.time(), "started": time.time()}
    run.update_status(state="running", epoch=251, epochs=500, step=1, steps=2, **alive)
    at = app(TRAIN, run=run.id)
    assert at.progress[0].text == "Step 501 of 1,000 · Epoch 251 of 500"
