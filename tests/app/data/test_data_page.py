"""Data: what each set is, what is missing, own images in and out again."""

import io
import tempfile
import zipfile

import numpy as np
import pytest
from app_support import ROOT, texts
from PIL import Image

from ae_core import data

PAGE = str(ROOT / "dashboard" / "app_pages" / "data" / "page.py")


@pytest.fixture
def folder(empty, tmp_path, monkeypatch):
    """The data folder: own sets go there; what the program has drawn is read from the cache."""
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def pictures_zip(good=24, bad=2):
    rng = np.random.default_rng(1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as box:
        for i in range(good):
            one = io.BytesIO()
            Image.fromarray(rng.integers(0, 255, (40, 50, 3), np.uint8)).save(one, "PNG")
            box.writestr(f"{'cats' if i % 2 else 'dogs'}/{i:02}.png", one.getvalue())
        for i in range(bad):
            box.writestr(f"cats/broken-{i}.png", b"not an image")
    return buffer.getvalue()


def own_set(name="Pets"):
    from ae_core.data.own import store

    rng = np.random.default_rng(2)
    x = rng.integers(0, 255, (40, 32, 32, 3), np.uint8)
    x[20:] = x[:20]
    store.save(name.lower(), name, x, np.arange(40) % 2, ["cat", "dog"])


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def test_a_drawn_set_shows_its_counts_pictures_and_fingerprint(folder, app):
    at = app(PAGE)
    whole = data.load("letters")
    assert f"{len(whole.train):,}" in texts(at) and f"{len(whole.test):,}" in texts(at)
    assert whole.fingerprint in texts(at)
    assert "One class in each row: A, B, C, D, E, F, G, H, I, J." in texts(at)
    assert any("Sheet of 160 images, test" in alt for alt in alts(at))
    assert at.query_params["data"] == "letters"


def test_a_missing_set_says_where_its_files_belong_and_offers_the_download(folder, app):
    at = app(PAGE, data="svhn")
    assert "not on this machine" in at.info[0].value
    assert str(folder / "svhn" / "train_32x32.mat") in texts(at)
    assert "non-commercial" in texts(at) and "Netzer" in texts(at)
    assert at.button(key="fetch_svhn")


def test_other_part_and_other_pictures(folder, app):
    at = app(PAGE)
    before = [i.url for p in at.get("image") for i in p.proto.imgs]
    at.button(key="data_others").click().run()
    after = [i.url for p in at.get("image") for i in p.proto.imgs]
    assert not at.exception and before != after
    at.segmented_control(key="data_part").set_value("train").run()
    assert any("images, training" in alt for alt in alts(at))


def test_own_pictures_come_in_with_what_was_refused_and_why(folder, app):
    at = app(PAGE)
    at.file_uploader(key="data_files").upload("../pets é.zip", pictures_zip()).run()
    at.text_input(key="data_new_name").input("Pets")
    at.button(key="data_start").click().run()
    assert not at.exception and not at.error
    assert "24 of the images" in " ".join(alts(at)) and not (folder / "own" / "pets").exists()
    assert "cats, dogs" in texts(at) and "stored at 50×40" in texts(at)
    (size,) = [s for s in at.selectbox if s.key.endswith("_size") and s.key != "data_choice_size"]
    size.set_value("32x32").run()
    assert "20 % of the width is cut" in texts(at)
    at.button(key="data_store").click().run()
    assert not at.exception and not at.error
    assert not (folder / "own" / ".drafts").exists()
    assert "24 images are now the set pets" in at.success[0].value
    refused = at.dataframe[0].value
    assert len(refused) == 2 and "broken-0.png" in refused.iloc[0, 0]
    assert at.query_params["data"] == "own-pets"
    assert set(data.load("own-pets").classes) == {"cats", "dogs"}
    assert (folder / "own" / "pets" / "images.npz").is_file()
    assert [p.name for p in folder.parent.glob("*.zip")] == []


def test_what_is_wrong_with_an_upload_names_it_and_no_place_of_the_server(folder, app):
    at = app(PAGE)
    at.file_uploader(key="data_files").upload("lote 1", b"\x80\x04\x95" + bytes(40)).run()
    at.button(key="data_start").click().run()
    (said,) = [error.value for error in at.error]
    assert said.startswith("lote 1: It is a Python pickle") and tempfile.gettempdir() not in said


def test_own_pictures_come_from_a_folder_of_this_machine(folder, app, tmp_path):
    source = tmp_path / "mine"
    source.mkdir()
    with zipfile.ZipFile(io.BytesIO(pictures_zip(bad=0))) as box:
        box.extractall(source)
    at = app(PAGE)
    at.text_input(key="data_folder").input(str(source))
    at.text_input(key="data_new_name").input("Mine")
    at.segmented_control(key="data_colour").set_value("grey")
    at.selectbox(key="data_choice_size").set_value("28x28")
    at.button(key="data_start").click().run()
    at.button(key="data_store").click().run()
    assert not at.exception and not at.error
    assert data.load("own-mine").shape == (28, 28, 1)


@pytest.mark.parametrize(
    ("files", "name", "said"),
    [
        ([], "Pets", "Choose files"),
        ([("few.zip", 3)], "Pets", "At least 20 images"),
        ([("pets.zip", 24)], "", "name with letters or digits"),
    ],
)
def test_an_import_that_cannot_be_is_one_sentence(folder, app, files, name, said):
    at = app(PAGE)
    for file, good in files:
        at.file_uploader(key="data_files").upload(file, pictures_zip(good)).run()
    at.text_input(key="data_new_name").input(name)
    at.button(key="data_start").click().run()
    if not at.error:
        at.button(key="data_store").click().run()
    assert not at.exception
    assert len(at.error) == 1 and said in at.error[0].value
    assert not (folder / "own").exists() or not list((folder / "own").glob("*/*.npz"))


def test_a_name_that_is_taken_is_replaced_only_when_asked(folder, app):
    own_set()
    at = app(PAGE)
    at.file_uploader(key="data_files").upload("pets.zip", pictures_zip()).run()
    at.text_input(key="data_new_name").input("Pets")
    at.button(key="data_start").click().run()
    at.button(key="data_store").click().run()
    assert "already there" in at.error[0].value and len(data.load("own-pets").classes) == 2
    at.toggle(key="data_replace").set_value(True)
    at.button(key="data_store").click().run()
    assert not at.error and data.load("own-pets").classes == ("cats", "dogs")


def npz(**given):
    buffer = io.BytesIO()
    np.savez(buffer, **given)
    return buffer.getvalue()


def test_what_was_guessed_is_changed_before_anything_is_stored(folder, app):
    x = np.random.default_rng(1).integers(0, 10, (30, 28, 28), np.uint8)
    at = app(PAGE)
    at.file_uploader(key="data_files").upload("a.npz", npz(x=x, y=np.arange(30) % 3)).run()
    at.text_input(key="data_new_name").input("Dim")
    at.button(key="data_start").click().run()
    assert "less than a tenth" in at.warning[0].value
    (chosen,) = [s for s in at.selectbox if s.key.endswith("_range")]
    assert chosen.value == "0..255"
    chosen.set_value("data").run()
    assert not at.exception and not any("tenth" in warning.value for warning in at.warning)
    (chosen,) = [s for s in at.selectbox if s.key.endswith("_labels")]
    chosen.set_value("none").run()
    at.button(key="data_store").click().run()
    assert not at.exception and not at.error
    whole = data.load("own-dim")
    assert whole.classes == ("image",) and whole.train.x.max() == 255
    assert "data_choice_range" not in at.session_state


def test_two_readings_that_fit_equally_are_asked_about(folder, app):
    x = np.random.default_rng(1).integers(0, 255, (30, 8, 8), np.uint8)
    at = app(PAGE)
    at.file_uploader(key="data_files").upload("a.npz", npz(noisy=x, clean=x)).run()
    at.button(key="data_start").click().run()
    assert "noisy, clean" in at.error[0].value and "option images" in at.error[0].value
    at.toggle(key="data_choose").set_value(True).run()
    at.text_input(key="data_choice_images").input("clean")
    at.button(key="data_start").click().run()
    assert not at.exception and not at.error
    at.button(key="data_drop").click().run()
    assert not list((folder / "own").rglob("*.npz"))


def test_the_folder_field_is_confined_or_switched_off(folder, app, tmp_path, monkeypatch):
    (tmp_path / "allowed").mkdir()
    (tmp_path / "secret").mkdir()
    monkeypatch.setenv("AE_IMPORT_ROOT", str(tmp_path / "allowed"))
    said = set()
    for asked in ("../secret", "../nowhere", str(tmp_path / "secret"), "/etc/passwd"):
        at = app(PAGE)
        at.text_input(key="data_folder").input(asked)
        at.button(key="data_start").click().run()
        said.add(at.error[0].value)
    assert said == {"There is no such file or folder among those that can be read here."}
    monkeypatch.setenv("AE_IMPORT_ROOT", "off")
    assert "data_folder" not in [field.key for field in app(PAGE).text_input]


def test_duplicates_are_counted_and_shown(folder, app):
    own_set()
    at = app(PAGE, data="own-pets")
    counts = data.load("own-pets").duplicates
    assert counts["test_in_train"] > 0
    assert f"<dd>{counts['test_in_train']}</dd>" in texts(at)
    assert any("also occur in training" in alt for alt in alts(at))


def test_an_own_set_is_removed_only_after_a_second_question(folder, app):
    own_set()
    at = app(PAGE, data="own-pets")
    at.button(key="data_remove").click().run()
    assert "Remove **Pets**?" in texts(at) and (folder / "own" / "pets").is_dir()
    at.button(key="data_keep").click().run()
    assert "Remove **Pets**?" not in texts(at)
    at.button(key="data_remove").click().run()
    at.button(key="data_remove_yes").click().run()
    assert not at.exception and not (folder / "own" / "pets").exists()
    assert "pets was removed" in texts(at)
    assert at.query_params["data"] == "letters"


def test_shipped_sets_cannot_be_removed(folder, app):
    at = app(PAGE)
    assert not [b for b in at.button if b.key == "data_remove"]


def test_a_damaged_own_set_is_one_sentence_and_can_be_removed(folder, app):
    own_set()
    path = folder / "own" / "pets" / "images.npz"
    with np.load(path) as kept:
        content = dict(kept)
    content["labels"] = content["labels"][:3]
    np.savez(path, **content)
    at = app(PAGE, data="own-pets")
    assert len(at.error) == 1 and "damaged" in at.error[0].value
    at.button(key="data_remove").click().run()
    at.button(key="data_remove_yes").click().run()
    assert not path.exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"data": "../../etc"}, "left out: data"),
        ({"data": "own-gone"}, "no images called gone"),
        ({"x": "1"}, "left out: x"),
    ],
)
def test_a_senseless_address_falls_back_with_one_notice(folder, app, address, said):
    at = app(PAGE, **address)
    assert len(at.info) == 1 and said in at.info[0].value
    assert at.query_params["data"] == "letters"


