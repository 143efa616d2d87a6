"""The two drawn data sets: the same bytes for the same seed, balanced, and like the real ones."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ae_core.data.drawn import (
    VERSION,
    effects,
    letters,
    numbers,
    plates,
    textures,
    typefaces,
)
from ae_core.errors import UserError

KEPT = Path(__file__).parents[2] / "fixtures" / "drawn.npz"
SETS = {"letters": (letters.draw, (28, 28, 1)), "numbers": (numbers.draw, (32, 32, 3))}


@pytest.fixture(scope="module")
def drawn() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {name: draw(600, 3) for name, (draw, _) in SETS.items()}


@pytest.mark.parametrize("name", SETS)
def test_shapes_types_and_balance(drawn, name):
    x, labels = drawn[name]
    assert x.shape == (600, *SETS[name][1]) and x.dtype == np.uint8
    assert labels.shape == (600,) and labels.dtype == np.int64
    assert np.bincount(labels, minlength=10).tolist() == [60] * 10
    assert not np.array_equal(labels, np.arange(600) % 10)


@pytest.mark.parametrize("name", SETS)
def test_classes_are_balanced_to_within_one_for_any_count(name):
    counts = np.bincount(SETS[name][0](37, 1)[1], minlength=10)
    assert counts.max() - counts.min() <= 1 and counts.sum() == 37


@pytest.mark.parametrize("name", SETS)
def test_same_seed_same_bytes_and_another_seed_others(name):
    draw = SETS[name][0]
    first, again, other = draw(90, 5), draw(90, 5), draw(90, 6)
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


FRESH = """
import hashlib, socket

def refuse(*arguments, **named):
    raise AssertionError("drawing must not touch the network")

