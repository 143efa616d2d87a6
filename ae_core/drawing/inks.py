"""How each method is drawn, in every chart: on pages, in reports, in files to take home."""

from __future__ import annotations

from dataclasses import dataclass


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
)
OURS = Ink("#126a6b")
ELASTIC = Ink("#419796", symbol="pentagon")
QUIET = Ink("#717581", "dot", "hexagon")
OTHER = Ink("#94a4a2", "dash", "star")
TRAINING = Ink("#e76300", "dash")

CODECS = dict(zip(("JPEG", "WebP", "AVIF", "JPEG 2000", "JPEG XL"), _CLASSICAL, strict=True))
CODECS |= {"ours": OURS, "elastic": ELASTIC, "PCA": QUIET}
DENOISERS = dict(
    zip(
        ("wavelets", "total variation", "non-local means", "bilateral", "BM3D"),
        _CLASSICAL,
        strict=True,
    )
)
DENOISERS |= {"unet": OURS, "elastic": ELASTIC, "noisy": QUIET}


def ink(name: str) -> Ink:
    """Return how a codec or denoiser is drawn; one that is not known here, in grey."""
    return CODECS.get(name) or DENOISERS.get(name) or OTHER
