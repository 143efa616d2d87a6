"""The notebook before it runs: short cells of words and of calls, in the order that they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ae_core import data as datasets
from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.drawing import layers
from ae_core.networks import designed
from ae_core.networks.designed import keras_code
from ae_core.report import charts, tables
from ae_core.report.pairs import Pair, pairs
from ae_core.report.request import Order, command
from ae_core.report.wording import Words, markdown
from ae_core.runs import Run

PICTURES = 8
SHOWN_LEVEL = 25  # where a denoiser was made for a range of levels
SEED = 0  # of the noise: that of the figures
_EPOCH, _MEASURING, _LOADING = 30.0, 20.0, 15.0  # seconds, about; loading is Keras itself


@dataclass(frozen=True)
class Cell:
    """A cell: Markdown or code, the section that begins with it, as (name, title), its seconds.

    ``seconds`` is about what it takes, to tell how much of a report is left.
    """

    source: str
    code: bool = False
    section: tuple[str, str] | None = None
    seconds: float = 0.0


def cells(order: Order, chosen: list[tuple[Run, str]], program: str) -> list[Cell]:
    """Return all cells of a report.

    Args:
        order: what was asked for.
        chosen: each run with its test set, as :func:`ae_core.report.request.chosen` gives them.
        program: path of the program's folder, as seen from the notebook's.
    """
    words = Words(order.language)
    sets = list(dict.fromkeys(name for _, name in chosen))
    found = [
        *_head(words, order),
        _code(
            f"import sys\n\nsys.path.insert(0, {program!r})  # {words('code.program')}\n\n"
            f"{_imports(order)}\n\nshow = report.Show({order.language!r})\n"
            f"FIRST, COUNT = 0, {PICTURES}  # {words('code.pictures')}\n"
            f"results = {{}}\nshow.style()",
            4.0,
        ),
    ]
    found += _task(words, chosen)
    found.append(_section(words, "data", _data_text(words, order, chosen)))
    drawn_now = {entry.name for entry, state in datasets.available() if state.startswith("drawn")}
    for name in sets:
        found.append(
            _code(
                f"{_variable(name)} = data.load({name!r})\nshow.data_set({_variable(name)}, FIRST)",
                30.0 if name in drawn_now else 3.0,
            )
        )
    found.append(_section(words, "networks", words("networks.text")))
    titles = tables.names(words, [run for run, _ in chosen])
    for place, (run, name) in enumerate(chosen):
        yet = 0.0 if place else _LOADING
        found += _network(words, order, run, name, titles[run.id], yet)
    if not order.train:
        found += _before_after(words, chosen, titles)
    found += _comparisons(words, chosen)
    for key in ("devices", "observations", "repeat"):
        text = words(f"{key}.text")
        if key == "repeat":
            text += f"\n\n{words('repeat.command')}\n\n```sh\n{command(order)}\n```"
        found += [_section(words, key, text), _code(f"show.{key}(results)")]
    found.append(_section(words, "references", _references(words, chosen)))
    return found


def title(words: Words, order: Order) -> str:
    """Return the report's title: the one asked for, or the usual one."""
    return " ".join(order.title.split()) or words("title")


def _head(words: Words, order: Order) -> Iterator[Cell]:
    lines = [f"# {markdown(title(words, order))}"]
    if order.author.strip():
        lines.append(f"**{markdown(order.author)}** · {words.day(date.today())}")
    else:
        lines.append(words.day(date.today()))
    yield Cell("\n\n".join([*lines, words("lead")]))


def _imports(order: Order) -> str:
    lines = [
        "from ae_core import data, networks, report, runs",
        "from ae_core.images import noise",
        "from ae_core.images.noise import Noise",
    ]
    return "\n".join((["from dataclasses import replace\n"] if order.train else []) + lines)


def _task(words: Words, chosen: list[tuple[Run, str]]) -> Iterator[Cell]:
    parts = [words("task.text")]
    if any(networks.kind(run.config.network).one_size for run, _ in chosen):
        parts.append(words("task.situations"))
    if any(run.config.noise.kind != "none" for run, _ in chosen):
        parts.append(words("task.denoising"))
    yield _section(words, "task", "\n\n".join([*parts, words("task.measures")]))


def _data_text(words: Words, order: Order, chosen: list[tuple[Run, str]]) -> str:
    parts = [words("data.text")]
    drawn = [name for _, name in chosen if datasets.info(name).kind == "drawn"]
    if order.data == "real" and drawn:
        names = [tables.set_title(words, name) for name in dict.fromkeys(drawn)]
        parts.append(words("data.not_there", names=words.listed(names)))
    if not order.train:
        members = [datasets.members(run.config.data) for run, _ in chosen]
        others = dict.fromkeys(n for names in members for n in names if n not in set(drawn))
        if drawn and others:
            parts.append(words("data.trained_on_others", names=words.listed(list(others))))
    return " ".join(parts)


def _network(
    words: Words, order: Order, run: Run, name: str, title: str, waiting: float
) -> Iterator[Cell]:
    about = words.get(f"about.{run.config.network}", "")
    kind = f"*{markdown(tables.kind(words, run))}*"
    yield Cell(f"### {markdown(title)}\n\n{kind}\n\n{about}".strip())
    if order.train:
        load = (
            f"config = runs.get({run.id!r}).config\n"
            f"config = replace(config, data={name!r}, epochs={order.epochs})\n"
            "run = report.train(config)"
        )
    else:
        load = f"run = runs.get({run.id!r})"
    if order.train or title != tables.name(words, run):
        load += f"\nshow.call(run, {title!r})"
    training = _EPOCH * order.epochs if order.train else 0.0
    yield _code(
        f"{load}\nnetwork = networks.load(run.model_path)\nshow.architecture(run)",
        training + waiting + 2.0,
    )
    yield _code("show.layers(run)")
    config = replace(run.config, epochs=order.epochs) if order.train else run.config
    yield from _keras(words, config, tuple(layers.read(run.model_path)[0].shape))
    yield _code("show.history(run)")
    yield _code(_grid(run, _variable(name)), 1.0)
    tests = [test["data"] for test in (run.evaluation() or {}).get("tests", [])]
    yield _code(
        f"results[run.id] = report.figures(run, {name!r})\nshow.figures(results[run.id])",
        _MEASURING if order.train or name not in tests else 0.2,
    )


