"""Codes as files: the same numbers come back, from the array and from the table."""

import numpy as np
import pytest

from ae_core.errors import UserError
from ae_core.evaluation import codes

Y = np.random.default_rng(0).normal(0, 3, (4, 2, 3, 1)).astype(np.float32)
FILES = ["a,b.png", 'quoted "c".png', "d\ne.png", "=1+1.png"]


def test_both_files_give_the_codes_back(tmp_path):
    (tmp_path / "y.npy").write_bytes(codes.npy(Y))
    (tmp_path / "y.csv").write_text(codes.table(Y, FILES, ["A", "", "B", ""]), newline="")
    y, names = codes.read(tmp_path / "y.npy", (2, 3, 1))
    np.testing.assert_array_equal(y, Y)
    assert names == ["00001", "00002", "00003", "00004"]
    y, names = codes.read(tmp_path / "y.csv", (2, 3, 1))
    np.testing.assert_array_equal(y, Y)
    assert names == FILES


def test_the_table_has_a_column_a_value():
    lines = codes.table(Y[:1], ["a.png"], ["A"]).splitlines()
    assert lines[0] == "file,class,y1,y2,y3,y4,y5,y6"
    assert lines[1].startswith("a.png,A,") and len(lines) == 2


def test_a_file_that_is_not_there_is_said(tmp_path):
    for name in ("y.npy", "y.csv"):
        with pytest.raises(UserError, match=f"There is no file .*{name}"):
            codes.read(tmp_path / name, (2, 3, 1))


def test_of_no_images_there_is_a_table_and_no_codes(tmp_path):
    assert codes.table(Y[:0], [], []) == "file,class,y1,y2,y3,y4,y5,y6\n"
    (tmp_path / "y.npy").write_bytes(codes.npy(Y[:0]))
    with pytest.raises(UserError, match="holds no codes"):
        codes.read(tmp_path / "y.npy", (2, 3, 1))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("y.csv", "file,class\na,b\n", "holds no codes"),
        ("y.csv", "file,class,y1\na,b,word\n", "holds no codes"),
        ("y.csv", "file,class,y1\na,b,\n", "holds no codes"),
        ("y.csv", "file,class,y1\na,b,1\n", "codes of size 1, this network has codes of size 6"),
        ("y.npy", "no array", "holds no codes"),
    ],
)
def test_other_files_are_one_sentence(name, content, sentence, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(UserError, match=sentence):
        codes.read(tmp_path / name, (2, 3, 1))
