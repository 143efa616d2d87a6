"""Fitting the codec for photographs anew gives numbers that it works with."""

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from ae_core.codec import archive, targets
from ae_core.codec.photo import numbers
from ae_core.errors import UserError
from ae_core.maintenance import photo_codec


@pytest.mark.long
def test_a_codec_is_fitted_to_a_folder(tmp_path, monkeypatch):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for i in range(4):
        x = astronaut()[100 * i : 100 * i + 64, 150:230]
        Image.fromarray(x).save(folder / f"{i}.png")
    for name, value in {"STEPS": 20, "BATCH": 16, "PHOTOGRAPHS": (3, 2)}.items():
        monkeypatch.setattr(photo_codec, name, value)
    (folder / "note.txt").write_text("no photograph")
    deep = np.asarray(Image.open(folder / "1.png").convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(folder / "1.png")
    said, changed, output = [], [], tmp_path / "numbers.npz"
    photo_codec.fit(folder, output, lambda *words: said.append(words), lambda *_: changed.append(_))
    assert said and {kind for _, notes in changed for kind in notes} == {"values"}
    with np.load(output, allow_pickle=False) as file:
        codec = numbers.made(dict(file))
    x = astronaut()[:70, 200:290]
    made = archive.write([x], codec, 150)
    found = archive.decompress(made.data, codec)
    assert found.exact and np.array_equal(found[0], made.pictures[0])
    assert targets.psnr([x], found) > 38
    with pytest.raises(UserError, match="written with the network"):
        archive.decompress(made.data, numbers.load())


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(UserError, match="no photographs"):
        photo_codec.fit(tmp_path, tmp_path / "numbers.npz")