def _keras(words: Words, config: TrainConfig, shape: tuple[int, int, int]) -> Iterator[Cell]:
    """A network whose layers are a design as a program of Keras alone; nothing for the others."""
    if designed.design(config) is None:
        return
    yield Cell(words("networks.keras"))
    yield _code(f"{keras_code.imports()}\n\n{keras_code.settings(config)}")
    yield _code(keras_code.network(config, shape), 0.5)
    noisy = keras_code.noise(config)
    yield _code("\n\n\n".join(filter(None, [noisy, keras_code.training(config, shape)])))


def _before_after(
    words: Words, chosen: list[tuple[Run, str]], titles: dict[str, str]
) -> Iterator[Cell]:
    found = pairs(chosen)
    if not found:
        return
    yield _section(words, "before_after", words("before_after.text"))
    for pair in found:
        yield Cell(f"### {markdown(titles[pair.after.id])}")
        there = (pair.before, pair.data) in chosen
        yield _code(_beside(pair, there), 1.0 if there else _MEASURING)


def _beside(pair: Pair, there: bool) -> str:
    """Return the cell of a pair; ``there``: both were measured on the same set before."""
    lines, given, level = _given(pair.after, _variable(pair.data))
    figures = "results[run.id]" if there else f"report.figures(run, {pair.data!r})"
    return (
        f"pair = [runs.get({pair.before.id!r}), runs.get({pair.after.id!r})]\n{lines}"
        f"both = [networks.load(run.model_path) for run in pair]\n"
        f"x_hats = [report.reconstruct(one, {given}{level}) for one in both]\n"
        f"found = [{figures} for run in pair]\n"
        f"show.before_after(pair, found, x, x_hats, {given})"
    )


def _grid(run: Run, name: str) -> str:
    lines, given, level = _given(run, name)
    shown = "x, x_hat" if given == "x" else f"x, x_hat, {given}"
    return f"{lines}x_hat = report.reconstruct(network, {given}{level})\nshow.grid({shown})"


def _given(run: Run, name: str) -> tuple[str, str, str]:
    """Return the lines that take test images, what a network is given, and its level's argument."""
    noise = run.config.noise
    take = f"x = {name}.test.x[FIRST : FIRST + COUNT]\n"
    if networks.kind(run.config.network).test_noise(noise).kind == "none":
        return take, "x", ""
    level = noise.level if noise.low is None else min(SHOWN_LEVEL, noise.level)
    lines = (
        f"{take}level = {level:g}\n"
        f"x_noisy = noise.corrupt(x, Noise({noise.kind!r}, level), seed={SEED}, start=FIRST)\n"
    )
    return lines, "x_noisy", ", level"


def _comparisons(words: Words, chosen: list[tuple[Run, str]]) -> Iterator[Cell]:
    yield _section(words, "sizes", words("sizes.text"))
    yield _code("show.sizes(results)")
    yield _section(words, "rate", words("rate.text"))
    codecs = _codecs(chosen)
    for name, codec in codecs.items():
        yield _code(f"show.rate(runs.get({codec.id!r}), {name!r})")
    if not codecs:
        yield Cell(f"{words('rate.none')} `python -m ae_core evaluate numbers-codec --rate-quality`")
    if any(run.config.noise.kind == "gaussian" for run, _ in chosen):
        yield _section(words, "denoising", words("denoising.text"))
        names = [run.id for run, _ in chosen if run.config.noise.kind == "gaussian"]
        wanted = ", ".join(repr(name) for name in names)
        yield _code(f"show.denoising([runs.get(name) for name in [{wanted}]], {_last(chosen)!r})")


def _codecs(chosen: list[tuple[Run, str]]) -> dict[str, Run]:
    """Return for each test set the codec network that was measured on such images."""
    found = {name: charts.measured_rate(name) for _, name in chosen}
    return {name: run for name, run in found.items() if run is not None}


def _last(chosen: list[tuple[Run, str]]) -> str:
    """Return the data set that denoisers are compared on, where it was measured."""
    noisy = [name for run, name in chosen if run.config.noise.kind != "none"]
    return (noisy or [chosen[-1][1]])[-1]


def _references(words: Words, chosen: list[tuple[Run, str]]) -> str:
    keys = ["hinton", "goodfellow", "jolliffe", "wang"]
    if any(run.config.noise.kind != "none" for run, _ in chosen):
        keys.append("vincent")
    if not all(networks.kind(run.config.network).has_code for run, _ in chosen):
        keys += ["ronneberger", "zhang"]
    if _codecs(chosen):
        keys += ["balle", "bjontegaard"]
    used = {name for run, test in chosen for name in [*datasets.members(run.config.data), test]}
    keys += [key for key, name in (("bulatov", "notmnist"), ("netzer", "svhn")) if name in used]
    return "\n".join(f"- {words(f'reference.{key}')}" for key in [*keys, "keras"])


def _section(words: Words, key: str, text: str) -> Cell:
    name = words(f"{key}.title")
    return Cell(f"## {name}\n\n{text}", section=(key, name))


def _code(source: str, seconds: float = 0.2) -> Cell:
    return Cell(source, code=True, seconds=seconds)


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name)
