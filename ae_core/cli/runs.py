"""``runs``: list, show, cancel and remove trainings."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli.progress import counted
from ae_core.networks.foreign import RANGES


def add(commands) -> None:
    p = commands.add_parser("runs", help="list, show, import, cancel and remove runs")
    actions = p.add_subparsers(title="actions", metavar="ACTION", required=True)

    a = actions.add_parser("list", help="all runs with their state, own ones first")
    a.set_defaults(do=list_runs)

    a = actions.add_parser("show", help="one run: what was asked, where it stands, its figures")
    a.add_argument("run", metavar="RUN")
    a.add_argument("--json", action="store_true", help="everything, as JSON")
    lines = {"metavar": "LINES", "help": "also the last lines of its log"}
    entries.whole(a, "--log", low=0, **lines)
    a.set_defaults(do=show)

    a = actions.add_parser(
        "import",
        help="a Keras autoencoder made elsewhere becomes a run",
        description="Read a .keras or .h5 file of Keras's own layers, find its code, its range of "
        "values and the size of its images, say what was found, and make a run of it.",
    )
    a.add_argument("file", metavar="FILE", type=Path)
    a.add_argument("--data", metavar="NAME", help="data set to try and show it on")
    a.add_argument("--side", metavar="WxHxC", type=_side, help="of the images, such as 32x32x3")
    a.add_argument("--takes", choices=list(RANGES), help="range of its input (default: by trying)")
    a.add_argument("--gives", choices=list(RANGES), help="range of its output (default: by trying)")
    a.add_argument("--layer", metavar="NAME", help="the layer that gives the code")
    a.add_argument("--title", default="", help="a name for the lists")
    a.add_argument("--dry-run", action="store_true", help="say what is found, and store nothing")
    a.set_defaults(do=import_network)

    a = actions.add_parser("cancel", help="stop a training after its current batch")
    a.add_argument("run", metavar="RUN")
    a.set_defaults(do=cancel)

    a = actions.add_parser("remove", help="delete runs of your own, damaged ones too")
    a.add_argument("run", metavar="RUN", nargs="+")
    a.set_defaults(do=remove)

    a = actions.add_parser("figures", help="test figures of all runs, as a Markdown table")
    a.set_defaults(do=figures)


def list_runs(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.jobs import owners

    found = runs.list_runs()
    for run in found:
        state = "shipped" if run.pretrained else run.state()
        made_by = owners.of(run.folder)
        whose = f"  ({made_by.name or made_by.id})" if made_by else ""
        epochs = counted(run.epochs_done(), "epoch")
        print(f"{run.id:48} {state:10} {epochs:>12}  {run.title}{whose}")
    for name, reason in runs.broken_runs() + runs.damaged():
        print(f"damaged: {name}: {reason}", file=sys.stderr)
    if not found:
        print("no runs yet; start one with: python -m ae_core train")
    return 0


def show(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.errors import UserError
    from ae_core.files import as_json
    from ae_core.networks import course
    from ae_core.runs import tables

    run = runs.get(options.run)
    state = run.state()
    if options.json:
        everything = {
            "state": state,
            "folder": str(run.folder),
            "info": run.info,
            "status": run.status(),
            "training": [str(sentence) for sentence in course.of_run(run)],
            "evaluation": run.evaluation(),
        }
        print(as_json(everything))
        return 0
    config = run.config
    print(f"{run.id}: {run.title}")
    print(f"  state        {state}  {run.message()}".rstrip())
    print(f"  created      {run.info.get('created')}")
    for name, value in config.to_dict().items():
        if name == "noise":
            low = "" if value["low"] is None else f"{value['low']:g} to "
            value = "none" if value["kind"] == "none" else f"{value['kind']} {low}{value['level']:g}"
        if value is not None:
            print(f"  {name.replace('_', ' '):12} {value}")
    print(f"  epochs done  {run.epochs_done()}")
    for reason in runs.faults(run):
        print(f"  damaged      {reason}")
    for sentence in course.of_run(run):
        print(f"  training     {sentence}")
    try:
        evaluation = tables.evaluation(run)
    except UserError as error:
        print(f"  test         {error}")
        evaluation = None
    for test in (evaluation or {}).get("tests", []):
        from ae_core.cli.evaluate import line

        print(f"  test         {test['data']}: {line(test['network'])}")
    print(f"  folder       {run.folder}")
    if options.log:
        print(run.tail(options.log))
    return 0


def cancel(options: argparse.Namespace) -> int:
    from ae_core import runs

    run = runs.get(options.run)
    run.cancel(wait=True)
    print(f"{run.id}: {run.state()}")
    return 0


def figures(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.errors import UserError
    from ae_core.evaluation.card import table
    from ae_core.runs import tables

    for run in runs.list_runs():
        try:
            tables.evaluation(run)
        except UserError as error:
            print(error, file=sys.stderr)
    print(table(runs.list_runs()))
    return 0


def remove(options: argparse.Namespace) -> int:
    from ae_core import runs

    for name in options.run:
        runs.find(name).remove()
        print(f"removed {name}")
    return 0


def import_network(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.cli import evaluate
    from ae_core.networks.foreign import Choices
    from ae_core.training import adopt

    choices = Choices(options.side, options.takes, options.gives, options.layer)
    title = None if options.dry_run else options.title
    found = adopt.look(options.file, options.data, choices, title=title)
    for sentence in found.said:
        print(sentence)
    print(f"Tried on {found.data}: mean squared error {found.squared_error:.5f}.")
    if options.dry_run:
        return 0
    run = runs.get(found.run)
    print(f"run {run.id}")
    return evaluate.test(run)


def _side(text: str) -> tuple[int, int, int]:
    """Read "45x30x3", the width first, "28x28", which is grey, or "32": square and in colour."""
    sides = text.lower().replace("×", "x").split("x")
    if not all(side.isdecimal() and int(side) for side in sides) or len(sides) > 3:
        raise argparse.ArgumentTypeError(f"{text!r} is no size like 32x32x3")
    width, height, channels = {1: [*sides, *sides, "3"], 2: [*sides, "1"], 3: sides}[len(sides)]
    return int(height), int(width), int(channels)
