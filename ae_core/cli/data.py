"""``data``: which image sets there are; download one; import one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ae_core.cli.progress import StepBar


def add(commands) -> None:
    from ae_core.data.sets import SETS

    known = ", ".join(name for name, info in SETS.items() if info.download)
    p = commands.add_parser("data", help="list, show, download and import image sets")
    actions = p.add_subparsers(title="actions", metavar="ACTION", required=True)

    a = actions.add_parser("list", help="all sets, with shape and state")
    a.set_defaults(do=list_sets)

    a = actions.add_parser("show", help="one set: counts, origin, licence, terms")
    a.add_argument("name", metavar="NAME")
    a.set_defaults(do=show)

    a = actions.add_parser("download", help=f"download one of {known} into the data folder")
    a.add_argument("name", metavar="NAME")
    a.add_argument("--extra", action="store_true", help="svhn: also the 531,131 extra images")
    a.set_defaults(do=download)

    a = actions.add_parser(
        "import",
        help="make a set of your own images",
        description="Make a set of a folder, a ZIP, an .npy/.npz array or a .mat like SVHN's; "
        "what cannot be read is listed and skipped.",
    )
    a.add_argument("source", metavar="SOURCE", nargs="+", type=Path)
    a.add_argument("--name", required=True)
    a.add_argument("--side", type=int, default=32, help="a multiple of 4 (default 32)")
    a.add_argument("--colour", choices=("grey", "colour"), default="colour")
    a.set_defaults(do=import_own)


def list_sets(options: argparse.Namespace) -> int:
    from ae_core import data

    for info, state in data.available():
        height, width, channels = info.shape
        shape = f"{width}x{height} {'grey' if channels == 1 else 'colour'}"
        print(f"{info.name:16} {shape:14} {state:16} {info.title}")
    print(f"\ndata folder: {data.data_dir()}")
    return 0


def show(options: argparse.Namespace) -> int:
    from ae_core import data

    infos = [data.info(name) for name in data.members(options.name)]
    with StepBar() as bar:
        dataset = data.load(options.name, progress=bar.update)
    height, width, channels = dataset.shape
    print(f"{dataset.name}: {dataset.title}")
    for info in infos:
        for words in (info.description, info.licence, info.citation, info.terms):
            if words:
                print(f"  {words}")
    print(f"  images       {width}x{height}, {channels} channel{'s' if channels > 1 else ''}, uint8")
    for name in ("train", "validation", "test"):
        print(f"  {name:12} {len(getattr(dataset, name)):,}")
    print(f"  classes      {' '.join(dataset.classes)}")
    print(f"  origin       {dataset.origin}")
    print(f"  fingerprint  {dataset.fingerprint}")
    for name, count in dataset.duplicates.items():
        print(f"  duplicates, {name.replace('_', ' ')}: {count:,}")
    return 0


def download(options: argparse.Namespace) -> int:
    from ae_core import data

    info = data.info(options.name)
    if info.terms:
        print(info.terms, file=sys.stderr)
    with StepBar("B") as bar:
        data.download(options.name, progress=bar.update, extra=options.extra)
    print(f"{options.name} is in {data.data_dir()}")
    return 0


def import_own(options: argparse.Namespace) -> int:
    from ae_core.data.own import convert

    source = options.source[0] if len(options.source) == 1 else options.source
    report = convert.import_images(source, options.name, options.side, options.colour)
    for name, reason in report.skipped:
        print(f"skipped {name}: {reason}", file=sys.stderr)
    print(f"{report.dataset}: {report.accepted:,} images, {len(report.skipped):,} skipped")
    return 0
