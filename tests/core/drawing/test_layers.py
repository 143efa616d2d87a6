"""The layers read from a network's file are those of Keras: shapes, weights, and what they see."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ae_core import i18n, networks
from ae_core.config import TrainConfig
from ae_core.drawing import architecture, fields, layers
from ae_core.errors import UserError

ROOT = Path(__file__).parents[3]
GREY, COLOUR = (28, 28, 1), (32, 32, 3)
KINDS = {
    "situation-1": (196, GREY),
    "situation-2": (49, GREY),
    "situation-3": (4, GREY),
    "situation-4": (1, GREY),
    "conv": (16, COLOUR),
    "unet": (0, COLOUR),
    "elastic": (64, GREY),
    "rate": (64, COLOUR),
}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Every network as built, with its file: name → (Keras model, path)."""
    folder, found = tmp_path_factory.mktemp("networks"), {}

    def get(name):
        if name not in found:
            code, shape = KINDS[name]
            model = networks.build(TrainConfig(network=name, code=code), shape)
            model.save(folder / f"{name}.keras")
            found[name] = model, folder / f"{name}.keras"
        return found[name]

    return get


def keras_layer(model, layer):
    """Return Keras's own object for a layer; arithmetic is an operation, but no layer."""
    for part in layer.path.split("/")[:-1]:
        model = model.get_layer(part)
    return next(o for o in model.operations if o.name == layer.name)


@pytest.mark.parametrize("name", KINDS)
def test_shapes_and_weights_are_those_of_keras(built, name):
    model, path = built(name)
    found = layers.read(path)
    assert [i.number for i in found] == list(range(1, len(found) + 1))
    for i in found:
        real = keras_layer(model, i)
        output = real._inbound_nodes[-1].output_tensors[0]  # some are called more than once
        assert i.shape == tuple(output.shape[1:]), i.path
        shuffled = i.kind == "DepthToSpace" and type(real).__name__ == "Reshape"
        assert shuffled or i.kind == type(real).__name__
        assert all(n < i.number for n in i.inputs)
    assert layers.drawn(path).parameters == model.count_params()
    if not layers.drawn(path).tops:
        assert sum(i.parameters for i in found) == model.count_params()
    assert found[0].shape == found[-1].shape == KINDS[name][1] or name == "rate"


@pytest.mark.parametrize("name", [n for n in KINDS if n not in ("unet", "rate")])
def test_the_code_is_what_the_decoder_gets(built, name):
    model, path = built(name)
    (code,) = [i for i in layers.read(path) if i.code]
    assert code.part == "encoder" and code.values == KINDS[name][0]
    readers = [i for i in layers.read(path) if code.number in i.inputs]
    assert readers and all(i.part == "decoder" for i in readers)


def test_a_rate_networks_code_is_what_was_rounded(built):
    (code,) = [i for i in layers.read(built("rate")[1]) if i.code]
    assert code.kind == "Round" and code.values == KINDS["rate"][0]


def test_skips_and_what_is_told_are_kept(built):
    found = {i.path: i for i in layers.read(built("unet")[1])}
    assert set(found["x_hat"].inputs) == {1, found["full_resolution"].number}
    assert found["level_map"].told == ("level",) and "level" not in found
    elastic = {i.path: i for i in layers.read(built("elastic")[1])}
    assert elastic["decoder/prefix_64"].told == ("size",)
    assert elastic["encoder/both"].told == ("level",)


@pytest.mark.parametrize("size, top", [(1, 1), (2, 4), (4, 4), (5, 16), (64, 64), (None, 64)])
def test_of_an_elastic_network_the_decoder_of_one_size_is_read(built, size, top):
    model, path = built("elastic")
    found = layers.drawn(path, size)
    assert (found.tops, found.top) == ((1, 4, 16, 64), top)
    assert found.layers[-1].path == f"decoder/x_hat_{top}"
    (linear,) = [i for i in found.layers if i.path == "decoder/linear"]
    drawn, made = ("guess_1", "code_1") if top == 1 else (f"sum_{top}", "code_64")
    assert [found.layers[n - 1].name for n in linear.inputs] == [drawn]
    (code,) = [i for i in found.layers if i.code]
    assert code.path == f"encoder/{made}"
    view = networks.load(path).at(size or 64)
    working = view.encoder.count_params() + view.decoder.count_params()
    assert sum(i.parameters for i in found.layers) == working < found.parameters


