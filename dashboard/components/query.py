"""The choices on a page as one frozen dataclass: read from an address, kept in the widgets.

A field says once, in its metadata, how an address names and writes it and which values it can have:
:func:`choice`, :func:`whole`, :func:`real`, :func:`flag`, :func:`several`, or :func:`parameter` with
functions of its own. A field without is kept in the widgets only. A widget's key is the page's
prefix and the field's name: ``explore_level``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import streamlit as st

from ae_core import data, networks, runs
from ae_core.errors import UserError
from dashboard.components import address as addresses
from dashboard.components import library
from dashboard.i18n import as_text, spoken, t

_MARK = "address"
_RUNS = ("run", "runs")  # parameters that name runs, several with commas between them
View = TypeVar("View")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class _Parameter:
    """How an address says a field.

    ``read`` takes the text and the values read so far; None from it is a text that makes no sense.
    ``read`` None: one of the values that the caller knows under the parameter's name.
    """

    read: Callable[[str, Values], Any] | None
    write: Callable[[Any], str]
    name: str
    brief: bool
    when: Callable[[Values], bool]


def parameter(
    default: Any,
    read: Callable[[str, Values], Any] | None,
    write: Callable[[Any], str] = str,
    name: str = "",
    brief: bool = False,
    when: Callable[[Values], bool] = lambda values: True,
) -> Any:
    """Return a field of a view.

    Args:
        default: the field's value where nothing else is said.
        read: the value that a text means, else None; it is given the fields before this one too.
        write: the text of a value; "" leaves the parameter out of the address.
        name: of the parameter, where it is not the field's.
        brief: leave the parameter out of the address where it has the default value.
        when: whether the parameter means this field, by the values of the fields before it.
    """
    said = _Parameter(read, write, name, brief, when)
    return dataclasses.field(default=default, metadata={_MARK: said})


def known(default: str = "", **how: Any) -> Any:
    """Return a field that is one of the names that the page knows when an address is read."""
    return parameter(default, None, **how)


def choice(default: Any, options: Collection[Any], write: Callable = str, **how: Any) -> Any:
    """Return a field that is one of ``options``."""
    texts = {write(option): option for option in options}
    return parameter(default, lambda text, _: texts.get(text), write, **how)


def whole(default: int, low: int, high: int, first: int = 0, **how: Any) -> Any:
    """Return a field that is a whole number in a range; 0 is ``first`` in an address."""

    def read(text: str, _: Values) -> int | None:
        return as_whole(text, low, high, first)

    return parameter(default, read, lambda value: str(value + first), **how)


def real(default: float | None, low: float, high: float | Callable[[Values], float], **how) -> Any:
    """Return a field that is a number in a range, whose end may hang on the fields before it.

    None as a value stands for none; it is not written.
    """

    def read(text: str, values: Values) -> float | None:
        return as_real(text, low, high(values) if callable(high) else high)

    return parameter(default, read, lambda value: "" if value is None else f"{value:g}", **how)


def flag() -> Any:
    """Return a field that is off or on: 0 or 1, and not written where it is off."""
    texts = {"0": False, "1": True}
    return parameter(False, lambda text, _: texts.get(text), lambda value: "1" if value else "")


def several(
    default: tuple[int, ...], high: int, fewest: int, most: int, first: int = 0, **how: Any
) -> Any:
    """Return a field of unlike whole numbers from 0 to ``high``, "3-17-200" in an address."""

    def read(text: str, _: Values) -> tuple[int, ...] | None:
        found = [as_whole(part, 0, high, first) for part in text.split("-")]
        sound = None not in found and len(set(found)) == len(found)
        return tuple(found) if sound and fewest <= len(found) <= most else None

    def write(values: Collection[int]) -> str:
        return "-".join(str(v + first) for v in values) if len(values) >= fewest else ""

    return parameter(default, read, write, **how)


def as_whole(text: str, low: int, high: int, first: int = 0) -> int | None:
    """Return the whole number that ``text`` says, less ``first``, None outside of the range."""
    sound = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) - first if sound and low <= int(text) - first <= high else None


def as_real(text: str, low: float, high: float) -> float | None:
    """Return the finite number that ``text`` says, None outside of the range."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and low <= value <= high else None


def from_address(
    start: View,
    parameters: Mapping[str, str],
    choices: Mapping[str, Collection[str]] | None = None,
    also: Collection[str] = (),
) -> tuple[View, list[str]]:
    """Return the view that an address asks for, and the names of parameters that made no sense.

    Args:
        start: the view whose values stand where an address says nothing, or nothing of sense.
        parameters: of the address.
        choices: of :func:`known` fields, by parameter, as the page knows them now.
        also: parameters that somebody else reads.
    """
    values, ignored, understood = dict(vars(start)), [], {*also, *addresses.FRAME}
    for field, said in _said(start):
        name = said.name or field
        understood.add(name)
        if name not in parameters or not said.when(values):
            continue
        text = parameters[name]
        if said.read is not None:
            value = said.read(text, values)
        else:
            value = text if text in (choices or {}).get(name, ()) else None
        if value is None:
            ignored.append(name)
        else:
            values[field] = value
    unknown = [n for n in parameters if n not in understood and not n.startswith("embed")]
    return replace(start, **values), ignored + unknown


def address(view: Any) -> dict[str, str]:
    """Return the view as address parameters."""
    values, found = vars(view), {}
    for field, said in _said(view):
        default = type(view).__dataclass_fields__[field].default
        if not said.when(values) or (said.brief and values[field] == default):
            continue
        if text := said.write(values[field]):
            found[said.name or field] = text
    return found