socket.socket.connect = socket.getaddrinfo = refuse
from ae_core.data.drawn import letters, numbers
for m in (numbers, letters): print(hashlib.sha256(m.draw(60, 2)[0].tobytes()).hexdigest())
"""


def test_a_fresh_process_draws_the_same_and_downloads_nothing():
    """Nothing hangs on the order of a set, the hash seed, or what was drawn before."""
    done = subprocess.run(
        [sys.executable, "-c", FRESH],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [hashlib.sha256(m.draw(60, 2)[0].tobytes()).hexdigest() for m in (numbers, letters)]
    assert done.stdout.split() == here


def small(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images of a seed as the means of 4×4 pixels, uint8, and their labels."""
    x, labels = SETS[name][0](500 if name == "letters" else 150, 8)
    n, side, _, channels = x.shape
    means = x.reshape(n, side // 4, 4, side // 4, 4, channels).mean((2, 4))
    return np.rint(means).astype(np.uint8), labels.astype(np.uint8)


@pytest.mark.parametrize("name", SETS)
def test_a_seed_gives_the_images_that_it_always_gave(name):
    """Else figures measured on drawn images cannot be compared with those recorded before.

    Where images are meant to become others, VERSION goes up and ``drawn.npz`` is written anew: of
    each set, ``small(name)`` as ``NAME`` and ``NAME_labels``.
    """
    means, labels = small(name)
    with np.load(KEPT, allow_pickle=False) as kept:
        expected, truth = kept[name].astype(int), kept[f"{name}_labels"]
    assert np.array_equal(labels, truth)
    away = np.abs(means - expected).max((1, 2, 3))
    # Another processor or library may round a pixel otherwise, and seldom tip a whole stroke over.
    assert (away > 3).mean() <= 0.01, f"{(away > 3).sum()} of {len(away)} images are others"


@pytest.mark.parametrize("name", SETS)
def test_nothing_and_less_than_nothing(name):
    x, labels = SETS[name][0](0)
    assert x.shape == (0, *SETS[name][1]) and labels.shape == (0,)
    with pytest.raises(UserError, match="expected.*-1"):
        SETS[name][0](-1)


def test_letters_are_almost_black_and_white_and_fill_the_frame(drawn):
    x = drawn["letters"][0][..., 0]
    assert 90 < x.mean() < 128
    assert ((x < 16) | (x > 239)).mean() > 0.72
    ink = x > 60
    assert ink[:, [0, -1]].any((1, 2)).mean() > 0.9
    assert ink[:, :, [0, -1]].any((1, 2)).mean() > 0.8
    assert ink.any((1, 2)).all()


def test_numbers_are_soft_muted_and_never_invisible(drawn):
    x = drawn["numbers"][0].astype(np.float32)
    assert 100 < x.mean() < 135
    contrast = x.std((1, 2, 3))
    assert 24 < contrast.mean() < 38 and np.percentile(contrast, 2) > 8
    grey = x.mean(3)
    across, down = (np.abs(np.diff(grey, axis=axis)).mean() for axis in (2, 1))
    assert across > down  # upright strokes, as in street numbers
    assert np.median(x.max(3) - x.min(3)) < 30


def test_no_two_pictures_are_alike_but_full_frames(drawn):
    for name, (x, _) in drawn.items():
        distinct = len({picture.tobytes() for picture in x})
        assert distinct > (0.97 if name == "letters" else 0.999) * len(x)


def test_letters_of_one_class_resemble_each_other(drawn):
    """The labels mean something: nearest class means beat chance by far."""
    x, labels = drawn["letters"]
    fresh, truth = letters.draw(300, 11)
    means = np.stack([x[labels == c].mean(0).ravel() for c in range(10)])
    distance = ((fresh.reshape(300, 1, -1) / 255 - means[None] / 255) ** 2).sum(2)
    assert (distance.argmin(1) == truth).mean() > 0.45


def test_every_effect_gives_coverage_between_nothing_and_all():
    rng = np.random.default_rng(0)
    noises = effects.noise_bank(rng, typefaces.CANVAS)
    distance = typefaces.distance(typefaces.faces()[0], "B")
    for effect, weight in effects.EFFECTS:
        for _ in range(4):
            coverage = effect(distance, rng, noises)
            assert coverage.shape == distance.shape, effect.__name__
            assert coverage.min() >= 0 and coverage.max() <= 1, effect.__name__
        assert weight > 0


def test_stripes_take_two_fifths_of_the_ink_away():
    full = np.full((128, 128), 99, np.float32)
    for seed in range(8):
        assert abs(effects.striped(full, np.random.default_rng(seed), None).mean() - 0.6) < 0.03


def test_a_picture_without_noise_is_a_disc_in_the_middle():
    nothing, calm = np.full((64, 64), -20, np.float32), np.zeros((24, 128, 128), np.float32)
    for seed in range(8):
        seen = effects.picture(nothing, np.random.default_rng(seed), calm)
        y, x = np.mgrid[:64, :64]
        middle = [(seen * at).sum() / seen.sum() for at in (y, x)]
        assert seen.sum() > 100 and np.abs(np.subtract(middle, 32)).max() < 1


def test_typefaces_are_found_and_complete():
    found = typefaces.faces()
    packages = {face.name.split("/")[0] for face in found}
    assert {package for package, _, _ in typefaces.FONT_FILES} <= packages
    assert len(found) >= 50 and len({face.path for face in found}) == len(found)
    assert all(typefaces.has(face, letters.LETTERS) for face in found)
    assert len(plates.digit_faces()) >= 30


def test_without_typefaces_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(typefaces, "_folder", lambda package: None)
    with pytest.raises(UserError, match="pip install -r requirements.txt"):
        typefaces.faces.__wrapped__()


def test_without_photographs_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setattr(textures, "PHOTOGRAPHS", ())
    with pytest.raises(UserError, match="pip install -r requirements.txt"):
        textures.photographs.__wrapped__()


def test_version_is_a_whole_number_for_cache_names():
    assert isinstance(VERSION, int) and VERSION >= 1
