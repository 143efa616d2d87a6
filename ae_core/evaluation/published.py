"""What others have published of denoisers on sets of photographs; nothing of it is measured here.

All of it is PSNR in dB as a mean over the images of a set, with Gaussian noise of a known level that
is not clipped, as in ``unclipped`` rows of :mod:`ae_core.evaluation.pictures`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A method on one set.

    Attributes:
        method: its name.
        data: the set's, in small letters.
        images: how many it has.
        psnr: dB by noise level, on the 0-255 scale.
        source: who says so.
        learned: it is a network that others have trained.
    """

    method: str
    data: str
    images: int
    psnr: dict[int, float]
    source: str
    learned: bool = False


_DNCNN = "Zhang, Zuo, Chen, Meng, Zhang 2017 (DnCNN)"
_FFDNET = "Zhang, Zuo, Zhang 2018 (FFDNet)"
DENOISERS = (
    Published("CBM3D", "cbsd68", 68, {15: 33.52, 25: 30.71, 50: 27.38}, _FFDNET),
    Published("CBM3D", "kodak24", 24, {15: 34.28, 25: 31.68, 50: 28.46}, _FFDNET),
    Published("CDnCNN", "cbsd68", 68, {15: 33.89, 25: 31.23, 50: 27.92}, _FFDNET, learned=True),
    Published("CDnCNN", "kodak24", 24, {15: 34.48, 25: 32.03, 50: 28.85}, _FFDNET, learned=True),
    Published("FFDNet", "cbsd68", 68, {15: 33.87, 25: 31.21, 50: 27.96}, _FFDNET, learned=True),
    Published("FFDNet", "kodak24", 24, {15: 34.63, 25: 32.13, 50: 28.98}, _FFDNET, learned=True),
    # The pictures of cbsd68 in grey.
    Published("BM3D", "bsd68", 68, {15: 31.07, 25: 28.57, 50: 25.62}, _FFDNET),
    Published("DnCNN", "bsd68", 68, {15: 31.73, 25: 29.23, 50: 26.23}, _DNCNN, learned=True),
    Published("FFDNet", "bsd68", 68, {15: 31.63, 25: 29.19, 50: 26.29}, _FFDNET, learned=True),
)


def beside(block: dict) -> list[Published]:
    """Return what is published of the very set that a block of ``denoising.json`` was measured on."""
    return [
        one
        for one in DENOISERS
        if (one.data, one.images) == (str(block.get("data")).lower(), block.get("images"))
    ]
