"""The order of the axes of an array of a source: those that fit it, and the one it is read in."""

from __future__ import annotations

from ae_core.data.own import labels, limits, naming
from ae_core.data.own.axes import Axes, as_text, count_of, fitting, most_likely, turned, written
from ae_core.data.own.reading import Array, Choices, Source
from ae_core.errors import DataError, UserError


def _is_turned(source: Source, name: str) -> bool:
    """Whether images are stored column by column: EMNIST's files have them so."""
    table = source.name.lower().endswith((".csv", ".mat")) and "emnist" in naming.words_of(
        source.name
    )
    return table or "ubyte" in name and "emnist" in naming.words_of(name)


def of(source: Source, name: str, choices: Choices) -> list[Axes]:
    """All orders in which an array of a source may be images."""
    shape = source.arrays[name].shape
    if choices.axes:
        return [written(choices.axes, shape, choices.rows)] if len(shape) > 1 else []
    found = fitting(shape, source.backwards, choices.rows)
    if _is_turned(source, name):
        found = [turned(order) for order in found]
    singles = [order for order in found if "N" not in order and len(order) > 2]
    many = [o for o in found if "N" in o and count_of(shape, o) >= limits.FEWEST_IMAGES]
    return many or singles or [order for order in found if "N" in order]


def chosen(source: Source, name: str, known: str | None, choices: Choices) -> Axes:
    """The order that fits, decided by ever weaker evidence.

    Raises:
        UserError: none fits, or two fit as well and a person must say which.
    """
    array, fit = source.arrays[name], of(source, name, choices)
    if not fit:
        raise no_images(source, f"{name} {array.dtype} {tuple(array.shape)}")
    if known:
        counts = labels.counts_of(source.arrays[known].shape)
        fit = [o for o in fit if count_of(array.shape, o) in counts] or fit
    best, other = fit[0], None
    if len(fit) > 1:
        best, other = most_likely(array.load(), fit, choices.rows)
    if not other and source.matlab and not choices.axes and has_rows(best):
        first, unclear = most_likely(array.load(), [best, turned(best)], choices.rows)
        if unclear and _is_by_column(source, name, best):
            raise _on_its_side(source, name, best)
        return best if unclear else first
    if other:
        raise UserError(
            "{path}: {name} of {shape} can be read as {one} or as {other}; say which with the option "
            "axes.",
            path=source.name,
            name=name,
            shape=" × ".join(map(str, array.shape)),
            one=as_text(best),
            other=as_text(other),
        )
    return best


def others(source: Source, name: str, order: Axes, choices: Choices) -> list[Axes]:
    """The orders that an array has not been read in."""
    known = of(source, name, choices)
    if source.matlab and has_rows(order):
        known.append(turned(order))
    return [other for other in dict.fromkeys(known) if other != order]


def _is_by_column(source: Source, name: str, order: Axes) -> bool:
    """Whether rows of a MATLAB file may be images column by column: not those that Python wrote."""
    python = source.by_python and "K" not in order and naming.role_of(name) == "image"
    return not python and not _is_turned(source, name)


def _on_its_side(source: Source, name: str, order: Axes) -> UserError:
    return UserError(
        "{path}: a row of {name} may hold its image row by row, {one}, or column by column, {other}; "
        "say which with the option axes.",
        path=source.name,
        name=name,
        one=as_text(order),
        other=as_text(turned(order)),
    )


def has_rows(order: Axes) -> bool:
    """Whether an image is a row of numbers."""
    return any(len(group) > 1 for group in order)


def no_images(source: Source, holds: str) -> DataError:
    """The sentence for a source without images; ``holds``: what it has instead."""
    return DataError(
        "{path} was expected to hold images as numbers, of shape N x height x width (x 1, 3 or 4), N "
        "first or last, or square ones as rows, but holds {holds}; arrange it so and save it again, "
        "or say the order with the option axes, or height and width of rows with the option rows.",
        path=source.name,
        holds=holds,
    )


def one_image(array: Array, choices: Choices) -> Axes | None:
    """The order of axes in which an array is one image, or None."""
    shape = tuple(array.shape)
    if array.dtype.kind not in "buif" or len(shape) not in (2, 3):
        return None
    if choices.axes and "N" in choices.axes.upper():
        return None
    found = [written(choices.axes, shape, choices.rows)] if choices.axes else fitting(shape)
    return next((order for order in found if not any("N" in group for group in order)), None)
