"""The parts of a report by themselves: words, plots, images, observations, what is asked for."""

import ast
import base64
import io
import math
import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from ae_core import i18n, report, runs
from ae_core.config import TrainConfig
from ae_core.data import official
from ae_core.errors import UserError
from ae_core.images.noise import Noise
from ae_core.jobs.worker import explain
from ae_core.networks import course
from ae_core.report import charts, devices, display, images, observations, tables, wording
from ae_core.report.observations import Result, observe
from ae_core.report.wording import Words, markdown

SOURCES = list(Path(wording.__file__).parent.glob("*.py"))


def test_every_key_in_the_source_is_in_the_catalogue():
    known = {key.removeprefix("paper.") for key in i18n.catalogue("en") if key[:6] == "paper."}
    used = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and "words" in ast.unparse(node.func) and node.args:
                if isinstance(node.args[0], ast.Constant) and node.func.__class__ is ast.Name:
                    used.add(node.args[0].value)
    assert len(used) > 50 and used <= known, used - known


def test_a_saving_over_a_hair_of_quality_is_not_given(monkeypatch):
    line = {"codec": "ours", "against_accounting": "archive", "fewer_bits_everywhere": None}
    hair = {"against": "PCA", "percent": -54.4, "from_db": 16.36, "to_db": 16.39}
    wide = {"against": "JPEG", "percent": -31.0, "from_db": 16.4, "to_db": 24.7}
    row = {"codec": "ours", "accounting": "archive", "bits_per_image": 90.0, "psnr": 24.0}
    block = {"data": "letters", "images": 8, "rows": [row], "bd_rate": [line | hair, line | wide]}
    monkeypatch.setattr(charts.measurements, "read", lambda run, file: [block])
    said = charts.rate(Words("pt-BR"), SimpleNamespace(id="mine"), "letters")
    assert "54,4" not in said and "muito pouco em comum (menos de 2 dB" in said
    assert "−31,0 %" in said and "16,4 a 24,7 dB" in said


def test_what_the_notebooks_cells_call_is_there():
    from ae_core.report import worker  # a module of the same name would hide what it imports

    assert worker and all(callable(getattr(report, name)) for name in report.__all__[1:])
    cells = (Path(wording.__file__).parent / "notebook.py").read_text(encoding="utf-8")
    for name in re.findall(r"report\.([a-z]\w*)\(", cells):
        assert callable(getattr(report, name)), name


def test_numbers_are_written_as_the_language_does():
    english, portuguese = Words("en"), Words("pt-BR")
    assert english.number(12345.678, 2) == "12,345.68"
    assert portuguese.number(12345.678, 2) == "12.345,68"
    assert english.number(-0.5, 1, sign=True) == "−0.5" and english.number(2, sign=True) == "+2"
    assert [english.short(v) for v in (0, 0.0123, 4.5862, 196, 1000, math.inf)] == [
        "0",
        "0.0123",
        "4.59",
        "196",
        "1,000",
        "–",
    ]
    assert portuguese.short(4.5862) == "4,59" and portuguese.decibels(None) == "idêntica"
    assert portuguese.listed(["a", "b", "c"]) == "a, b e c"
    assert english.listed(["a, 1", "b"]) == "a, 1; b" and english.listed(["a"]) == "a"
    with pytest.raises(UserError, match="'fr'"):
        Words("fr")


@pytest.mark.parametrize("text", ["<script>", "*a* _b_", "$x$ `y`", "[a](b)", "# c", "a\n\nb"])
def test_a_strangers_words_are_only_words(text):
    written = markdown(text)
    assert "\n" not in written and not set("<>*_`[]$") & set(written)
    import html

    assert html.unescape(written) == " ".join(text.split())


def test_a_picture_keeps_its_pixels_and_its_description():
    x = np.random.default_rng(0).integers(0, 256, (12, 20, 3), np.uint8)
    tag = images.image(x, 'a "quoted" <alt>')
    assert "alt='a &quot;quoted&quot; &lt;alt&gt;'" in tag
    data = re.search(r"base64,([^']+)'", tag)[1]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), x)


