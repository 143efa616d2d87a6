"""What annotated sets hold beside their images: submissions, annotations, masks."""

import numpy as np
import pytest
from image_files import file, waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import PARTS, Choices

COUNT = 48
X = waves(np.random.default_rng(8), 16, 1, COUNT)
PNG = [file(x, "png") for x in X]
WORDS = ["cat", "dog", "owl"]
TRAIN, VALIDATION, TEST = map(PARTS.index, ("train", "validation", "test"))


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


def lay(folder, content):
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else "\n".join(data).encode())
    return folder


def classes(seen):
    """The class of each image of X, "" of one that was left out."""
    key = {x.tobytes(): n for n, x in enumerate(X)}
    found = [""] * COUNT
    for x, label in zip(seen.x, seen.labels, strict=True):
        found[key[x.tobytes()]] = seen.classes[label]
    return found


@pytest.mark.parametrize("name", ["sample_submission.csv", "sampleSubmission.csv", "guess.csv"])
def test_a_submission_tells_no_classes(name, tmp_path):
    """As Plant Pathology has it: the columns of the labels, for the images of the test."""
    head = "image_id,cat,dog,owl"
    hot = [",".join(str(int(k == n % 3)) for k in range(3)) for n in range(36)]
    content = {f"{'train' if n < 36 else 'test'}/{n}.png": PNG[n] for n in range(COUNT)}
    content["train.csv"] = [head, *(f"{n},{row}" for n, row in enumerate(hot))]
    content["test.csv"] = ["image_id", *map(str, range(36, COUNT))]
    content[name] = [head, *(f"{n},0.25,0.25,0.25" for n in range(36, COUNT))]
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == [WORDS[n % 3] if n < 36 else "unlabelled" for n in range(COUNT)]
    assert np.bincount(seen.parts).tolist() == [36, 0, 12]
    assert f"{name} was left out" in said(seen)


def test_parts_that_folders_tell_stay_beside_those_of_a_table(tmp_path):
    content = {f"{'train' if n < 36 else 'test'}/{n}.png": PNG[n] for n in range(COUNT)}
    rows = [f"{n},{WORDS[n % 3]},{'val' if n < 9 else 'train'}" for n in range(36)]
    content["a.csv"] = ["file,label,split", *rows]
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert np.bincount(seen.parts).tolist() == [27, 9, 12]


@pytest.mark.parametrize("annotated", [True, False])
@pytest.mark.parametrize("boxes", [True, False])
def test_a_folder_of_the_images_of_a_part_is_no_class(annotated, boxes, tmp_path):
    """As Tiny ImageNet has them; its table of the validation has the classes, and boxes."""
    content = {f"train/{WORDS[n % 3]}/images/{n}.png": PNG[n] for n in range(24)}
    content |= {f"val/images/val_{n}.png": PNG[n] for n in range(24, 36)}
    content |= {f"test/images/test_{n}.png": PNG[n] for n in range(36, COUNT)}
    content["wnids.txt"] = WORDS
    if boxes:
        for word in WORDS:
            content[f"train/{word}/{word}_boxes.txt"] = [
                f"{n}.png\t{n}\t0\t30\t30" for n in range(24) if WORDS[n % 3] == word
            ]
    if annotated:
        rows = [f"val_{n}.png\t{WORDS[n % 3]}\t{n}\t0\t30\t{n + 9}" for n in range(24, 36)]
        content["val/val_annotations.txt"] = rows
    seen = prepare(lay(tmp_path, content), None, "grey")
    known = 36 if annotated else 24
    assert classes(seen) == [WORDS[n % 3] if n < known else "unlabelled" for n in range(COUNT)]
    assert np.bincount(seen.parts).tolist() == [24, 12, 12]
    assert ("column 1 of val_annotations.txt" in said(seen)) == annotated
    assert "val/val_annotations.txt" not in [name for name, _ in seen.skipped]


