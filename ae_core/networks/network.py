"""A trained network as everything outside training sees it: 8-bit images in, 8-bit images out.

Every network answers ``encode``, ``decode`` and ``reconstruct`` with the same arguments; each uses
those that its kind takes: the noise ``level``, the ``size`` of its code, the ``rate`` of its bits.
Kinds that answer in another way derive theirs, beside their layers.
"""

from __future__ import annotations

import threading

import keras
import numpy as np

from ae_core.errors import UserError
from ae_core.networks import search

BATCH = 256


class Network:
    """A network without a code, behind one lock: Keras models are not safe to call from two threads.

    Attributes:
        model: the Keras network, its halves named "encoder" and "decoder" where it has a code.
        image_shape: (H, W, C).
        code_shape: (h, w, c), or (0, 0, 0).
        parameters: number of weights.
        has_code: False for a network with skip connections.
        bits: its codes are whole numbers that an entropy coder stores.
    """

    has_code = bits = False
    encoder = decoder = None

    def __init__(self, model: keras.Model):
        self.model = model
        self.image_shape = tuple(model.inputs[0].shape[1:])
        self.code_shape = (0, 0, 0)
        self.parameters = model.count_params()
        self._lock = threading.Lock()

    def sizes(self, offered: tuple[int, ...]) -> list[int]:
        """Return which of these code sizes it can be asked for; none where it has one alone."""
        return []

    def at(self, size: int | None) -> Network:
        """Return an elastic network as one whose code has ``size`` values; both share the weights.

        None: the network as it is.

        Raises:
            UserError: the network has one code size, or its code is not as long.
        """
        if size is None:
            return self
        raise UserError("This network has one code size; only elastic networks have many.")

    def encode(
        self,
        x: np.ndarray,
        level: float = 0.0,
        size: int | None = None,
        rate: int | None = None,
        search: int = 0,
    ) -> np.ndarray:
        """Return the codes of ``x``: uint8 (N, H, W, C) → (N, h, w, c), float32, or int32 for bits.

        Args:
            x: the images, noisy or not.
            level: the noise level, for a network that takes it.
            size: how many values of its code are kept, for an elastic network; None: all.
            rate: 0 (fewest bits) to 255, for a rate network; None: the middle.
            search: steps of search for a better code through the decoder, see
                :mod:`ae_core.networks.search`; no image's code is worse for it.

        Raises:
            UserError: the network has no code, or the images have another shape; or its codes are
                whole numbers, and a search was asked for.

        >>> from ae_core import data, networks, runs
        >>> network = networks.load(runs.get("letters-situation-2").model_path)
        >>> network.encode(data.load("letters").test.x[:4]).shape
        (4, 7, 7, 1)
        """
        raise UserError("This denoiser has skip connections and therefore no code to store.")

    def decode(self, y: np.ndarray, rate: int | None = None) -> np.ndarray:
        """Return the images of the codes ``y``, finite numbers: (N, h, w, c) → uint8 (N, H, W, C).

        Raises:
            UserError: the network has no code, or the codes have another shape or are not finite.

        >>> from ae_core import networks, runs
        >>> network = networks.load(runs.get("letters-situation-2").model_path)
        >>> x_hat = network.decode(np.zeros((4, 7, 7, 1), np.float32))
        >>> x_hat.shape, x_hat.dtype
        ((4, 28, 28, 1), dtype('uint8'))
        """
        raise UserError("This denoiser has skip connections and therefore no decoder.")

    def reconstruct(
        self,
        x: np.ndarray,
        level: float = 0.0,
        size: int | None = None,
        rate: int | None = None,
        search: int = 0,
    ) -> np.ndarray:
        """Return what the network makes of ``x``: uint8 (N, H, W, C) → uint8 (N, H, W, C).

        The arguments are those of :meth:`encode`.

        >>> from ae_core import data, networks, runs
        >>> from ae_core.images import metrics
        >>> elastic = networks.load(runs.get("letters-elastic").model_path)
        >>> x = data.load("letters").test.x[:4]
        >>> psnr = [metrics.psnr(x, elastic.reconstruct(x, size=size)).mean() for size in (1, 64)]
        >>> psnr == sorted(psnr)  # more values of one code, better images
        True
        """
        self._check(x)
        if search:
            return self.decode(self.encode(x, level, size, rate, search), rate)
        return self.reconstruct_float(x.astype(np.float32), level, size, rate)

    def reconstruct_float(
        self,
        x: np.ndarray,
        level: float = 0.0,
        size: int | None = None,
        rate: int | None = None,
        beyond: bool = False,
    ) -> np.ndarray:
        """Like :meth:`reconstruct`, from float32 (N, H, W, C) on the 0-255 scale.

        Values outside the scale are clipped first, unless the network has learned from such
        (``beyond``): most are trained on images that could be saved, and do better on them (at
        sigma 50 by 0.4 dB) than on what they never saw.
        """
        return self.at(size)._reconstruct(x if beyond else np.clip(x, 0, 255), level, rate)

    def _reconstruct(self, x: np.ndarray, level: float, rate: int | None) -> np.ndarray:
        return to_8_bit(self._run(self.model, x=to_unit(x), level=level))

    def _run(self, model: keras.Model, **values) -> np.ndarray:
        """Return a model's output; ``values`` are its inputs by name, a number for all images."""
        n = len(next(iter(values.values())))
        if n == 0:
            return np.zeros((0, *model.output_shape[1:]), np.float32)
        inputs = [plane(n, values[i.name]) for i in model.inputs]
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


