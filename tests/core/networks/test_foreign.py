"""Networks made elsewhere: what is found in their files, and what is refused in one sentence."""

import io
import json
import zipfile

import numpy as np
import pytest

from ae_core.errors import UserError
from ae_core.networks import foreign, inference
from ae_core.networks.foreign import Choices

GREY, COLOUR = (28, 28, 1), (32, 32, 3)


def smooth(shape):
    """Eight images that change slowly, as most do."""
    height, width, channels = shape
    v, u = np.mgrid[0:height, 0:width]
    phase = np.arange(8)[:, None, None, None] + np.arange(channels)
    return np.rint(127 + 120 * np.sin(0.2 * (u + v)[None, :, :, None] + phase)).astype(np.uint8)


@pytest.fixture
def saved(tmp_path):
    """``saved(model, ".h5")``: the path of its file."""

    def save(model, ending=".keras"):
        path = tmp_path / f"network{ending}"
        model.save(path)
        return path

    return save


def dense(*units, shape=(784,), last="sigmoid"):
    import keras
    from keras import layers

    middle = [layers.Dense(n, activation="relu") for n in units[:-1]]
    return keras.Sequential([keras.Input(shape), *middle, layers.Dense(units[-1], activation=last)])


def halves():
    import keras

    encoder, decoder = dense(64, 9), dense(30, 784, shape=(9,))
    encoder.name, decoder.name = "encoder", "decoder"
    x = keras.Input((784,))
    return keras.Model(x, decoder(encoder(x)))


def convolutions(sides=GREY):
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(sides),
            layers.Conv2D(8, 3, 2, "same", activation="relu"),
            layers.Conv2D(2, 3, 2, "same"),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(8, 3, 2, "same"),
            layers.Conv2DTranspose(sides[2], 3, 2, "same", activation="sigmoid"),
        ]
    )


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize(
    ("make", "shape", "code", "layer"),
    [
        (lambda: dense(64, 5, 20, 784), GREY, (1, 1, 5), "dense_1"),
        (halves, GREY, (1, 1, 9), "encoder/dense_1"),
        (convolutions, GREY, (7, 7, 2), "leaky_re_lu"),
    ],
)
def test_code_and_size_are_found_and_the_pixels_are_its_own(make, shape, code, layer, ending, saved):
    import keras

    keras.backend.clear_session()
    model = make()
    found = foreign.read(saved(model, ending), smooth, Choices(given="0..1", gives="0..1"))
    assert (found.image_shape, found.code_shape) == (shape, code)
    assert found.layer.rpartition("/")[2].startswith(layer.rpartition("/")[2].rstrip("_1"))
    network, x = inference.of(found.model), smooth(shape)
    y = model.predict((x / np.float32(255)).reshape(len(x), *model.input_shape[1:]), verbose=0)
    wanted = np.rint(np.clip(y.reshape(x.shape), 0, 1) * 255)
    assert np.abs(network.reconstruct(x) - wanted).max() <= 1
    np.testing.assert_array_equal(network.decode(network.encode(x)), network.reconstruct(x))


@pytest.mark.parametrize(
    ("given", "gives"),
    [("0..1", "0..1"), ("-1..1", "-1..1"), ("0..255", "0..255"), ("-1..1", "0..1")],
)
def test_the_ranges_are_found_by_trying(given, gives, saved):
    """A network that gives back what it gets, a little greyer, in the ranges that it was made for."""
    import keras
    from keras import layers

    (low, high), (first, last) = foreign.RANGES[given], foreign.RANGES[gives]
    x = keras.Input((28, 28, 1))
    small = layers.AveragePooling2D(2, name="small")(x)
    y = layers.UpSampling2D(2, interpolation="bilinear")(small)
    y = layers.Rescaling(0.8 / (high - low), 0.1 - 0.8 * low / (high - low))(y)
    model = keras.Model(x, layers.Rescaling(last - first, first)(y))
    found = foreign.read(saved(model), smooth)
    assert (found.given, found.gives, found.layer) == (given, gives, "small")
    assert min(found.errors.values()) == found.errors[given, gives] < 0.01


