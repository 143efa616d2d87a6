"""Saved networks: loaded in safe mode, the same bytes for the same images, bad files refused."""

import threading
import warnings
import zipfile

import keras
import numpy as np
import pytest

from ae_core import networks
from ae_core.errors import UserError

CODED = ("situation-1", "situation-2", "situation-3", "situation-4", "conv", "elastic")
NAMES = (*CODED, "unet")


@pytest.fixture(scope="module")
def load(saved):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = networks.load(saved(name))
        return kept[name]

    return get


@pytest.mark.parametrize("name", NAMES)
def test_saved_and_loaded_it_gives_the_same_bytes(name, load, saved, pictures, tmp_path):
    network = load(name)
    x = pictures(network.image_shape)
    x_hat = network.reconstruct(x, 25)
    assert x_hat.dtype == np.uint8 and x_hat.shape == x.shape
    network.model.save(tmp_path / "again.keras")
    again = networks.load(tmp_path / "again.keras")
    assert again.reconstruct(x, 25).tobytes() == x_hat.tobytes()
    assert again.parameters == network.parameters == sum(w.size for w in network.model.get_weights())
    if network.has_code:
        assert again.encode(x).tobytes() == network.encode(x).tobytes()


@pytest.mark.parametrize("name", CODED)
def test_the_code_alone_gives_the_reconstruction_to_the_byte(name, load, pictures):
    network = load(name)
    x = pictures(network.image_shape, 300)  # more than one batch
    y = network.encode(x)
    assert y.dtype == np.float32 and y.shape == (300, *network.code_shape)
    assert network.decode(y).tobytes() == network.reconstruct(x).tobytes()
    # a code needs no encoder: the decoder is a network of its own
    decoder = network.model.get_layer("decoder")
    assert tuple(decoder.inputs[0].shape) == (None, *network.code_shape)
    assert network.decode(np.zeros((1, *network.code_shape))).shape == (1, *network.image_shape)


@pytest.mark.parametrize("name", ["situation-2", "conv", "unet"])
def test_an_image_does_not_depend_on_its_batch(name, load, pictures):
    network = load(name)
    x = pictures(network.image_shape, 9)
    whole = network.reconstruct(x, 25).astype(int)
    alone = np.concatenate([network.reconstruct(x[i : i + 1], 25) for i in range(9)])
    assert np.abs(whole - alone).max() <= 1


def test_no_images_give_no_images(load):
    network = load("situation-3")
    none = np.zeros((0, 28, 28, 1), np.uint8)
    assert network.reconstruct(none).shape == (0, 28, 28, 1)
    assert network.encode(none).shape == (0, 2, 2, 1)


def test_wrong_images_and_codes_are_refused_in_one_sentence(load):
    network, denoiser = load("situation-3"), load("unet")
    for wrong in (
        np.zeros((1, 32, 32, 3), np.uint8),
        np.zeros((1, 28, 28, 1), np.float32),
        np.zeros((28, 28, 1), np.uint8),
    ):
        for ask in (network.encode, network.reconstruct):
            with pytest.raises(UserError, match=r"takes uint8 images of shape \(28, 28, 1\)"):
                ask(wrong)
    for wrong in (np.zeros((1, 4)), np.zeros((1, 1, 1, 4))):
        with pytest.raises(UserError, match="Codes must be"):
            network.decode(wrong)
    for network in (load("situation-3"), load("elastic")):
        for number in (np.nan, np.inf):
            with pytest.raises(UserError, match="Codes must be finite numbers"):
                network.decode(np.full((2, *network.code_shape), number, np.float32))
    assert not denoiser.has_code and denoiser.code_shape == (0, 0, 0)
    for ask in (denoiser.encode, denoiser.decode):
        with pytest.raises(UserError, match="skip connections"):
            ask(np.zeros((1, 32, 32, 3), np.uint8))


