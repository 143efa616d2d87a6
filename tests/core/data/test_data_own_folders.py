"""Folders, archives and picture files: classes, parts, names, pages, and what is left out."""

import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from ae_core.data.own import limits
from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices
from ae_core.errors import DataError, UserError

RNG = np.random.default_rng(5)
COUNT = 24


def png(x=None, kind="PNG", **more):
    x = RNG.integers(0, 256, (16, 16, 3), np.uint8) if x is None else x
    file = io.BytesIO()
    Image.fromarray(x).save(file, kind, **more)
    return file.getvalue()


def tree(root, paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(png())
    return root


def stored(source, choices=Choices(), colour="colour"):  # noqa: B008
    return prepare(source, 16, colour, choices)


LAYOUTS = {
    "class": ["{k}/{i}.png"],
    "one folder around": ["data/{k}/{i}.png"],
    "a folder that does not vary below": ["{k}/images/{i}.png"],
    "dates below": ["{k}/{k}-{i}/a.png"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_class_is_the_folder_that_varies(layout, tmp_path):
    paths = [LAYOUTS[layout][0].format(k="cat" if i % 3 else "dog", i=i) for i in range(COUNT)]
    seen = stored(tree(tmp_path, paths))
    assert seen.classes == ["cat", "dog"] and np.bincount(seen.labels).tolist() == [16, 8]
    assert seen.counts() == [("cat", [16]), ("dog", [8])]
    assert any(entry.option == "labels" for entry in seen.assumed)


@pytest.mark.parametrize("first", ["part", "class"])
@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "valid", "test_set")])
def test_folders_of_parts_stay_parts(first, names, tmp_path):
    parts = [0] * 14 + [1] * 4 + [2] * 6
    order = "{p}/{k}/{i}.png" if first == "part" else "{k}/{p}/{i}.png"
    paths = [order.format(p=names[p], k="cat" if i % 2 else "dog", i=i) for i, p in enumerate(parts)]
    seen = stored(tree(tmp_path / "data", paths))
    assert np.bincount(seen.parts).tolist() == [14, 4, 6] and seen.classes == ["cat", "dog"]
    (said,) = [entry for entry in seen.assumed if entry.option == "parts"]
    assert "14 for training, 4 for validation, 6 for the test" in said.said
    mixed = stored(tmp_path / "data", Choices(parts="mix", labels="2" if first == "part" else "1"))
    assert mixed.parts is None and mixed.classes == ["cat", "dog"]


def test_two_levels_that_both_vary_are_asked_about(tmp_path):
    paths = [f"{2020 + i % 2}/{'cat' if i % 3 else 'dog'}/{i}.png" for i in range(COUNT)]
    tree(tmp_path, paths)
    with pytest.raises(UserError, match="option labels: 1 or 2"):
        stored(tmp_path)
    assert stored(tmp_path, Choices(labels="2")).classes == ["cat", "dog"]
    assert stored(tmp_path, Choices(labels="none")).classes == ["image"]
    with pytest.raises(UserError, match="from 1 to 2"):
        stored(tmp_path, Choices(labels="3"))


def test_more_than_100_classes_stay_classes(tmp_path):
    seen = stored(tree(tmp_path, [f"{i % 120}/{i}.png" for i in range(240)]))
    assert len(seen.classes) == 120 and seen.classes[:3] == ["0", "1", "2"]


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_tar_archives(ending, tmp_path):
    path = tmp_path / f"mine.{ending}"
    packed = {"gz": "gz", "tgz": "gz", "bz2": "bz2", "xz": "xz"}.get(ending.split(".")[-1], "")
    with tarfile.open(path, f"w:{packed}") as archive:
        for i in range(COUNT + 1):
            content = png() if i else b""
            entry = tarfile.TarInfo(f"mine/{'AB'[i % 2]}/{i}.png")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        entry = tarfile.TarInfo("../evil.png")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))
    seen = stored(path)
    assert len(seen.x) == COUNT and seen.classes == ["A", "B"]
    assert [name.rsplit("/", 1)[1] for name, _ in seen.skipped] == ["0.png", "evil.png"]
    path.write_bytes(path.read_bytes()[:90])
    with pytest.raises(DataError, match="mine"):
        stored(path)


WORDS = {
    "cp850": ["maçã", "pêra", "coração", "São João"],
    "cp437": ["Größe", "Äpfel", "Éclair", "niño"],
    "cp932": ["写真", "りんご", "テスト", "画像"],
    "cp866": ["яблоко", "груша", "Кошка", "собака"],
    "utf-8": ["maçã", "写真", "груша", "Größe"],
    "gbk": ["苹果", "图片", "测试", "照片"],
    "big5": ["新增資料夾", "圖片", "訓練集"],
    "cp949": ["고양이", "강아지", "사과", "훈련"],
    "cp1251": ["яблоко", "груша", "Кошка", "собака"],
    "cp1252": ["maçã", "pêra", "Größe", "élève"],
    "cp1250": ["žluťoučký", "příliš", "łódź"],
    "cp737": ["σκύλος", "γάτα", "μήλο"],
    "cp1255": ["חתול", "כלב"],
}


@pytest.mark.parametrize("page", WORDS)
def test_the_code_page_that_makes_words(page):
    from ae_core.data.own import naming

    meant = [f"{word}/{i}.png" for i, word in enumerate(WORDS[page])]
    entries = []
    for name in meant:
        entry = zipfile.ZipInfo(name.encode(page).decode("cp437"))
        entry.flag_bits = 0
        entries.append(entry)
    names, guessed, others = naming.zip_names(entries)
    assert list(names.values()) == meant and guessed and guessed not in others
    chosen, *_ = naming.zip_names(entries, page)
    assert list(chosen.values()) == meant
    with pytest.raises(UserError, match="choose another encoding"):
        naming.zip_names(entries, "no-such-page")


