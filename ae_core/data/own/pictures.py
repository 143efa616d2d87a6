"""Picture files of a source: their pages, and one range of values for all of more than 8 bits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ae_core.data.own import limits
from ae_core.data.own.reading import Choices, Found, Reading
from ae_core.errors import Message, UserError
from ae_core.images import files, ranges
from ae_core.images.files import Head

_KINDS = {
    "16": Message("images of 16 bits"),
    "32": Message("images of 32 bits"),
    "float": Message("images of floating-point numbers"),
    "signed": Message("images of 8 bits with a sign"),
}


@dataclass(frozen=True)
class Given:
    """A file that may be a picture: its name, class, part and photograph, and where it comes from.

    ``bring`` gives the file or its bytes, or raises a UserError; or it is the reason why not.
    """

    name: str
    bring: Callable[[], Path | bytes] | str
    label: str
    part: str = ""
    photograph: str = ""


def read(given: list[Given], choices: Choices) -> Reading:
    """Return the images of files; each file is looked at, and decoded when it is asked for.

    Raises:
        UserError: `choices.pages` is no choice. A file that cannot be read is among what was found,
            with the reason.
    """
    if choices.pages not in ("", "all", "first"):
        raise UserError(
            "Pages 'all' or 'first' were expected, but got {pages!r}.", pages=choices.pages
        )
    reading, left = Reading(), Counter()
    values: dict[str, ranges.Values] = {}
    spans: dict[str, tuple[float, float] | None] = {}
    for file in given:
        if isinstance(file.bring, str):
            reading.found.append(Found(file.name, file.label, file.bring, file.part))
            continue
        try:
            content = file.bring()
            head = files.head(content, file.name)
            pages = _pages(head, choices, alone=len(given) == 1)
            if head.deep:
                kind = values.setdefault(head.deep, ranges.Values())
                for page in range(pages):
                    files.add_values(content, page, kind)
        except UserError as error:
            reading.found.append(Found(file.name, file.label, error.message, file.part))
            continue
        for page in range(pages):
            name = file.name if head.pages == 1 else f"{file.name}[{page}]"
            notes: files.Notes = {}
            picture = _reader(file, page, head, spans, notes)
            of = file.part, file.photograph, notes
            reading.found.append(Found(name, file.label, picture, *of))
        reading.sizes[head.height, head.width] += pages
        left[head.animated] += head.pages - pages
        if head.pages > 1 and pages > 1:
            reading.assume(
                Message("Every page of a file is an image of its own."), "pages", "all", ("first",)
            )
    if sum(left.values()):
        reading.assume(
            Message(
                "Further pages or moments of animations left out: {count:,}. The first one is taken; "
                "the option pages takes all.",
                count=sum(left.values()),
            ),
            "pages",
            "first",
            ("all",),
        )
    spans |= {kind: _span(kind, seen, choices, reading) for kind, seen in values.items()}
    return reading


def _pages(head: Head, choices: Choices, alone: bool) -> int:
    """How many pages are taken: all of a stack, but the first moment of one of many animations."""
    every = choices.pages == "all" or not choices.pages and (alone or not head.animated)
    return min(head.pages, limits.MOST_PAGES) if every else 1


def _reader(
    file: Given,
    page: int,
    head: Head,
    spans: dict[str, tuple[float, float] | None],
    notes: files.Notes,
) -> Callable[[], np.ndarray]:
    # The range is known once all files were looked at: it is asked for when the image is.
    return lambda: files.read(file.bring(), spans.get(head.deep), page, notes)


def _span(
    kind: str, values: ranges.Values, choices: Choices, reading: Reading
) -> tuple[float, float] | None:
    """The range of all images of one kind; None leaves it to each of them."""
    if choices.range == ranges.EACH:
        return None
    try:
        span = ranges.named(choices.range, values) if choices.range else values.span
    except UserError:
        if choices.range:
            raise
        return None
    said = Message(
        "Values of {kind} go from {low:.10g} to {high:.10g}: read as {span}, black to white.",
        kind=_KINDS[kind],
        low=ranges.told(values.low),
        high=ranges.told(values.high),
        span=ranges.in_words(span),
    )
    others = [
        name
        for name in ("0..65535", "0..4095", "0..255", "0..1", "data", ranges.EACH)
        if name != span.name
    ]
    reading.assume(said, "range", span.name, others)
    return span.low, span.high
