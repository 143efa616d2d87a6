"""Full numbers: photographs with boxes, and crops cut out of them, again and again with jitter."""

import io
import shutil
import struct as struct_of
import tarfile
import zlib

import h5py
import numpy as np
import pytest
from PIL import Image

from ae_core import data as sets
from ae_core.data import photographs, splits
from ae_core.errors import DataError, DataMissing

COUNT = 12  # photographs, with two boxes each


def photograph(number):
    """uint8 (40, 90, 3): slopes, of which no two pixels of a photograph are alike."""
    y, x = np.mgrid[:40, :90]
    return np.stack([2 * x + number, 4 * y + number, x + y], axis=-1).astype(np.uint8)


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def struct(harm=lambda content: None):
    """The boxes as MATLAB stores them: one value itself, several as references to each."""
    file = io.BytesIO()
    with h5py.File(file, "w") as content:
        kind = h5py.special_dtype(ref=h5py.Reference)
        names = content.create_dataset("digitStruct/name", (COUNT, 1), kind)
        boxes = content.create_dataset("digitStruct/bbox", (COUNT, 1), kind)
        for k in range(COUNT):
            text = np.array([[ord(c)] for c in f"{k + 1}.png"], np.uint16)
            names[k, 0] = content.create_dataset(f"#refs#/name{k}", data=text).ref
            group = content.create_group(f"#refs#/box{k}")
            values = {"height": 20, "left": 10, "top": 8, "width": 12, "label": 10}
            for key, value in values.items():
                if k == 0:  # this photograph has one box
                    group[key] = np.array([[float(value)]])
                    continue
                several = group.create_dataset(key, (2, 1), kind)
                for i in range(2):
                    shifted = float(value + 25 * i) if key == "left" else float(value)
                    one = content.create_dataset(f"#refs#/{key}{k}-{i}", data=[[shifted]])
                    several[i, 0] = one.ref
            boxes[k, 0] = group.ref
        harm(content)
    return file.getvalue()


@pytest.fixture
def archive(svhn):
    """The second format beside the first one's files."""
    return pack(svhn / "train.tar.gz", struct())


def pack(path, boxes, **others):
    with tarfile.open(path, "w:gz") as packed:
        members = {f"{k + 1}.png": png(photograph(k + 1)) for k in range(COUNT)}
        for name, content in {**members, **others, "digitStruct.mat": boxes}.items():
            about = tarfile.TarInfo(f"train/{name}")
            about.size = len(content)
            packed.addfile(about, io.BytesIO(content))
    return path


@pytest.fixture
def table(svhn, data):
    """The same photographs as files in a folder, the squares in a table."""
    folder = data / "svhn_photographs"
    folder.mkdir()
    lines = ["photo,label,left,top,side,match_error"]
    for k in range(COUNT):
        Image.fromarray(photograph(k + 1)).save(folder / f"{k + 1:06d}.png")
        for i in range(1 + (k > 0)):
            lines.append(f"{k + 1:06d}.png,10,{6 + 25 * i},8,20,0.001")
    (folder / "crops.csv").write_text("\n".join(lines) + "\n")
    return folder / "crops.csv"


def test_both_forms_give_the_same_crops_split_by_photograph(archive, table):
    from_archive = sets.load("svhn-full")
    assert (len(from_archive.train) + len(from_archive.validation)) == 2 * COUNT - 1
    assert from_archive.origin == f"own copy: {2 * COUNT - 1} + 20 images"
    assert not from_archive.train.labels.any()  # the label 10 is the digit 0
    assert np.array_equal(from_archive.test.x, sets.load("svhn").test.x)
    boxes = photographs.read(archive)
    sides = splits.split_rows(len(boxes.names), photographs=boxes.names)
    assert not set(boxes.names[sides[0]]) & set(boxes.names[sides[1]])
    for part, rows in zip((from_archive.train, from_archive.validation), sides, strict=True):
        assert np.array_equal(part.x, photographs.crops(boxes, rows))
    archive.unlink()
    from_table = sets.load("svhn-full")
    one, other = (np.r_[d.train.x, d.validation.x] for d in (from_archive, from_table))
    assert set(splits.image_ids(one)) == set(splits.image_ids(other))


def test_crops_are_cut_again_from_photographs_for_training_only_and_alike_for_a_seed(table):
    seen = sets.load("svhn-full")
    again = seen.recut(len(seen.train), 3, 5)
    assert again.shape == (3 * len(seen.train), 32, 32, 3) and again.dtype == np.uint8
    assert np.array_equal(again, seen.recut(len(seen.train), 3, 5))
    assert not np.array_equal(again, seen.recut(len(seen.train), 3, 6))
    assert not np.array_equal(again[: len(seen.train)], again[len(seen.train) : 2 * len(seen.train)])
    boxes = photographs.read(table)
    held_back = set(boxes.names) - set(boxes.names[splits.split_rows(23, photographs=boxes.names)[0]])
    assert held_back
    for name in held_back:
        (table.parent / name).unlink()
    assert np.array_equal(again, seen.recut(len(seen.train), 3, 5))  # they were not even opened