class CodedNetwork(Network):
    """A network with a code: its encoder and its decoder."""

    has_code = True

    def __init__(self, model: keras.Model):
        super().__init__(model)
        self.encoder, self.decoder = model.get_layer("encoder"), model.get_layer("decoder")
        self.code_shape = (1, 1, *self.encoder.output_shape[1:])[-3:]
        self._searches: dict[tuple, search.Search] = {}

    def encode(self, x, level=0.0, size=None, rate=None, search=0):
        self._check(x)
        view = self.at(size)
        y = view._encode(x, level, rate)
        return view._searched(x, y, search) if search and len(x) else y

    def _searched(self, x, y, steps: int) -> np.ndarray:
        """Return better codes of ``x`` than ``y``, and those of ``y`` that stay the best."""
        count = search.batch(len(x))
        key = (*self.code_shape, count)
        found = np.empty_like(y)
        for first in range(0, len(x), count):
            part = slice(first, first + count)
            missing = count - len(x[part])  # the last batch is filled up with its first image
            images, codes = (
                np.concatenate([a[part], np.repeat(a[first : first + 1], missing, axis=0)])
                for a in (to_unit(x), y)
            )
            with self._lock:
                if key not in self._searches:
                    shape = (count, *self.code_shape)
                    self._searches[key] = search.Search(self._draw, self.decoder, shape)
                found[part] = self._searches[key].run(images, codes, steps)[: count - missing]
        before, after = (_errors(x, self._decode(codes, None)) for codes in (y, found))
        return np.where((after < before)[:, None, None, None], found, y)

    def _draw(self, y):
        """Return the images of codes (N, h, w, c), tensors; the search goes downhill on it."""
        return self.decoder(y)

    def decode(self, y, rate=None):
        if y.ndim != 4 or y.shape[1:] != self.code_shape:
            raise UserError(
                "Codes must be (N, *{code_shape}), but they are {shape}.",
                code_shape=self.code_shape,
                shape=y.shape,
            )
        if not np.isfinite(y).all():
            raise UserError("Codes must be finite numbers, but some of these are not.")
        return self._decode(y, rate)

    def _encode(self, x, level, rate):
        return self._run(self.encoder, x=to_unit(x), level=level)

    def _decode(self, y, rate):
        return to_8_bit(self._run(self.decoder, y=y.astype(np.float32)))


def _errors(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """Return the squared error of each 8-bit image, (N,)."""
    return np.square(x.astype(np.float32) - x_hat).mean(axis=(1, 2, 3))


def to_unit(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float32) / 255.0


def to_8_bit(x: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(x * 255.0), 0, 255).astype(np.uint8)


def plane(n: int, value: np.ndarray | float) -> np.ndarray:
    """Return an array as it is, a number as (n, 1, 1, 1)."""
    return value if isinstance(value, np.ndarray) else np.full((n, 1, 1, 1), value, np.float32)