def test_parts_of_images_alone_are_one_class(tmp_path):
    content = {f"{'train' if n < 36 else 'test'}/images/{n}.png": PNG[n] for n in range(COUNT)}
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert seen.classes == ["image"] and np.bincount(seen.parts).tolist() == [36, 0, 12]


def test_a_class_may_be_called_after_its_images(tmp_path):
    content = {
        f"{'train' if n < 36 else 'test'}/{WORDS[n % 3]}_images/{n}.png": PNG[n] for n in range(COUNT)
    }
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert seen.classes == [f"{word}_images" for word in WORDS]


MASK = [file(np.where(x > 127, 255, 0).astype(np.uint8), "png") for x in X]
PART = ["train", "val", "test"]
MASKS = {
    "Carvana": ("train/{n}.png", "train_masks/{n}_mask.png"),
    "CamVid": ("{p}/f{n}.png", "{p}annot/f{n}.png"),
    "CamVid, numbers in each part": ("{p}/{i}.png", "{p}annot/{i}.png"),
    "CamVid with suffixes": ("{p}/f{n}.png", "{p}_labels/f{n}_L.png"),
    "Oxford Pets": ("images/{k}_{n}.png", "annotations/trimaps/{k}_{n}.png"),
    "gt": ("{p}/images/{i}.png", "{p}/gt/{i}.png"),
    "DRIVE": ("a/{n}.png", "groundtruth/{n}_gt.png"),
    "ISIC": ("ISIC_Training_Input/I{n}.png", "ISIC_Training_GroundTruth/I{n}_segmentation.png"),
    "classes": ("pictures/{k}/{i}.png", "annotations/{k}/{i}.png"),
    "MVTec": ("test/{k}/{i}.png", "ground_truth/{k}/{i}_mask.png"),
    "LGG": ("{k}/{n}.png", "{k}/{n}_mask.png"),
    "BUSI": ("{k}/{k} ({n}).png", "{k}/{k} ({n})_mask_1.png"),
}