def test_a_guessed_code_page_can_be_changed_by_the_option_names(tmp_path):
    path, words = tmp_path / "mine.zip", WORDS["cp850"]
    marks = [word.encode("ascii", "replace") for word in words]  # as long as in the code page
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(COUNT):
            archive.writestr(f"{marks[i % 4].decode()}/{i}.png", png())
    content = path.read_bytes()
    for mark, word in zip(marks, words, strict=True):
        content = content.replace(mark + b"/", word.encode("cp850") + b"/")
    path.write_bytes(content)
    seen = stored(path)
    (said,) = [entry for entry in seen.assumed if entry.option == "names"]
    assert said.chosen == "cp850" and set(seen.classes) == set(words)
    other = stored(path, Choices(names="cp437"))
    assert set(other.classes) == {word.encode("cp850").decode("cp437") for word in words}


def test_a_name_that_says_it_is_utf_8_is_not_guessed():
    from ae_core.data.own import naming

    entry = zipfile.ZipInfo("ma\u0063\u0327a\u0303/1.png")  # as macOS writes it
    entry.flag_bits = 0x800
    assert naming.zip_names([entry]) == ({entry.filename: "maçã/1.png"}, "", [])


def test_pages_are_images_and_moments_are_left_out(tmp_path):
    pages = [Image.fromarray(np.full((16, 16), 9 * i, np.uint8)) for i in range(COUNT)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    seen = stored(tmp_path / "stack.tif", colour="grey")
    assert seen.x[:, 0, 0, 0].tolist() == [9 * i for i in range(COUNT)]
    assert any(entry.option == "pages" for entry in seen.assumed)
    with pytest.raises(DataError, match="were expected, not 1;"):
        stored(tmp_path / "stack.tif", Choices(pages="first"))
    pages[0].save(tmp_path / "moving.gif", save_all=True, append_images=pages[1:])
    both = stored(tmp_path, colour="grey")
    assert len(both.x) == COUNT + 1
    assert any(f"left out: {COUNT - 1}" in entry.said for entry in both.assumed)
    assert len(stored(tmp_path, Choices(pages="all")).x) == 2 * COUNT


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_one_range_for_all_pictures_of_12_bits(suffix, tmp_path):
    for i in range(COUNT):
        x = np.full((16, 16), i * 170, np.uint16)
        x[0, 0] = 4000 if i == 3 else i
        (tmp_path / f"{i:02}.{suffix}").write_bytes(png(x, {"tif": "TIFF"}.get(suffix, "PNG")))
    seen = stored(tmp_path, colour="grey")
    assert seen.x[:, 5, 5, 0].tolist() == [round(i * 170 * 255 / 4000) for i in range(COUNT)]
    (said,) = [entry for entry in seen.assumed if entry.option == "range"]
    assert said.chosen == "data" and "0 to 4000" in said.said
    dark = stored(tmp_path, Choices(range="0..65535"), colour="grey")
    assert dark.x.max() == 16 and any("less than a tenth" in remark for remark in dark.remarks)


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        ("cut", "36 % of the width is cut"),
        ("pad", "its edges fill what is missing"),
        ("stretch", "stretched"),
    ],
)
def test_what_is_lost_of_other_shapes_is_said(fit, words, tmp_path):
    x = np.zeros((16, 25, 3), np.uint8)
    x[:, :3] = 255
    for i in range(COUNT):
        (tmp_path / f"{i}.png").write_bytes(png(x))
    seen = prepare(tmp_path, 16, "colour", fit=fit)
    (said,) = [entry for entry in seen.assumed if entry.option == "fit"]
    assert words in said.said and "24 of 25×16" in said.said and fit not in said.others
    assert (seen.x[:, 8, 0] > 128).all() == (fit != "cut")


def test_grey_images_in_colour_are_told(tmp_path):
    for i in range(COUNT):
        x = np.repeat(RNG.integers(0, 256, (16, 16, 1), np.uint8), 3, axis=2)
        (tmp_path / f"{i}.png").write_bytes(png(x))
    assert any("--colour grey" in remark for remark in stored(tmp_path).remarks)
    assert not stored(tmp_path, colour="grey").remarks


def test_a_bad_array_in_a_folder_is_left_out_and_links_are_not_followed_out(tmp_path):
    tree(tmp_path / "secret", [f"{i}.png" for i in range(3)])
    root = tmp_path / "mine"
    root.mkdir()
    np.savez(root / "a.npz", x=RNG.integers(0, 256, (COUNT, 16, 16, 3), np.uint8))
    (root / "b.npz").write_bytes(b"PK\3\4 and no more")
    (root / "notes.txt").write_text("100 crops, and a word on each")
    (root / "link.png").symlink_to(tmp_path / "secret" / "0.png")
    seen = stored(root)
    assert len(seen.x) == COUNT
    assert sorted(name for name, _ in seen.skipped) == ["b.npz", "notes.txt"]
    assert "not a zip file" in dict(seen.skipped)["b.npz"]  # in the words of what read it


def test_bounds(tmp_path, monkeypatch):
    tree(tmp_path, [f"{i}.png" for i in range(COUNT)])
    monkeypatch.setattr(limits, "MOST_ENTRIES", 5)
    with pytest.raises(DataError, match="at most 5 files"):
        stored(tmp_path)


def test_a_network_of_keras_is_no_set(tmp_path):
    import h5py

    with h5py.File(tmp_path / "net.h5", "w") as file:
        file.attrs["keras_version"] = "3"
        file["kernel"] = np.zeros((5, 5, 3, 32))
    with pytest.raises(DataError, match="network of Keras"):
        stored(tmp_path / "net.h5")
