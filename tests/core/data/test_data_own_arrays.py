"""Arrays as people save them: any order of axes, any range, labels of any kind, any container."""

import gzip
import pickle
import shutil
import zipfile

import h5py
import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.io import savemat

from ae_core import data as sets
from ae_core.data.own.convert import keep, prepare
from ae_core.data.own.reading import Choices
from ae_core.data.splits import image_ids
from ae_core.errors import DataError, UserError

SIDE, COUNT = 16, 30
LABELS = np.arange(COUNT) % 3


def smooth(channels=1, count=COUNT, seed=1):
    """uint8 (N, 16, 16, C) of slopes and waves, with 0 and 255 in it: what images look like."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, SIDE)
    tilt = rng.uniform(1, 3, (3, count, channels))
    wave = np.sin(
        tilt[0][:, None, None] * at[None, :, None, None] * 2
        + tilt[1][:, None, None] * at[None, None, :, None] * 2
        + tilt[2][:, None, None] * 9
    )
    x = np.rint((wave + 1) * 127.5).astype(np.uint8)
    x[0, 0, 0], x[0, -1, -1] = 0, 255
    return x


def stored(source, choices=Choices(), channels=1):  # noqa: B008
    return prepare(source, SIDE, "grey" if channels == 1 else "colour", choices)


ORDERS = {
    "NHW": lambda x: x[..., 0],
    "HWN": lambda x: x[..., 0].transpose(1, 2, 0),
    "NHWC": lambda x: x,
    "NCHW": lambda x: x.transpose(0, 3, 1, 2),
    "HWCN": lambda x: x.transpose(1, 2, 3, 0),
    "CHWN": lambda x: x.transpose(3, 1, 2, 0),
    "CNHW": lambda x: x.transpose(3, 0, 1, 2),
    "N,HW": lambda x: x[..., 0].reshape(len(x), -1),
    "N,HWC": lambda x: x.reshape(len(x), -1),
    "N,CHW": lambda x: x.transpose(0, 3, 1, 2).reshape(len(x), -1),
    "HW,N": lambda x: x[..., 0].reshape(len(x), -1).T,
}
RANGES = {
    "uint8": lambda x: x,
    "int64": lambda x: x.astype(np.int64),
    "0..1": lambda x: x / np.float32(255),
    "overshoot": lambda x: x / np.float64(255) + np.where(x == 255, 2e-3, np.where(x == 0, -1e-8, 0)),
    "-1..1": lambda x: x / np.float32(127.5) - 1,
    "-0.5..0.5": lambda x: x / np.float64(255) - 0.5,
    "0..255 as floats": lambda x: x.astype(np.float32),
    "16 bits": lambda x: x.astype(np.uint16) * 257,
    "12 bits in 16": lambda x: np.rint(x / 255 * 4095).astype(np.uint16),
    "standardised": lambda x: (x / 255 - 0.4) / 0.2,
    "0..16 as floats": lambda x: x / 255 * 16,
}
KINDS_OF_LABELS = {
    "(N,)": lambda y: y,
    "(N, 1)": lambda y: y[:, None],
    "(1, N)": lambda y: y[None],
    "one-hot": lambda y: np.eye(3, dtype=np.uint8)[y],
    "one-hot, N last": lambda y: np.eye(3)[y].T,
    "float": lambda y: y.astype(np.float32),
    "text": lambda y: np.array(["cat", "dog", "owl"])[y],
    "bytes": lambda y: np.array([b"cat", b"dog", b"owl"])[y],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("container", ["npy", "npz", "mat", "h5"])
def test_any_order_of_axes(order, container, tmp_path):
    channels = 3 if "C" in order else 1
    x, path = smooth(channels), tmp_path / f"a.{container}"
    write(path, ORDERS[order](x))
    seen = stored(path, channels=channels)
    assert np.array_equal(seen.x, x)
    (said,) = [entry for entry in seen.assumed if entry.option == "axes"]
    assert said.chosen == order and str(COUNT) in said.said
    again = stored(path, Choices(axes=order), channels)
    assert np.array_equal(again.x, x)


def write(path, x, y=None):
    named = {"x": x} if y is None else {"x": x, "y": y}
    if path.suffix == ".npy":
        np.save(path, x)
    elif path.suffix == ".npz":
        np.savez(path, **named)
    elif path.suffix == ".mat":
        savemat(path, named)
    else:
        with h5py.File(path, "w") as file:
            for name, value in named.items():
                file["set/" + name] = value.astype("S") if value.dtype.kind == "U" else value


@pytest.mark.parametrize("kind", RANGES)
def test_any_range_of_values_is_recognised_and_said(kind, tmp_path):
    x = smooth()
    np.save(tmp_path / "a.npy", RANGES[kind](x))
    seen = stored(tmp_path / "a.npy")
    assert abs(seen.x.astype(int) - x).max() <= (
        1 if kind in ("12 bits in 16", "standardised") else 0
    )
    (said,) = [entry for entry in seen.assumed if entry.option == "range"]
    assert said.chosen and said.others
    assert ("beyond is cut" in said.said) == (kind == "overshoot")


@pytest.mark.parametrize(
    ("kind", "container"),
    [
        (kind, container)
        for kind in KINDS_OF_LABELS
        for container in ("npz", "mat", "h5")
        if (kind, container) != ("bytes", "mat")  # MATLAB has none
    ],
)
def test_labels_of_any_kind(kind, container, tmp_path):
    path = tmp_path / f"a.{container}"
    write(path, smooth(), KINDS_OF_LABELS[kind](LABELS))
    seen = stored(path)
    names = ["cat", "dog", "owl"] if kind in ("text", "bytes") else ["0", "1", "2"]
    assert seen.classes == names and np.array_equal(seen.labels, LABELS)


def test_words_are_said_where_labels_are_none(tmp_path):
    np.savez(tmp_path / "a.npz", x=smooth(), y=np.random.default_rng(1).random(COUNT))
    seen = stored(tmp_path / "a.npz")
    assert seen.classes == ["image"]
    said = " ".join(entry.said for entry in seen.assumed)
    assert "none were found" in said and "left out y" in said


def test_that_no_labels_were_asked_for_is_said_beside_the_option_that_asks(tmp_path):
    np.savez(tmp_path / "a.npz", x=smooth(), y=LABELS)
    seen = stored(tmp_path / "a.npz", Choices(labels="none"))
    (said,) = [entry for entry in seen.assumed if entry.option == "labels"]
    assert seen.classes == ["image"] and said.chosen == "none" and "none" in said.said


PARTED = [
    ("x_train", "y_train", "x_test", "y_test", None, None),
    ("train_images", "train_labels", "test_images", "test_labels", "val_images", "val_labels"),
    ("XTrain", "yTrain", "XTest", "yTest", "XVal", "yVal"),
    ("Xtr", "Ytr", "Xte", "Yte", None, None),
]


@pytest.mark.parametrize("names", PARTED)
def test_the_persons_own_parts_stay_what_they_are(names, data, tmp_path):
    from ae_core.data.own import convert

    x, content = smooth(count=70), {}
    cuts = {0: slice(0, 40), 2: slice(40, 60), 4: slice(60, 70)}
    for place, rows in cuts.items():
        if names[place]:
            content[names[place]] = x[rows]
            content[names[place + 1]] = np.arange(70)[rows, None] % 10
    shuffled = dict(sorted(content.items()))
    np.savez(tmp_path / "a.npz", **shuffled)
    convert.import_images(tmp_path / "a.npz", "parts", SIDE, "grey")
    whole = sets.load("own-parts")
    assert same_images(whole.test.x, x[40:60])
    if names[4]:
        assert same_images(whole.validation.x, x[60:]) and same_images(whole.train.x, x[:40])
    else:
        both = np.concatenate([whole.train.x, whole.validation.x])
        assert same_images(both, x[:40]) and len(whole.validation) == 12
    assert len(whole.classes) == 10
    mixed = prepare(tmp_path / "a.npz", SIDE, "grey", Choices(parts="mix"))
    assert mixed.parts is None and len(mixed.x) == len(whole.test) + len(whole.train) + len(
        whole.validation
    )


@pytest.mark.parametrize("folders", [("train", "test"), ("train/a/b", "test/a/b")])
def test_arrays_in_folders_of_parts_are_those_parts(folders, tmp_path):
    x = smooth(count=50)
    for folder, rows in zip(folders, (slice(0, 30), slice(30, 50)), strict=True):
        (tmp_path / folder).mkdir(parents=True)
        np.savez(tmp_path / folder / "a.npz", x=x[rows], y=np.arange(50)[rows] % 3)
    seen = stored(tmp_path)
    assert same_images(seen.x[seen.parts == 0], x[:30])
    assert same_images(seen.x[seen.parts == 2], x[30:])


def same_images(one, other):
    return sorted(image.tobytes() for image in one) == sorted(image.tobytes() for image in other)


def test_matlab_of_version_7_3_has_its_axes_reversed(tmp_path):
    x, path = smooth(3), tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["X"] = x.transpose(0, 3, 2, 1)  # as MATLAB writes height x width x 3 x N
        file["y"] = (LABELS[None] + 8).astype(float)
    content = bytearray(path.read_bytes())
    content[:19] = b"MATLAB 7.3 MAT-file"
    path.write_bytes(content)
    seen = stored(path, channels=3)
    assert np.array_equal(seen.x, x)
    assert seen.classes == ["0", "8", "9"]  # 10 is the digit 0
    assert stored(path, Choices(tens="ten"), 3).classes == ["8", "9", "10"]


def test_idx_and_its_packed_siblings(tmp_path):
    x = smooth(count=50)[..., 0]
    for name, rows in (("train", slice(0, 30)), ("t10k", slice(30, 50))):
        head = bytes([0, 0, 8, 3]) + np.array(x[rows].shape, ">i4").tobytes()
        content = head + x[rows].tobytes()
        labels = bytes([0, 0, 8, 1]) + np.array([len(x[rows])], ">i4").tobytes()
        labels += (np.arange(50)[rows] % 7).astype(np.uint8).tobytes()
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(content)
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
        (tmp_path / f"{name}-labels.idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    seen = stored(tmp_path)
    assert np.bincount(seen.parts).tolist() == [30, 0, 20] and len(seen.classes) == 7
    assert same_images(seen.x[..., 0], x)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(content)[:-100])
    (tmp_path / "train-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="train-images"):
        stored(tmp_path / "train-images-idx3-ubyte.gz")


def test_cifar_in_binary_is_read_and_as_a_pickle_refused(tmp_path):
    x = np.kron(smooth(3), np.ones((1, 2, 2, 1), np.uint8))
    rows = x.transpose(0, 3, 1, 2).reshape(COUNT, -1)
    whole = np.concatenate([LABELS[:, None].astype(np.uint8), rows], axis=1)
    (tmp_path / "data_batch_1.bin").write_bytes(whole.tobytes())
    seen = prepare(tmp_path / "data_batch_1.bin", 32, "colour")
    assert np.array_equal(seen.x, x) and seen.classes == ["0", "1", "2"]
    np.save(tmp_path / "rows.npy", rows)
    assert np.array_equal(prepare(tmp_path / "rows.npy", 32, "colour").x, x)
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps({"data": rows}))
    with pytest.raises(DataError, match="pickle.*never opened.*numpy.savez"):
        prepare(path, 32, "colour")


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (("metadata.json", "config.json", "model.weights.h5"), "is a network of Keras, not a set"),
        (("archive/data.pkl", "archive/data/0"), "pickle.*never opened.*numpy.savez"),
    ],
)
def test_networks_in_archives_are_named_as_what_they_are(tmp_path, inside, said):
    path = tmp_path / "net.pt"
    with zipfile.ZipFile(path, "w") as archive:
        for name in inside:
            archive.writestr(name, b"x")
    with pytest.raises(DataError, match=said):
        prepare(path, 32, "colour")


@pytest.mark.parametrize("header", ["label first", "label last", "none", "coordinates"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_tables_of_pixels(header, separator, tmp_path):
    x = smooth()
    rows = x.reshape(COUNT, -1)
    names = [f"pixel{i}" for i in range(rows.shape[1])]
    if header == "coordinates":
        names = [f"{i // SIDE + 1}x{i % SIDE + 1}" for i in range(rows.shape[1])]
    frame = pandas.DataFrame(rows, columns=names)
    frame.insert(len(names) if header == "label last" else 0, "label", LABELS)
    frame.to_csv(tmp_path / "a.csv", index=False, sep=separator, header=header != "none")
    seen = stored(tmp_path / "a.csv")
    assert np.array_equal(seen.x, x) and np.array_equal(seen.labels, LABELS)


def test_pixels_in_words_with_a_column_of_parts(tmp_path):
    x = smooth()
    words = [" ".join(map(str, row)) for row in x.reshape(COUNT, -1)]
    usage = ["Training"] * 20 + ["PublicTest"] * 10
    frame = pandas.DataFrame({"emotion": LABELS, "pixels": words, "Usage": usage})
    frame.to_csv(tmp_path / "fer.csv", index=False)
    seen = stored(tmp_path / "fer.csv")
    assert np.array_equal(seen.x, x) and np.bincount(seen.parts).tolist() == [20, 0, 10]


def test_rows_that_are_not_square(tmp_path):
    x = np.random.default_rng(1).integers(0, 256, (COUNT, 16 * 20), np.uint8)
    np.save(tmp_path / "a.npy", x)
    with pytest.raises(DataError, match="option axes"):
        stored(tmp_path / "a.npy")
    seen = prepare(tmp_path / "a.npy", SIDE, "grey", Choices(axes="N,HW", rows="16x20"))
    assert np.array_equal(seen.x[..., 0], x.reshape(COUNT, 16, 20)[:, :, 2:18])


def parquet(path, **columns):
    import pyarrow
    from pyarrow import parquet as writer

    writer.write_table(pyarrow.table(columns), path, row_group_size=7)


def png(x):
    import io

    file = io.BytesIO()
    Image.fromarray(x.squeeze()).save(file, "PNG")
    return file.getvalue()


def test_parquet_with_images_or_with_numbers(tmp_path):
    x = smooth()
    files = [{"bytes": png(image), "path": "x.png"} for image in x]
    parquet(tmp_path / "train-0.parquet", image=files, label=LABELS.tolist())
    parquet(tmp_path / "test-0.parquet", image=files[:9], label=LABELS[:9].tolist())
    seen = stored(tmp_path)
    assert np.bincount(seen.parts).tolist() == [30, 0, 9] and seen.classes == ["0", "1", "2"]
    assert np.array_equal(seen.x[seen.parts == 0], x)
    lists = [image.reshape(-1).tolist() for image in x]
    parquet(tmp_path / "lists.parquet", pixels=lists, label=LABELS.tolist())
    assert np.array_equal(stored(tmp_path / "lists.parquet").x, x)
    damaged = (tmp_path / "lists.parquet").read_bytes()
    (tmp_path / "lists.parquet").write_bytes(damaged[:-30])
    with pytest.raises(DataError, match="lists.parquet"):
        stored(tmp_path / "lists.parquet")


def test_a_numpy_file_for_each_image(tmp_path):
    x = smooth(3)
    for i, image in enumerate(x):
        path = tmp_path / "mine" / "abc"[i % 3] / f"{i:02}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, image / np.float32(255))
    seen = stored(tmp_path / "mine", channels=3)
    assert same_images(seen.x, x) and seen.classes == ["a", "b", "c"]


def test_two_readings_that_fit_equally_stop_and_name_the_option(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (24, 24, 24), np.uint8)
    np.save(tmp_path / "cube.npy", noise)
    with pytest.raises(UserError, match="option axes"):
        stored(tmp_path / "cube.npy")
    assert len(stored(tmp_path / "cube.npy", Choices(axes="HWN")).x) == 24
    x = smooth()
    np.savez(tmp_path / "pair.npz", noisy=x, clean=x)
    with pytest.raises(UserError, match="noisy, clean.*option images"):
        stored(tmp_path / "pair.npz")
    np.savez(tmp_path / "two.npz", x=x, y_fine=LABELS, y_coarse=LABELS // 2)
    with pytest.raises(UserError, match="y_fine, y_coarse.*option labels"):
        stored(tmp_path / "two.npz")
    seen = stored(tmp_path / "two.npz", Choices(labels="y_coarse"))
    assert seen.classes == ["0", "1"]


@pytest.mark.parametrize(
    ("choices", "word"),
    [
        (Choices(images="z"), "no array 'z'"),
        (Choices(labels="z"), "no array 'z'"),
        (Choices(axes="NHWCX"), "do not fit"),
        (Choices(axes="NHH"), "do not fit"),
        (Choices(range="wide"), "range of values was expected"),
        (Choices(range="5..1"), "range of values was expected"),
        (Choices(rows="a", axes="N,HW"), "do not fit|28x20"),
    ],
)
def test_choices_that_cannot_be_are_one_sentence(choices, word, tmp_path):
    np.savez(tmp_path / "a.npz", x=smooth(), y=LABELS)
    with pytest.raises(UserError, match=word):
        stored(tmp_path / "a.npz", choices)


@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.full((COUNT, 8, 8), 7, np.uint8), "one and the same grey"),
        (smooth() // 128, "two values only"),
        (smooth() // 12, "less than a tenth"),
    ],
)
def test_odd_sets_are_said_to_be_so(x, word, tmp_path):
    np.save(tmp_path / "a.npy", x)
    assert any(word in remark for remark in stored(tmp_path / "a.npy").remarks)


@given(
    order=st.sampled_from(sorted(ORDERS)),
    kind=st.sampled_from(sorted(RANGES)),
    labels=st.sampled_from(sorted(KINDS_OF_LABELS)),
    seed=st.integers(0, 99),
    count=st.integers(20, 40),
    noise=st.booleans(),
)
def test_what_is_stored_is_right_or_a_sentence_says_why_not(
    order, kind, labels, seed, count, noise, tmp_path_factory
):
    channels = 3 if "C" in order else 1
    x = smooth(channels, count, seed)
    if noise:
        x = np.random.default_rng(seed).integers(0, 256, x.shape, np.uint8)
        x[0, 0, 0], x[0, -1, -1] = 0, 255
    y = np.arange(count) % 3
    folder = tmp_path_factory.mktemp("drawn")
    try:
        np.savez(folder / "a.npz", x=RANGES[kind](ORDERS[order](x)), y=KINDS_OF_LABELS[labels](y))
        seen = stored(folder / "a.npz", channels=channels)
    except UserError as error:
        assert noise and "option axes" in str(error)
        return
    finally:
        shutil.rmtree(folder)
    assert abs(seen.x.astype(int) - x).max() <= 1
    assert np.array_equal(seen.labels, y)


@pytest.mark.parametrize("empty", [np.nan, ""])
def test_images_that_a_column_of_photographs_does_not_name_stand_alone(tmp_path, empty):
    named = np.array([k // 10 if k % 2 else empty for k in range(60)])
    for kind in (named.dtype, np.float32 if named.dtype.kind == "f" else "U9"):
        np.savez(tmp_path / "crops.npz", X=smooth(3, 60), photo=named.astype(kind))
        of = stored(tmp_path / "crops.npz", channels=3).photographs
        assert len(set(of)) == 30 + 6 and len(set(of[::2])) == 30


def test_a_column_that_names_photographs_keeps_them_on_one_side(tmp_path, folders):
    x = smooth(3, 60)
    photographs = np.repeat(np.arange(12), 5)
    np.savez(tmp_path / "crops.npz", X=x, y=np.arange(60) % 3, photo=photographs)
    keep(stored(tmp_path / "crops.npz", channels=3), "crops")
    seen = sets.load("own-crops")
    where = {image: k // 5 for k, image in enumerate(image_ids(x))}
    sides = [{where[i] for i in image_ids(p.x)} for p in (seen.train, seen.validation, seen.test)]
    assert all(sides) and sum(map(len, sides)) == 12
