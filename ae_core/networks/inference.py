"""A trained network as everything outside training sees it: 8-bit images in, 8-bit images out."""

from __future__ import annotations

import copy
import threading
import zipfile
from pathlib import Path

import keras
import numpy as np

from ae_core.errors import UserError
from ae_core.networks import elastic, layers, rate  # noqa: F401 (registers what is loaded)

BATCH = 256


class Network:
    """Encoder and decoder behind one lock: Keras models are not safe to call from two threads.

    Attributes:
        model: the Keras network, its halves named "encoder" and "decoder" where it has a code.
        image_shape: (H, W, C).
        code_shape: (h, w, c), or (0, 0, 0).
        parameters: number of weights.
        decoder: of an elastic network at one size: what works at that size.
        rate: its code is whole numbers; :func:`ae_core.codec.network.load` is made for it.
        longest: for an elastic network the most values that its code can have, else None.
    """

    def __init__(self, model: keras.Model):
        self.model = model
        names = {layer.name for layer in model.layers}
        self.has_code = {"encoder", "decoder"} <= names
        self.takes_level = "level" in {x.name for x in model.inputs}
        self.encoder = model.get_layer("encoder") if self.has_code else None
        self.decoder = model.get_layer("decoder") if self.has_code else None
        self.image_shape = tuple(model.inputs[0].shape[1:])
        self.code_shape = tuple(self.encoder.output_shape[1:]) if self.has_code else (0, 0, 0)
        self.code_shape = (1, 1, *self.code_shape)[-3:]
        self.rate = "tables" in names
        takes_size = "size" in {x.name for x in model.inputs}
        self.longest = self.code_shape[2] if takes_size else None
        self._decoders = elastic.decoders(model) if takes_size else []
        self.parameters = model.count_params()
        self._lock = threading.Lock()

    def at(self, size: int) -> Network:
        """Return an elastic network as one whose code has ``size`` values; both share the weights.

        Raises:
            UserError: the network is not elastic, or its code is not as long.
        """
        if self.longest is None:
            raise UserError("This network has one code size; only elastic networks have many.")
        if not 1 <= size <= self.longest:
            raise UserError(
                "The code size must be from 1 to {longest}, but it is {size}.",
                longest=self.longest,
                size=size,
            )
        view = copy.copy(self)
        view.code_shape = (1, 1, size)
        view.decoder = next(band.model for band in self._decoders if size <= band.until)
        return view

    def encode(self, x: np.ndarray, level: float = 0.0) -> np.ndarray:
        """Return the codes of ``x``: uint8 (N, H, W, C) → float32 (N, h, w, c).

        Raises:
            UserError: the network has no code, or the images have another shape.
        """
        if not self.has_code:
            raise UserError("This denoiser has skip connections and therefore no code to store.")
        self._check(x)
        inputs = [_to_unit(x)] + ([_plane(len(x), level)] if self.takes_level else [])
        return self._run(self.encoder, inputs)[..., : self.code_shape[2]]

    def decode(self, y: np.ndarray) -> np.ndarray:
        """Return the images of the codes ``y``: float (N, h, w, c) → uint8 (N, H, W, C).

        Raises:
            UserError: the network has no code, or the codes have another shape.
        """
        if not self.has_code:
            raise UserError("This denoiser has skip connections and therefore no decoder.")
        if y.ndim != 4 or y.shape[1:] != self.code_shape:
            raise UserError(
                "Codes must be (N, *{code_shape}), but they are {shape}.",
                code_shape=self.code_shape,
                shape=y.shape,
            )
        y = y.astype(np.float32)
        if self.longest is None:
            return _to_8_bit(self._run(self.decoder, [y]))
        rest = np.zeros((len(y), 1, 1, self.longest - self.code_shape[2]), np.float32)
        whole = np.concatenate([y, rest], axis=-1)
        return _to_8_bit(self._run(self.decoder, [whole, _plane(len(y), self.code_shape[2])]))

    def reconstruct(self, x: np.ndarray, level: float = 0.0) -> np.ndarray:
        """Return what the network makes of ``x``: uint8 (N, H, W, C) → uint8 (N, H, W, C).

        Args:
            x: the images, noisy or not.
            level: the noise level, for a network that takes it.
        """
        self._check(x)
        return self.reconstruct_float(x.astype(np.float32), level)

    def reconstruct_float(self, x: np.ndarray, level: float = 0.0) -> np.ndarray:
        """Like :meth:`reconstruct`, from float32 (N, H, W, C) on the 0-255 scale.

        Values outside the scale are clipped first: networks are trained on pictures that could be
        saved, and do better on them (at sigma 50 by 0.4 dB) than on what they never saw.
        """
        inputs = [_to_unit(np.clip(x, 0, 255))]
        if self.takes_level:
            inputs.append(_plane(len(x), level))
        if self.longest is not None:  # the whole would do the work of every size
            return self.decode(self._run(self.encoder, inputs)[..., : self.code_shape[2]])
        return _to_8_bit(self._run(self.model, inputs))

    def _run(self, model: keras.Model, inputs: list[np.ndarray]) -> np.ndarray:
        n = len(inputs[0])
        if n == 0:
            return np.zeros((0, *model.output_shape[1:]), np.float32)
        parts = []
        with self._lock:
            for first in range(0, n, BATCH):
                batch = [a[first : first + BATCH] for a in inputs]
                one = batch[0] if len(batch) == 1 else batch
                parts.append(np.asarray(model.predict_on_batch(one)))
        return np.concatenate(parts).astype(np.float32)

    def _check(self, x: np.ndarray) -> None:
        if x.dtype != np.uint8 or x.ndim != 4 or x.shape[1:] != self.image_shape:
            raise UserError(
                "This network takes uint8 images of shape {image_shape}, but these are {dtype} "
                "{shape}.",
                image_shape=self.image_shape,
                dtype=x.dtype,
                shape=x.shape[1:],
            )


