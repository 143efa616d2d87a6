"""Images of any size through every kind of network: filled up inside, cut outside."""

import keras
import numpy as np
import pytest

from ae_core import networks
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.drawing import layers as stored_layers
from ae_core.drawing import plan as drawn_plan
from ae_core.images import metrics
from ae_core.networks import inference
from ae_core.networks.designed import notation
from ae_core.networks.designed.planner import lay_out
from ae_core.networks.layers import Pad, averaging, block_means

SHAPES = [
    (18, 45, 3),
    *(pytest.param(shape, marks=pytest.mark.long) for shape in [(9, 9, 1), (29, 8, 3)]),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["conv", "dense", "elastic", "rate", "unet", "unet-pca", "designed"])
def test_every_kind_begins_and_is_kept_at_the_images_size(kind, shape, pictures, tmp_path):
    about = networks.kind(kind)
    asked = {"noise": {"kind": "gaussian", "level": 25.0}} if about.noise == "needed" else {}
    code = {"code": 20} if kind in ("conv", "dense", "elastic", "rate") else {}
    whole = about.complete({"network": kind, **code, **asked}, shape)
    config = TrainConfig.from_dict(whole)
    about.check(config, shape)
    x = pictures(shape, 40)
    network = networks.build(config, shape)
    about.start(network, x, np.ones(len(x)))
    about.stored(network, x).save(tmp_path / "model.keras")
    found = networks.load(tmp_path / "model.keras")
    assert found.image_shape == shape
    x_hat = found.reconstruct(x)
    assert x_hat.shape == x.shape
    if kind in ("conv", "dense", "elastic"):  # they begin at PCA, their edges too
        assert metrics.psnr(x, x_hat).mean() > 20
        edges = [(slice(None), -1), (slice(None), slice(None), -1)]
        for edge in edges:
            assert np.abs(x_hat[edge].astype(int) - x[edge]).mean() < 25
    if kind == "unet":
        assert np.array_equal(x_hat, x)
    if found.has_code:
        assert found.decode(found.encode(x)).shape == x.shape
    drawn = stored_layers.read(tmp_path / "model.keras")
    assert drawn[0].shape == shape and drawn[-1].shape == shape


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "line",
    [
        "conv8:k3:s2:relu conv8:k3:s2:relu > vector6 > mirror",
        "conv4:k3:relu maxpool2 > map2:k3 > mirror",
        "conv8:k3:s2:relu > vector6 > dense*:sigmoid",
    ],
)
def test_a_design_is_filled_up_where_its_sides_would_not_come_back(line, shape, tmp_path):
    design = notation.parse(line)
    plan = lay_out(design, shape).require()
    config = TrainConfig(network="designed", design=line, code=plan.code_values)
    model = networks.build(config, shape)
    assert model.input_shape == model.output_shape == (None, *shape)
    assert model.count_params() == plan.parameters
    model.save(tmp_path / "model.keras")
    told = {i.path: i for i in drawn_plan.layers(plan)}
    for layer in stored_layers.read(tmp_path / "model.keras"):
        mine = told.pop(layer.path)
        assert (mine.shape, mine.field, mine.factor) == (layer.shape, layer.field, layer.factor)
    assert not told
    kinds = {step.keras for step in plan.steps}
    assert ("Cropping2D" in kinds) == ("ZeroPadding2D" in kinds) == (not line.endswith("sigmoid"))


def test_a_design_that_fits_as_it_is_is_left_so():
    plan = lay_out(notation.parse("conv4:k3:s3:relu > vector6 > mirror"), (30, 45, 3)).require()
    assert "ZeroPadding2D" not in {step.keras for step in plan.steps}


def test_padding_repeats_the_last_row_and_column():
    x = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    made = keras.ops.convert_to_numpy(Pad(5)(x))[0, ..., 0]
    assert made.shape == (5, 5) == Pad(5).compute_output_shape((1, 3, 4, 1))[1:3]
    assert made[4].tolist() == [8, 9, 10, 11, 11] and made[:, 4].tolist() == [3, 7, 11, 11, 11]


@pytest.mark.parametrize(
    ("shape", "factor"),
    [((32, 32, 1), 1), ((33, 32, 1), 2), ((64, 64, 1), 2), ((65, 64, 1), 4), ((8, 256, 3), 2)],
)
def test_large_images_are_averaged_for_the_linear_path(shape, factor, pictures):
    assert averaging(shape, 32 * 32) == factor
    x = pictures(shape, 2)
    small = block_means(x, factor)
    assert small.shape[1:] == (-(-shape[0] // factor), -(-shape[1] // factor), shape[2])
    assert abs(small.mean() - x.mean()) < 6


def test_an_elastic_network_of_the_largest_images_starts_at_pca_of_smaller_ones(pictures):
    shape = (130, 256, 1)
    x = pictures(shape, 24)
    about = networks.kind("elastic")
    config = TrainConfig.from_dict(about.complete({"network": "elastic", "code": 16}, shape))
    network = networks.build(config, shape)
    about.start(network, x, np.ones(len(x)))
    assert network.count_params() < 8_000_000
    unit = x.astype(np.float32) / 255
    ones = np.ones((len(x), 1, 1, 1), np.float32)
    x_hat = network.predict([unit, 0 * ones, 16 * ones], verbose=0)
    assert np.square(x_hat - unit).mean() < 0.3 * np.square(unit - unit.mean(axis=0)).mean()


@pytest.mark.parametrize(
    ("kind", "shape", "code"),
    [
        ("dense", (130, 140, 3), 24),
        pytest.param("rate", (128, 100, 3), 48, marks=pytest.mark.long),
        pytest.param("rate", (250, 60, 1), 48, marks=pytest.mark.long),
        pytest.param("dense", (130, 140, 3), 64, marks=pytest.mark.long),
        pytest.param("conv", (130, 140, 3), 64, marks=pytest.mark.long),
    ],
)
def test_networks_of_large_images_start_at_pca(kind, shape, code, pictures):
    """On images that are smooth, for that of the averaged ones is found."""
    drawn = pictures(shape, 60)
    box = np.ones(9) / 9
    for axis in (1, 2):
        drawn = np.apply_along_axis(np.convolve, axis, drawn.astype(float), box, "same")
    x, held = drawn[:40].astype(np.uint8), drawn[40:].astype(np.uint8)
    about = networks.kind(kind)
    config = TrainConfig.from_dict(about.complete({"network": kind, "code": code}, shape))
    about.check(config, shape)
    network = networks.build(config, shape)
    assert network.count_params() < 12_000_000
    about.start(network, x, np.ones(len(x)))
    found = inference.of(about.stored(network, x))
    x_hat = found.reconstruct(held, **({"rate": 255} if kind == "rate" else {}))
    linear = pca.fit(x, 24).reconstruct(held)
    ended, linear = (np.minimum(metrics.psnr(held, made), 40).mean() for made in (x_hat, linear))
    assert ended > linear - 0.4
    assert found.decode(found.encode(held)).shape == held.shape
