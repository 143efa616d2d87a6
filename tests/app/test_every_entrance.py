"""A person's image files through every entrance: the same pixels, or the same sentence."""

import base64
import csv
import re

import image_files
import numpy as np
import pytest
from app_support import ROOT, texts
from PIL import Image
from tiny_codec import TinyNetwork

from ae_core import networks, runs
from ae_core.cli import codec, main
from ae_core.config import TrainConfig
from ae_core.data.own import convert
from ae_core.errors import UserError
from ae_core.images import files

SHAPE = (image_files.SIDE, image_files.SIDE, 3)
WHOLE = {name: content for name, (content, _) in image_files.whole().items()}
REFUSED = {name: content for name, (content, _) in image_files.refused().items()}
GIVEN = WHOLE | REFUSED
# Of a set all pictures have one range: that of these is another.
ALONE = {n for n in WHOLE if n == "minus-1-to-1.tif" or re.match(r"white-is-0-(i2|[iu]4)-", n)}


def explore_page():
    """A page that has nothing but Explore's menu for own images."""
    import streamlit as st

    from dashboard.app_pages.explore import uploads
    from dashboard.app_pages.explore.view import View

    st.session_state["shown"] = uploads.pictures(View("numbers"), None)


def send(uploader, given):
    for name, content in given.items():
        uploader.upload(name, content)


def on_explore(give):
    """What Explore makes of all files, a few at a time, as it takes."""
    from streamlit.testing.v1 import AppTest

    found, names = {}, list(GIVEN)
    for start in range(0, len(names), 8):
        some = names[start : start + 8]
        at = AppTest.from_function(explore_page, default_timeout=240)
        give(at, {name: GIVEN[name] for name in some})
        assert not at.exception
        said = dict(error.value.replace("\\", "").split(": ", 1) for error in at.error)
        shown = iter(at.session_state["shown"][0] if at.session_state["shown"] else ())
        found |= {name: said[name] if name in said else next(shown) for name in some}
        assert next(shown, None) is None
    return found


def upload(folder, monkeypatch, capsys):
    def give(at, some):
        at.run()
        send(at.file_uploader(key="explore_files"), some)
        at.run()

    return on_explore(give)


def paste(folder, monkeypatch, capsys):
    def give(at, some):
        at.session_state["explore_clipboard"] = list(some.items())
        at.run()

    return on_explore(give)


def import_form(folder, monkeypatch, capsys):
    """The Data page's form; twenty times the same image, which makes a set large enough."""
    from streamlit.testing.v1 import AppTest

    page = ROOT / "dashboard" / "app_pages" / "data" / "page.py"
    at = AppTest.from_file(page, default_timeout=240).run()
    filler = image_files.file(np.zeros(SHAPE, np.uint8), "png")
    given = {f"filler-{i}.png": filler for i in range(20)} | GIVEN
    send(at.file_uploader(key="data_files"), {n: c for n, c in given.items() if n not in ALONE})
    at.run()
    at.text_input(key="data_new_name").input("Mine")
    at.button(key="data_start").click().run()
    at.button(key="data_store").click().run()
    assert not at.exception and not at.error, texts(at)
    said = dict(at.dataframe[0].value.itertuples(index=False))
    with np.load(folder / "data" / "own" / "mine" / "images.npz") as stored:
        shown = iter(stored["x"][20:])
    return {n: said[n] if n in said else next(shown) for n in GIVEN if n not in ALONE}


def import_folder(folder, monkeypatch, capsys):
    for i in range(20):
        path = folder / "files" / f"000-{i}.png"
        path.write_bytes(image_files.file(np.zeros(SHAPE, np.uint8), "png"))
    for name in ALONE:
        (folder / "files" / name).unlink()
    report = convert.import_images(folder / "files", "Mine", SHAPE[0], "colour")
    said = dict(report.skipped)
    with np.load(folder / "data" / "own" / "mine" / "images.npz") as stored:
        shown = iter(stored["x"][20:])
    return {n: said[n] if n in said else next(shown) for n in sorted(GIVEN) if n not in ALONE}


def reconstruct(folder, monkeypatch, capsys):
    class Same:
        image_shape, code_shape, has_code = SHAPE, (1, 1, 4), True

        def reconstruct(self, x, level=0.0):
            return x

    run, out = runs.create(TrainConfig()), folder / "made"
    monkeypatch.setattr(networks, "load", lambda path: Same())
    paths = {name: str(folder / "files" / name) for name in GIVEN}
    assert main(["reconstruct", run.id, *paths.values(), "-o", str(out)]) == 0
    said = dict(line.split(": ", 1) for line in capsys.readouterr().err.splitlines())
    with open(out / "figures.csv", newline="") as file:
        made = {row["file"]: out / row["output"] for row in csv.DictReader(file)}
    return {
        name: said.get(f"skipped {path}") or np.asarray(Image.open(made[path]))
        for name, path in paths.items()
    }


def compress(folder, monkeypatch, capsys):
    network = TinyNetwork((4, 4, 3))
    monkeypatch.setattr(codec, "_network", lambda name, device: network)
    made, out = folder / "some.aep", folder / "out"
    given = str(folder / "files")
    assert main(["compress", given, "-o", str(made), "--level", "255"]) == 0
    said = dict(line.split(": ", 1) for line in capsys.readouterr().err.splitlines())
    assert main(["decompress", str(made), "-o", str(out), "--run", "x"]) == 0
    shown = (np.asarray(Image.open(path)) for path in sorted(out.iterdir()))
    return {
        name: said[f"skipped {name}"] if f"skipped {name}" in said else next(shown)
        for name in sorted(GIVEN)
    }


@pytest.mark.parametrize(
    "entrance", [upload, paste, import_form, import_folder, reconstruct, compress]
)
def test_same_pixels_or_same_sentence(entrance, empty, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "files").mkdir()
    for name, content in GIVEN.items():
        (tmp_path / "files" / name).write_bytes(content)
    found = entrance(tmp_path, monkeypatch, capsys)
    assert set(found) >= set(GIVEN) - ALONE
    for name, content in ((name, WHOLE[name]) for name in WHOLE if name in found):
        expected = files.fit(files.read(content), SHAPE)
        assert np.array_equal(found[name], expected), name
    for name, content in REFUSED.items():
        with pytest.raises(UserError) as caught:
            files.read(content)
        assert found[name] == str(caught.value), name


def test_what_is_pasted_comes_as_a_data_address(empty):
    """The browser sends what it pastes as text."""
    from streamlit.testing.v1 import AppTest

    def page():
        import streamlit as st

        from dashboard.app_pages.explore import uploads

        st.session_state["explore_paste"] = {"pasted": st.session_state["sent"]}
        uploads._pasted()

    content = GIVEN["16bit.png"]
    at = AppTest.from_function(page)
    at.session_state["sent"] = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    at.run()
    assert not at.exception
    assert [c for _, c in at.session_state["explore_clipboard"]] == [content]
