"""Files of networks made elsewhere are read in a process with bounded memory and time."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.cli import main
from ae_core.data.own import store
from ae_core.errors import DataMissing, UserError
from ae_core.jobs import child
from ae_core.networks.foreign import Choices, Found
from ae_core.training import adopt

NAME = "minha rede <b>ção.keras"


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    x = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), dtype=np.uint8)
    store.save("mine", "Mine", x, np.zeros(len(x), int), ["one"])


def dense(units, shape=(64,)):
    import keras
    from keras import layers

    return keras.Sequential(
        [keras.Input(shape), *[layers.Dense(n, activation="sigmoid") for n in units]]
    )


@pytest.mark.long
def test_a_file_becomes_a_run_that_keeps_its_name_and_its_pixels(tmp_path):
    path = tmp_path / "network.keras"
    model = dense((5, 64))
    model.save(path)
    found = adopt.look(path, "own-mine", called=NAME, title="")
    assert (found.data, len(found.said)) == ("own-mine", 3)
    run = runs.get(found.run)
    assert (run.title, run.info["imported"]["file"]) == (NAME.removesuffix(".keras"), NAME)
    x = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1), np.uint8)
    wanted = model.predict(x.reshape(4, 64) / 255, verbose=0).reshape(x.shape)
    given = networks.load(run.model_path).reconstruct(x)
    np.testing.assert_allclose(given, 255 * wanted, atol=0.51)


@pytest.mark.long
def test_a_small_file_that_claims_much_memory_is_one_sentence(tmp_path):
    path, small = tmp_path / "network.keras", tmp_path / "small.keras"
    dense((5, 64)).save(small)
    entries = json.loads(dense((5, 64)).to_json())
    for entry in entries["config"]["layers"]:
        entry.pop("build_config", None)
        if entry["class_name"] == "Dense":
            entry["config"]["units"] = 200_000
    with zipfile.ZipFile(small) as given, zipfile.ZipFile(path, "w") as made:
        for name in given.namelist():
            content = json.dumps(entries) if name == "config.json" else given.read(name)
            made.writestr(name, content)
    with pytest.raises(UserError, match=r"claims\.keras takes more memory than the 6 GB"):
        adopt.look(path, "own-mine", called="claims.keras", title="")
    assert not runs.list_runs()


REQUEST = {"path": "x.keras", "data": None, "called": "claims.keras", "title": None}
REQUEST["choices"] = {"side": [8, 8, 1], "given": "-1 to 1"}


def test_the_error_told_is_that_of_the_ranges_chosen(monkeypatch):
    errors = {("0 to 1", "0 to 1"): 0.5, ("0 to 1", "-1 to 1"): 0.25, ("-1 to 1", "0 to 1"): 1.0}
    found = Found(None, (8, 8, 1), (1, 1, 5), "code", "0 to 1", "-1 to 1", errors, ("Said.",))
    asked, run = [], SimpleNamespace(id="made")
    monkeypatch.setattr(adopt, "read", lambda *given: asked.append(given) or (found, "own-mine"))
    monkeypatch.setattr(adopt, "adopt", lambda *given: asked.append(given) or run)
    told = {"said": ("Said.",), "data": "own-mine", "squared_error": 0.25}
    assert adopt._looked(REQUEST) == told
    assert adopt._looked(REQUEST | {"title": "Mine"}) == told | {"run": "made"}
    path, choices = Path("x.keras"), Choices(side=(8, 8, 1), given="-1 to 1")
    assert asked[:2] == [(path, None, choices, "claims.keras")] * 2
    assert asked[2:] == [(found, "own-mine", path, "Mine", "claims.keras")]


def test_memory_that_runs_out_is_told_of_the_file_and_other_failures_as_they_are(monkeypatch):
    errors = [ValueError("another"), MemoryError()]
    monkeypatch.setattr(adopt, "read", lambda *_: (_ for _ in ()).throw(errors.pop()))
    with pytest.raises(UserError) as told:
        adopt._looked(REQUEST)
    given = "claims.keras takes more memory than the 6 GB that are given to a file."
    assert str(told.value) == given
    with pytest.raises(ValueError, match="another"):
        adopt._looked(REQUEST)


@pytest.mark.parametrize("name", ["own-mine", None])
def test_a_network_is_tried_on_images_of_its_shape(name, monkeypatch):
    asked = []

    def read(path, images, choices, called, usual):
        asked.append(usual)
        return images(shape)

    monkeypatch.setattr(adopt.foreign, "read", read)
    shape = (8, 8, 1)
    x, chosen = adopt.read(Path("x.keras"), name)
    assert chosen == "own-mine" and np.array_equal(x, data.load("own-mine").test.x[: adopt.TRIED])
    assert asked == [(8, 8, 1) if name else None]
    shape, sentence = (9, 7, 3), "The network takes 7×9×3 images, those of own-mine are others."
    with pytest.raises(UserError, match=sentence if name else "No data set here has images of 7×9×3"):
        adopt.read(Path("x.keras"), name)


@pytest.mark.parametrize("full", ["model", "examples"])
def test_a_run_that_cannot_be_written_leaves_nothing(full, tmp_path, monkeypatch):
    path = tmp_path / "network.keras"
    path.write_bytes(b"a network")

    def write(name):
        if name == full:
            raise OSError(28, "No space left on device")

    model = SimpleNamespace(save=lambda path: write("model") or path.write_bytes(b"x"))
    monkeypatch.setattr(adopt.examples, "write", lambda run: write("examples"))
    found = Found(model, (8, 8, 1), (1, 1, 5), "code", "0 to 1", "0 to 1", {})
    said = r"^Cannot write to .*/runs/.* \(.*No space left on device\): free some space or set "
    with pytest.raises(UserError, match=said):
        adopt.adopt(found, "own-mine", path)
    assert {left.name for left in runs.runs_dir().iterdir()} <= {".locks"}


def test_a_file_is_tried_on_own_images_else_on_drawn_ones_else_on_others(monkeypatch):
    mine = data.info("own-mine")
    kinds = ("download", "drawn", "own", "drawn", "folder")
    there = [(replace(mine, name=f"{kind}-{i}", kind=kind), "ready") for i, kind in enumerate(kinds)]
    monkeypatch.setattr(data, "available", lambda: there)
    for expected in ("own-2", "drawn-1", "drawn-3", "download-0", "folder-4"):
        assert adopt._set_of((8, 8, 1)) == expected
        there[:] = [(info, state) for info, state in there if info.name != expected]
    there[:] = [(mine, "missing"), (replace(mine, shape=(9, 8, 1)), "ready")]
    with pytest.raises(DataMissing, match="No data set here has images of 8×8×1: import some first"):
        adopt._set_of((8, 8, 1))


def test_time_is_bounded_and_the_command_says_so(tmp_path, monkeypatch, capsys):
    path = tmp_path / "network.keras"
    path.write_bytes(b"PK")
    monkeypatch.setattr(adopt, "LIMIT_S", 0.0)
    monkeypatch.setattr(child, "POLL", 0.001)  # no process has begun by then
    assert main(["runs", "import", str(path)]) == 2
    assert "It took over 0 s and was given up." in capsys.readouterr().err
