"""Files of measurements that somebody has damaged: one sentence, whatever stands in them."""

import copy
import json
import math
from types import SimpleNamespace

import pytest

from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.evaluation import card
from ae_core.images.noise import Noise
from ae_core.report import charts
from ae_core.report import tables as report_tables
from ae_core.report.wording import Words
from ae_core.runs import tables

ODD = (None, True, 3, math.nan, "odd", [], ["odd"], {"odd": 1})
QUALITY = {"images": 9, "mse": 0.01, "psnr": 24.0, "psnr_of_mean_mse": 23.5, "ssim": 0.9}
WHOLE = {
    tables.RATE: {
        "schema": 1,
        "tests": [
            {
                "data": "letters",
                "images": 9,
                "shape": [28, 28, 1],
                "rows": [
                    {
                        "codec": "ours",
                        "setting": 128,
                        "accounting": "archive",
                        "bits_per_image": bits,
                        "bpp": 0.5,
                        "ratio": 16.0,
                        "psnr": psnr,
                        "ssim": None,
                    }
                    for bits, psnr in ((200.0, 25.0), (400.0, 30.0))
                ],
                "bd_rate": [
                    {
                        "codec": "ours",
                        "against": "AVIF",
                        "against_accounting": "mosaic",
                        "percent": -30.0,
                        "from_db": 24.0,
                        "to_db": 34.0,
                        "fewer_bits_everywhere": True,
                    }
                ],
            }
        ],
    },
    tables.DENOISING: {
        "schema": 1,
        "tests": [
            {
                "data": "letters",
                "images": 9,
                "fingerprint": "0",
                "rows": [
                    {
                        "method": "unet",
                        "sigma": sigma,
                        "noise": "clipped",
                        "psnr": 50.0 - sigma / 2,
                        "ssim": 0.9,
                        "ms_per_image": None,
                        "images": 9,
                    }
                    for sigma in (15, 25)
                ],
            }
        ],
    },
    tables.EVALUATION: {
        "schema": 1,
        "noise": {"kind": "none", "level": 0.0, "low": None},
        "noise_seed": 1,
        "code": {
            "shape": [1, 1, 4],
            "values": 4,
            "nominal_bits": 128,
            "nominal_ratio": 49.0,
            "stored_bits": 20.0,
            "stored_ratio": 313.6,
        },
        "parameters": 7,
        "tests": [
            {
                "data": "letters",
                "images": 9,
                "duplicates": 1,
                "network": QUALITY,
                "network_without_duplicates": QUALITY,
                "noisy": QUALITY | {"psnr": None},
                "pca": QUALITY,
                "stored": {"bits_per_image": 20.0, "summary": QUALITY},
                "sizes": [
                    {
                        "size": 4,
                        "network": QUALITY,
                        "pca": QUALITY,
                        "dedicated": [{"run": "x", "network": "conv", "psnr": 23.0}],
                    }
                ],
                "levels": [{"sigma": 15, "noise": "clipped", "noisy": QUALITY, "network": QUALITY}],
            }
        ],
    },
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "no-runs"))
    return SimpleNamespace(
        id="mine",
        title="mine",
        pretrained=False,
        folder=tmp_path,
        config=TrainConfig(noise=Noise()),
        evaluation=lambda: tables.evaluation(run_of(tmp_path)),
    )


def run_of(folder):
    return SimpleNamespace(id="mine", folder=folder)


def places(value, path=()):
    """Yield the path of everything in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inner:
        yield (*path, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*path, key))


def damaged(whole, path, odd):
    whole = json.loads(json.dumps(whole))
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    if odd is Ellipsis:
        del parent[path[-1]]
    else:
        parent[path[-1]] = odd
    return whole


@pytest.fixture
def drawn_once(monkeypatch):
    """Most damage leaves a chart as it was; each one that differs is drawn, and once."""
    drawn, draw = {}, charts.inline

    def inline(chart):
        if (said := repr(chart)) not in drawn:
            drawn[said] = draw(chart)
        return drawn[said]

    monkeypatch.setattr(charts, "inline", inline)


def use(run, name, words):
    """Do with a file's content what the report and the card do."""
    if name == tables.RATE:
        charts.rate(words, run, "letters")
    elif name == tables.DENOISING:
        charts.denoising(words, [run], "letters")
    elif (found := tables.evaluation(run)) is not None and found["tests"]:
        report_tables.quality(words, found)
        report_tables.size(words, found)
        report_tables.levels(words, found)
        charts.sizes(words, {"mine": found})
        card.table([run])


def read(run, name):
    return tables.evaluation(run) if name == tables.EVALUATION else tables.load(run, name)


@pytest.mark.parametrize("name", WHOLE)
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_one_sentence(run, name, drawn_once):
    path, words = run.folder / name, Words("en")
    path.write_text(json.dumps(WHOLE[name]))
    use(run, name, words)
    refused = 0
    for place in list(places(WHOLE[name])):
        for odd in (*ODD, ...):
            path.write_text(json.dumps(damaged(WHOLE[name], place, odd)))
            try:
                read(run, name)
            except UserError as error:
                refused += 1
                assert str(error).count(name) == 1 and "mine" in str(error)
                continue
            try:
                use(run, name, words)
            except UserError as error:
                assert "\n" not in str(error)
    assert refused > 50


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 2, "tests": []}', "\x00", "[" * 9999])
def test_no_table_at_all_is_a_sentence(run, name, text):
    (run.folder / name).write_text(text)
    with pytest.raises(UserError, match=name):
        read(run, name)


def test_an_evaluation_of_nothing_is_damaged(run):
    whole = WHOLE[tables.EVALUATION] | {"tests": []}
    (run.folder / tables.EVALUATION).write_text(json.dumps(whole))
    with pytest.raises(UserError, match=tables.EVALUATION):
        tables.evaluation(run)


def test_without_a_file_there_is_nothing_and_nothing_wrong(run):
    assert tables.evaluation(run) is None
    assert tables.every([run], tables.RATE) == ([], [])


@pytest.mark.parametrize("bits", [0, -1, 1e-300])
def test_rows_of_no_bits_are_left_out(run, bits):
    whole = copy.deepcopy(WHOLE[tables.RATE])
    rows = whole["tests"][0]["rows"]
    rows.append(rows[0] | {"bits_per_image": bits})
    (run.folder / tables.RATE).write_text(json.dumps(whole))
    (found,), problems = tables.every([run], tables.RATE)
    assert list(found.rows) == rows[:-1] and problems == []
    for row in rows:
        row["bits_per_image"] = bits
    (run.folder / tables.RATE).write_text(json.dumps(whole))
    with pytest.raises(UserError, match=tables.RATE):
        tables.load(run, tables.RATE)


def test_rows_without_a_place_in_the_chart_are_left_out(run):
    whole = copy.deepcopy(WHOLE[tables.RATE])
    whole["tests"][0]["rows"][0]["psnr"] = None
    (run.folder / tables.RATE).write_text(json.dumps(whole))
    (found,), problems = tables.every([run], tables.RATE)
    assert [row["psnr"] for row in found.rows] == [30.0] and problems == []
    assert (found.key, found.images, found.shape) == ("mine/letters", 9, (28, 28, 1))
