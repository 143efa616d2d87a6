"""How each method is drawn, in every chart: on pages, in reports, in files to take home."""

from __future__ import annotations

from dataclasses import dataclass

from ae_core.networks import KINDS


@dataclass(frozen=True)
class Ink:
    """A line's colour on light ground, its dash and its marks; never told apart by colour alone.

    ``dash``: "solid" what was learned, "dash" what is classical, "dot" PCA and what was given.
    ``symbol``: by Plotly's names.
    """

    colour: str
    dash: str = "solid"
    symbol: str = "circle"


_CLASSICAL = (
    Ink("#e76300", "dash", "square"),
    Ink("#3f90da", "dash", "diamond"),
    Ink("#832db6", "dash", "triangle-up"),
    Ink("#a96b59", "dash", "x"),
    Ink("#bd1f01", "dash", "triangle-down"),
    Ink("#b9ac70", "dash", "triangle-left"),
)
OURS = Ink("#126a6b")
WIDE = Ink("#b9ac70", symbol="triangle-left")
ELASTIC = Ink("#419796", symbol="pentagon")
QUIET = Ink("#717581", "dot", "hexagon")
OTHER = Ink("#94a4a2", "dash", "star")
TRAINING = Ink("#e76300", "dash")

FULL_COLOUR = " 4:4:4"  # drawn as the codec is whose name goes without, which is of grey images
_NAMES = ("JPEG", "WebP", "AVIF", "JPEG 2000", "JPEG XL", "AVIF 4:2:0")
CODECS = dict(zip(_NAMES, _CLASSICAL, strict=True))
CODECS |= {"ours": OURS, "PCA": QUIET} | {k.name: ELASTIC for k in KINDS.values() if k.every_size}
_METHODS = ("wavelets", "total variation", "non-local means", "bilateral", "BM3D")
DENOISERS = dict(zip(_METHODS, _CLASSICAL[:5], strict=True))
DENOISERS |= {"noisy": QUIET}
DENOISERS |= {kind.name: ELASTIC for kind in KINDS.values() if kind.noise == "own"}
_CLEANERS = (kind.name for kind in KINDS.values() if kind.noise == "needed")
DENOISERS |= dict(zip(_CLEANERS, (OURS, WIDE), strict=False))


def ink(name: str) -> Ink:
    """Return how a codec or denoiser is drawn; one that has no ink of its own, in grey."""
    return CODECS.get(name.removesuffix(FULL_COLOUR)) or DENOISERS.get(name) or OTHER
