"""``runs``: list, show, cancel and remove trainings."""

from __future__ import annotations

import argparse
import json
import sys


def add(commands) -> None:
    p = commands.add_parser("runs", help="list, show, cancel and remove runs")
    actions = p.add_subparsers(title="actions", metavar="ACTION", required=True)

    a = actions.add_parser("list", help="all runs with their state")
    a.set_defaults(do=list_runs)

    a = actions.add_parser("show", help="one run: what was asked, where it stands, its figures")
    a.add_argument("run", metavar="RUN")
    a.add_argument("--json", action="store_true", help="everything, as JSON")
    a.add_argument("--log", type=int, metavar="LINES", help="also the last lines of its log")
    a.set_defaults(do=show)

    a = actions.add_parser("cancel", help="stop a training after its current batch")
    a.add_argument("run", metavar="RUN")
    a.set_defaults(do=cancel)

    a = actions.add_parser("remove", help="delete runs of your own, damaged ones too")
    a.add_argument("run", metavar="RUN", nargs="+")
    a.set_defaults(do=remove)

    a = actions.add_parser("figures", help="test figures of all runs, as a Markdown table")
    a.set_defaults(do=figures)

    a = actions.add_parser("publish", help="make a finished run a shipped one, with a model card")
    a.add_argument("run", metavar="RUN")
    a.add_argument("name", metavar="NAME", help="folder under artifacts/pretrained")
    a.set_defaults(do=publish)

    a = actions.add_parser(
        "refit",
        help="a copy of a run with a rate network, its tables counted anew",
        description="Make a run with the network of another one, its weights as they are, and with "
        "all that is not trained but counted in training images made anew: the tables of the codec, "
        "and on grey pictures the shapes for the fewest bits. Files written before are of another "
        "network then.",
    )
    a.add_argument("run", metavar="RUN", help="a run with a rate network, a shipped one too")
    a.set_defaults(do=refit)


def list_runs(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.training import control

    found = runs.list_runs()
    for run in found:
        state = "shipped" if run.pretrained else control.current(run)
        print(f"{run.id:48} {state:10} {run.epochs_done():>4} epochs  {run.title}")
    for name, reason in runs.broken_runs():
        print(f"damaged: {name}: {reason}", file=sys.stderr)
    if not found:
        print("no runs yet; start one with: python -m ae_core train")
    return 0


def show(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.training import control

    run = runs.get(options.run)
    state = control.current(run)
    if options.json:
        everything = {
            "state": state,
            "folder": str(run.folder),
            "info": run.info,
            "status": run.status(),
            "evaluation": run.evaluation(),
        }
        print(json.dumps(everything, indent=2, ensure_ascii=False))
        return 0
    config = run.config
    print(f"{run.id}: {run.title}")
    print(f"  state        {state}  {control.message(run)}".rstrip())
    print(f"  created      {run.info.get('created')}")
    for name, value in config.to_dict().items():
        if name == "noise":
            low = "" if value["low"] is None else f"{value['low']:g} to "
            value = "none" if value["kind"] == "none" else f"{value['kind']} {low}{value['level']:g}"
        if value is not None:
            print(f"  {name.replace('_', ' '):12} {value}")
    print(f"  epochs done  {run.epochs_done()}")
    evaluation = run.evaluation()
    for test in (evaluation or {}).get("tests", []):
        from ae_core.cli.evaluate import line

        print(f"  test         {test.get('data')}: {line(test.get('network') or {})}")
    print(f"  folder       {run.folder}")
    if options.log:
        print(control.tail(run, options.log))
    return 0


def cancel(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.training import control

    run = runs.get(options.run)
    control.cancel(run, wait=True)
    print(f"{run.id}: {control.current(run)}")
    return 0


def figures(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.evaluation.card import table

    print(table(runs.list_runs()))
    return 0


def publish(options: argparse.Namespace) -> int:
    import os

    from ae_core import runs
    from ae_core.cli.progress import StepBar
    from ae_core.machine import devices

    run = runs.get(options.run)
    os.environ.update(devices.environment(devices.resolve("cpu")))
    from ae_core.maintenance import publish as shipping

    with StepBar() as bar:
        shipped = shipping.publish(
            run, options.name, progress=lambda part, words: bar.update(part, 1, words)
        )
    print(f"shipped as {shipped.folder}")
    return 0


def refit(options: argparse.Namespace) -> int:
    import os

    from ae_core import runs
    from ae_core.machine import devices

    run = runs.get(options.run)
    os.environ.update(devices.environment(devices.resolve("cpu")))
    from ae_core.maintenance import refit as refitting

    print(f"made {refitting.refit(run).folder}")
    return 0


def remove(options: argparse.Namespace) -> int:
    from ae_core import runs

    for name in options.run:
        runs.remove(runs.find(name))
        print(f"removed {name}")
    return 0
