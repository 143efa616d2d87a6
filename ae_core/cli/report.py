"""``report``: a notebook that runs, and the page made of it."""

from __future__ import annotations

import argparse
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import outputs
from ae_core.cli.progress import Share
from ae_core.errors import Cancelled, UserError


def add(commands) -> None:
    p = commands.add_parser(
        "report",
        help="write a report on networks: a notebook and an HTML page",
        description="Write a report on trained networks: every architecture drawn, originals, noisy "
        "images and what the networks make of them side by side, curves and comparisons, as a "
        "notebook that was run and as one HTML page that opens anywhere. Without RUN: the lecture's "
        "four situations and the networks for house numbers.",
    )
    p.add_argument("runs", metavar="RUN", nargs="*", help="names of runs (see: runs list)")
    where = p.add_mutually_exclusive_group(required=True)
    where.add_argument("-o", "--output", metavar="FOLDER", type=Path, help="made where missing")
    where.add_argument(
        "--ordered",
        metavar="NAME",
        help="make what the dashboard asked for in artifacts/reports/NAME",
    )
    outputs.add_replace(p)
    p.add_argument("--language", choices=("en", "pt-BR"), default="en", help="(default en)")
    p.add_argument("--author", default="", metavar="NAME", help="who hands it in")
    p.add_argument("--title", default="", metavar="TEXT", help="another title than the usual one")
    p.add_argument(
        "--data",
        default="drawn",
        metavar="NAME",
        help="test images: drawn, real (notMNIST and SVHN where they are on this machine), or the "
        "name of one data set (default drawn)",
    )
    p.add_argument(
        "--train",
        action="store_true",
        help="the notebook trains its networks anew, as the runs were, instead of loading them",
    )
    trained = {"metavar": "N", "help": "with --train: epochs (default 3)"}
    entries.whole(p, "--epochs", low=1, high=10_000, **trained)
    p.set_defaults(do=report)


def report(options: argparse.Namespace) -> int:
    if options.ordered:
        return _ordered(options.ordered)
    from ae_core.report import DEFAULT_RUNS, Order, build, store

    if options.epochs is not None and not options.train:
        raise UserError("--epochs goes with --train.")
    order = Order(
        tuple(options.runs) or DEFAULT_RUNS,
        options.language,
        options.author,
        options.title,
        options.data,
        options.train,
        options.epochs or Order.epochs,
    )
    outputs.check_folder(options.output, [store.NOTEBOOK, store.PAGE], options.replace)
    with Share() as share:
        for path in build(order, options.output, share.update):
            print(path)
    return 0


def _ordered(name: str) -> int:
    from ae_core.report import store, worker

    with Share() as share:
        if worker.work(store.get(name), share.update) == "cancelled":
            raise Cancelled
    return 0
