"""The page of figures says what stands beside the shipped networks, and names its command."""

import json

from ae_core import runs
from ae_core.cli import tables as printed
from ae_core.evaluation import photographs, published
from ae_core.maintenance import figures


def test_the_page_is_what_is_stored_beside_the_networks():
    found = [run for run in runs.list_runs() if run.id == "numbers-unet"]
    written = figures.text(found)
    stored = json.loads((found[0].folder / "denoising.json").read_text(encoding="utf-8"))
    test = found[0].evaluation()["tests"][0]["network"]
    assert f"{test['psnr']:.2f}" in written
    row = next(r for r in stored["tests"][0]["rows"] if r["method"] == "BM3D" and r["sigma"] == 25)
    assert f"{row['psnr']:.2f} / {row['ssim']:.3f}" in written
    assert "python -m ae_core.maintenance figures" in written
    assert "## Rate and quality" not in written


def test_what_was_measured_on_photographs_stands_there_too():
    written = figures.text([], [photographs.measured()])
    assert "## Rate and quality: `photographs`" in written
    assert "WebP, file" in written and "seconds a megapixel" in written


def test_the_shipped_page_names_every_shipped_network():
    page = (runs.artifacts_dir() / figures.NAME).read_text(encoding="utf-8")
    shipped = [run.id for run in runs.list_runs() if run.pretrained]
    assert [name for name in shipped if f"| {name} |" not in page] == []


def test_what_is_published_of_the_same_pictures_stands_beside_ours(capsys):
    block = {"data": "CBSD68", "images": 68, "origin": "own pictures"}
    own = {"method": "unet", "ssim": None, "ms_per_image": None, "images": 68}
    block["rows"] = [
        {**own, "noise": noise, "sigma": sigma, "psnr": 30.0}
        for noise in ("clipped", "unclipped")
        for sigma in (15, 35)
    ]
    printed.denoisers({"tests": [block]})
    said = [line.split() for line in capsys.readouterr().out.splitlines() if "CBM3D" in line]
    assert [line[:4] for line in said] == [["CBM3D", "33.52", "-", "(published,"]]
    printed.denoisers({"tests": [block | {"images": 67}]})
    assert "CBM3D" not in capsys.readouterr().out


def test_the_card_of_the_photographs_says_what_the_figures_say():
    card = (runs.get("photos-unet").folder / "README.md").read_text(encoding="utf-8")
    page = (runs.artifacts_dir() / figures.NAME).read_text(encoding="utf-8")
    for other in published.DENOISERS:
        assert " / ".join(f"{psnr:.2f}" for psnr in other.psnr.values()) in card
        assert all(f"{psnr:.2f}" in page for psnr in other.psnr.values())
