"""The curves of a training: an axis on which all but an explosion can be read."""

import json

import pytest
from app_support import TRAIN, texts

from ae_core import runs


@pytest.mark.parametrize("page", ["train", "compare"])
def test_an_explosion_does_not_hide_the_rest_of_the_curves(page, artifacts, app):
    own = next(r for r in runs.list_runs() if not r.pretrained)
    rows = "1,.03,.03,15,0.001,1,100,0\n2,5e6,1234567,-61,0.001,1,100,0\n3,.02,.02,17,0.001,1,100,0"
    header, *_ = (own.folder / "history.csv").read_text().splitlines()
    (own.folder / "history.csv").write_text(f"{header}\n{rows}\n")
    if page == "train":
        at = app(TRAIN, run=own.id)
        specs = [json.loads(chart.proto.spec) for chart in at.get("vega_lite_chart")]
        scales = [spec["layer"][0]["encoding"]["y"]["scale"]["domain"] for spec in specs]
        assert all(spec["layer"][0]["mark"]["clip"] for spec in specs)
    else:
        at = app(TRAIN.replace("train", "compare"), runs=own.id, scale="linear")
        figures = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
        scales = [figure["layout"]["yaxis"]["range"] for figure in figures][:2]
    (low, high), (worst, best) = scales
    assert low == 0 and 0.03 < high < 0.04 and 14 < worst < 15 and 17 < best < 18
    assert "Losses above the chart: 2, up to 5,000,000." in texts(at)
    assert "Values of PSNR below the chart: 1, down to -61.0 dB." in texts(at)


def test_losses_far_apart_have_a_logarithmic_axis_that_says_so(artifacts, app):
    own = next(r for r in runs.list_runs() if not r.pretrained)
    header, *_ = (own.folder / "history.csv").read_text().splitlines()
    rows = "1,.2,.2,7,0.001,1,100,0\n2,.01,.01,20,0.001,1,100,0\n3,.003,.003,25,0.001,1,100,0"
    (own.folder / "history.csv").write_text(f"{header}\n{rows}\n")
    at = app(TRAIN, run=own.id)
    loss = json.loads(at.get("vega_lite_chart")[0].proto.spec)["layer"][0]["encoding"]["y"]
    assert loss["scale"] == {"type": "log"} and loss["title"] == "loss, logarithmic"
    assert loss["axis"]["values"] == pytest.approx([0.005, 0.01, 0.02, 0.05, 0.1, 0.2])
    assert "the chart:" not in texts(at)