def test_jitter_moves_and_widens_by_what_is_said_at_the_most():
    squares = np.tile([50.0, 40.0, 64.0], (2000, 1))
    x, y, side = (photographs.jittered(squares, 1) - squares).T
    assert 4.8 < np.abs(x).max() <= 5 and 2.9 < np.abs(y).max() <= 3  # of a side of 64, not 32
    ratio = (side + 64) / 64
    assert 1 / 1.12 - 1e-9 <= ratio.min() < 0.9 and 1.11 < ratio.max() <= 1.12 + 1e-9
    assert np.abs([x.mean(), y.mean(), np.log(ratio).mean()]).max() < 0.1


def test_jitter_across_down_and_of_the_side_are_independent():
    moved = photographs.jittered(np.tile([50.0, 40.0, 64.0], (2000, 1)), 1)
    assert np.abs(np.corrcoef(moved.T) - np.eye(3)).max() < 0.1


@pytest.mark.parametrize(("left", "side"), [(6, 0.5), (200_000, 20), (-200_000, 20), (6, 9_000)])
def test_boxes_that_no_photograph_can_hold_are_refused(left, side, table):
    lines = ["photo,label,left,top,side", "000001.png,1,6,8,20", f"000002.png,1,{left},8,{side}"]
    table.write_text("\n".join(lines))
    with pytest.raises(DataError, match="boxes outside their photographs"):
        photographs.read(table)


def test_every_second_round_of_cutting_again_is_twice_as_wide(table, monkeypatch):
    boxes, seen = photographs.read(table), []
    cut = photographs.cut
    monkeypatch.setattr(photographs, "cut", lambda x, square: seen.append(square) or cut(x, square))
    photographs.crops(boxes, np.array([0]), rounds=200, seed=1)
    off = np.abs(np.array(seen) - boxes.squares[0])[:, 0] / boxes.squares[0, 2] * photographs.SIDE
    assert 2.2 < off[::2].max() <= 2.5 and 4.4 < off[1::2].max() <= 5


def test_a_crop_at_the_edge_repeats_the_outermost_pixels():
    image = photograph(0)
    whole = photographs.cut(image, np.array([16.0, 16.0, 32.0]))
    assert np.array_equal(whole, image[:32, :32])
    beyond = photographs.cut(image, np.array([0.0, 20.0, 32.0]))
    assert np.array_equal(beyond[:, :16], np.repeat(image[4:36, :1], 16, axis=1))
    assert np.array_equal(beyond[:, 16:], image[4:36, :16])


def test_what_is_missing_cut_or_damaged_is_said_in_one_sentence(svhn, table):
    shutil.copy(table, table.with_suffix(".kept"))
    (table.parent / "000003.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="photographs and the boxes.*damaged"):
        sets.load("svhn-full")
    table.write_text("photo,label,left\n1,2,3\n")
    with pytest.raises(DataError, match="damaged"):
        sets.load("svhn-full")
    table.unlink()
    with pytest.raises(DataMissing, match="train.tar.gz.*data download svhn-full"):
        sets.load("svhn-full")
    (svhn / "train.tar.gz").write_bytes(b"\x1f\x8b cut")
    with pytest.raises(DataError, match="damaged"):
        sets.load("svhn-full")


def replaced(name, **made):
    def harm(content):
        del content[name]
        other = content.create_dataset(name, **made)
        if "name" in name:
            content["digitStruct/name"][0, 0] = other.ref

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        replaced("#refs#/box0/label", data=[[np.inf]]),
        replaced("#refs#/box0/label", data=h5py.Empty("f")),
        replaced("#refs#/box0/label", data=[[b"x"]]),
        replaced("#refs#/name0", data=[[1 << 40]]),
        replaced("#refs#/name0", data=h5py.Empty("f")),
        replaced("#refs#/label1-0", shape=(0,), dtype="f8"),
        replaced("digitStruct/bbox", data=[[1]]),
    ],
)
def test_an_archive_s_entries_of_another_kind_are_said_in_one_sentence(harm, svhn):
    archive = pack(svhn / "train.tar.gz", struct(harm))
    with pytest.raises(DataError, match="photographs and the boxes.*damaged"):
        photographs.read(archive)


def test_a_label_that_no_number_holds_is_said_in_one_sentence(table):
    table.write_text(table.read_text().replace(",10,", ",1e300,", 1))
    with pytest.raises(DataError, match="damaged"):
        photographs.read(table)


def test_a_photograph_that_promises_too_many_pixels_is_said_in_one_sentence(svhn):
    head = struct_of.pack(">4sIIBBBBB", b"IHDR", 20_000, 20_000, 8, 2, 0, 0, 0)
    claim = bytearray(png(photograph(1)))
    claim[12:29] = head
    claim[29:33] = zlib.crc32(head).to_bytes(4)
    archive = pack(svhn / "train.tar.gz", struct(), **{"1.png": bytes(claim)})
    with pytest.raises(DataError, match="400000000 pixels"):
        sets.load("svhn-full")
    boxes = photographs.read(archive)
    with pytest.raises(DataError, match="400000000 pixels"):
        photographs.crops(boxes, np.arange(1))