def names(kind: type) -> set[str]:
    """Return the names of the parameters that a view has."""
    return {said.name or field for field, said in _said(kind)}


def put(page: str, view: Any) -> None:
    """Set the widgets of ``page`` to ``view``; before they are drawn."""
    for name, value in vars(view).items():
        st.session_state[f"{page}_{name}"] = list(value) if isinstance(value, tuple) else value


def get(page: str, kind: type[View]) -> View:
    """Return what the widgets of ``page`` say; the field's default where they say nothing."""
    found = {}
    for field in dataclasses.fields(kind):
        value = st.session_state.get(f"{page}_{field.name}")
        if value is not None:
            found[field.name] = tuple(value) if isinstance(field.default, tuple) else value
    return kind(**found)


def arrive(page: str, read: Callable[[dict[str, str]], tuple[Any, Collection[str]]]) -> bool:
    """Where the visitor has just come to an address, set the page's widgets to what it asks for.

    ``read`` takes the address's parameters, and returns the view and those that made no sense.
    Return whether this was so.
    """
    asked = addresses.arrived(page)
    if asked is not None:
        view, ignored = read(asked)
        put(page, view)
        note(page, ignored, asked)
    return asked is not None


def note(page: str, ignored: Collection[str], asked: Mapping[str, str]) -> None:
    """Say once, quietly, which parameters of the address were not understood.

    Runs and images that it names and that cannot be shown on ``page`` are said as such; of a run,
    where it is to be seen.
    """
    told, ignored = _not_here(page, asked, ignored) if ignored else ([], [])
    for place, (sentence, run, home) in enumerate(told):
        st.info(sentence, icon=":material/folder_off:")
        if home:
            label = t("address.to_page", page=t(f"{home}.title"), run=as_text(library.title(run)))
            to, how = f"app_pages/{home}/page.py", {"query_params": {"run": run.id}}
            with st.container(key=f"address_home_{place}"):
                st.page_link(to, label=label, icon=":material/arrow_forward:", **how)
    if ignored:
        names = ", ".join(as_text(name[:24]) for name in list(ignored)[:5])
        st.info(t("explore.ignored", names=names), icon=":material/link_off:")


def _said(view: Any) -> list[tuple[str, _Parameter]]:
    fields = dataclasses.fields(view)
    return [(f.name, f.metadata[_MARK]) for f in fields if _MARK in f.metadata]


_Told = tuple[str, runs.Run | None, str]  # a sentence, the run of which it is, and the page to go to


def _not_here(
    page: str, asked: Mapping[str, str], ignored: Collection[str]
) -> tuple[list[_Told], list[str]]:
    """Say in a sentence each what is not to be seen here; return these and what is left.

    Args:
        page: the one that is shown.
        asked: the parameters of an address.
        ignored: the names of those that the page made no sense of.
    """
    here, told = library.sets(), []
    left, told_of = list(ignored), set()
    for name in [name for name in _RUNS if name in left]:
        shown = st.session_state.get(f"{page}_{name}", ()) if name == "runs" else ()
        missed = [one for one in asked.get(name, "").split(",") if one not in shown]
        found = [_of_run(page, one, here) for one in missed]
        for sentence, lost in filter(None, found):
            told.append(sentence)
            told_of |= lost
        if all(found):
            left.remove(name)
    named = {name: lost for name in left if (lost := _lost(asked.get(name, ""), here))}
    for lost in named.values():
        if not lost <= told_of:  # one sentence for the same images
            told.append((t("address.no_images", data=_names(lost)), None, ""))
            told_of = told_of | lost
    left = [name for name in left if name not in named]
    return told, left


def _of_run(page: str, name: str, here: Collection[str]) -> tuple[_Told, set[str]] | None:
    """Say why a run that an address names is not on ``page``; None where nothing can be said.

    Return that, and the names of those of its images that are not here.
    """
    try:
        run = runs.find(name)
    except UserError:
        return None
    try:
        config = runs.get(name).config
    except UserError as error:  # its files are damaged
        return (spoken(error), None, ""), set()
    if page == "compare" and library.usable(run):  # there were too many
        return None
    words = {"run": as_text(library.title(run))}
    if lost := set(data.members(config.data)) - set(here):
        return (t("address.run_without_images", data=_names(lost), **words), None, ""), lost
    if not library.usable(run):
        return (t("address.run_untrained", **words), run, "train"), set()
    kind, home = networks.kind(config.network), library.home(run)
    if page == "rate" and kind.has_code:
        return (t("address.run_unmeasured", title=t("rate.own_title"), **words), None, ""), set()
    if page == home or (page == "denoise" and config.noise.kind != "none"):
        return (t("address.run_unlike", **words), None, ""), set()
    return (t("address.run_elsewhere", page=t(f"{home}.title"), **words), run, home), set()


def _lost(text: str, here: Collection[str]) -> set[str]:
    """Return the sets that a text names and that are not here; none where it names no set."""
    try:
        members = set(data.members(text))
    except UserError:
        return set()
    return members - set(here) if all(map(_is_name, members)) else set()


def _is_name(text: str) -> bool:
    own = text.removeprefix("own-")
    return text in data.SETS or (own != text and own.replace("-", "").isalnum())


def _names(sets: Collection[str]) -> str:
    return as_text(library.set_label("+".join(sorted(sets)))[:80])
