"""What an address names that was on this machine once: images, and networks that had learned them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ae_core import data, runs
from ae_core.errors import UserError
from dashboard.components import library
from dashboard.i18n import as_text, t

_RUN = "run"


def told(asked: Mapping[str, str], ignored: Collection[str]) -> tuple[list[str], list[str]]:
    """Say in a sentence each what is not here (any more); return these and what is left.

    Args:
        asked: the parameters of an address.
        ignored: the names of those that a page made no sense of.
    """
    here, sentences = library.sets(), []
    left, told_of = list(ignored), set()
    if _RUN in left and (found := _without_images(asked.get(_RUN, ""), here)):
        run, told_of = found
        words = {"run": as_text(library.title(run)), "data": _names(told_of)}
        sentences.append(t("address.run_without_images", **words))
        left = [name for name in left if name != _RUN]
    named = {name: lost for name in left if (lost := _lost(asked.get(name, ""), here))}
    for lost in named.values():
        if not lost <= told_of:  # one sentence for the same images
            sentences.append(t("address.no_images", data=_names(lost)))
            told_of = told_of | lost
    left = [name for name in left if name not in named]
    return sentences, left


def _without_images(name: str, here: Collection[str]) -> tuple[runs.Run, set[str]] | None:
    try:
        run = runs.find(name)
        lost = set(data.members(run.config.data)) - set(here)
    except UserError:
        return None
    return (run, lost) if lost else None


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
