"""From a choice to images: images drawn from a set, through a network, with their figures.

The first view needs no network: its images are stored beside each shipped one.
"""

from __future__ import annotations

import hashlib
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import streamlit as st

from ae_core import data, runs
from ae_core.config import SEARCH_STEPS
from ae_core.data.folders import stamp as stamp_of
from ae_core.data.own import store
from ae_core.errors import UserError
from ae_core.files.reading import UNREADABLE
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.runs.choose import Entry
from ae_core.training import examples
from dashboard.components import warming

State = tuple[tuple[str, int, int] | None, ...]  # of the files of own sets, see `_state`
_LIGHT = 64 << 20  # bytes of a set that is read for an image of it
_QUICK = 1 << 20  # values that a loaded network answers for at once
STORED = 16  # images in an examples file, and the most a page shows
LAST_DRAW = 999_999  # the highest number of a draw of test images


@dataclass(frozen=True)
class Pictures:
    """A strip's arrays: uint8 (N, H, W, C), the code float32 (N, h, w, c) or None, (N,) figures.

    ``y`` and ``x_hat`` are None where no network has been asked. Visitors who see the same share
    them: nothing writes into them, and their figures are computed once.
    """

    x: np.ndarray
    x_noisy: np.ndarray
    y: np.ndarray | None = None
    x_hat: np.ndarray | None = None
    _figures: dict[str, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    def psnr_noisy(self) -> np.ndarray:
        """Return dB of each noisy image against its original."""
        return self._once("psnr_noisy", metrics.psnr, self.x, self.x_noisy)

    def psnr(self) -> np.ndarray:
        """Return dB of each reconstructed image; infinite where it is identical."""
        return self._once("psnr", metrics.psnr, self.x, self.x_hat)

    def ssim(self) -> np.ndarray:
        """Return the SSIM of each reconstructed image."""
        return self._once("ssim", metrics.ssim, self.x, self.x_hat)

    def flat(self) -> np.ndarray:
        """Say of each image whether it is nearly constant."""
        return self._once("flat", metrics.are_flat, self.x)

    def _once(self, name: str, measure: Callable[..., np.ndarray], *given) -> np.ndarray:
        """Return a figure, which is said in several places of a page.

        ``functools.cached_property`` has one lock for all objects of a class in Python 3.11: thirty
        visitors would wait in line for it.
        """
        if name not in self._figures:
            self._figures[name] = measure(*given)
        return self._figures[name]


def images(name: str, draw: int, entries: list[Entry]) -> np.ndarray:
    """Return the 16 test images of a draw, uint8; draw 0 is stored with the shipped networks.

    Raises:
        UserError: the set is not on this machine, or damaged.
    """
    if draw == 0:
        for found in entries:
            if found.examples and found.pretrained and example_set(found) == name:
                if (kept := stored_examples(runs.find(found.id))) is not None:
                    return kept.x
    return _drawn(name, draw, _state(name))


def places(name: str, draw: int) -> list[int]:
    """Return which test images of a set :func:`images` gives, where it has as many.

    Raises:
        UserError: for another draw than 0, that the set is not on this machine, or damaged.
    """
    if draw == 0:
        return list(range(STORED))
    total = len(data.load(name).test)
    chosen = np.random.default_rng(draw).choice(total, min(STORED, total), replace=False)
    return chosen.tolist()


def thumbnail(
    name: str, entries: list[Entry], read: bool = False, wait: float = 0.0
) -> np.ndarray | None:
    """Return an image of the set, uint8 (H, W, C), if one is at hand without reading a set.

    ``read``: have one read in the background otherwise, for the next time or, in ``wait`` seconds,
    for now; of own images only the first, of another set of many megabytes none.
    """
    for found in entries:
        if found.examples and example_set(found) == name:
            if (kept := stored_examples(runs.find(found.id))) is not None:
                return kept.x[0]
    asked = name, _state(name)
    if read and asked not in _seen:
        if asked not in _looked:
            reader = threading.Thread(target=_look, args=asked, daemon=True)
            reader.start()
            _looked[asked] = reader
        _looked[asked].join(wait)
    return _seen.get(asked)


def reconstruct(found: Entry, x: np.ndarray, level_of: Noise) -> Pictures:
    """Return ``x``, with noise, through the network of ``found``.

    Raises:
        UserError: the network's file is missing or damaged.
    """
    kept = stored(found, x, level_of)
    if kept is not None:
        return kept
    size = found.code if found.longest else 0
    given = (found.id, stamp(found.id), x.shape, level_of, told(found, level_of))
    if size:
        return _of_a_size(key=_key(x, *given, size), _x=x, _given=given, _size=size)
    return _of_one_size(key=_key(x, *given), _x=x, _given=given)


def searched(found: Entry, x: np.ndarray) -> tuple[Pictures, float]:
    """Return clean images through the best codes that a search finds, and its seconds.

    The search begins at the encoder's codes and goes through the decoder, see
    :mod:`ae_core.networks.search`.

    Raises:
        UserError: the network's file is missing or damaged.
    """
    given = (found.id, stamp(found.id), x.shape, told(found, Noise()))
    size = found.code if found.longest else None
    return _found_codes(key=_key(x, *given, size), _x=x, _given=given, _size=size)


def told(found: Entry, wanted: Noise) -> float:
    """Return the noise level that a network is told: an elastic one no more than it has learned."""
    if not found.longest:
        return float(wanted.level)
    in_percent = noise.KINDS[wanted.kind].unit != "sigma"
    return 0.0 if in_percent else float(min(wanted.level, found.noise.level))


def stored(found: Entry, x: np.ndarray, wanted: Noise) -> Pictures | None:
    """Return what is kept beside a network of just these images and this noise, if it is."""
    if not found.examples or not _as_stored(found, wanted):
        return None
    kept, n = stored_examples(runs.find(found.id)), len(x)
    if kept is None or n > len(kept.x) or not np.array_equal(kept.x[:n], x):
        return None
    return _beginning(found.id, _stamp(runs.find(found.id), examples.NAME), n, bool(found.code))


def _as_stored(found: Entry, wanted: Noise) -> bool:
    if found.longest:
        return not wanted.level and found.code == found.shown_code
    alike = not wanted.level or wanted.kind == found.noise.kind
    return alike and wanted.level == found.noise.level


def stored_examples(run: runs.Run) -> examples.Examples | None:
    """Return the images stored beside a run's network, None without any."""
    return _examples(run.id, _stamp(run, examples.NAME))


def corrupted(x: np.ndarray, wanted: Noise) -> np.ndarray:
    """Return ``x`` with the page's noise, fixed for each place in the strip; read-only."""
    return _noisy(key=_key(x, x.shape, wanted), _x=x, _wanted=wanted)


def example_set(found: Entry) -> str:
    """Return the set whose first test images are stored beside a network: the last it joins."""
    return found.data[-1]


def working(found: Entry, x: np.ndarray, sentence: str) -> AbstractContextManager:
    """Say, while the block runs, that a network is at work; only where that can take long.

    Where it was loaded and the images are small it answers before the words could be read, and each
    time they would cost a thread and two messages.
    """
    return nullcontext() if found.id in _at_hand and x.size <= _QUICK else st.spinner(sentence)


@contextmanager
def reading(name: str, sentence: str) -> Iterator[None]:
    """Say, while the block runs, that a set is read; only where nobody here has read it yet."""
    with nullcontext() if name in _read else st.spinner(sentence):
        yield
    _read.add(name)


# By name and state of a set: an image of each that was read, and what reads one that was asked for.
_seen: dict[tuple[str, State], np.ndarray] = {}
_looked: dict[tuple[str, State], threading.Thread] = {}
_at_hand: set[str] = set()  # runs whose network was loaded
_read: set[str] = set()  # sets whose images a page has had


def _state(name: str) -> State:
    """Return what tells own sets from others that had, or will have, their names.

    Another visitor's has none, so that nothing that is kept of it is given.
    """
    found = (store.find(one) for one in data.members(name) if one.startswith("own-"))
    return tuple(stamp_of(path) for path in found if path)


def _look(name: str, state: State) -> None:
    try:
        if data.info(name).kind == "own":
            _seen[name, state] = store.first_image(name)
        elif sum(path.stat().st_size for path in data.files(name)) < _LIGHT:
            _seen[name, state] = np.array(data.load(name).test.x[0])
    except (UserError, *UNREADABLE):  # told where its images are wanted
        pass


def network(run_id: str):
    """Return the network of a run, loaded once.

    Raises:
        UserError: its file is missing or damaged.
    """
    return _network(run_id, stamp(run_id))


def stamp(run_id: str) -> int:
    """Return when a run's network was written: what is kept of it is kept under this."""
    run = runs.get(run_id)
    return _stamp(run, run.model_path.name)


def found_model(run_id: str) -> Path:
    """Return the path of a run's network."""
    return runs.get(run_id).model_path


def _stamp(run: runs.Run, name: str) -> int:
    try:
        return (run.folder / name).stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=64, show_spinner=False)  # never written to: no copy is needed