@pytest.mark.parametrize("layout", MASKS)
def test_masks_that_pair_with_images_are_left_out_and_said_to_be(layout, tmp_path):
    image, mask = MASKS[layout]
    content = {}
    for n in range(COUNT):
        named = {"n": n, "i": n // 3, "p": PART[n % 3], "k": WORDS[n % 3]}
        content[image.format(**named)] = PNG[n]
        content[mask.format(**named)] = MASK[n]
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert {x.tobytes() for x in seen.x} == {x.tobytes() for x in X}
    assert len(seen.skipped) == COUNT and all("mask" in str(why) for _, why in seen.skipped)
    if "{k}/" in image:
        assert classes(seen) == [WORDS[n % 3] for n in range(COUNT)]
    if "{p}" in image:
        assert np.bincount(seen.parts).tolist() == [16, 16, 16]


@pytest.mark.parametrize("stem", ["{n}", "{i}", "{k}_{n}"])
@pytest.mark.parametrize("third", ["annotations", "gt", "road_labels", "mask", "trimaps"])
def test_a_class_named_as_masks_are_stays(stem, third, tmp_path):
    words = ["cat", "dog", third]
    content = {
        f"{words[n % 3]}/{stem.format(n=n, i=n // 3, k=words[n % 3])}.png": PNG[n]
        for n in range(COUNT)
    }
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == [words[n % 3] for n in range(COUNT)]


def test_a_class_of_fewer_files_than_another_stays(tmp_path):
    content = {f"cat/{n}.png": PNG[n] for n in range(36)}
    content |= {f"annotations/{n - 36}.png": PNG[n] for n in range(36, COUNT)}
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == ["cat" if n < 36 else "annotations" for n in range(COUNT)]


@pytest.mark.parametrize(
    "name", ["HAM10000_images_part_{k}", "images_{k:03}", "batch{k}", "part {k}"]
)
@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("inner", ["", "{word}/"])
def test_pieces_of_a_set_are_no_classes(name, table, inner, tmp_path):
    """As HAM10000 has them, whose table has more columns of words than that of the classes."""
    folder = name + "/" + inner
    content = {
        folder.format(k=1 + (n >= 24), word=WORDS[n % 3]) + f"I{n:04}.png": PNG[n]
        for n in range(COUNT)
    }
    if table:
        kinds, places = ["histo", "consensus"], ["back", "face", "neck", "foot"]
        content["meta.csv"] = [
            "lesion_id,image_id,dx,dx_type,age,sex,localization",
            *(
                f"L{n // 2},I{n:04},{WORDS[n % 3]},{kinds[n % 2]},{40 + n % 7},"
                f"{['male', 'female'][n % 2]},{places[n % 4]}"
                for n in range(COUNT)
            ),
        ]
    seen = prepare(lay(tmp_path, content), None, "grey")
    known = table or inner
    assert classes(seen) == [WORDS[n % 3] if known else "image" for n in range(COUNT)]
    assert seen.parts is None
    if table:
        (entry,) = [entry for entry in seen.assumed if entry.option == "labels"]
        assert "column dx of meta.csv" in str(entry.said)
        assert entry.others == ("dx_type", "age", "sex", "localization", "none")
        places = prepare(tmp_path, None, "grey", Choices(labels="localization"))
        assert places.classes == ["back", "face", "foot", "neck"]
    elif not inner:
        assert "are pieces of one set" in said(seen)
        assert len(prepare(tmp_path, None, "grey", Choices(labels="1")).classes) == 2


@pytest.mark.parametrize("tables", [True, False])
def test_pictures_that_describe_a_set_are_left_out(tables, tmp_path):
    """As GTSRB has them, a picture of each class beside the parts."""
    content = {f"Train/{n % 3}/{n}.png": PNG[n] for n in range(30)}
    content |= {f"Test/{n}.png": PNG[n] for n in range(30, 45)}
    content |= {f"Meta/{n - 45}.png": PNG[n] for n in range(45, COUNT)}
    if tables:
        head = "Width,Height,Roi.X1,ClassId,Path"
        rows = [f"27,{n % 3 + 26},5,{n % 3}," for n in range(45)]
        content["Train.csv"] = [head, *(f"{rows[n]}Train/{n % 3}/{n}.png" for n in range(30))]
        content["Test.csv"] = [head, *(f"{rows[n]}Test/{n}.png" for n in range(30, 45))]
        content["Meta.csv"] = ["Path,ClassId,ShapeId", *(f"Meta/{n}.png,{n},1" for n in range(3))]
    seen = prepare(lay(tmp_path, content), None, "grey")
    found = [str(n % 3) if n < 30 or tables else "unlabelled" for n in range(45)]
    assert classes(seen) == [*found, "", "", ""]
    assert np.bincount(seen.parts).tolist() == [30, 0, 15]
    assert sum("describes the set" in str(why) for _, why in seen.skipped) == 3


def test_a_class_may_be_called_meta(tmp_path):
    content = {f"{['meta', 'dog'][n % 2]}/{n}.png": PNG[n] for n in range(COUNT)}
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == [["meta", "dog"][n % 2] for n in range(COUNT)]


@pytest.mark.parametrize("image", ["cat", "dogs", "images", "JPEGImages"])
@pytest.mark.parametrize("mask", ["annotations", "labels", "masks", "mask", "gt"])
@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_of_two_folders_of_the_same_names_only_what_looks_like_masks_is_some(
    image, mask, kind, tmp_path
):
    bold = np.where(np.arange(16)[:, None] > np.arange(16), 255, 0)
    content = {f"{image}/{n}.{kind}": file(X[n], kind) for n in range(24)}
    shown = {
        f"{mask}/{n}.{kind}": file(np.roll(bold, n, 0).astype(np.uint8), kind) for n in range(24)
    }
    seen = prepare(lay(tmp_path / "a", content | shown), None, "grey")
    assert len(seen.x) == 24 and len(seen.classes) == 1
    assert all("mask" in str(why) for _, why in seen.skipped)
    shown = {f"{mask}/{n - 24}.{kind}": file(X[n], kind) for n in range(24, COUNT)}
    seen = prepare(lay(tmp_path / "b", content | shown), None, "grey")
    if "images" in image.lower() and "mask" in mask:  # soft ones: both names say it
        assert len(seen.x) == 24
    else:
        assert len(seen.x) == COUNT and not seen.skipped
        assert seen.classes == sorted([image, mask])


def test_photographs_of_people_with_masks_are_no_masks(tmp_path):
    names = ["with_mask", "without_mask"]
    content = {f"images/{names[n % 2]}/{n}.png": PNG[n] for n in range(COUNT)}
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert classes(seen) == [names[n % 2] for n in range(COUNT)]


BIG = waves(np.random.default_rng(3), 32, 3, COUNT)


def smaller(x, times):
    from PIL import Image

    side = x.shape[0] // times
    return file(Image.fromarray(x).resize((side, side), Image.Resampling.BICUBIC), "png")


COPIES = {
    "DIV2K": ("DIV2K_train_HR/{n:04}.png", "DIV2K_train_LR_bicubic/X{k}/{n:04}x{k}.png"),
    "the same names": ("HR/{n:04}.png", "LR_bicubic/X{k}/{n:04}.png"),
    "parts": ("{p}/HR/{n}.png", "{p}/LR{k}/{n}.png"),
    "beside each other": ("{n:04}.png", "{n:04}_x{k}.png"),
}


@pytest.mark.parametrize("layout", COPIES)
@pytest.mark.parametrize("times", [(2,), (4,), (2, 4)])
def test_smaller_copies_are_no_class_and_are_left_out(layout, times, tmp_path):
    large, small = COPIES[layout]
    parts = [PART[n % 3] for n in range(COUNT)]
    content = {large.format(n=n, p=parts[n]): file(x, "png") for n, x in enumerate(BIG)}
    for k in times:
        content |= {small.format(n=n, k=k, p=parts[n]): smaller(x, k) for n, x in enumerate(BIG)}
    seen = prepare(lay(tmp_path, content), None, "colour")
    assert {x.tobytes() for x in seen.x} == {x.tobytes() for x in BIG} and len(seen.classes) == 1
    assert len(seen.skipped) == COUNT * len(times)
    assert all(str(why) == "it is a smaller copy of an image beside it" for _, why in seen.skipped)
    assert ("{p}" in large) == (seen.parts is not None)


@pytest.mark.parametrize("other", ["other pictures", "the same size"])
def test_classes_of_the_same_names_are_no_copies(other, tmp_path):
    content = {f"cats/{n}.png": file(BIG[n], "png") for n in range(24)}
    for n in range(24):
        x = smaller(BIG[n + 24], 2) if other == "other pictures" else file(BIG[n] // 2, "png")
        content[f"dogs/{n}.png"] = x
    seen = prepare(lay(tmp_path, content), None, "colour")
    assert seen.classes == ["cats", "dogs"] and len(seen.x) == COUNT and not seen.skipped


@pytest.mark.parametrize("name", ["DIV2K_{p}_HR", "{p}_signs", "signs {p}", "asl_alphabet_{p}"])
def test_parts_whose_folders_have_the_same_other_words(name, tmp_path):
    content = {f"{name.format(p=PART[n % 3])}/{n}.png": PNG[n] for n in range(COUNT)}
    seen = prepare(lay(tmp_path, content), None, "grey")
    assert np.bincount(seen.parts).tolist() == [16, 16, 16] and seen.classes == ["image"]


def test_classes_that_have_a_word_of_a_part_stay(tmp_path):
    names = ["test tube", "train station"]
    content = {f"{names[n % 2]}/{n}.png": PNG[n] for n in range(COUNT)}
    assert prepare(lay(tmp_path, content), None, "grey").classes == names
