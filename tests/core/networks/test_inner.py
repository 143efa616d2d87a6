"""First filters and dead code values, against the weights themselves and plain sums."""

import numpy as np
import pytest

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.networks import inner

SHAPE = (12, 8, 3)


def built(design, network="designed", code=4, shape=SHAPE):
    config = TrainConfig(network=network, code=code, design=design)
    return networks.build(config, shape), config


def weights(network, layer):
    return network.get_layer("encoder").get_layer(layer).get_weights()[0]


def grey(values):
    """Weights as uint8: zero is mid-grey, the largest of a filter white or black."""
    return np.rint(127.5 * (1 + values / np.abs(values).max())).astype(np.uint8)


def test_windows_of_a_convolution_are_its_filters():
    network, _ = built("conv5:k3:s2:relu > vector4 > mirror")
    kernel = weights(network, "enc1_conv")
    found = inner.filters(network)
    assert found.shape == (5, 3, 3, 3) and found.dtype == np.uint8
    for n in range(5):
        np.testing.assert_array_equal(found[n], grey(kernel[..., n]))


def test_weights_of_dense_units_are_images():
    network, _ = built("dense40:relu > vector4 > mirror")
    kernel = weights(network, "enc1_dense")
    found = inner.filters(network)
    assert found.shape == (inner.FILTERS, *SHAPE)  # of 40
    np.testing.assert_array_equal(found[7], grey(kernel[:, 7].reshape(SHAPE)))


def test_a_transposed_convolution_is_read_the_right_way_round():
    network, _ = built("deconv4:k3 conv4:s4 > vector4 > mirror")
    kernel = weights(network, "enc1_deconv")  # (h, w, out, in)
    np.testing.assert_array_equal(inner.filters(network)[2], grey(kernel[:, :, 2]))


def test_a_noise_level_beside_the_image_is_left_out():
    network, _ = built("", "rate", 64, (8, 8, 3))
    kernel = weights(network, "halve")
    assert kernel.shape[2] == 4
    np.testing.assert_array_equal(inner.filters(network)[0], grey(kernel[:, :, :3, 0]))


def test_weights_of_dense_units_behind_pooling_are_smaller_images():
    network, _ = built("avgpool2 dense8:relu > vector4 > mirror")
    kernel = weights(network, "enc2_dense")
    found = inner.filters(network)
    assert found.shape == (8, 6, 4, 3)
    np.testing.assert_array_equal(found[5], grey(kernel[:, 5].reshape(6, 4, 3)))


def test_a_first_layer_that_reads_no_pixels_has_none():
    assert inner.filters(built("", "unet", 0, (8, 8, 1))[0]) is None


def test_a_filter_of_zeros_is_grey():
    network, _ = built("conv5:k3:s2:relu > vector4 > mirror")
    layer = network.get_layer("encoder").get_layer("enc1_conv")
    layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    assert set(np.unique(inner.filters(network))) == {128}


def test_values_that_are_zero_or_never_move_are_dead():
    y = np.array([[0, 1, 5, -2], [0, 2, 5, -1], [0, 3, 5, -2]], np.float32)
    assert inner.dead(y).tolist() == [True, False, True, False]
    assert inner.dead(np.zeros((3, 2))).all()


@pytest.mark.parametrize(
    ("design", "network", "code"),
    [("dense6:relu > vector4:kl=1 > mirror", "designed", 4), ("", "rate", 64), ("", "unet", 0)],
)
def test_a_training_sees_the_codes_of_its_network(design, network, code):
    made, config = built(design, network, code, (8, 8, 1))
    x = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 1), np.uint8)
    levels = np.linspace(0, 255, 5, dtype=np.float32)
    y = networks.kind(network).objective(made, config).codes(x, levels)
    if not code:
        assert y is None
        return
    half = made.get_layer("encoder")
    given = [x.astype(np.float32) / 255, levels.reshape(5, 1, 1, 1)][: len(half.inputs)]
    expected = np.asarray(half.predict(given if given[1:] else given[0], verbose=0)).reshape(5, -1)
    if network == "rate":
        expected = np.rint(expected)
    np.testing.assert_allclose(y, expected, atol=1e-5)


def test_a_drawn_value_that_hardly_moves_is_dead():
    n = np.linspace(-1, 1, 101, dtype=np.float32)
    y = np.stack([n, 0.2 * n, 0.1 * n], axis=1)  # of variance 0.34, 0.0136 and 0.0034
    assert inner.dead(y, prior=True).tolist() == [False, False, True]
    assert not inner.dead(y).any()
