"""What is said of a source before it is stored: the same on the Data page and in the terminal."""

import gzip
import pickle
import re
import zipfile

import numpy as np
import pandas
import pytest
from image_files import file, waves

from ae_core.cli import main

RNG, COUNT = np.random.default_rng(4), 24


def images(channels=1):
    return waves(RNG, 16, channels, COUNT)


def floats(folder):
    np.savez(
        folder / "set.npz", x_train=images(3) / np.float32(255) * 1.02 - 0.01, y_train=[1, 2] * 12
    )


def nearly_constant(folder):
    np.save(folder / "dark.npy", 90 + images() // 64)


def masks(folder):
    np.save(folder / "masks.npy", images() > 127)


def idx(folder):
    head = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (COUNT, 16, 16))
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + images().tobytes()))
    labels = b"\0\0\x08\x01" + COUNT.to_bytes(4, "big") + bytes(n % 3 for n in range(COUNT))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))


def table(folder):
    rows = pandas.DataFrame(images().reshape(COUNT, -1)).add_prefix("pixel")
    rows.insert(0, "label", [n % 3 for n in range(COUNT)])
    rows.to_csv(folder / "train.csv", index=False)


def windows_zip(folder):
    with zipfile.ZipFile(folder / "fotos.zip", "w") as archive:
        for n, x in enumerate(images(3)):
            archive.writestr(f"{('maxa', 'para')[n % 2]}/{n}.png", file(x, "png"))
    content = (folder / "fotos.zip").read_bytes()
    for ours, theirs in ((b"maxa/", "maçã/"), (b"para/", "pâra/")):
        content = content.replace(ours, theirs.encode("cp850"))
    (folder / "fotos.zip").write_bytes(content)


def parts_in_folders(folder):
    for n, x in enumerate(images(3)):
        path = folder / ("test" if n % 3 == 0 else "train") / ("cat", "dog")[n % 2] / f"{n}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file(x, "png"))
    (folder / "train" / "cat" / "broken.png").write_bytes(b"no image")


def undecided(folder):
    np.savez(folder / "two.npz", left=images(), right=images())


def a_pickle(folder):
    (folder / "batch 1").write_bytes(pickle.dumps({"data": [1]}))


SOURCES = (floats, nearly_constant, masks, idx, table, windows_zip, parts_in_folders)
REFUSED = (undecided, a_pickle)
GIVEN = [(make, False) for make in (*SOURCES, *REFUSED)]
GIVEN += [(make, True) for make, _ in GIVEN if make is not parts_in_folders]  # a folder is no file


def page():
    """A page that has nothing but the import."""
    from dashboard.app_pages.data import import_form

    import_form.form()


def on_page(folder, uploads):
    """Return the sentences on the page, without what keeps names from being read as Markdown."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_function(page, default_timeout=600).run()
    if uploads:
        for path in sorted(folder.iterdir()):
            at.file_uploader(key="data_files").upload(path.name, path.read_bytes())
        at.run()
    else:
        at.text_input(key="data_folder").input(str(folder))
    at.button(key="data_start").click().run()
    assert not at.exception, at.exception
    assumed = [element.value[2:] for element in at.markdown if element.value.startswith("- ")]
    said = [*assumed, *(e.value for e in at.warning), *(e.value for e in at.error)]
    return [re.sub(r"\\(.)", r"\1", one.replace("\u2060", "")) for one in said]


def in_terminal(paths, capsys):
    main(["data", "import", *map(str, paths), "--dry-run"])
    said = capsys.readouterr()
    lines = [line[2:].partition("  [--")[0] for line in said.out.splitlines() if line[0] in "-!"]
    return lines or said.err.splitlines()[-1:]


@pytest.mark.parametrize(("make", "uploads"), GIVEN)
def test_the_same_is_said(make, uploads, empty, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "given"
    folder.mkdir()
    make(folder)
    page, terminal = on_page(folder, uploads), in_terminal(_given(folder, uploads), capsys)
    assert [_plain(one, tmp_path) for one in page] == [_plain(one, tmp_path) for one in terminal]
    assert terminal and (make not in REFUSED or len(terminal) == 1)


def _given(folder, uploads):
    return sorted(folder.iterdir()) if uploads else [folder]


def _plain(sentence, folder):
    """A sentence without where files lie here, which a visitor of a page is not told."""
    return re.sub(r"\S*/(?=[^/ ])", "", sentence.removeprefix("error: ").replace(str(folder), ""))
