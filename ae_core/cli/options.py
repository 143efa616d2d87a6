"""Options of the command line: numbers, and the entries of a training's configuration."""

from __future__ import annotations

import codecs
import dataclasses
import math
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ae_core import networks
from ae_core.config import SEARCH_STEPS, TrainConfig
from ae_core.errors import UserError
from ae_core.files.reading import contents, parse
from ae_core.files.reading.bounds import JSON_BYTES
from ae_core.images.noise import Noise
from ae_core.networks import recipe

_NOISE = {
    "noise" if entry.name == "kind" else entry.name: entry for entry in dataclasses.fields(Noise)
}
_TYPES = {"float": float, "str": str}
MOST_STEPS = 1000  # of a search


def names(without: Iterable[str] = ()) -> list[str]:
    """Return the names of a configuration's entries, but for some."""
    return [e.name for e in dataclasses.fields(TrainConfig) if e.name not in without]


def add(parser, names: Iterable[str]) -> None:
    """Add an option for each of these entries; "noise" is all of :data:`_NOISE`."""
    entries = {entry.name: entry for entry in dataclasses.fields(TrainConfig)}
    for name in names:
        for option, entry in _NOISE.items() if name == "noise" else [(name, entries[name])]:
            usual = f"{_kinds()}{_usual(option, entry)}" if option == "network" else ""
            kind, about = str(entry.type).partition(" ")[0], entry.metadata
            of_int = kind == "int" and _reader(flag(option), about["low"], about["high"], int)
            parser.add_argument(
                flag(option),
                type=of_int or _TYPES[kind],
                choices=entry.metadata.get("choices"),
                help=entry.metadata["help"] + (usual or _usual(option, entry)),
            )


def _usual(option: str, entry: dataclasses.Field) -> str:
    """Say what an option is where it is not typed: a value only where that is always the one."""
    if entry.metadata.get("auto"):
        return " (default: what the device is best at)"
    if option in recipe.NAMES:
        plain = _text(recipe.of(recipe.MANY)[option])
        of = f"by the network and the number of images, usually {plain} from {recipe.MANY:,} on"
        return f" (default: {of})"
    if option in ("code", "noise", "level", "low", "clean"):
        return " (default: what goes with the network)"
    if entry.default in (None, ""):
        return ""
    others = any(option in kind.defaults for kind in networks.KINDS.values())
    said = f"what goes with the network, mostly {_text(entry.default)}"
    return f" (default: {said})" if others else f" (default {_text(entry.default)})"


def _kinds() -> str:
    known = (kind for kind in networks.KINDS.values() if kind.trainable)
    return ": " + "; ".join(f"{kind.name} ({kind.title})" for kind in known)


def add_search(parser) -> None:
    """Add --search, which is 0 where it is not typed and 30 where no number follows it."""
    whole(
        parser,
        "--search",
        low=0,
        high=MOST_STEPS,
        metavar="STEPS",
        nargs="?",
        const=SEARCH_STEPS,
        default=0,
        help="search for each image's best code through the decoder, from the encoder's on, in so "
        f"many steps ({SEARCH_STEPS} if no number follows): better, and slower to code",
    )


def whole(parser, option: str, low: int, high: int | None = None, **how) -> None:
    """Add an option that takes a whole number from ``low``, to ``high`` if that is given.

    What is none is refused in one sentence before anything begins.
    """
    parser.add_argument(option, type=_reader(option, low, high, int), **how)


def number(parser, *options: str, low: float, high: float, **how) -> None:
    """Add an option that takes a number from ``low`` to ``high``, as :func:`whole` does."""
    parser.add_argument(*options, type=_reader(options[0], low, high, float), **how)


def _reader(option: str, low: float, high: float | None, kind: type) -> Callable[[str], Any]:
    """Return what reads an option's number, of type ``kind``, and refuses every other text."""

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= (math.inf if high is None else high) or value == math.inf:
            raise UserError(
                "{option} takes {what} from {low}{to}, not {text!r}.",
                option=option,
                what="a whole number" if kind is int else "a number",
                low=f"{low:g}",
                to="" if high is None else f" to {high}",
                text=text,
            )
        return value

    return read


def flag(name: str) -> str:
    """Return an option as it is typed."""
    return f"--{name.replace('_', '-')}"


def typed(options: Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return what was typed of these entries, by option."""
    options_ = [o for name in names for o in (_NOISE if name == "noise" else [name])]
    return {o: value for o in options_ if (value := getattr(options, o, None)) is not None}


def given(options: Namespace, stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what was typed as entries of a :class:`TrainConfig`, for ``networks.configure``.

    Args:
        options: as they were typed.
        stored: entries of a file, behind those; of its noise the rest stands too, while what is
            typed is of the same kind.

    Raises:
        UserError: a level without a noise.
    """
    stored = dict(stored or {})
    entries = typed(options, names())
    noise = {_NOISE[o].name: entries.pop(o) for o in tuple(_NOISE) if o in entries}
    before = stored.get("noise")
    if isinstance(before, Mapping) and noise.get("kind", before.get("kind")) == before.get("kind"):
        noise = {**before, **noise}
    nothing = noise.get("kind", "none") == "none"
    if noise and nothing and ("kind" not in noise or any({**noise, "kind": None}.values())):
        raise UserError(
            "--level, --low, --clean and --unclipped need a --noise, for example --noise gaussian."
        )
    return stored | entries | ({"noise": noise} if noise else {})


def from_file(path: Path) -> dict[str, Any]:
    """Return the entries in a JSON file: of a configuration, or a run's ``config.json``.

    Raises:
        UserError: the file cannot be read, or holds something else.
    """
    try:
        values = parse(contents(Path(path), JSON_BYTES).removeprefix(codecs.BOM_UTF8))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no JSON"
        raise UserError("{path} cannot be read: {reason}.", path=path, reason=reason) from error
    if isinstance(values, Mapping) and isinstance(values.get("config"), Mapping):
        values = TrainConfig.from_dict(values["config"]).to_dict()  # whole, however old it is
    if not isinstance(values, Mapping):
        raise UserError("{path} holds no training configuration.", path=path)
    return dict(values)


def words(text: str | None) -> list[str]:
    """Return the different words of a list with commas; none where nothing was typed."""
    return list(dict.fromkeys(word.strip() for word in (text or "").split(",") if word.strip()))


def numbers(option: str, text: str | None, kind: type) -> tuple:
    """Return the different numbers of a list with commas, of type ``kind``.

    Raises:
        UserError: one is no such number.
    """
    try:
        return tuple(dict.fromkeys(map(kind, words(text))))
    except ValueError as error:
        raise UserError(
            "{option} takes {whole} with commas between them, not {text!r}.",
            option=option,
            whole="whole numbers" if kind is int else "numbers",
            text=text,
        ) from error


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
