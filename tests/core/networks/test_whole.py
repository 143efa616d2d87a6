"""Whole pictures through a network: every size, no seams, grey and colour, in bounded memory."""

import numpy as np
import pytest
from skimage.data import camera, retina

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import metrics
from ae_core.networks import whole
from ae_core.networks.kinds import Kind
from ae_core.networks.network import Network
from ae_core.networks.whole import Whole

DENOISER = TrainConfig(network="unet", code=0)


@pytest.fixture(scope="module")
def denoiser(saved):
    return networks.load(saved("unet"))


def test_tiles_leave_no_seam(denoiser, pictures, monkeypatch):
    """Every pixel is that of one pass over all of the picture, those beside a tile's edge too."""
    x = pictures((310, 246, 3), 1)[0]
    one_pass = Whole(denoiser, DENOISER).clean(x, 40.0)
    assert np.abs(one_pass.astype(int) - x).mean() > 0.5  # the network does something
    monkeypatch.setattr(whole, "TILE", 160)
    steps = []
    tiled = Whole(denoiser, DENOISER).clean(x, 40.0, lambda *step: steps.append(step))
    assert np.abs(tiled.astype(int) - one_pass).max() <= 1  # sums in another order round otherwise
    assert (tiled != one_pass).mean() < 1e-3
    assert steps[-1] == (len(steps), len(steps)) and len(steps) > 12


def test_a_margin_that_is_too_small_would_show(denoiser, pictures, monkeypatch):
    """That the test above would see a seam; and that no farther pixel counts than is said."""
    x = pictures((224, 224, 3), 1)[0]
    cleaner = Whole(denoiser, DENOISER)
    one_pass = cleaner.clean(x, 40.0)
    monkeypatch.setattr(whole, "TILE", 160)
    cleaner.reach = 4
    assert np.abs(cleaner.clean(x, 40.0).astype(int) - one_pass).max() > 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 30, 3), (33, 50, 3), (32, 32, 3)])
def test_a_picture_keeps_its_size(shape, denoiser, pictures):
    assert Whole(denoiser, DENOISER).clean(pictures(shape, 1)[0], 25.0).shape == shape


def test_images_of_the_networks_size_are_as_they_are_without_tiles(denoiser, pictures):
    x = pictures((32, 32, 3), 1)
    made = Whole(denoiser, DENOISER).clean(x[0], 25.0)
    assert np.array_equal(made, denoiser.reconstruct(x, 25.0)[0])


def test_pictures_of_any_size_go_through_one_network(denoiser, pictures, monkeypatch):
    built, build = [], Kind.build
    monkeypatch.setattr(Kind, "build", lambda *given: built.append(given) or build(*given))
    cleaner, shapes = Whole(denoiser, DENOISER), [(40, 28, 3), (60, 92, 3), (32, 32, 3)]
    made = [cleaner.clean(pictures(shape, 1)[0], 25.0) for shape in shapes]
    assert len(built) == 1
    for shape, x_hat in zip(shapes, made, strict=True):  # as of a network that is built for the size
        model = networks.kind(DENOISER.network).build(shape, DENOISER)
        model.set_weights(denoiser.model.get_weights())
        wanted = Network(model).reconstruct(pictures(shape, 1), 25.0)[0]
        assert np.abs(x_hat.astype(int) - wanted).max() <= 1 and (x_hat != wanted).mean() < 1e-3


class Same:
    """A network that gives back what it gets, but for its borders, where it gives black."""

    has_code = True

    def __init__(self, *shape):
        self.image_shape = shape

    def reconstruct(self, x, level=0.0):
        assert x.shape[1:] == self.image_shape
        x = x.copy()
        x[:, 0] = x[:, -1] = x[:, :, 0] = x[:, :, -1] = 0
        return x


@pytest.mark.parametrize("shape", [(100, 75, 3), (28, 28, 3), (40, 29, 3), (9, 9, 3)])
def test_tiles_of_other_networks_are_blended(shape, pictures):
    x = pictures(shape, 1)[0]
    made = Whole(Same(28, 28, 3), TrainConfig(network="conv", code=4)).clean(x, 0.0)
    inside = (slice(1, -1), slice(1, -1))
    assert made.shape == shape
    if min(shape[:2]) > 30:  # borders of tiles count next to nothing beside the middles of others
        assert np.abs(made.astype(int) - x)[inside].max() <= 2


