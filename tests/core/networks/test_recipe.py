"""How a network is trained where nobody says otherwise, by the number of images."""

import dataclasses

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.data.own import store
from ae_core.evaluation import card
from ae_core.networks import recipe


def steps(found, images):
    return found["epochs"] * (images // found["batch"])


@pytest.mark.parametrize("images", [1, 2, 12, 36, 60, 300, 499, 500, 999, 1_000, 3_000, 4_999])
def test_few_images_are_trained_on_in_many_small_steps(images):
    found = recipe.of(images)
    config = TrainConfig(**found)  # every value is one that a training may have
    assert found["batch"] <= images
    assert steps(found, images) >= recipe.STEPS
    assert found["epochs"] >= TrainConfig.epochs
    assert config.warm_up * steps(found, images) >= 40  # the start is not thrown away in one step
    assert found["learning_rate"] < TrainConfig.learning_rate
    looks = found["epochs"] / found["validate_every"]
    assert found["patience"] < looks <= recipe.LOOKS
    assert (found["augment"] == "auto") == (images < 1_000)


@pytest.mark.parametrize("images", [5_000, 29_750, 42_000, 10**6])
def test_many_images_are_trained_on_as_before_but_not_for_nothing(images):
    usual = {name: getattr(TrainConfig, name) for name in recipe.NAMES}
    assert recipe.of(images) == usual | {"patience": 13}


@pytest.mark.parametrize("images", [500, 1_000, 2_999, 4_999, 5_000, 5_952, 15_000, 42_000])
def test_a_network_that_begins_with_chance_takes_as_many_steps_as_it_needs(images):
    found = recipe.of(images, by_chance=3_000)
    assert steps(found, images) >= max(recipe.STEPS, min(images, 3_000))
    assert found["epochs"] >= recipe.of(images)["epochs"]
    of_large = recipe.of(images, by_chance=3_000, batch=images)  # no more passes where there are many
    assert images < recipe.MANY or of_large["epochs"] == found["epochs"]


def test_a_network_that_begins_with_chance_takes_larger_steps():
    for name in ("situation-1", "designed"):
        assert networks.kind(name).by_chance
    for name in ("conv", "elastic", "rate", "unet"):
        assert not networks.kind(name).by_chance
    assert recipe.of(60, by_chance=3_000)["learning_rate"] > recipe.of(60)["learning_rate"]
    config = networks.configure({"data": "letters", "limit": 60, "network": "designed"})
    assert config.learning_rate == recipe.of(60, by_chance=3_000)["learning_rate"]
    situation = networks.configure({"data": "letters", "limit": 60, "network": "situation-1"})
    assert situation.learning_rate > config.learning_rate


def test_one_value_that_must_bend_through_all_letters_takes_more_and_smaller_steps():
    one, four = (networks.configure({"data": "letters", "network": f"situation-{k}"}) for k in (4, 3))
    assert one.batch == four.batch and one.epochs > 2 * four.epochs
    assert one.learning_rate < four.learning_rate


def test_steps_grow_sooner_where_a_code_has_many_values():
    warm_up = [
        networks.configure({"data": "letters", "network": f"situation-{k}"}).warm_up
        for k in (1, 2, 3, 4)
    ]
    assert warm_up == [0.1, 0.1, recipe.WARM_UP_BY_CHANCE, recipe.WARM_UP_BY_CHANCE]


def test_more_images_never_get_fewer_steps_in_a_batch_of_more():
    found = [recipe.of(images) for images in range(1, 6_000, 7)]
    batches = [one["batch"] for one in found]
    assert batches == sorted(batches)


def test_what_is_asked_for_is_followed_by_the_rest():
    found = recipe.of(36, epochs=3)
    assert (found["epochs"], found["validate_every"]) == (3, 1)
    assert recipe.of(36, batch=4)["batch"] == 4
    assert recipe.of(36, batch=128)["batch"] == 36
    beside = recipe.beside(36, epochs=3)
    assert beside == recipe.of(36) | {"validate_every": 1, "patience": 5}


@pytest.fixture
def sixty(tmp_path, monkeypatch):
    """A set of 60 images of one's own: 36 for training, or near."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    x = np.random.default_rng(0).integers(0, 256, (60, 16, 16, 1), np.uint8)
    store.save("sixty", "Sixty", x, np.zeros(60), ["-"])
    return "own-sixty"


def test_a_training_that_nobody_describes_is_that_of_the_recipe(sixty):
    config = networks.configure({"data": sixty})
    assert {name: getattr(config, name) for name in recipe.NAMES} == recipe.of(36)
    assert networks.configure({"data": "letters", "limit": 36}).batch == 16
    assert networks.configure({"data": "letters"}).batch == TrainConfig.batch


def test_a_persons_choice_goes_first(sixty):
    chosen = {
        "batch": 9,
        "epochs": 2,
        "learning_rate": 0.5,
        "warm_up": 0.0,
        "augment": "none",
        "validate_every": 7,
        "patience": 0,
    }
    config = networks.configure({"data": sixty} | chosen)
    assert {name: getattr(config, name) for name in recipe.NAMES} == chosen
    assert networks.configure({"data": sixty, "optimizer": "sgd"}).learning_rate == 0.1


def test_the_command_of_a_training_asks_for_the_same_again(sixty):
    config = networks.configure({"data": sixty, "code": 8})
    usual = f"python -m ae_core train --data {sixty} --network conv --code 8"
    assert card.command(config) == usual
    other = networks.configure({"data": sixty, "code": 8, "epochs": 3})
    assert card.command(other) == f"{usual} --epochs 3"
    other = dataclasses.replace(config, augment="both", patience=0)
    assert card.command(other) == f"{usual} --patience 0 --augment both"


def test_a_long_training_of_few_images_is_kept_every_few_steps():
    """What was trained since the last look is lost when it is killed."""
    asked = recipe.of(238, epochs=5000, batch=16)
    assert asked["validate_every"] * (238 // 16) <= 60
    assert recipe.of(12)["validate_every"] * 1 <= 50
