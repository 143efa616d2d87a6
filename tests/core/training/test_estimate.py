"""What a training will take: tried in a process of its own, refusals told in a sentence."""

import dataclasses

import pytest

from ae_core.config import TrainConfig
from ae_core.errors import DataMissing, UserError
from ae_core.training import estimate

CONFIG = TrainConfig(data="letters", network="situation-3", code=4, batch=32, limit=320, epochs=3)


def test_says_what_a_training_is_and_about_how_long_it_takes():
    found = estimate.measure(CONFIG)
    assert found.images == 320
    assert found.parameters == 930_060  # as in the shipped network's card
    assert 0 < found.epoch_seconds < 30 and found.start_seconds > 0.5
    assert found.total(10) - found.total(0) == pytest.approx(10 * found.epoch_seconds)


def test_what_cannot_be_trained_is_one_sentence(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="takes 28×28 images"):
        estimate.measure(dataclasses.replace(CONFIG, data="numbers"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    with pytest.raises((UserError, DataMissing), match="notMNIST"):
        estimate.measure(dataclasses.replace(CONFIG, data="notmnist"))


def test_one_that_takes_too_long_is_given_up():
    with pytest.raises(UserError, match="took over 1 s"):
        estimate.measure(CONFIG, limit_seconds=1)