def load(path: Path) -> Network:
    """Load a ``.keras`` file in safe mode; see :func:`ae_core.networks.load`."""
    path = Path(path)
    if not path.is_file():
        raise UserError("There is no trained network at {path}.", path=path)
    if not zipfile.is_zipfile(path):
        raise UserError(
            "{path} is not a Keras model file, or was cut off; train it again.", path=path
        )
    try:
        with zipfile.ZipFile(path) as archive:  # Keras would take altered weights as they are
            if archive.testzip() is not None:
                raise zipfile.BadZipFile
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many types for a damaged or foreign file
        raise UserError(
            "{path} cannot be loaded as a network ({kind}); train it again.",
            path=path,
            kind=type(error).__name__,
        ) from error
    if not _is_ours(model):
        raise UserError(
            "{path} holds a Keras model, but no network of this program; train one.", path=path
        )
    return Network(model)


def _is_ours(model: keras.Model) -> bool:
    """Say whether a model takes images and gives images, through a code or with a noise level."""
    try:
        inputs, (output,) = [tuple(x.shape) for x in model.inputs], model.outputs
        names = [x.name for x in model.inputs[1:]]
        halves = [layer for layer in model.layers if layer.name in ("encoder", "decoder")]
        image_in = len(inputs[0]) == 4 and inputs[0] == tuple(output.shape)
        numbers = all(shape == (None, 1, 1, 1) for shape in inputs[1:])
        if not image_in or None in inputs[0][1:] or not numbers:
            return False
        if names == ["level"] and not halves:
            return True
        coded = len(halves) == 2 and all(isinstance(half, keras.Model) for half in halves)
        rated = any(layer.name == "tables" for layer in model.layers)
        return coded and names in ([], ["level", "size"], ["level"] if rated else [])
    except (AttributeError, TypeError, ValueError):  # no inputs or outputs, or a nest of them
        return False


def _to_unit(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float32) / 255.0


def _to_8_bit(x: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(x * 255.0), 0, 255).astype(np.uint8)


def _plane(n: int, value: float) -> np.ndarray:
    return np.full((n, 1, 1, 1), value, np.float32)
