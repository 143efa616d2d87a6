"""What a report is asked to be, and which test images each of its networks gets."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ae_core import data, runs
from ae_core.errors import UserError
from ae_core.report.wording import Words
from ae_core.runs import Run

DEFAULT_RUNS = (
    "letters-situation-1",
    "letters-situation-2",
    "letters-situation-3",
    "letters-situation-4",
    "numbers-dense-64",
    "numbers-denoise-128",
    "numbers-unet",
)
_KINDS = {"drawn": "drawn", "real": "download"}


@dataclass(frozen=True)
class Order:
    """A report, as it was asked for.

    Attributes:
        runs: names of the networks, in their order; none: the course's.
        language: "en" or "pt-BR".
        author, title: for its head; title "": the usual one.
        data: "drawn", "real" (drawn where the real set is missing), or the name of a data set.
        train: whether the notebook trains its networks anew.
        epochs: of such a training.
    """

    runs: tuple[str, ...] = DEFAULT_RUNS
    language: str = "en"
    author: str = ""
    title: str = ""
    data: str = "drawn"
    train: bool = False
    epochs: int = 3

    def __post_init__(self):
        Words(self.language)
        if not self.runs:
            raise UserError("A report needs at least one run; `runs list` shows the names.")
        if self.epochs < 1:
            raise UserError(
                "A training has at least one epoch, but {epochs} were asked for.", epochs=self.epochs
            )
        if len(self.author) > 200 or len(self.title) > 200:
            raise UserError("Author and title of a report have at most 200 letters each.")


def command(order: Order, folder: str = "report") -> str:
    """Return the command that writes this report, to be typed in the program's folder."""
    words = ["python", "-m", "ae_core", "report"]
    words += () if order.runs == DEFAULT_RUNS else order.runs
    for name, value, usual in (
        ("--language", order.language, "en"),
        ("--author", order.author, ""),
        ("--title", order.title, ""),
        ("--data", order.data, "drawn"),
    ):
        words += [] if value == usual else [name, " ".join(value.split())]
    words += ["--train", "--epochs", str(order.epochs)] if order.train else []
    return shlex.join([*words, "-o", folder])


def chosen(order: Order) -> list[tuple[Run, str]]:
    """Return each run with the name of its test set.

    Raises:
        UserError: there is no such run, it has no network yet, or the data do not fit it.
        DataMissing: the named data set is not on this machine.
    """
    found = []
    for name in dict.fromkeys(order.runs):
        run = runs.get(name)
        if not run.model_path.is_file():
            raise UserError(
                "The run {run} has no trained network yet, so it is not reported.", run=run.id
            )
        found.append((run, test_set(run, order.data)))
    return found


def test_set(run: Run, wish: str) -> str:
    """Return the name of the test set for a run; see :class:`Order` for ``wish``.

    Raises:
        UserError: there is no such set, or its images have another shape than the network takes.
    """
    members = data.members(run.config.data)
    if wish in _KINDS:
        return _of_kind(members, _KINDS[wish]) or _of_kind(members, "drawn") or members[0]
    from ae_core.drawing import layers

    there, needed = data.info(wish).shape, layers.read(run.model_path)[0].shape
    if tuple(there) != tuple(needed):
        raise UserError(
            "The run {run} takes images of {shape}, but those of {wish} are {data_shape}; choose a "
            "data set of the same shape, or drawn.",
            run=run.id,
            shape=data.shape_in_words(needed),
            wish=wish,
            data_shape=data.shape_in_words(there),
        )
    return wish


def _of_kind(members: list[str], kind: str) -> str:
    """Return the first set of a kind that is ready: a member, or one of the members' shape."""
    ready = {entry.name: entry for entry, state in data.available() if state != "missing"}
    shapes = [tuple(ready[name].shape) for name in members if name in ready]
    shapes = shapes or [tuple(data.info(members[0]).shape)]
    alike = [name for name, entry in ready.items() if tuple(entry.shape) == shapes[0]]
    return next((n for n in [*members, *alike] if n in ready and ready[n].kind == kind), "")