def test_two_threads_get_the_same_bytes_as_one(load, pictures):
    network = load("conv")
    inputs = [pictures(network.image_shape, 12 + i, seed=i) for i in range(4)]
    expected = [network.reconstruct(x).tobytes() for x in inputs]
    wrong, ready = [], threading.Barrier(4)

    def work(i):
        ready.wait()
        for _ in range(5):
            if network.reconstruct(inputs[i]).tobytes() != expected[i]:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)


def test_a_model_holds_no_code_of_anybody(saved):
    """Only names of layers, no Lambda and no pickled function, stands in the file."""
    for name in NAMES:
        with zipfile.ZipFile(saved(name)) as file:
            assert set(file.namelist()) == {"metadata.json", "config.json", "model.weights.h5"}
            config = file.read("config.json").decode()
        assert "Lambda" not in config and "__lambda__" not in config and "tensorflow" not in config


# Files that are no network of ours


def refused(path):
    with pytest.raises(UserError) as caught:
        networks.load(path)
    sentence = str(caught.value)
    assert str(path) in sentence and "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_missing_files_and_folders(tmp_path):
    assert "no trained network" in refused(tmp_path / "nothing.keras")
    assert "no trained network" in refused(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_a_cut_file(kept, saved, tmp_path):
    content = saved("situation-3").read_bytes()
    path = tmp_path / "model.keras"
    path.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    assert "train it again" in refused(path)


def test_altered_files(saved, tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("this is no network\n" * 50)
    refused(path)
    content = bytearray(saved("situation-3").read_bytes())
    for first in (30, len(content) // 2, len(content) - 200):
        broken = content.copy()
        broken[first : first + 60] = b"x" * 60
        path.write_bytes(broken)
        refused(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("holiday.txt", "another archive")
    refused(path)
    # whole files, but the weights are those of another network
    with zipfile.ZipFile(saved("conv")) as one, zipfile.ZipFile(saved("situation-3")) as other:
        parts = {name: one.read(name) for name in one.namelist()}
        parts["model.weights.h5"] = other.read("model.weights.h5")
    with zipfile.ZipFile(path, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras says much before it gives up
        refused(path)


def _foreign():
    layers, small = keras.layers, keras.Input((28, 28, 1))
    yield "classifier", keras.Model(small, layers.Dense(10)(layers.Flatten()(small)))
    yield "vectors", keras.Sequential([keras.Input((10,)), layers.Dense(10)])
    yield "no halves", keras.Sequential([small, layers.Conv2D(1, 3, padding="same")])
    any_side = keras.Input((None, None, 1))
    yield "any side", keras.Model(any_side, layers.Conv2D(1, 3, padding="same")(any_side))
    one, two = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
    yield "two images", keras.Model([one, two], layers.Add()([one, two]))
    yield "two outputs", keras.Model(small, [layers.ReLU()(small), layers.ReLU()(small)])
    yield "not built", keras.Sequential([layers.Dense(3)])


def test_foreign_keras_models_are_refused(tmp_path):
    for name, model in _foreign():
        path = tmp_path / f"{name}.keras"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one is not built, and Keras says so
            model.save(path)
        assert "no network of this program" in refused(path), name


def test_a_lambda_is_refused_and_never_run(tmp_path):
    trap = tmp_path / "trap"
    text = str(trap)
    image = keras.Input((28, 28, 1))
    inner = keras.layers.Lambda(lambda x: (open(text, "w").close(), x)[1], name="trap")
    keras.Model(image, inner(image)).save(tmp_path / "lambda.keras")
    trap.unlink(missing_ok=True)
    assert "cannot be loaded" in refused(tmp_path / "lambda.keras")
    assert not trap.exists()


def test_a_class_of_somebody_elses_is_refused(tmp_path, saved):
    with zipfile.ZipFile(saved("situation-3")) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    ours, theirs = b'"module": "keras.layers"', b'"module": "os"'
    parts["config.json"] = parts["config.json"].replace(ours, theirs)
    with zipfile.ZipFile(tmp_path / "os.keras", "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    assert "cannot be loaded" in refused(tmp_path / "os.keras")
