"""Networks for other programs: they compute there what they compute here."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.networks import export


def loaded(data):
    model = onnx.load(io.BytesIO(data))
    onnx.checker.check_model(model)
    return ReferenceEvaluator(model)


def test_a_network_in_onnx_computes_the_same(tmp_path):
    path = runs.get("letters-situation-3").model_path
    network = networks.load(path)
    x = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    unit = x.astype(np.float32) / 255
    whole = loaded(export.onnx(path))
    (x_hat,) = whole.run(None, {"x": unit})
    expected = np.asarray(network.model.predict_on_batch(unit))
    np.testing.assert_allclose(x_hat, expected, atol=1e-5)

    (y,) = loaded(export.onnx(path, "encoder")).run(None, {"x": unit})
    np.testing.assert_allclose(y, network.encode(x), atol=1e-4, rtol=1e-4)
    decoder = loaded(export.onnx(path, "decoder"))
    (again,) = decoder.run(None, {decoder.input_names[0]: y})
    np.testing.assert_allclose(again, expected, atol=1e-4)


def test_a_denoiser_takes_its_noise_level_by_name():
    path = runs.get("numbers-unet").model_path
    model = onnx.load(io.BytesIO(export.onnx(path)))
    assert [i.name for i in model.graph.input] == ["x", "level"]
    with pytest.raises(UserError, match="skip connections"):
        export.onnx(path, "decoder")


def test_nothing_is_written_when_nothing_can_be_made(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"no network")
    with pytest.raises(UserError, match="not a Keras model"):
        export.write(SimpleNamespace(model_path=tmp_path / "model.keras"), tmp_path / "out.onnx")
    with pytest.raises(UserError, match="network, encoder, decoder"):
        export.onnx(tmp_path / "model.keras", "middle")
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]


PLAIN = """
import runpy, sys
import keras, numpy as np
if "example" in sys.argv:
    runpy.run_path("example.py", run_name="__main__")
if "network" in sys.argv:
    model = keras.saving.load_model("network.keras")
    x = np.load("random.npy").astype("float32") / 255
    made = model.predict_on_batch(x)
    np.save("out.npy", np.clip(np.rint(made * 255), 0, 255).astype("uint8"))
assert "ae_core" not in sys.modules
"""


def in_plain_keras(folder, *words):
    """Run a network's example, or open a network, or both, in a process of its own."""
    command = [sys.executable, "-c", PLAIN, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_situation_stored_with_layers_of_ours_is_written_with_those_of_keras(tmp_path):
    import keras
    from keras import layers

    from ae_core.config import TrainConfig
    from ae_core.networks.layers import DepthToSpace, autoencoder, conv

    x, y = keras.Input((28, 28, 1), name="x"), keras.Input((14, 14, 1), name="y")
    encoder = keras.Model(x, layers.Conv2D(1, 3, padding="same")(conv(32, 4, 2)(x)), name="encoder")
    h = conv(4, 3, activation="sigmoid")(conv(64, 3)(y))
    old = autoencoder(encoder, keras.Model(y, DepthToSpace(2)(h), name="decoder"), "situation-1")
    old.save(tmp_path / "model.keras")
    config = TrainConfig(network="situation-1", code=196)
    run = SimpleNamespace(model_path=tmp_path / "model.keras", config=config)
    data, kind = export.for_keras(run)
    (tmp_path / "network.keras").write_bytes(data)
    assert kind == "keras" and not export._own_layers(tmp_path / "network.keras")
    x = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    new = keras.saving.load_model(tmp_path / "network.keras")
    new.layers[1].get_layer("code").activation = keras.activations.linear  # as the old one has it
    np.testing.assert_allclose(new(x), old(x), atol=1e-6)


def with_its_layers(name, folder):
    """Write a network that has layers of ours, and its example; return what two images become."""
    run = runs.get(name)
    network = networks.load(run.model_path)
    images = np.random.default_rng(0).integers(0, 256, (2, *network.image_shape), np.uint8)
    data, kind = export.for_keras(run, images)
    assert kind == "zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    assert {p.name for p in folder.iterdir()} == {
        "model.keras",
        "layers.py",
        "example.py",
        "images.npy",
    }
    assert len((folder / "example.py").read_text().splitlines()) <= 13
    return network.reconstruct(images)


def is_made_there(wanted, folder):
    found = np.load(folder / "reconstructions.npy").astype(int)
    assert np.abs(found - wanted).max() <= 1


@pytest.mark.long
def test_networks_open_in_plain_keras_those_with_layers_of_ours_beside_them(tmp_path):
    """One process for two, for it takes longer to load Keras than for all else."""
    made = with_its_layers("letters-conv-16", tmp_path)
    run = runs.get("letters-situation-2")
    export.write(run, tmp_path / "network.keras")
    x = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    np.save(tmp_path / "random.npy", x)
    assert "2 images" in in_plain_keras(tmp_path, "network", "example")
    is_made_there(made, tmp_path)
    wanted = networks.load(run.model_path).reconstruct(x)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), wanted)
    with pytest.raises(UserError, match="zip"):
        export.write(runs.get("letters-conv-16"), tmp_path / "other.keras")


def test_the_layers_that_go_along_are_all_that_a_shipped_network_has():
    folder = Path(export.__file__).parent
    along = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in export._SOURCES)
    assert set(re.findall(r"^(?:import|from) (\w+)", along, re.M)) <= {
        *("__future__", "keras", "math", "numpy")
    }
    known = set(re.findall(r"^class (\w+)\(|ae_core>(\w+)", along, re.M))
    for path in sorted(runs.pretrained_dir().glob("*/model.keras")):
        missing = export._own_layers(path) - {name or before for name, before in known}
        assert not missing, (path.parent.name, missing)


@pytest.mark.long
@pytest.mark.parametrize("name", ["numbers-elastic", "numbers-unet"])
def test_other_networks_come_with_their_layers_and_an_example(name, tmp_path):
    made = with_its_layers(name, tmp_path)
    assert "2 images" in in_plain_keras(tmp_path, "example")
    is_made_there(made, tmp_path)
