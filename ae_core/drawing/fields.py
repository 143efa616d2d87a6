"""How much of the image one value of a layer sees: its receptive field, exactly.

For each place of a layer the first and the last row (and column) of the image that can reach it are
followed through the graph, so that padding at the edges and every kind of resizing are counted right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

FRAMES = ("Pad", "ZeroPadding2D", "Cropping2D")  # put rows and columns at the end, or take them off
Reach = tuple[np.ndarray, np.ndarray]  # first and last pixel that each place sees, int (n,)


def sizes(layers: Sequence[tuple[str, tuple, tuple, dict]]) -> list[tuple[int, int]]:
    """Return (height, width) of each layer's receptive field in pixels.

    Args:
        layers: kind, output shape, numbers of the layers read (from 1), and Keras's options of each
            layer, in the order of computation; the first one is the image.
    """
    found: list[tuple[Reach, Reach]] = []
    for kind, shape, inputs, options in layers:
        before = [found[number - 1] for number in inputs]
        if not before:
            found.append(tuple((np.arange(n), np.arange(n)) for n in shape[:2]))
            continue
        found.append(
            tuple(
                _axis([axes[axis] for axes in before], kind, shape, options, axis) for axis in (0, 1)
            )
        )
    return [tuple(int((last - first).max()) + 1 for first, last in axes) for axes in found]


def factor(kind: str, before: tuple, after: tuple, options: dict[str, Any]) -> float:
    """Return by how much a layer makes the sides smaller (> 1) or larger (< 1).

    It is what the layer was made with: of odd sides, 21 become 11, the quotient tells nothing.

    Args:
        kind: its Keras class.
        before, after: the shapes that it reads and puts out.
        options: as Keras stores them.
    """
    if not len(before) == len(after) == 3 or kind in ("Reshape", *FRAMES):
        return 1.0
    if kind in ("DepthToSpace", "SpaceToDepth"):
        block = options["block"]
        return float(block) if kind == "SpaceToDepth" else 1 / block
    if kind == "UpSampling2D":
        return 1 / options["size"][0]
    if options.get("strides"):
        stride = options["strides"][0]
        return 1 / stride if kind.endswith("Transpose") else float(stride)
    large, small = max(before[0], after[0]), min(before[0], after[0])
    return before[0] / after[0] if large % small == 0 else 1.0


def _axis(before: list[Reach], kind: str, shape: tuple, options: dict[str, Any], axis: int) -> Reach:
    reach = before[0]
    if kind == "Dense":
        return _one(reach)
    if len(shape) != 3:  # values in a row: each keeps what it saw, its place does not matter
        return max(before, key=lambda reach: int((reach[1] - reach[0]).max()))
    n, size = shape[axis], len(reach[0])
    if kind == "Conv2D":
        return _sliding(reach, n, options["kernel_size"][axis], axis, options)
    if kind.endswith("Pooling2D"):
        return _sliding(reach, n, options["pool_size"][axis], axis, options)
    if kind == "Conv2DTranspose":  # each place of the map adds to k places of the output
        k, stride = options["kernel_size"][axis], options["strides"][axis]
        place = np.arange(n) + (max(k - stride, 0) // 2 if options["padding"] == "same" else 0)
        return _between(reach, -((k - 1 - place) // stride), place // stride)
    if kind == "SpaceToDepth":
        return _window(reach, np.arange(n) * options["block"], options["block"])
    if kind == "DepthToSpace":
        return _window(reach, np.arange(n) // options["block"], 1)
    if kind in FRAMES:
        return _window(reach, np.arange(n), 1)
    if kind == "UpSampling2D":
        factor = options["size"][axis]
        if options["interpolation"] == "nearest":
            return _window(reach, np.arange(n) // factor, 1)
        return _window(reach, np.floor((np.arange(n) + 0.5) / factor - 0.5).astype(int), 2)
    if size != n:  # folded from values in a row: each may have seen all that any of them saw
        first, last = _one(reach)
        return np.repeat(first, n), np.repeat(last, n)
    same = [r for r in before if len(r[0]) == n]
    return np.min([r[0] for r in same], axis=0), np.max([r[1] for r in same], axis=0)


def _sliding(reach: Reach, n: int, k: int, axis: int, options: dict[str, Any]) -> Reach:
    """Return what ``n`` places see of which each reads a window of ``k``."""
    stride = options["strides"][axis]
    outside = max((n - 1) * stride + k - len(reach[0]), 0) if options["padding"] == "same" else 0
    return _window(reach, np.arange(n) * stride - outside // 2, k)


def _window(reach: Reach, start: np.ndarray, k: int) -> Reach:
    """Return what places see that read ``k`` places from ``start`` on, as far as those exist."""
    return _between(reach, start, start + k - 1)


def _between(reach: Reach, first: np.ndarray, last: np.ndarray) -> Reach:
    end = len(reach[0]) - 1
    return reach[0][np.clip(first, 0, end)], reach[1][np.clip(np.maximum(first, last), 0, end)]


def _one(reach: Reach) -> Reach:
    return reach[0].min(keepdims=True), reach[1].max(keepdims=True)