def _examples(run_id: str, stamp: int) -> examples.Examples | None:
    return examples.read(runs.get(run_id))


@st.cache_resource(max_entries=64, show_spinner=False)
def _beginning(run_id: str, stamp: int, n: int, coded: bool) -> Pictures:
    kept = _examples(run_id, stamp)
    return Pictures(kept.x[:n], kept.x_noisy[:n], kept.y[:n] if coded else None, kept.x_hat[:n])


@st.cache_resource(max_entries=64, show_spinner=False)
def _drawn(name: str, draw: int, state: State) -> np.ndarray:
    test = data.load(name).test.x
    _seen[name, state] = np.array(test[0])
    drawn = np.array(test[:STORED] if draw == 0 else test[places(name, draw)])
    drawn.flags.writeable = False
    return drawn


@st.cache_resource(max_entries=24, show_spinner=False)  # all the shipped ones, and some more
def _network(run_id: str, stamp: int):
    from ae_core import networks

    if "keras" not in sys.modules:
        warming.hide_gpus()
    found = networks.load(found_model(run_id))
    _check_code(runs.get(run_id), found)
    warming.spare()
    _at_hand.add(run_id)
    return found


def _check_code(run: runs.Run, found) -> None:
    """Refuse a network that is not that of its run's configuration, by which pages were drawn."""
    from ae_core import networks

    if networks.kind(run.config.network).bits:
        return
    said = networks.code_shape(run.config, found.image_shape)
    if tuple(found.code_shape) != tuple(said):
        raise UserError(
            "The run {run} is damaged: its network has a code of size {found}, its config.json says "
            "{said}.",
            run=run.id,
            found=math.prod(found.code_shape),
            said=math.prod(said),
        )


