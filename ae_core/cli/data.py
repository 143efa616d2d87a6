"""``data``: which image sets there are; download one; import one's own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ae_core.cli.progress import StepBar, counted

MOST_LISTED = 40  # classes


def add(commands) -> None:
    from ae_core.data.sets import SETS

    known = ", ".join(name for name, info in SETS.items() if info.download)
    p = commands.add_parser("data", help="list, show, download, import and remove image sets")
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
        description="Make a set of own images. SOURCE is a folder, a ZIP or tar archive, image "
        "files, NPY, NPZ, IDX, CSV, Parquet, HDF5 or MATLAB files. What was assumed is printed, each "
        "with the option that changes it; what cannot be read is listed and skipped.",
    )
    a.add_argument("source", metavar="SOURCE", nargs="+", type=Path)
    a.add_argument("--name", help="of the set; needed to store it")
    a.add_argument(
        "--size",
        "--side",
        default="",
        metavar="WxH",
        help="8 to 256, as 45x30 or 32 (default: the files' own)",
    )
    a.add_argument("--colour", choices=("grey", "colour"), default="colour")
    a.add_argument(
        "--fit",
        choices=("cut", "pad", "stretch", "tiles"),
        default="cut",
        help="images of other sizes: the middle of them, their edges repeated, stretched, or tiles "
        "of them as they are",
    )
    a.add_argument("--replace", action="store_true", help="a set of the same name")
    a.add_argument("--dry-run", action="store_true", help="say everything, store nothing")
    g = a.add_argument_group("where the program assumed wrongly")
    g.add_argument("--images", metavar="NAMES", help="arrays or columns of the images")
    g.add_argument(
        "--labels",
        metavar="NAME",
        help="array, column or level of folders; none; or as-numbers: without the names of a file",
    )
    g.add_argument("--parts", choices=("keep", "mix"), help="train, validation and test as named")
    g.add_argument("--axes", help="of an array: NHWC, HWCN, HWN ...; rows: N,HW or N,WH; classes: K")
    g.add_argument("--rows", metavar="HxW", help="height and width of an image that is one row")
    g.add_argument("--range", metavar="LOW..HIGH", help="values of black and white; data, or each")
    g.add_argument("--pages", choices=("all", "first"), help="of TIFF, GIF and WebP files")
    g.add_argument("--names", metavar="ENCODING", help="of the names in a ZIP, such as cp850")
    g.add_argument("--tens", choices=("zero", "ten"), help="what the label 10 of digits means")
    a.set_defaults(do=import_own)

    a = actions.add_parser("remove", help="delete sets of your own; nothing is asked")
    a.add_argument("name", metavar="NAME", nargs="+", help="such as own-mine")
    a.set_defaults(do=remove)


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
    from ae_core.jobs import deeds

    info = data.info(options.name)
    if info.terms:
        print(info.terms, file=sys.stderr)
    deeds.note("download", data.data_dir() / options.name)
    with StepBar("B") as bar:
        data.download(options.name, progress=bar.update, extra=options.extra)
    print(f"{options.name} is in {data.data_dir()}")
    return 0


def import_own(options: argparse.Namespace) -> int:
    from dataclasses import fields

    from ae_core.data.own import apart, convert, fitting
    from ae_core.data.own.reading import Choices
    from ae_core.errors import UserError

    if options.name is not None:
        convert.check_name(options.name, options.replace or options.dry_run)
    elif not options.dry_run:
        raise UserError("The set needs a name: give it with --name, or try it with --dry-run.")
    choices = Choices(**{f.name: getattr(options, f.name) or "" for f in fields(Choices)})
    with StepBar() as bar:
        source, how = options.source, (choices, options.fit, bar.update)
        draft = apart.prepare(source, fitting.size_of(options.size), options.colour, *how)
    _print_draft(draft)
    if options.dry_run:
        apart.drop(draft)
        print(f"{counted(draft.count, 'image')}, {draft.refused:,} skipped; nothing was stored")
        return 0
    name = apart.keep(draft, options.name, options.replace)
    print(f"{name}: {counted(draft.count, 'image')}, {draft.refused:,} skipped")
    return 0


def remove(options: argparse.Namespace) -> int:
    from ae_core.data.own import store
    from ae_core.errors import UserError
    from ae_core.jobs import owners

    for name in options.name:
        if not name.startswith("own-"):
            raise UserError(
                "Only sets of your own are removed, whose names begin with own-; {name} is none.",
                name=name,
            )
        path = store.anybodys(name)
        if path is None:
            raise UserError("There is no set {name}; `data list` shows those there are.", name=name)
        owners.check(path.parent)
    for name in dict.fromkeys(options.name):
        store.remove(name)
        print(f"removed {name}")
    return 0


def _print_draft(draft) -> None:
    for name, reason in draft.skipped:
        print(f"skipped {name}: {reason}", file=sys.stderr)
    if draft.refused > len(draft.skipped):
        print(f"and {draft.refused - len(draft.skipped):,} more skipped", file=sys.stderr)
    for entry in draft.assumed:
        option = f"  [--{entry.option}]" if entry.option else ""
        print(f"- {entry.said}{option}")
    for remark in draft.remarks:
        print(f"! {remark}")
    counts = draft.classes
    for label, row in counts[:MOST_LISTED]:
        print(f"  {label:24} {' + '.join(f'{count:,}' for count in row)}")
    if len(counts) > MOST_LISTED:
        print(f"  and {len(counts) - MOST_LISTED:,} more classes")