def result(name, values, psnr, pca=None, noise=None, **more):
    figures = {"psnr": psnr, "ssim": 0.9, "mse": 0.01, "images": 9}
    kind = {"kind": noise[0], "level": noise[1]} if noise else {"kind": "none", "level": 0.0}
    test = {
        "data": "letters",
        "duplicates": 0,
        "network": figures,
        "network_without_duplicates": figures,
        "noisy": {"psnr": noise[2] if noise else None},
        "pca": {"psnr": pca} if pca else None,
        "stored": {"summary": figures | {"psnr": psnr - 0.25}},
    }
    code = {
        "values": values,
        "nominal_bits": 32 * values,
        "stored_bits": 8 * values,
        "nominal_ratio": 6272 / max(1, 32 * values),
    }
    found = {"noise": kind, "code": code if values else None, "tests": [test | more.pop("test", {})]}
    training = more.pop("config", TrainConfig()), found, more.pop("losses", ())
    return Result(name, *training, "Letters", more.pop("kept", None))


def test_observations_are_found_in_the_numbers():
    said = observe(
        Words("en"),
        [
            result("A", 196, 31.0, 24.5),
            result("B", 49, 27.0, 28.0),
            result("C", 4, 15.0, 13.0),
        ],
    )
    text = "\n".join(said)
    assert "most faithful network is A (31.00 dB), the least faithful C (15.00 dB)" in text
    assert "below 25 dB: C (15.00 dB)." in text
    assert "No compression at 32 bits a value: A." in text
    halvings = math.log2(196 / 4)
    assert (
        f"from a code of 196 values to one of 4 the PSNR falls by 16.00 dB, {16 / halvings:.2f} dB"
        in text
    )
    assert "Against PCA of the same size: A +6.50 dB and C +2.00 dB." in text
    assert "at least as good here: B −1.00 dB." in text
    assert "4 to 4 times fewer bits than the nominal count, and costs at most 0.25 dB" in text


def test_other_numbers_give_other_sentences():
    (first, *_) = observe(Words("en"), [result("A", 49, 30.0), result("B", 4, 26.0)])
    assert first.startswith("Letters, without noise: the most faithful network is A (30.00 dB)")
    text = "\n".join(observe(Words("en"), [result("A", 49, observations.LEAST)]))
    assert "No network without noise falls below 25 dB." in text and "faithful" not in text
    assert observe(Words("en"), []) == []


def test_observations_of_training_and_noise():
    losses = [(1, 0.5, 0.5), (2, 0.2, 0.4), (3, 0.1, 0.45)]
    levels = [
        {"sigma": 15, "noise": "clipped", "noisy": {"psnr": 24.0}, "network": {"psnr": 34.0}},
        {"sigma": 15, "noise": "unclipped", "noisy": {"psnr": 24.0}, "network": {"psnr": 99.0}},
        {"sigma": 50, "noise": "clipped", "noisy": {"psnr": 14.0}, "network": {"psnr": 28.5}},
    ]
    denoiser = result(
        "D",
        0,
        26.0,
        noise=("gaussian", 75.0, 12.0),
        losses=losses,
        kept=1,
        test={"levels": levels},
        config=TrainConfig(noise=Noise("gaussian", 75.0)),
    )
    text = "\n".join(observe(Words("en"), [denoiser]))
    assert "noise of level 75 leaves 12.00 dB; the network gives back 26.00 dB" in text
    assert "a gain of +14.00 dB" in text
    assert "+10.00 dB (σ 15) and +14.50 dB (σ 50)" in text and "99" not in text
    assert "D (epoch 2 of 3)" in text and "D (100 %)" in text
    copies = result(
        "E", 4, 20.0, test={"duplicates": 7, "network_without_duplicates": {"psnr": 19.5}}
    )
    text = "\n".join(observe(Words("en"), [copies]))
    assert "of the test images of Letters, 7 also occur" in text and "by +0.50 dB" in text
    same = result("E", 4, 20.0, test={"duplicates": 7})
    assert "also occur" not in "\n".join(observe(Words("en"), [same]))


def test_the_epoch_kept_is_that_which_all_of_the_report_names(tmp_path, monkeypatch):
    """Not that of the lowest loss, where its PSNR is below the beginning."""
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    run = runs.create(TrainConfig(data="letters"))
    rows = "0,nan,.5,20\n1,.4,.45,21\n2,.3,.4,19\n3,.2,.46,20.5\n"
    (run.folder / "history.csv").write_text("epoch,loss,val_loss,val_psnr\n" + rows)
    figures = {"tests": [{"data": "letters"}]}
    found = display._result(Words("en"), "A", run, figures)
    assert found.losses[found.kept] == (1, 0.4, 0.45)
    assert "that of epoch 1," in course.of_run(run)[0]


