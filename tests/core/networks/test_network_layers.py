"""The built networks: the lecture's situations layer by layer, and how each starts untrained."""

import keras
import numpy as np
import pytest

from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.networks import build, conv, unet
from ae_core.networks.layers import averaging_of_linear


def weighted(model):
    return [layer for layer in model.layers if layer.weights]


@pytest.mark.parametrize(
    ("situation", "count", "code_shape"),
    [(1, 2, (14, 14, 1)), (2, 3, (7, 7, 1)), (3, 3, (2, 2, 1)), (4, 3, (1, 1, 1))],
)
def test_the_lectures_situations_are_exact(situation, count, code_shape, built):
    model = built(f"situation-{situation}")
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    assert len(weighted(encoder)) == len(weighted(decoder)) == count
    assert encoder.output_shape[1:] == decoder.input_shape[1:] == code_shape
    activations = [layer.activation.__name__ for layer in weighted(encoder) + weighted(decoder)]
    assert activations == ["relu"] * (2 * count - 1) + ["sigmoid"]
    # nothing with an effect of its own stands between them
    bare = {type(layer).__name__ for layer in encoder.layers + decoder.layers if not layer.weights}
    assert bare <= {"InputLayer", "Flatten", "Reshape", "Permute"}
    assert model.input_shape == model.output_shape == (None, 28, 28, 1)


@pytest.mark.parametrize("situation", [1, 2, 3, 4])
def test_a_code_of_relus_starts_alive(situation, built, pictures):
    encoder = built(f"situation-{situation}").get_layer("encoder")
    x = pictures((28, 28, 1), 64).astype(np.float32) / 255
    y = encoder.predict_on_batch(x)
    assert (y >= 0).all() and (y > 0).mean() > 0.95  # no value is zero for every image
    x_hat = built(f"situation-{situation}").predict_on_batch(x)
    assert 0 <= x_hat.min() and x_hat.max() <= 1


def test_the_conv_code_is_linear_and_not_bounded(built, pictures):
    encoder = built("conv").get_layer("encoder")
    y = encoder.predict_on_batch(pictures((32, 32, 3), 32).astype(np.float32) / 255)
    assert (y < 0).any() and (y > 0).any()


@pytest.mark.parametrize(("shape", "code"), [((28, 28, 1), 8), ((32, 32, 3), 24)])
def test_conv_starts_as_good_as_pca(shape, code, built, pictures):
    train, test = pictures(shape, 80, seed=1), pictures(shape, 30, seed=2)
    linear = pca.fit(train, code)
    model = built("conv") if code == 24 else build(TrainConfig(network="conv", code=code), shape)
    conv.start_at_pca(model, linear.mean, linear.components)
    x_hat = model.predict_on_batch(test.astype(np.float32) / 255)
    x_hat = np.clip(np.rint(x_hat * 255), 0, 255)
    assert np.abs(x_hat - linear.reconstruct(test)).max() <= 1
    y = model.get_layer("encoder").predict_on_batch(test.astype(np.float32) / 255)
    assert np.abs(y[:, 0, 0] - linear.encode(test)).max() < 1e-3


def test_conv_starts_at_pca_with_fewer_components_than_code_values(pictures):
    shape = (28, 28, 1)
    linear = pca.fit(pictures(shape, 6), 16)  # six images have five components
    assert linear.values == 5
    model = build(TrainConfig(network="conv", code=16), shape)
    conv.start_at_pca(model, linear.mean, linear.components)
    x = pictures(shape, 10, seed=3)
    y = model.get_layer("encoder").predict_on_batch(x.astype(np.float32) / 255)
    assert np.abs(y[:, 0, 0, :5] - linear.encode(x)).max() < 1e-3 and not y[..., 5:].any()


@pytest.mark.parametrize(
    ("shape", "code", "factor"),
    [
        ((64, 64, 3), 64, 1),
        ((64, 64, 3), 341, 1),
        ((64, 64, 3), 342, 2),  # its linear layers would be too large
        ((64, 64, 1), 1024, 1),
        ((45, 60, 3), 256, 1),
        ((128, 96, 1), 64, 1),
        ((256, 256, 3), 16, 2),  # it would see too many pixels
        ((256, 256, 3), 512, 8),
        ((8, 256, 3), 512, 1),
    ],
)
def test_the_linear_path_of_a_conv_network_has_at_most_four_million_weights(shape, code, factor):
    assert averaging_of_linear(shape, code) == factor


