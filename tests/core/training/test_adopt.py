"""Files of networks made elsewhere are read in a process with bounded memory and time."""

import json
import zipfile

import numpy as np
import pytest

from ae_core import networks, runs
from ae_core.cli import main
from ae_core.data.own import store
from ae_core.errors import UserError
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


def test_time_is_bounded_and_the_command_says_so(tmp_path, monkeypatch, capsys):
    path = tmp_path / "network.keras"
    path.write_bytes(b"PK")
    monkeypatch.setattr(adopt, "LIMIT_S", 0.2)
    assert main(["runs", "import", str(path)]) == 2
    assert "It took over 0 s and was given up." in capsys.readouterr().err