def test_tables_hold_words_only():
    text = tables.table(["a", "<b>"], [["x & y", "1"]], "c")
    assert (
        "<th scope='col' class=n>&lt;b&gt;</th>" in text
        and "<th scope='row'>x &amp; y</th><td class=n>1</td>" in text
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "own copy: 60 + 20 images"), ("pt-BR", "cópia própria: 60 + 20 imagens")],
)
def test_a_reduced_copy_of_a_real_set_is_not_called_official(language, words, tmp_path):
    paths = [tmp_path / "train-images-idx3-ubyte.gz"]
    paths[0].write_bytes(b"reduced")
    dataset = SimpleNamespace(
        name="notmnist",
        shape=(28, 28, 1),
        classes=("A",),
        **{"train": range(42), "validation": range(18), "test": range(20)},
        duplicates={"test_in_train": 0},
        origin=official.origin(paths, 60, 20),
        fingerprint="f",
    )
    text = tables.data_set(Words(language), dataset)
    assert words in text and "offici" not in text and "oficia" not in text


def test_the_terms_of_own_images_and_the_noise_are_said_as_the_language_does(tmp_path, monkeypatch):
    from ae_core.data.own import store

    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    x = np.arange(60 * 64, dtype=np.uint32).reshape(60, 8, 8, 1).astype(np.uint8)
    store.save("mine", "Mine", x, np.zeros(60, int), ["a"])
    text = tables.data_set(Words("pt-BR"), tables.data.load("own-mine"))
    assert "As suas" in text and "Yours" not in text
    config = TrainConfig(network="unet", code=0, noise=Noise("gaussian", 12.5))
    said = tables.kind(Words("pt-BR"), SimpleNamespace(config=config))
    assert "12,5" in said and "12.5" not in said


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_set_has_its_terms_in_every_language(language):
    known = i18n.catalogue(language)
    assert not [name for name in tables.data.SETS if f"paper.licence.{name}" not in known]


def test_one_title_of_two_networks_has_their_names_behind_it():
    def run(name, title, **info):
        entries = {"title": title} | info
        return SimpleNamespace(id=name, title=title, info=entries, config=TrainConfig(code=49))

    both = [run("a", "Mine"), run("b", "Mine"), run("c", "Other")]
    assert tables.names(Words("en"), both) == {"a": "Mine (a)", "b": "Mine (b)", "c": "Other"}
    alike = [run("a", "Mine"), run("b", " Mine"), run("c", "Mine (a)")]
    told = tables.names(Words("en"), alike)
    assert len({*told.values()}) == 3 and all(name in title for name, title in told.items())
    of_sweep, shipped = run("d", "trial 3", sweep="s"), run("letters-situation-2", "Situation 2")
    assert tables.name(Words("pt-BR"), shipped) == "Situação 2"
    assert tables.name(Words("pt-BR"), of_sweep).startswith("Letras desenhadas, ")


@pytest.mark.parametrize(
    "choices", [{"runs": ()}, {"language": "fr"}, {"epochs": 0}, {"author": "x" * 201}], ids=str
)
def test_an_order_that_cannot_be_is_told_at_once(choices):
    with pytest.raises(UserError):
        report.Order(**choices)


def test_a_copy_that_is_not_usable_is_said_with_its_figures():
    bad = result("D", 1, 9.63)
    bad.test["network"] = bad.test["network"] | {"ssim": 0.2593}
    text = "\n".join(observe(Words("en"), [result("A", 196, 31.0), bad]))
    assert "Not usable as a copy of the image" in text
    assert "below 0.5: D (9.63 dB, SSIM 0.2593)" in text
    text = "\n".join(observe(Words("en"), [result("A", 196, 31.0)]))
    assert "Not usable" not in text and "0.5 or more" in text


