"""ONNX files: read by another program, they compute what the network computes."""

import io

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
        export.write_onnx(tmp_path / "model.keras", tmp_path / "out.onnx")
    with pytest.raises(UserError, match="network, encoder, decoder"):
        export.onnx(tmp_path / "model.keras", "middle")
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras"]
