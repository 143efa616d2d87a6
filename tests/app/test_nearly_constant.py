"""Figures over 60 dB on nearly constant images say so, on pages and in the terminal."""

import csv
import io

import numpy as np
import pandas
import pytest
from app_support import ROOT, TRAIN, texts

from ae_core import networks, runs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.files import write_json
from ae_core.images import files, metrics
from dashboard.components import figures

COMPARE = str(ROOT / "dashboard" / "app_pages" / "compare" / "page.py")
WORDS = {"en": "(nearly constant image)", "pt": "(imagem quase constante)"}
X = np.full((8, 16, 16, 1), 90, np.uint8)
X_HAT = X.copy()
X_HAT[:, 3, 4] += 1  # 72 dB


def trained(flat, psnr=72.31):
    """A run that was trained and measured on images of which a share is nearly constant."""
    run = runs.create(TrainConfig(code=4), f"Flat {flat}")
    rows = [f"{n},0.1,0.1,{psnr},0.001,1,100,nan" for n in range(2)]
    (run.folder / "history.csv").write_text("\n".join([",".join(runs.HISTORY_COLUMNS), *rows]))
    run.update_info(flat=flat)
    run.update_status(state="finished")
    figures = metrics.summary(X, X_HAT) | {"flat": flat, "psnr": psnr}
    test = {"data": "letters", "origin": "drawn", "images": 8, "duplicates": 0}
    test |= {"network": figures, "network_without_duplicates": None, "noisy": figures, "pca": figures}
    whole = {"schema": 1, "noise": {"kind": "none", "level": 0}, "noise_seed": 0, "code": None}
    write_json(run.folder / "evaluation.json", whole | {"parameters": 9, "tests": [test]})
    return run


@pytest.mark.parametrize("language", WORDS)
def test_on_train(language, empty, app):
    said = texts(app(TRAIN, run=trained(1.0).id, lang=language))
    assert said.count(WORDS[language]) >= 3  # best, test, the epoch kept
    assert WORDS[language] not in texts(app(TRAIN, run=trained(0.0).id, lang=language))
    assert WORDS[language] not in texts(app(TRAIN, run=trained(1.0, 55.0).id, lang=language))


def test_on_compare(empty, app):
    pair = trained(1.0), trained(1.0)
    said = texts(app(COMPARE, runs=",".join(run.id for run in pair)))
    assert "are level, at 72.3 dB (nearly constant image)" in said


def test_in_tables_of_numbers():
    frame = pandas.DataFrame({"PSNR": [72.31, 31.0, 72.31], "values": [4, 4, 4]})
    decimals = {"PSNR": 1, "values": 0}
    written = figures.localised(frame, decimals, ["PSNR"], [1.0, 1.0, 0.0]).to_html()
    assert written.count("72.3 (nearly constant image)") == written.count(WORDS["en"]) == 1


def explore():
    """A page that has nothing but what Explore says of images."""
    import numpy as np
    import streamlit as st

    from dashboard.app_pages.explore import closer, grid, observed
    from dashboard.app_pages.explore.view import View
    from dashboard.components.inference import Pictures

    x = np.full((8, 16, 16, 1), 90, np.uint8)
    x_hat = x.copy()
    x_hat[:, 3, 4] += 1
    pictures = Pictures(x, x, np.zeros((8, 1, 1, 4), np.float32), x_hat)
    rows = grid.rows_of(pictures)
    grid.head(View("letters"), None, pictures)
    grid.strip(rows, pictures)
    closer.section(pictures, rows)
    st.session_state["seen"] = observed.sentence(pictures)


def test_on_explore(empty):
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_function(explore, default_timeout=90).run()
    assert not at.exception, at.exception
    said = texts(at)
    # The head, the row of reconstructions, each of the eight images and the one from near.
    assert said.count(WORDS["en"]) >= 10 and WORDS["en"] in at.session_state["seen"]


def test_in_the_files_of_explore():
    from dashboard.app_pages.explore import exports
    from dashboard.components.inference import Pictures

    rows = list(csv.DictReader(io.StringIO(exports.figures_csv(Pictures(X, X, None, X_HAT)))))
    assert {row["nearly_constant"] for row in rows} == {"yes"}
    assert rows[0]["psnr_reconstruction_db"].startswith("72.")


def test_in_the_terminal(empty, tmp_path, monkeypatch, capsys):
    class Nearly:
        image_shape, code_shape, has_code = (16, 16, 1), (1, 1, 4), True

        def reconstruct(self, x, level=0.0):
            return X_HAT[: len(x)]

    run = trained(1.0)
    assert main(["runs", "show", run.id]) == 0
    said = capsys.readouterr().out
    assert said.count(WORDS["en"]) == 2  # the test, the epoch kept
    assert main(["runs", "figures"]) == 0
    assert capsys.readouterr().out.count(WORDS["en"]) == 2
    (tmp_path / "even.png").write_bytes(files.png(X[0]))
    monkeypatch.setattr(networks, "load", lambda path: Nearly())
    made = tmp_path / "made"
    assert main(["reconstruct", run.id, str(tmp_path / "even.png"), "-o", str(made)]) == 0
    assert "PSNR 72.2" in (said := capsys.readouterr().out) and WORDS["en"] in said
    (row,) = csv.DictReader((made / "figures.csv").open())
    assert row["nearly_constant"] == "yes"
