"""What others have published, against their tables; each stands beside the very set of pictures."""

import pytest

from ae_core.evaluation import published

# Zhang, Zuo & Zhang 2018, their tables of colour and of grey images: dB at the levels 15, 25 and 50;
# DnCNN on grey ones from its own paper.
PAPER = {
    ("cbsd68", 68): {
        "CBM3D": (33.52, 30.71, 27.38),
        "CDnCNN": (33.89, 31.23, 27.92),
        "FFDNet": (33.87, 31.21, 27.96),
    },
    ("kodak24", 24): {
        "CBM3D": (34.28, 31.68, 28.46),
        "CDnCNN": (34.48, 32.03, 28.85),
        "FFDNet": (34.63, 32.13, 28.98),
    },
    ("bsd68", 68): {
        "BM3D": (31.07, 28.57, 25.62),
        "DnCNN": (31.73, 29.23, 26.23),
        "FFDNet": (31.63, 29.19, 26.29),
    },
}


@pytest.mark.parametrize(("data", "images"), PAPER)
def test_a_set_stands_beside_what_is_published_of_all_of_its_images(data, images):
    for called in (data, data.upper()):
        found = published.beside({"data": called, "images": images})
        assert {one.method: tuple(one.psnr.values()) for one in found} == PAPER[data, images]
        assert {tuple(one.psnr) for one in found} == {(15, 25, 50)}
        assert [one.learned for one in found] == ["BM3D" not in one.method for one in found]
        sources = {one.source.partition(" 20")[2] for one in found}
        assert sources == {"18 (FFDNet)"} | ({"17 (DnCNN)"} if data == "bsd68" else set())
    assert published.beside({"data": data, "images": images - 1}) == []
    assert published.beside({"images": images}) == published.beside({"data": data}) == []
