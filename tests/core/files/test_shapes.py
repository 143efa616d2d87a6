"""Whether a JSON value has the shape of what the program reads: what is of another has a name."""

import dataclasses
from typing import Literal, TypedDict

import pytest

from ae_core.files.reading import fault


class Row(TypedDict):
    side: int


@dataclasses.dataclass
class Kept:
    kind: Literal["a", "b"] = "a"
    row: Row | None = None
    rows: list[Row] = ()
    by_name: dict[str, Row] = dataclasses.field(default_factory=dict)


@pytest.mark.parametrize("strange", ["x", 1, 1.5, True, None, [], ["x"], {}, {"side": "x"}])
@pytest.mark.parametrize("kind", [Row, list[Row], dict[str, Row], Kept, Literal["a"], int, str])
def test_any_value_is_asked_for_any_shape_and_no_error_comes_of_it(strange, kind):
    assert isinstance(fault(strange, kind), str)


@pytest.mark.parametrize("entry", ["x", 1, None, ["x"]])
def test_what_is_no_object_where_one_was_expected_is_named(entry):
    assert fault(entry, Row, "row") == "row"
    assert fault({"rows": [entry]}, Kept) == "rows"
    assert fault({"by_name": {"first": entry}}, Kept) == "first"
    assert fault({"row": entry}, Kept) == ("" if entry is None else "row")
