"""What can be said of the networks before one is built, and that each can be built."""

import subprocess
import sys
from pathlib import Path

import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
GREY, COLOUR, LARGE = (28, 28, 1), (32, 32, 3), (64, 64, 3)


@pytest.mark.parametrize(
    ("network", "code", "image_shape", "shape"),
    [
        ("situation-1", 196, GREY, (14, 14, 1)),
        ("situation-2", 49, GREY, (7, 7, 1)),
        ("situation-3", 4, GREY, (2, 2, 1)),
        ("situation-4", 1, GREY, (1, 1, 1)),
        ("situation-2", 49, (28, 28, 3), (7, 7, 1)),
        ("conv", 1, COLOUR, (1, 1, 1)),
        ("conv", 128, COLOUR, (1, 1, 128)),
        ("conv", 1024, LARGE, (1, 1, 1024)),
        ("unet", 0, COLOUR, (0, 0, 0)),
    ],
)
def test_code_shapes(network, code, image_shape, shape):
    assert networks.code_shape(_unchecked(network, code), image_shape) == shape
    assert networks.code_values(_unchecked(network, code), image_shape) == code


def test_every_code_size_from_1_to_1024_has_a_shape_of_as_many_values():
    for code in range(1, 1025):
        assert networks.code_values(_unchecked("conv", code), COLOUR) == code


@pytest.mark.parametrize(
    ("network", "code", "image_shape", "words"),
    [
        ("convnet", 64, GREY, "no network 'convnet'"),
        ("conv", 0, COLOUR, "1 to 1024"),
        ("conv", 1025, COLOUR, "1 to 1024"),
        ("conv", 64, (32, 32, 2), "1 or 3 channels"),
        ("unet", 64, COLOUR, "not 64"),
        ("situation-1", 49, GREY, "a code of size 196, not 49"),
        ("situation-1", 196, COLOUR, "28×28 images, not 32×32"),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_sentence(network, code, image_shape, words):
    for ask in (
        lambda: networks.code_shape(_unchecked(network, code), image_shape),
        lambda: networks.build(_unchecked(network, code), image_shape),
    ):
        with pytest.raises(UserError) as caught:
            ask()
        assert words in str(caught.value) and str(caught.value).endswith(".")


def _unchecked(network, code):
    """A config as it would be if the limits of code sizes changed."""
    config = TrainConfig(network=network)
    object.__setattr__(config, "code", code)
    return config


def test_default_code_is_kept_where_it_can_be():
    assert networks.kind("conv").default_code(100) == 100
    assert networks.kind("situation-3").default_code(100) == 4
    assert networks.kind("unet").default_code(100) == 0


def test_refusing_needs_no_keras():
    code = (
        "import sys\nfrom ae_core import networks\nfrom ae_core.config import TrainConfig\n"
        "try:\n    networks.build(TrainConfig(code=64), (32, 32, 2))\n"
        "except networks.UserError as error:\n    sys.exit('keras' in sys.modules)\n"
        "sys.exit('it was not refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "image_shape",
    [GREY, COLOUR, (32, 32, 1), LARGE, (8, 12, 3), (9, 9, 1), (30, 45, 3), (61, 8, 1), (255, 130, 1)],
)
@pytest.mark.parametrize("code", [1, 37, 1024])
def test_conv_is_built_for_every_code_size_and_side(code, image_shape):
    model = networks.build(TrainConfig(network="conv", code=code), image_shape)
    assert model.input_shape == model.output_shape == (None, *image_shape)
    assert model.get_layer("encoder").output_shape == (None, 1, 1, code)
    assert model.get_layer("decoder").input_shape == (None, 1, 1, code)


def test_sets_of_unlike_images_are_not_joined():
    with pytest.raises(UserError, match=r"28×28×1 \(letters\), 32×32×3 \(numbers\)"):
        networks.configure({"data": "letters+numbers"})