def bench(**more):
    cells = [
        {
            "device": d,
            "size": "medium",
            "batch": b,
            "state": "measured",
            "reason": "",
            "repeats": [],
            "compile_seconds": 1.0,
            "images_per_second": v,
            "images_per_second_low": v - 1,
            "images_per_second_high": v + 1,
            "seconds_per_epoch": 51_280 / v,
            "joules_per_image": None,
        }
        for d, b, v in (("cpu", 32, 300.0), ("cpu", 128, 400.0), ("gpu:0", 128, 8000.0))
    ]
    return {
        "created": "2026-11-23T10:00:00+00:00",
        "machine": {"cpu": "A <CPU>"},
        "state": "finished",
        "plan": {"repeats": 3},
        "shared_with": [],
        "cells": cells,
        "devices": [
            {"id": "cpu", "name": "A <CPU>", "kind": "cpu", "problem": ""},
            {"id": "gpu:0", "name": "H200", "kind": "gpu", "problem": ""},
        ],
        "ratios": [
            {
                "device": "gpu:0",
                "against": "cpu",
                "size": "medium",
                "batch": 128,
                "ratio": 20.0,
                "low": 19.0,
                "high": 21.0,
            }
        ],
    } | more


def test_devices_are_compared_by_what_was_measured(monkeypatch):
    found = {"this_machine": [], "elsewhere": [], "recorded": [], "problems": []}
    monkeypatch.setattr(devices.bench, "measured", lambda: found)
    nothing = devices.devices(Words("en"))
    assert devices.COMMAND in nothing and "nothing is claimed" in nothing
    assert "<table" not in nothing
    found["recorded"] = [bench()]
    there = devices.devices(Words("en"))
    assert devices.COMMAND in there and "nothing is claimed" not in there
    assert "gpu:0: H200 is at best 20 times as fast as the CPU (medium network, batch 128)" in there
    assert "8,000 (7,999–8,001)" in there and "400 (399–401)" in there and ">300 (" not in there
    assert "A &lt;CPU&gt;, 2026-11-23" in there
    found["this_machine"] = [bench(ratios=[], state="interrupted")]
    here = devices.devices(Words("en"))
    assert devices.COMMAND not in here and "not finished" in here and "No GPU was measured" in here
    reason = explain(MemoryError())
    lost = {"id": "gpu:0", "name": "H200", "kind": "gpu", "problem": reason}
    found["this_machine"] = [bench(ratios=[], devices=[lost])]
    assert "A memória não foi suficiente: escolha" in devices.devices(Words("pt-BR"))


def test_the_command_of_a_report_asks_for_the_same_report():
    from ae_core.cli import _parser
    from ae_core.report.request import command

    assert command(report.Order()) == "python -m ae_core report -o report"
    order = report.Order(("a", "b"), "pt-BR", "Ana `x` 'y'", "--title\n here", "real", True, 4)
    options = _parser().parse_args(shlex.split(command(order))[3:])
    assert tuple(options.runs) == order.runs and options.author == order.author
    assert (options.language, options.data) == ("pt-BR", "real")
    assert options.train and options.epochs == 4
    assert options.title == "--title here"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("chosen: epoch 1", "The network kept is that of epoch 1, at 20.00 dB", "epoch 4 of 9"),
        ),
        ("pt-BR", ("escolhida: época 1", "é a da época 1, com 20,00 dB", "época 4 de 9")),
    ],
)
def test_what_a_training_came_to_stands_below_its_curves(language, words, monkeypatch):
    import pandas

    from ae_core.report import charts, tables

    table = pandas.DataFrame(
        {
            "epoch": range(5),
            "loss": [math.nan, 0.5, 0.4, 0.3, 0.2],
            "val_loss": [0.1, 0.01, 0.02, 0.03, 0.04],
            "val_psnr": [10.0, 20.0, 17.0, 15.0, 14.0],
        }
    )
    config = TrainConfig(epochs=9, patience=3)
    run = SimpleNamespace(history=lambda: table, config=config, state=lambda: "finished", flat=0.0)
    monkeypatch.setattr(tables, "name", lambda words, run: "A run")
    text = charts.history(Words(language), run)
    assert all(word in text for word in words)
    assert ("over-fitting" in text) == (language == "en")
    assert text.count("<svg") == 2
    assert "above the chart" not in text and "acima do gráfico" not in text
    table.loc[2, "val_loss"] = 1e6
    table.loc[2, "val_psnr"] = -60.0
    exploded = charts.history(Words(language), run)
    said = {"en": "Losses above the chart: 1, up to 1,000,000. Values of PSNR below the chart: 1"}
    said["pt-BR"] = "Perdas acima do gráfico: 1, até 1.000.000. Valores de PSNR abaixo do gráfico: 1"
    assert said[language] in exploded