def test_grey_and_colour_go_through_either_network(pictures):
    grey, colour = pictures((70, 56, 1), 1)[0], pictures((70, 56, 3), 1)[0]
    conv = TrainConfig(network="conv", code=4)
    inside = (slice(1, -1), slice(1, -1))
    for x, channels in ((grey, 3), (colour, 1)):
        steps = []
        made = Whole(Same(28, 28, channels), conv).clean(x, 0.0, lambda *s, to=steps: to.append(s))
        assert made.shape == x.shape and np.abs(made.astype(int) - x)[inside].max() <= 2
        assert steps[-1][0] == steps[-1][1]


def test_what_is_no_picture_is_refused(denoiser):
    for x in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 2), np.uint8), np.zeros((4, 4, 3))):
        with pytest.raises(UserError, match="An image is uint8"):
            Whole(denoiser, DENOISER).clean(x, 1.0)


@pytest.fixture(scope="module")
def photographs():
    run = runs.get("photos-unet")
    return Whole(networks.load(run.model_path), run.config)


@pytest.mark.parametrize("sigma", [15, 50])
def test_noise_of_a_grey_picture_is_removed_by_a_network_of_colours(sigma, photographs):
    x = camera()[100:196, 200:296, None]
    drawn = np.random.default_rng(3).normal(0, sigma, x.shape)
    x_noisy = np.rint(np.clip(x + drawn, 0, 255)).astype(np.uint8)
    x_hat = photographs.clean(x_noisy, sigma)
    colour = np.repeat(x, 3, axis=2)
    apart = np.random.default_rng(4).normal(0, sigma, colour.shape)
    beside = photographs.clean(np.clip(colour + apart, 0, 255).astype(np.float32), sigma)
    before, after, best = (
        metrics.psnr(a[None], b[None])[0] for a, b in ((x, x_noisy), (x, x_hat), (colour, beside))
    )
    assert after > before + 5  # dB; as three equal channels it gains one
    assert after > best - 4  # to which colour alone tells three times as much
    as_colour = photographs.clean(np.repeat(x_noisy, 3, axis=2), sigma)
    assert np.array_equal(as_colour, np.repeat(x_hat, 3, axis=2))
    assert np.array_equal(photographs.clean(x_noisy, sigma), x_hat)  # nothing by chance


def test_eight_ways_through_are_one_picture(photographs):
    """As by the eight symmetries of a square written out, and better than one way mostly is."""
    x = retina()[400:448, 500:560]
    x_noisy = np.clip(x + np.random.default_rng(8).normal(0, 25, x.shape), 0, 255).astype(np.uint8)
    way, back = {}, {}
    way["as it is"] = back["as it is"] = lambda z: z
    way["upside down"] = back["upside down"] = lambda z: z[::-1]
    way["mirrored"] = back["mirrored"] = lambda z: z[:, ::-1]
    way["half a turn"] = back["half a turn"] = lambda z: z[::-1, ::-1]
    for name in list(way):
        way[f"{name}, other diagonal"] = lambda z, f=way[name]: f(z).swapaxes(0, 1)
        back[f"{name}, other diagonal"] = lambda z, f=back[name]: f(z.swapaxes(0, 1))
    each = [back[n](photographs.clean(np.ascontiguousarray(way[n](x_noisy)), 25.0)) for n in way]
    steps = []
    made = photographs.clean(x_noisy, 25.0, lambda *step: steps.append(step), ensemble=True)
    assert np.abs(made - np.mean(each, axis=0)).max() <= 0.5
    psnr = [metrics.psnr(x[None], one[None])[0] for one in (made, *each)]
    assert psnr[0] > np.mean(psnr[1:]) + 0.05
    assert steps == sorted(steps) and steps[-1] == (8, 8)


def test_a_grey_pictures_noise_becomes_independent_noise_of_three_channels():
    drawn = np.random.default_rng(5).normal(0, 20, (300, 400, 1))
    noisy, told, contrast = whole._coloured(drawn.astype(np.float32), 20, 75)
    assert (told, contrast) == (pytest.approx(20 * 3**0.5), 1)
    covariance = np.cov(noisy.reshape(-1, 3).T)
    assert covariance == pytest.approx(told**2 * np.eye(3), abs=0.02 * told**2)
    assert np.allclose(noisy.mean(axis=2, keepdims=True), drawn, atol=1e-3)
    _, told, contrast = whole._coloured(drawn, 60, 75)  # no more than the network knows
    assert told == 75 and contrast * 60 * 3**0.5 == pytest.approx(75)
