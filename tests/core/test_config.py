"""The training configuration: what may be asked for, and the sentence for what may not."""

import json

import pytest

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise


def test_every_field_survives_json():
    config = TrainConfig(
        data="notmnist+letters",
        network="unet",
        code=0,
        noise=Noise("gaussian", 50.0, 5.0),
        epochs=3,
        batch=7,
        learning_rate=1e-4,
        loss="psnr",
        precision="bfloat16",
        augment="colours",
        device="gpu:1",
        seed=11,
        limit=200,
    )
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_entries_that_nobody_read_are_left_out_of_old_runs():
    old = TrainConfig(epochs=3).to_dict() | {"side": None, "colour": None}
    assert TrainConfig.from_dict(old) == TrainConfig(epochs=3)


def test_what_is_not_said_is_the_default():
    assert TrainConfig.from_dict({}) == TrainConfig()
    assert TrainConfig.from_dict({"noise": {"kind": "masking", "level": 50}}) == TrainConfig(
        noise=Noise("masking", 50)
    )


def test_every_kind_of_noise_can_be_asked_for():
    for name, kind in KINDS.items():
        assert 0 <= kind.default <= kind.maximum
        Noise(name, kind.maximum)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "JSON object"),
        (None, "JSON object"),
        ({"epoch": 3}, "unknown entries ['epoch']"),
        ({"data": ""}, "data set"),
        ({"data": 3}, "data set"),
        ({"network": None}, "network"),
        ({"code": -1}, "code size"),
        ({"code": 4097}, "0 to 4096"),
        ({"code": 3.5}, "3.5"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"epochs": "20"}, "'20'"),
        ({"batch": 0}, "batch"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": float("inf")}, "learning rate"),
        ({"loss": "huber"}, "mse, psnr, mae, bce"),
        ({"precision": "float16"}, "bfloat16"),
        ({"augment": ["shapes"]}, "augmentation"),
        ({"device": "tpu"}, "device"),
        ({"device": "gpu:"}, "device"),
        ({"device": 0}, "device"),
        ({"seed": -1}, "seed"),
        ({"limit": 0}, "limit"),
        ({"noise": "gaussian"}, "noise must be a JSON object"),
        ({"noise": {"sigma": 25}}, "unknown entries ['sigma']"),
        ({"noise": {"kind": "snow"}}, "'snow'"),
        ({"noise": {"kind": "gaussian", "level": -1}}, "noise level"),
        ({"noise": {"kind": "gaussian", "level": 256}}, "0 to 255"),
        ({"noise": {"kind": "gaussian", "level": float("nan")}}, "noise level"),
        ({"noise": {"kind": "gaussian", "level": "25"}}, "noise level"),
        ({"noise": {"kind": "gaussian", "level": 25, "low": 26}}, "lowest noise level"),
        ({"noise": {"kind": "masking", "level": 101}}, "0 to 100"),
        ({"noise": {"kind": "salt-and-pepper", "level": 150}}, "0 to 100"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(values, words):
    with pytest.raises(UserError) as caught:
        TrainConfig.from_dict(values)
    sentence = str(caught.value)
    assert words in sentence and "\n" not in sentence and sentence.endswith(".")


def test_a_config_is_not_changed_afterwards():
    with pytest.raises(AttributeError):
        TrainConfig().epochs = 5