@pytest.mark.parametrize(("side", "factor"), [(32, None), (64, 0.25)])
def test_of_many_maps_a_dense_layer_sees_smaller_values(side, factor):
    """An optimiser moves the code as fast as that of small images."""
    encoder = build(TrainConfig(network="conv", code=4), (side, side, 1)).get_layer("encoder")
    paced = [layer for layer in encoder.layers if layer.name == "values_pace"]
    assert [float(layer.get_weights()[0].max()) for layer in paced] == ([factor] if factor else [])


def test_a_conv_network_of_64_pixels_starts_at_pca(pictures):
    x, test = pictures((64, 64, 3), 60), pictures((64, 64, 3), 20, seed=2)
    model = build(TrainConfig(network="conv", code=16), (64, 64, 3))
    conv.start(model, x, np.ones(len(x)))
    x_hat = np.rint(np.clip(model.predict_on_batch(test.astype(np.float32) / 255), 0, 1) * 255)
    assert np.abs(x_hat - pca.fit(x, 16).reconstruct(test)).max() <= 1


@pytest.mark.long
def test_large_pictures_start_at_the_pca_of_small_ones(pictures):
    side, factor = 256, 2
    assert averaging_of_linear((side, side, 1), 12) == factor
    x = pictures((side, side, 1), 40)
    small = x.reshape(40, 128, factor, 128, factor, 1).mean(axis=(2, 4))
    linear = pca.fit(np.rint(small).astype(np.uint8), 12)
    model = build(TrainConfig(network="conv", code=12), (side, side, 1))
    conv.start_at_pca(model, linear.mean, linear.components)
    y = model.get_layer("encoder").predict_on_batch(x.astype(np.float32) / 255)
    assert np.abs(y[:, 0, 0] - linear.encode(np.rint(small).astype(np.uint8))).max() < 0.05
    x_hat = model.predict_on_batch(x.astype(np.float32) / 255)
    assert ((x_hat * 255 - x) ** 2).mean() < 0.25 * ((x - x.mean(0)) ** 2).mean()


@pytest.mark.parametrize("level", [0, 25, 75])
def test_the_untrained_denoiser_returns_its_input(level, built, pictures):
    x = pictures((32, 32, 3), 4).astype(np.float32) / 255
    levels = np.full((4, 1, 1, 1), level, np.float32)
    assert np.array_equal(built("unet").predict_on_batch([x, levels]), x)


def test_a_denoiser_takes_the_weights_of_one_with_more_blocks(pictures):
    shape = (16, 12, 3)
    x = pictures(shape, 4).astype(np.float32) / 255
    given = [x, np.full((4, 1, 1, 1), 25, np.float32)]
    old, new = unet.build(shape, blocks=(2, 4, 2)), unet.build(shape)
    for variable in old.variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.05, seed=1))
    for name in {layer.name for layer in old.layers} - {layer.name for layer in new.layers}:
        layer = old.get_layer(name)  # a block that gives nothing is one that is not there
        layer.set_weights([0 * w for w in layer.get_weights()])
    assert unet.inherit(new, old)
    assert np.allclose(new.predict_on_batch(given), old.predict_on_batch(given), atol=1e-6)
    assert not unet.inherit(new, unet.build(shape, widths=(32, 48)))
    assert not unet.inherit(old, new)


def test_the_denoiser_sees_the_level(saved, pictures):
    model = keras.saving.load_model(saved("unet"), compile=False)
    x = pictures((32, 32, 3), 2).astype(np.float32) / 255
    low, high = (model.predict_on_batch([x, np.full((2, 1, 1, 1), v, np.float32)]) for v in (0, 75))
    assert np.abs(low - high).max() > 1e-4


def test_sub_pixel_layers_are_each_others_inverse():
    from ae_core.networks.layers import DepthToSpace, SpaceToDepth

    x = np.random.default_rng(0).random((2, 8, 12, 3), dtype=np.float32)
    deep = SpaceToDepth(2)(x)
    assert tuple(deep.shape) == SpaceToDepth(2).compute_output_shape(x.shape) == (2, 4, 6, 12)
    assert np.array_equal(DepthToSpace(2)(deep), x)
    # one value deep, four values wide: upper left, upper right, lower left, lower right
    wide = np.asarray(DepthToSpace(2)(np.array([[[[1, 2, 3, 4.0]]]], np.float32)))
    assert wide[0, :, :, 0].tolist() == [[1, 2], [3, 4]]
