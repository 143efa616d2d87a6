"""What the pages know of runs and data sets, read without loading TensorFlow."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from ae_core import data, networks, runs
from ae_core.config import TrainConfig
from ae_core.data import SetInfo
from ae_core.data.own import store
from ae_core.errors import UserError
from ae_core.files import own_stems
from ae_core.jobs import owners
from ae_core.jobs.job import Job
from ae_core.runs import naming
from ae_core.runs.choose import Entry
from dashboard.components import visitors
from dashboard.i18n import as_code, as_text, language, number, short, t

Shape = tuple[int, int, int]  # (H, W, C) of images


def entries(bits: bool = False, otherwise: Callable[[runs.Run], Shape] | None = None) -> list[Entry]:
    """Return every run with a network that turns images into images and can be used now.

    They come as :func:`ae_core.runs.list_runs` has them. Only with ``bits`` are rate networks among
    them: they give bytes, and have a page of their own. Those whose images are not here (any more)
    are among them only with ``otherwise``, which says the shape of such images.
    """
    found = []
    for run in runs.list_runs():
        try:
            if usable(run) and (bits or not networks.kind(run.config.network).bits):
                found.append(entry(run, otherwise))
        except (UserError, OSError, KeyError, ValueError):
            continue
    return found


def usable(run: runs.Run) -> bool:
    """Return whether ``run`` has a network that may be shown: not one still being trained."""
    return run.model_path.is_file() and (run.pretrained or run.state() in ("finished", "cancelled"))


def home(run: runs.Run) -> str:
    """Return the page on which the network of ``run`` can be shown, whatever it is."""
    kind = networks.kind(run.config.network)
    if kind.bits:
        return "rate"
    return "explore" if kind.has_code else "denoise"


def entry(run: runs.Run, otherwise: Callable[[runs.Run], Shape] | None = None) -> Entry:
    """Return what is needed of ``run`` to choose it; ``otherwise`` as :func:`entries` takes it.

    Raises:
        UserError: its images are not here, and ``otherwise`` is not given.
    """
    config = run.config
    try:
        shape = shape_of(config.data)
    except UserError:
        if otherwise is None:
            raise
        shape = otherwise(run)
    return Entry(
        id=run.id,
        title=title(run) if run.info.get("title") else "",
        data=tuple(data.members(config.data)),
        network=config.network,
        shape=shape,
        code_shape=networks.code_shape(config, shape),
        noise=config.noise,
        pretrained=run.pretrained,
        examples=(run.folder / "examples.npz").is_file(),
        longest=config.code if len(networks.kind(config.network).sizes(config)) > 1 else 0,
    )


def title(run: runs.Run) -> str:
    """Return a run's title in the visitor's language; as it is where somebody else gave it.

    A teacher reads whose it is, too.
    """
    return whose(run, naming.given(run, language()) or _described(run))


def whose(job: Job, title: str) -> str:
    """Return a title, and for a teacher whose the run, sweep, report or measurement is."""
    return " · ".join(filter(None, [title, visitors.words(owners.of(job.folder))]))


def _described(run: runs.Run) -> str:
    config = run.config
    words = [set_label(config.data), network_label(config.network)]
    words[1] += f" {code_range(config)}" if config.code else ""
    words += [] if config.noise.kind == "none" else [noise_label(config.noise)]
    words += [f"{t('train.seed').lower()} {config.seed}"] if run.info.get("sweep") else []
    return ", ".join(words)


def file_stem(run: runs.Run) -> str:
    """Return how files of a run's network are called: as the file it came from, else as the run."""
    came_from = (run.info.get("imported") or {}).get("file")
    return own_stems([came_from])[0] if came_from else run.id


def best_psnr(run: runs.Run) -> float | None:
    """Return the best validation PSNR of the run's history in dB, None before the first epoch."""
    history = run.history()
    value = history["val_psnr"].max() if len(history) else float("nan")
    return float(value) if math.isfinite(value) else None


def task(config: TrainConfig) -> tuple | None:
    """Return what a training must share with another for their PSNR to be compared.

    None where its PSNR is a mean over tasks: of an elastic or a rate network.
    """
    if not networks.kind(config.network).one_task:
        return None
    return (config.data, config.code, config.noise)


def images_of(run: runs.Run) -> tuple[str, str]:
    """Return the name of a run's images and their fingerprint, "" before they were read.

    A set of one's own can be replaced by another of its name: only both together say which it was.
    """
    return run.config.data, str((run.info.get("data") or {}).get("fingerprint", ""))


