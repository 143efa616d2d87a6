"""Frames ahead of a dragged slider: real outputs, of these images and no others."""

import base64
import json
import zlib

import numpy as np
import pytest
from app_support import ROOT  # noqa: F401 (puts the dashboard on the path)

from ae_core.images import paint
from ae_core.images.noise import Noise
from ae_core.runs import choose
from dashboard.app_pages.explore import drag, frames
from dashboard.app_pages.explore.view import View
from dashboard.components import inference, library


@pytest.fixture
def network(elastic):
    return next(e for e in library.entries() if e.longest).at(49)


@pytest.fixture
def x(network):
    return inference.images("letters", 0, [network])[:4]


def read(sheet):
    """Return a sheet's numbers and, as the browser undoes it, its arrays."""
    found = json.loads(sheet[20:])
    assert sheet[:20].decode() == found["key"]

    def array(name, count, *shape):
        steps = np.frombuffer(zlib.decompress(base64.b64decode(found[name])), np.uint8)
        return np.cumsum(steps.reshape(count, *shape), axis=0, dtype=np.uint8)

    return found, array


def test_over_the_code_sizes_each_frame_is_what_the_page_shows_there(network, x):
    noise, places = Noise("gaussian", 25.0), [3, 49, 200]
    wanted = frames.ask(network, x, noise, "code", places)
    found, array = read(frames.compute(wanted))
    assert found["places"] == places and found["sizes"] == places and not found["noisy"]
    reconstruction = array("x_hat", 3, *x.shape)
    codes = array("codes", 3, 4, 200, 3)
    for k, size in enumerate(places):
        shown = inference.reconstruct(network.at(size), x, noise)
        assert np.array_equal(reconstruction[k], shown.x_hat)
        drawn = paint.code_map(shown.y).reshape(4, -1, 3)[:, :size]
        assert np.array_equal(codes[k, :, :size], drawn)
        assert found["psnr"][k] == pytest.approx(shown.psnr().mean(), abs=0.006)


def test_over_the_noise_levels_too_with_the_noisy_pictures(network, x):
    places = [0.0, 25.0, 60.0]
    wanted = frames.ask(network, x, Noise("gaussian", 100.0), "noise", places)
    found, array = read(frames.compute(wanted))
    noisy, reconstruction = array("noisy", 3, *x.shape), array("x_hat", 3, *x.shape)
    for k, level in enumerate(places):
        shown = inference.reconstruct(network, x, Noise("gaussian", level) if level else Noise())
        assert np.array_equal(noisy[k], shown.x_noisy)
        assert np.array_equal(reconstruction[k], shown.x_hat)


def test_the_browser_s_table_gives_the_error_map_s_colours(network, x):
    for channels in (1, 3):
        table = frames._error_colours(channels)[0, 0]
        random = np.random.default_rng(0)
        one, other = random.integers(0, 256, (2, 1, 8, 8, channels), np.uint8)
        sums = np.abs(one.astype(int) - other).sum(axis=-1)
        assert np.array_equal(table[sums], paint.error_map(one, other))


def test_a_key_stands_for_pictures_network_noise_and_size(network, x):
    noise = Noise("gaussian", 25.0)
    key = frames.ask(network, x, noise, "code", [1, 2]).key
    other = x.copy()
    other[3, 27, 27] ^= 1
    assert frames.ask(network, other, noise, "code", [1, 2]).key != key
    assert frames.ask(network, x, Noise("gaussian", 26.0), "code", [1, 2]).key != key
    assert frames.ask(network.at(50), x, noise, "code", [1, 2]).key == key  # all sizes are in it
    levels = frames.ask(network, x, noise, "noise", [1, 2]).key
    assert frames.ask(network.at(50), x, noise, "noise", [1, 2]).key != levels
    (inference.found_model(network.id)).touch()
    assert frames.ask(network, x, noise, "code", [1, 2]).key != key


def test_computed_in_the_background_and_given_up_when_no_longer_wanted(network, x, monkeypatch):
    import threading

    begun, go_on = threading.Event(), threading.Event()
    real = inference.reconstruct

    def slow(*of):
        begun.set()
        assert go_on.wait(120)
        return real(*of)

    inference.reconstruct(network, x, Noise("gaussian", 9.0))  # TensorFlow is loaded from here on
    monkeypatch.setattr(inference, "reconstruct", slow)
    wanted = frames.ask(network, x, Noise("gaussian", 9.0), "code", [5, 6])
    unwanted = frames.ask(network, x, Noise("gaussian", 8.0), "code", [5, 6])
    assert frames.at_hand(unwanted) is None and frames.sheet(unwanted) is None
    assert begun.wait(120)
    assert frames.sheet(wanted) is None
    frames.forget({unwanted.key})
    go_on.set()
    for _ in range(2400):
        if frames.sheet(wanted):
            break
        threading.Event().wait(0.05)
    assert read(frames.sheet(wanted))[0]["places"] == [5, 6]
    assert frames.at_hand(unwanted) is None


def test_frames_are_spread_over_the_whole_slider():
    places = list(range(1, 100))
    found = drag.spread(places, 10)
    assert len(found) == 10 and found[0] == 1 and found[-1] == 99
    assert drag.spread([4, 9], 10) == [4, 9]


def test_every_size_of_the_slider_has_a_frame_and_those_near_are_computed_first(network, x):
    now = View("letters", code=49, count=4)
    wanted = drag.asks(now, network, library.entries(), x)["code"]
    held = [place for one in wanted for place in one.places]
    assert set(choose.positions(library.entries(), x.shape[1:], now.code)) <= set(held)
    assert 49 in wanted[-1].places and len(wanted[-1].places) <= 8
    assert not set(wanted[0].places) & set(wanted[1].places)  # none of the whole slider twice
    assert (wanted[1].places[0], wanted[1].places[-1]) == (1, network.longest)


def test_near_frames_are_of_every_place_that_a_few_steps_lead_to():
    sizes = range(1, 257)
    for now in (1, 2, 8, 9, 64, 131, 253, 256):
        blocks = drag.near(sizes, now)
        found = [place for block in blocks for place in block]
        assert set(range(max(1, now - 4), min(256, now + 4) + 1)) <= set(found)
        assert len(found) <= 16 and len(set(found)) == len(found)
    assert drag.near(sizes, 10) == drag.near(sizes, 12)  # computed once
    assert drag.near([0.0, 5.0, 12.5, 20.0], 12.5) == [[0.0, 5.0, 12.5, 20.0]]


def test_where_pictures_are_stored_the_frame_is_the_stored_one(network, x):
    kept = inference.stored(network.at(4), x, Noise())
    assert kept is not None
    found, array = read(frames.compute(frames.ask(network, x, Noise(), "code", [3, 4])))
    assert found["sizes"] == [3, 4]
    assert np.array_equal(array("x_hat", 2, *x.shape)[1], kept.x_hat)
