"""Frames ahead: what an elastic network makes of the images shown, at many places of a slider.

While a slider is dragged the page shows these, drawn by the browser without asking the server. They
are real outputs for just these images: each sheet has a key made of the images' bytes, the
network's file and everything else that went in, and the page shows no sheet of another key. A sheet
is bytes, made once: its key, then JSON.

A thread computes them, one frame at a time, and steps back while a page is at work. A sheet that
nobody has asked for lately is given up.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace

import numpy as np

from ae_core.errors import UserError
from ae_core.images import metrics, paint
from ae_core.images.noise import Noise
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore import busy
from dashboard.components import figures, inference, warming

_KEPT = 48  # sheets
_PATIENCE_S = 60.0  # a sheet is wanted so long after it was last asked for, on a busy machine too
_STEP_BACK_S = 0.03


@dataclass(frozen=True)
class Ask:
    """Which frames: of ``found``, at the code sizes or noise levels ``places``, for the images x."""

    found: Entry
    x: bytes
    shape: tuple[int, int, int, int]
    noise: Noise
    over: str  # "code" or "noise"
    places: tuple[float, ...]
    stamp: int = 0

    key: str = field(init=False)  # what the frames depend on, as 20 hex characters

    def __post_init__(self):
        rest = self.noise.level if self.over == "code" else self.found.code
        where = (self.shape, self.over, self.places)
        said = (self.found.id, self.stamp, *where, (self.noise.kind, rest))
        key = hashlib.sha256(repr(said).encode() + self.x).hexdigest()[:20]
        object.__setattr__(self, "key", key)


def ask(found: Entry, x: np.ndarray, noise: Noise, over: str, places: list[float]) -> Ask:
    """Return what to ask for; ``found`` is an elastic network at the size shown."""
    shape = tuple(int(side) for side in x.shape)
    stamp = inference.stamp(found.id)
    return Ask(found, x.tobytes(), shape, noise, over, tuple(map(float, places)), stamp)


def sheet(wanted: Ask) -> bytes | None:
    """Return the frames if they are ready; else see to it that they will be, and return None."""
    key = wanted.key
    with _lock:
        if key in _done:
            _done.move_to_end(key)
            return _done[key]
        _wanted[key] = (time.monotonic(), wanted)
        if not warming.ready():
            return None
    _start()
    return None


def forget(keys: set[str]) -> None:
    """Give up sheets that a page wanted and wants no more, unless they are ready."""
    with _lock:
        for key in keys:
            _wanted.pop(key, None)


def at_hand(wanted: Ask) -> bytes | None:
    """Return the frames if they are ready, else None; nothing is begun."""
    with _lock:
        return _done.get(wanted.key)


def compute(wanted: Ask, still=lambda: True) -> bytes | None:
    """Return the frames, or None where ``still()`` turned false on the way.

    Raises:
        UserError: the network is missing or damaged.
    """
    x = np.frombuffer(wanted.x, np.uint8).reshape(wanted.shape)
    noisy, codes, reconstruction = [], [], []
    for place in wanted.places:
        if not still():
            return None
        shown = _at(wanted, x, place)
        noisy += [shown.x_noisy] if wanted.over == "noise" else []
        codes.append(shown.y)
        reconstruction.append(shown.x_hat)
    x_hat = np.stack(reconstruction)
    means = [figures.mean(metrics.psnr(x, frame)) for frame in x_hat]
    flat = metrics.flat_share(x)
    return _written(
        {
            "key": wanted.key,
            "places": list(wanted.places),
            "shape": list(wanted.shape),
            "x": _packed(x[None]),
            "error_colours": _packed(_error_colours(x.shape[-1])),
            "x_hat": _packed(x_hat),
            "noisy": _packed(np.stack(noisy)) if noisy else "",
            "codes": _packed(_colours(codes)),
            "sizes": [code.shape[-1] for code in codes],
            "psnr": [None if mean is None else round(mean, 2) for mean in means],
            "flatters": [metrics.flatters(mean, flat) for mean in means],
        }
    )


def _at(wanted: Ask, x: np.ndarray, place: float) -> inference.Pictures:
    """Return what the page itself shows at a place: the same function makes it."""
    found, noise = wanted.found, wanted.noise
    if wanted.over == "code":
        found = found.at(int(place))
    else:
        noise = replace(noise, level=float(place)) if place else Noise()
    return inference.reconstruct(found, x, noise)


def _error_colours(channels: int) -> np.ndarray:
    """Return uint8 (1, 1, S, 3), the error map's colour for every sum of errors over channels."""
    return paint.error_colours(channels)[None, None]


def _colours(codes: list[np.ndarray]) -> np.ndarray:
    """Return uint8 (F, N, longest, 3): each value as the strip's code row colours it."""
    n, longest = len(codes[0]), max(code.shape[-1] for code in codes)
    out = np.zeros((len(codes), n, longest, 3), np.uint8)
    for frame, y in enumerate(codes):
        size = y.shape[-1]
        drawn = paint.code_map(y)
        out[frame, :, :size] = drawn.reshape(n, -1, 3)[:, :size]
    return out


def _written(sheet: dict) -> bytes:
    """Return a sheet as the browser takes it: its key, so that it knows it again, and JSON."""
    return sheet["key"].encode() + json.dumps(sheet).encode()


def _packed(x: np.ndarray) -> str:
    """Return uint8 (F, ...) as text: each frame as its difference to the one before, deflated."""
    steps = np.diff(x, axis=0, prepend=np.zeros_like(x[:1]))
    return base64.b64encode(zlib.compress(np.ascontiguousarray(steps).tobytes(), 6)).decode("ascii")


_lock = threading.Lock()
_done: OrderedDict[str, bytes] = OrderedDict()
_wanted: OrderedDict[str, tuple[float, Ask]] = OrderedDict()
_worker: threading.Thread | None = None


def _start() -> None:
    global _worker
    with _lock:
        if _worker is None or not _worker.is_alive():
            _worker = threading.Thread(target=_work, name="frames", daemon=True)
            _worker.start()


def _work() -> None:
    """Compute the newest wish until there is none."""
    global _worker
    while True:
        with _lock:
            late = time.monotonic() - _PATIENCE_S
            for key in [key for key, (asked, _) in _wanted.items() if asked < late]:
                del _wanted[key]
            if not _wanted:
                _worker = None
                return
            key, (_, wanted) = next(reversed(_wanted.items()))
        try:
            found = compute(wanted, lambda key=key: _still(key))
        except UserError:
            # The page itself says what is wrong with the network.
            found = _written({"key": key, "places": []})
        with _lock:
            if found:
                _wanted.pop(key, None)
                _done[key] = found
                while len(_done) > _KEPT:
                    _done.popitem(last=False)


def _still(key: str) -> bool:
    """Step back while a page computes; say whether the sheet is still wanted."""
    while busy.somebody():
        time.sleep(_STEP_BACK_S)
    with _lock:
        asked = _wanted.get(key)
        return asked is not None and time.monotonic() - asked[0] < _PATIENCE_S
