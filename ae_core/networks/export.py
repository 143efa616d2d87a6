"""A trained network for other programs: as ONNX, without Keras; for Keras, without this program."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.errors import UserError
from ae_core.files import replacing, temporary_folder, unwritable
from ae_core.files.reading import Damaged, keras_file

if TYPE_CHECKING:
    import numpy as np

    from ae_core.runs import Run

PARTS = ("network", "encoder", "decoder")
# Of all kinds of networks; they import Keras and NumPy alone.
_SOURCES = ("layers.py", "dense/layers.py", "elastic/layers.py", "rate/layers.py")
_EXAMPLE = """\
import keras
import layers  # noqa: F401 (the layers of model.keras that Keras does not have)
import numpy as np

model = keras.saving.load_model("model.keras", compile=False)
x = np.load("images.npy").astype("float32") / 255
told = {told}  # beside the images
inputs = [x, *(np.full((len(x), 1, 1, 1), value, "float32") for value in told.values())]
x_hat = model.predict(inputs if told else x, verbose=0)
x_hat = np.clip(x_hat[0] if isinstance(x_hat, (list, tuple)) else x_hat, 0, 1)
np.save("reconstructions.npy", np.rint(x_hat * 255).astype("uint8"))
print(f"{{len(x)}} images, mean squared error {{np.square(x_hat - x).mean():.5f}}")
"""


def onnx(model_path: Path, part: str = "network") -> bytes:
    """Return a network, or one half of it, as ONNX (https://onnx.ai), any number of images at once.

    Inputs and outputs keep their names, shapes and ranges: images are float32 (N, H, W, C) in
    [0, 1], "level" and "size" float32 (N, 1, 1, 1). Converted by tf2onnx, through Keras.

    Args:
        model_path: a run's ``model.keras``.
        part: "network" (image to image), "encoder" or "decoder".

    Raises:
        UserError: the file holds no network of this program, it has no such half, or Keras does not
            compute with TensorFlow.
    """
    import keras
    import numpy as np

    from ae_core import networks

    if part not in PARTS:
        raise UserError("A part is one of {parts}, not {part!r}.", parts=", ".join(PARTS), part=part)
    if keras.config.backend() != "tensorflow":
        raise UserError("ONNX files are made with Keras's TensorFlow backend: unset KERAS_BACKEND.")
    network = networks.load(model_path)
    model = {"network": network.model, "encoder": network.encoder, "decoder": network.decoder}[part]
    if model is None:
        raise UserError("This denoiser has skip connections and therefore no encoder or decoder.")
    empty = [np.zeros((1, *x.shape[1:]), np.float32) for x in model.inputs]
    model(empty if len(empty) > 1 else empty[0])  # Keras exports only what was called once
    with temporary_folder() as folder, _quiet():
        path = Path(folder) / "network.onnx"
        model.export(path, format="onnx", verbose=False)
        return path.read_bytes()


def for_keras(run: Run, images: np.ndarray | None = None) -> tuple[bytes, str]:
    """Return a run's network for a Python that has Keras, NumPy and not this program.

    Args:
        run: a run with a network.
        images: uint8 (N, H, W, C) for the example; None: noise.

    Returns:
        the file, and "keras": a ``.keras`` file of standard layers, or "zip": the file, a module
        with its layers, the images, and a program that sends these through it.

    Raises:
        UserError: the network is missing or damaged.

    >>> from ae_core import runs
    >>> file, kind = for_keras(runs.get("letters-situation-2"))
    >>> kind, file[:2]
    ('keras', b'PK')
    """
    own = _own_layers(run.model_path)
    if not own:
        return run.model_path.read_bytes(), "keras"
    if (model := _of_standard_layers(run)) is not None:
        return _saved(model), "keras"
    texts = [Path(__file__).parent.joinpath(n).read_text(encoding="utf-8") for n in _SOURCES]
    needed = [text for text in texts if any(f"class {name}(" in text for name in own)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(run.model_path, "model.keras", zipfile.ZIP_STORED)
        archive.writestr("layers.py", _joined(needed))
        archive.writestr("example.py", _EXAMPLE.format(told=_told(run)))
        archive.writestr("images.npy", _array(images, run))
    return buffer.getvalue(), "zip"


def ending(run: Run) -> str:
    """Return as which file :func:`for_keras` gives a run's network, "keras" or "zip"; loads no Keras.

    Raises:
        UserError: the file is missing or damaged.
    """
    from ae_core.networks import designed

    plain = not _own_layers(run.model_path) or designed.design(run.config) is not None
    return "keras" if plain else "zip"


def write(run: Run, output: Path, part: str = "network", images: np.ndarray | None = None) -> None:
    """Write a run's network as the ending of ``output`` says: ``.onnx``, ``.keras`` or ``.zip``.

    Raises:
        UserError: as :func:`onnx` and :func:`for_keras`; another ending; it cannot be written.
    """
    if output.suffix == ".onnx":
        data = onnx(run.model_path, part)
    else:
        data, kind = for_keras(run, images)
        if output.suffix != f".{kind}":
            raise UserError(
                "Name the file {name}.onnx or {name}.{kind}, which this network is written as for "
                "Keras.",
                name=output.stem,
                kind=kind,
            )
    try:
        with replacing(output) as beside:
            beside.write_bytes(data)
    except OSError as error:
        raise unwritable(output.parent, error, "name") from error


def _own_layers(path: Path) -> set[str]:
    """Return the classes of this program's layers in a ``.keras`` file."""
    try:
        config = keras_file(path).config
    except (FileNotFoundError, Damaged) as error:
        raise UserError(
            "{path} is no Keras model file, or was cut off; train it again.", path=path
        ) from error
    found: set[str] = set()

    def visit(value) -> None:
        if isinstance(value, dict):
            if str(value.get("registered_name")).startswith("ae_core>"):
                found.add(value["class_name"])
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                visit(item)

    visit(config)
    return found


def _of_standard_layers(run: Run):
    """Return the network of a run whose layers have a design, stored with layers of this program."""
    from ae_core import networks
    from ae_core.networks import designed

    if designed.design(run.config) is None:
        return None
    old = networks.load(run.model_path).model
    model = networks.build(run.config, tuple(old.input_shape[1:]))
    model.set_weights(old.get_weights())
    return model


def _saved(model) -> bytes:
    with temporary_folder() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def _joined(texts: list[str]) -> str:
    """Return modules as one; each begins with what it imports."""
    future = "from __future__ import annotations\n"
    return future + "\n\n".join(text.replace(future, "") for text in texts)


def _told(run: Run) -> dict[str, float]:
    """Return what a network is told beside images without noise, by its inputs' names."""
    from ae_core import networks

    inputs = networks.load(run.model_path).model.inputs[1:]
    usual = {"level": 128.0 if networks.kind(run.config.network).bits else 0.0}
    return {i.name: usual.get(i.name, float(run.config.code)) for i in inputs}


def _array(images: np.ndarray | None, run: Run) -> bytes:
    import numpy as np

    from ae_core import networks

    if images is None:
        shape = networks.load(run.model_path).image_shape
        images = np.random.default_rng(0).integers(0, 256, (4, *shape), np.uint8)
    buffer = io.BytesIO()
    np.save(buffer, images, allow_pickle=False)
    return buffer.getvalue()


@contextlib.contextmanager
def _quiet():
    """Keep the converter's remarks about NumPy and its own version off the terminal."""
    logger = logging.getLogger("tf2onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