def test_portuguese(folder, app):
    at = app(PAGE)
    at.segmented_control(key="language_switch").set_value("PT").run()
    assert not at.exception
    assert "Uma rede só conhece" in texts(at) and "desenhadas por este programa" in texts(at)


def test_a_sheet_has_a_row_a_class_only_where_every_class_fills_one():
    from dashboard.app_pages.data.sections import chosen_rows

    labels = np.arange(400) % 3
    rows, by_class = chosen_rows(labels, 3, 0)
    assert by_class and (labels[rows].reshape(3, 16) == np.arange(3)[:, None]).all()
    assert chosen_rows(labels, 4, 0)[1] is False
    assert chosen_rows(labels, 30, 0)[0].tolist() == list(range(160))
    assert not np.array_equal(chosen_rows(labels, 3, 1)[0], rows)
    assert np.array_equal(chosen_rows(labels, 3, 1)[0], chosen_rows(labels, 3, 1)[0])


def test_uploads_keep_their_names_as_far_as_that_is_safe(tmp_path):
    from dashboard.app_pages.data.import_form import saved

    class File:
        def __init__(self, name):
            self.name = name

        def getvalue(self):
            return b"content"

    odd = [File("data_batch_1"), File("x.e;e")]
    found = saved([File("../../etc/passwd.zip"), File("a\\b é.PNG"), File("x.exe"), *odd], tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "0/passwd.zip",
        "1/b é.png",
        "2/x.exe",
        "3/data_batch_1",
        "4/x",
    ]
    assert all(path.read_bytes() == b"content" for path in found)