def _key(x: np.ndarray, *about: object) -> str:
    """Return what a result depends on, for the caches: Streamlit takes far longer to make it out."""
    return hashlib.sha256(repr(about).encode() + x.tobytes()).hexdigest()


# Streamlit has one of several visitors who ask for the same compute it, and the others wait for that.
# What begins with an underscore is in the key already. All is given by name: where it is not,
# Streamlit looks up the names at every call.
@st.cache_resource(max_entries=512, show_spinner=False)  # a tenth of a megabyte each
def _of_one_size(key: str, _x: np.ndarray, _given: tuple) -> Pictures:
    return _reconstruction(_x, _given, 0)


# Kept apart: at all places of a slider there are so many that those of one size would soon be gone.
@st.cache_resource(max_entries=128, show_spinner=False)
def _of_a_size(key: str, _x: np.ndarray, _given: tuple, _size: int) -> Pictures:
    return _reconstruction(_x, _given, _size)


def _reconstruction(x: np.ndarray, given: tuple, size: int) -> Pictures:
    run_id, stamp, _, level_of, told = given
    network = _network(run_id, stamp)
    if not network.has_code:
        x_noisy = corrupted(x, level_of)
        return _shared(Pictures(x.copy(), x_noisy, None, network.reconstruct(x_noisy, told)))
    x_noisy, y = _encoded(key=_key(x, *given), _x=x, _given=given)
    if size:
        y = network.at(size).shorten(y)
    return _shared(Pictures(x.copy(), x_noisy, y, network.decode(y)))


@st.cache_resource(max_entries=256, show_spinner=False)  # at each level of noise
def _encoded(key: str, _x: np.ndarray, _given: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Return the noisy images and their longest codes; one for all sizes of a code."""
    run_id, stamp, _, level_of, told = _given
    x_noisy = corrupted(_x, level_of)
    return x_noisy, _network(run_id, stamp).encode(x_noisy, told)


@st.cache_resource(max_entries=256, show_spinner=False)
def _noisy(key: str, _x: np.ndarray, _wanted: Noise) -> np.ndarray:
    made = noise.corrupt(_x, _wanted, seed=0)
    made.flags.writeable = False
    return made


@st.cache_resource(max_entries=64, show_spinner=False)
def _found_codes(
    key: str, _x: np.ndarray, _given: tuple, _size: int | None
) -> tuple[Pictures, float]:
    run_id, stamp, _, told = _given
    network, x = _network(run_id, stamp), _x.copy()
    network.encode(x, told, _size, search=1)  # what is compiled at the first time is not its time
    begun = time.perf_counter()
    y = network.encode(x, told, _size, search=SEARCH_STEPS)
    seconds = time.perf_counter() - begun
    return _shared(Pictures(x, x, y, network.decode(y))), seconds


def _shared(made: Pictures) -> Pictures:
    for array in (made.x, made.x_noisy, made.y, made.x_hat):
        if array is not None:
            array.flags.writeable = False
    return made