def reached(model, target, shape):
    """Return the largest height and width of the pixels that move one value of a layer.

    All weights are made one, so that nothing cancels; every pixel in turn is raised.
    """
    import keras

    part = keras.Model(model.inputs, target)
    part.set_weights([np.ones_like(w) / w.size for w in part.get_weights()])
    height, width, channels = shape
    base = np.full((1, *shape), 0.5, np.float32)
    raised = np.repeat(base, height * width, axis=0)
    for place in range(height * width):
        raised[place, place // width, place % width] = 0.9
    before = np.asarray(part.predict(base, verbose=0))
    moved = np.asarray(part.predict(raised, verbose=0, batch_size=64)) != before
    by_pixel = moved.reshape(height, width, -1)
    rows, columns = by_pixel.any(axis=1), by_pixel.any(axis=0)  # (pixels, values)
    return tuple(
        int(max(np.ptp(np.flatnonzero(side[:, v])) + 1 for v in range(side.shape[1])))
        for side in (rows, columns)
    )


@pytest.mark.parametrize("name", ["enc1_conv", "enc2_conv", "code"])
def test_the_receptive_field_is_what_reaches_a_value(tmp_path, name):
    model = networks.build(TrainConfig(network="situation-2", code=49), GREY)
    model.save(tmp_path / "model.keras")
    found = {i.path: i for i in layers.read(tmp_path / "model.keras")}
    encoder = model.get_layer("encoder")
    real = reached(encoder, encoder.get_layer(name).output, GREY)
    assert found[f"encoder/{name}"].field == real


def test_known_receptive_fields(built):
    fields = {i.path: i.field for i in layers.read(built("situation-1")[1])}
    assert fields["x"] == (1, 1)
    assert fields["encoder/enc1_conv"] == (4, 4)
    assert fields["encoder/code"] == (8, 8)
    dense = {i.path: i.field for i in layers.read(built("situation-3")[1])}
    assert dense["encoder/enc1_dense"] == dense["decoder/x_hat"] == (28, 28)


def test_damaged_files_are_one_sentence(built, tmp_path):
    whole = built("situation-1")[1].read_bytes()
    path = tmp_path / "model.keras"
    for data in (b"", b"no archive", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(UserError, match="model.keras"):
            layers.read(path)
    with pytest.raises(UserError, match="no trained network"):
        layers.read(tmp_path / "missing.keras")


def test_foreign_networks_are_one_sentence(tmp_path):
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "other.keras")
    with pytest.raises(UserError, match="no network that can be drawn"):
        layers.read(tmp_path / "other.keras")


def test_reading_and_drawing_load_no_keras(built):
    code = (
        "import sys; from pathlib import Path\n"
        "from ae_core.drawing import architecture, layers\n"
        f"assert architecture.svg(layers.read(Path({str(built('situation-1')[1])!r})), 'x')\n"
        "heavy = {'tensorflow', 'keras', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_convolution_of_odd_sides_has_its_stride_not_a_quotient_of_sides(tmp_path):
    model = networks.build(TrainConfig(network="conv", code=16), (21, 13, 1))
    model.save(tmp_path / "odd.keras")
    found = layers.read(tmp_path / "odd.keras")
    assert [i.shape[0] for i in found if i.kind == "Pad"] == [24]  # 21 is no multiple
    words = i18n.part("pt-BR", "paper.draw.")
    said = [architecture.operation(i, found, words) for i in found]
    assert {"conv 5×5 ÷2", "preencher", "recortar"} <= set(said)
    assert not [words for words in said if "." in words or "," in words]


@pytest.mark.parametrize(
    ("kind", "before", "after", "options", "factor"),
    [
        ("Conv2D", (21, 13, 1), (11, 7, 8), {"strides": [2, 2]}, 2),
        ("Conv2D", (21, 13, 1), (17, 9, 8), {"strides": [1, 1]}, 1),  # "valid": the edges go
        ("Conv2DTranspose", (11, 7, 8), (21, 13, 1), {"strides": [2, 2]}, 1 / 2),
        ("MaxPooling2D", (21, 13, 1), (10, 6, 1), {"strides": [2, 2]}, 2),
        ("GlobalAveragePooling2D", (7, 7, 8), (1, 1, 8), {"keepdims": True}, 7),
        ("UpSampling2D", (11, 7, 8), (22, 14, 8), {"size": [2, 2]}, 1 / 2),
        ("Cropping2D", (22, 14, 8), (21, 13, 8), {}, 1),
        ("Resizing", (22, 14, 8), (21, 13, 8), {}, 1),
        ("Dense", (22, 14, 8), (9,), {}, 1),
    ],
)
def test_by_how_much_a_layer_changes_the_sides(kind, before, after, options, factor):
    assert fields.factor(kind, before, after, options) == factor


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_layer_of_the_programs_own_networks_has_a_word(language):
    sources = (ROOT / "ae_core" / "networks").rglob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    used = re.findall(r"layers\.([A-Z]\w+)\(|class ([A-Z]\w+)\(layers\.Layer\)|Form\(\"(\w+)\"", text)
    kinds = {next(filter(None, names)) for names in used} | {"ZeroPadding2D", "Pad"}
    assert len(kinds) > 30 and kinds <= i18n.part(language, "paper.draw.").keys()