def sets() -> dict[str, tuple[SetInfo, str]]:
    """Return the data sets by name, each with its state: ready, drawn on demand or missing."""
    return {info.name: (info, state) for info, state in data.available()}


def shape_of(name: str) -> tuple[int, int, int]:
    """Return (H, W, C) of a data set's images; of joined sets, the first one's.

    Raises:
        UserError: there is no such data set on this machine.
    """
    first = data.members(name)[0]
    if first in data.SETS:  # asked for every run at every draw of a page, so no file is looked at
        return tuple(data.SETS[first].shape)
    known = sets()
    if first not in known:
        raise UserError(t("error.unknown_data", name=first))
    return tuple(known[first][0].shape)


def set_label(name: str) -> str:
    """Return the short name of a data set, joined sets with a plus sign.

    What a file calls a set and is no name of one, a folder's "a+a", stays as it is.
    """
    try:
        members = data.members(name)
    except UserError:
        return name
    parts = [t(f"set.{m}") if m in data.SETS else m.removeprefix("own-") for m in members]
    return " + ".join(parts)


def set_title(name: str) -> str:
    """Return :func:`set_label`, and for a teacher whose the set is."""
    path = None if name in data.SETS else store.find(name)
    made_by = visitors.words(owners.of(path.parent)) if path else ""
    return " · ".join(filter(None, [set_label(name), made_by]))


def set_text(name: str) -> str:
    """Return :func:`set_label` for a place that reads Markdown."""
    return as_text(set_label(name))


def terms(info: data.SetInfo) -> str:
    """Return on what terms the images of a set may be used."""
    return t(f"data.terms_{info.name.removesuffix('-extra')}")


def missing_sentence(name: str) -> str:
    """Return what to do about a data set whose files are not on this machine, as Markdown."""
    return t(
        "set.missing",
        name=as_text(set_label(name)),
        command=as_code(f"python -m ae_core data download {name}"),
        folder=as_code(str(data.data_dir() / name)),
    )


def noise_label(noise) -> str:
    """Return noise in words: "no noise", "Gaussian 25", "Gaussian 0 to 50"."""
    if noise.kind == "none":
        return t("noise.none")
    level = short(noise.level) if noise.low is None else f"{short(noise.low)}–{short(noise.level)}"
    return f"{t(f'noise.{noise.kind}')} {level}"


def network_label(name: str) -> str:
    """Return a network's name in the visitor's language."""
    return t(f"network.{name}")


def entry_label(found: Entry, size: bool = False) -> str:
    """Return one line that tells a network apart from the others at the same code size.

    With ``size``, from those of other sizes too.
    """
    return " · ".join(
        _parts(found, size, (set_label("+".join(found.data)), noise_label(found.noise)))
    )


def _short_label(found: Entry, size: bool) -> str:
    return " · ".join(_parts(found, size, ()))


def _parts(found: Entry, size: bool, more: tuple[str, ...]) -> list[str]:
    name = found.title or network_label(found.network)
    values = size and found.code and not re.search(rf"\b{found.code}\b", name)
    sized = [t("unit.values", n=found.code)] if values else []
    return [name, *sized, *more, *([] if found.pretrained else [t("run.yours")])]


def entry_labels(found: Iterable[Entry], sized: Collection[Entry] = ()) -> dict[str, str]:
    """Return for each network, by its run, as few words as tell it apart from the others.

    Longer ones would end in the middle of a word where they are chosen. Those in ``sized`` say their
    code size.
    """
    entries = {entry.id: entry for entry in found}
    whole = {name: entry_label(entry, entry in sized) for name, entry in entries.items()}
    short = {name: _short_label(entry, entry in sized) for name, entry in entries.items()}
    often = Counter(short.values())
    return {name: whole[name] if often[short[name]] > 1 else short[name] for name in entries}


def config_line(config: TrainConfig) -> str:
    """Return a training's main choices in one line."""
    code = t("unit.values", n=code_range(config)) if config.code else t("unit.no_code")
    return " · ".join(
        [set_label(config.data), network_label(config.network), code, noise_label(config.noise)]
    )


def code_range(config: TrainConfig) -> str:
    """Return the values of a network's code: "64", or "1–256" where every size is one of its."""
    sizes = networks.kind(config.network).sizes(config)
    return ("" if len(sizes) == 1 else f"{sizes[0]}–") + number(sizes[-1], 0)