def skipping():
    import keras
    from keras import layers

    x = keras.Input(COLOUR)
    h = layers.Conv2D(8, 3, 2, "same")(x)
    y = layers.UpSampling2D()(layers.Conv2D(1, 3, 2, "same", name="least")(h))
    y = layers.Concatenate()([y, h])
    return keras.Model(x, layers.Conv2DTranspose(3, 3, 2, "same")(y))


def with_lambda():
    import keras
    from keras import layers

    x = keras.Input((784,))
    return keras.Model(x, layers.Dense(784)(layers.Lambda(lambda t: 2 * t)(layers.Dense(4)(x))))


def own_layer():
    import keras
    from keras import layers

    class Doubled(layers.Layer):
        def call(self, x):
            return 2 * x

    x = keras.Input((784,))
    return keras.Model(x, layers.Dense(784)(Doubled()(layers.Dense(4)(x))))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (skipping, "connections past the smallest layer, least"),
        (with_lambda, "has a Lambda layer"),
        (own_layer, "has a layer of its own, .*Doubled"),
        (lambda: dense(64, 10), "gives 10, not 784"),
        (lambda: dense(784), "has one layer"),
        (lambda: dense(900, 784), "would have 900 values"),
        (lambda: convolutions((None, None, 3)), "any size: say which one"),
        (lambda: dense(5, 30, shape=(30,)), "which is no image"),
    ],
)
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_what_cannot_be_is_one_sentence(make, sentence, ending, saved):
    with pytest.raises(UserError, match=sentence) as caught:
        foreign.read(saved(make(), ending), smooth)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_what_is_known_can_be_said(saved):
    path = saved(convolutions((None, None, 3)))
    found = foreign.read(path, smooth, Choices(side=COLOUR))
    assert (found.image_shape, found.code_shape) == (COLOUR, (8, 8, 2))
    path = saved(dense(64, 5, 20, 784))
    chosen = foreign.read(path, smooth, Choices(code=foreign.read(path, smooth).layer))
    assert chosen.code_shape == (1, 1, 5)
    with pytest.raises(UserError, match="no layer nowhere"):
        foreign.read(path, smooth, Choices(code="nowhere"))
    with pytest.raises(UserError, match="takes 784 values, and 10×20×1 images have 200"):
        foreign.read(path, smooth, Choices(side=(20, 10, 1)))


def test_the_size_of_images_is_said_with_the_width_first(saved):
    wide = (28, 56, 1)
    assert "Images: 56×28×1." in foreign.read(saved(convolutions(wide)), smooth).said
    found = foreign.read(saved(dense(64, 5, 20, 1568, shape=(1568,))), smooth, Choices(side=wide))
    assert found.said[0] == "Images: 56×28×1." and found.image_shape == wide


def test_files_that_are_no_models(saved, tmp_path):
    model = dense(9, 784)
    weights = tmp_path / "network.weights.h5"
    model.save_weights(weights)
    whole = saved(model)
    cut = tmp_path / "cut.keras"
    cut.write_bytes(whole.read_bytes()[:-100])
    text = tmp_path / "notes.keras"
    text.write_text("no network")
    huge = tmp_path / "huge.keras"
    buffer = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "config.json":
                content = json.dumps(json.loads(content) | {"filler": "0" * 2**24}).encode()
            new.writestr(entry.filename, content)
    huge.write_bytes(buffer.getvalue())
    sentences = {
        weights: "holds weights without a model",
        cut: "or was cut off",
        text: "is no Keras model file",
        huge: "more than is read",
        tmp_path / "nowhere.keras": "There is no file",
    }
    for path, sentence in sentences.items():
        with pytest.raises(UserError, match=sentence):
            foreign.read(path, smooth)
