"""The page of figures says what stands beside the shipped networks, and names its command."""

import json

from ae_core import runs
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


def test_the_shipped_page_names_every_shipped_network():
    page = (runs.artifacts_dir() / figures.NAME).read_text(encoding="utf-8")
    shipped = [run.id for run in runs.list_runs() if run.pretrained]
    assert [name for name in shipped if f"| {name} |" not in page] == []
