"""Labels and their names beside arrays, as the usual libraries lay them."""

import numpy as np
import pytest
from image_files import waves

from ae_core.data.own.convert import prepare
from ae_core.data.own.reading import Choices

COUNT = 100  # a square: a column of so many numbers has the length of an image
X = waves(np.random.default_rng(4), 16, 1, COUNT)[..., 0]
Y = np.arange(COUNT) % 3


def said(seen):
    return " ".join(str(entry.said) for entry in seen.assumed)


@pytest.mark.parametrize("names", [("fea", "gnd"), ("a", "b")])
@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("column", [(COUNT, 1), (1, COUNT)])
def test_a_column_beside_as_many_images_is_none(names, rows, column, tmp_path):
    x = X.reshape(COUNT, -1) if rows else X
    np.savez(tmp_path / "a.npz", **dict(zip(names, (x, Y.reshape(column)), strict=True)))
    seen = prepare(tmp_path / "a.npz", None, "grey")
    assert np.array_equal(seen.x[..., 0], X)
    assert seen.classes == ["0", "1", "2"] and np.array_equal(seen.labels, Y)
