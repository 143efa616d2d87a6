"""Files that are not read, alone and beside images: one sentence says what each is."""

import bz2
import gzip
import io
import zipfile

import numpy as np
import pytest
from image_files import NIFTI, RECORD, file, tiff, waves

from ae_core.data.own.convert import prepare
from ae_core.errors import DataError

COUNT = 24
PNG = [file(x, "png") for x in waves(np.random.default_rng(8), 16, 1, COUNT)]


def archive(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "")
    return buffer.getvalue()


FILES = {
    "bands.tif": (tiff(13, 1), "It has 13 bands, and"),
    "bands_big.tif": (tiff(13, 1, ">"), "It has 13 bands, and"),
    "coloured.tif": (tiff(5, 2, bits=8), "It has 5 bands, and"),
    "three.tif": (tiff(3, 1), "It has 3 bands that are not said to be colours"),
    "a.tfrecord": (bytes(200), "TensorFlow's records"),
    "a.tfrecord-00000-of-00010": (RECORD, "TensorFlow's records"),
    "a.record": (RECORD, "TensorFlow's records"),
    "a.feather": (b"ARROW1\0\0" + bytes(100), "an Arrow file"),
    "a.arrow": (b"\xff\xff\xff\xff" + bytes(100), "an Arrow file"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "7-Zip or RAR"),
    "a.rar": (b"Rar!\x1a\x07\x01\0" + bytes(100), "7-Zip or RAR"),
    "a.pt": (archive("archive/data.pkl", "archive/version"), "a Python pickle"),
    "a.xlsx": (archive("[Content_Types].xml", "xl/workbook.xml"), "Excel or Office"),
    "a.pth": (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." + bytes(50), "a Python pickle"),
    "a.pkl.gz": (gzip.compress(b"\x80\x04" + bytes(100)), "a Python pickle"),
    "a.dcm": (bytes(128) + b"DICM" + bytes(100), "It is DICOM"),
    "old.dcm": (b"\x08\0\x05\0" + bytes(100), "It is DICOM"),
    "a.nii": (NIFTI, "a volume"),
    "a.nii.gz": (gzip.compress(NIFTI), "a volume"),
    "a.tar.zst": (b"\x28\xb5\x2f\xfd" + bytes(50), "Zstandard"),
    "a.sqlite": (b"SQLite format 3\0" + bytes(100), "SQLite"),
    "a.txt.bz2": (bz2.compress(b"some words"), "a packed file that holds no images"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_read_is_said_to_be_what_it_is(name, tmp_path):
    content, sentence = FILES[name]
    (tmp_path / name).write_bytes(content)
    for source in (tmp_path, tmp_path / name):
        with pytest.raises(DataError) as caught:
            prepare(source, None, "grey")
        assert sentence in str(caught.value) and "\n" not in str(caught.value)
    for n, png in enumerate(PNG):
        (tmp_path / f"{n}.png").write_bytes(png)
    seen = prepare(tmp_path, None, "grey")
    assert len(seen.x) == COUNT
    assert [(path, sentence in str(why)) for path, why in seen.skipped] == [(name, True)]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("order", "<>")
def test_three_bands_that_are_colours_are_read(bits, order, tmp_path):
    for n in range(COUNT):
        (tmp_path / f"{n}.tif").write_bytes(tiff(3, 2, order, bits=bits))
    assert prepare(tmp_path, None, "colour").x.shape == (COUNT, 16, 16, 3)


def test_a_cut_off_picture_stays_one(tmp_path):
    for n, png in enumerate(PNG):
        (tmp_path / f"{n}.png").write_bytes(png)
    (tmp_path / "cut.tif").write_bytes(tiff(3, 2)[:300])
    ((_, why),) = prepare(tmp_path, None, "colour").skipped
    assert "damaged or cut off" in str(why)
