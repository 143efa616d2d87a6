"""``encode`` and ``decode``: images to codes in a file, and back."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import outputs, pictures
from ae_core.cli.progress import counted
from ae_core.errors import UserError
from ae_core.files import own_stems, replacing, unwritable


def add(commands) -> None:
    p = commands.add_parser(
        "encode",
        help="write the codes of images as .npy and .csv",
        description="Send images through a network's encoder and write their codes: NAME.npy, an "
        "array (N, h, w, c), and NAME.csv, with file names, classes and all values.",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("files", metavar="FILE", nargs="*", type=Path)
    p.add_argument("--data", metavar="NAME", help="the test images of a data set instead")
    entries.whole(p, "--images", low=1, metavar="N", help="its first N images")
    size = {"low": 1, "metavar": "K"}
    entries.whole(p, "--size", **size, help="of an elastic network: the first K values")
    told = {"help": "noise level that a network which takes one is told (default 0)"}
    entries.number(p, "--level", low=0, high=255, **told)
    entries.add_search(p)
    outputs.add(p, "NAME", required=True)
    p.set_defaults(do=encode)

    p = commands.add_parser(
        "decode",
        help="write the images of codes",
        description="Send codes, from a file as `encode` writes it or any .npy of the right size, "
        "through a network's decoder and write the images as PNG.",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("codes", metavar="FILE", type=Path)
    entries.whole(p, "--size", **size, help="of an elastic network: codes of K values")
    outputs.add(p, "FOLDER", required=True)
    p.set_defaults(do=decode)


def encode(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.evaluation import codes

    if bool(options.files) == bool(options.data):
        raise UserError("Name either images or, with --data, a data set.")
    pictures.check_count(options.images, options.data)
    stem = options.output.with_suffix("") if options.output.suffix in (".npy", ".csv") else None
    stem = stem or options.output
    if stem.name in ("", ".."):
        raise UserError("--output takes the name of two files, such as codes, and not a folder.")
    npy, table = (stem.with_name(stem.name + suffix) for suffix in (".npy", ".csv"))
    for path in (npy, table):
        outputs.check_file(path, options.replace, options.files)
    pictures.check_level(options.level, runs.get(options.run))
    steps, level, network = options.search, options.level or 0.0, _network(options)
    if options.data:
        x, names, classes = _of_set(options)
    else:
        x, names, classes = _of_files(options.files, network)
    y = network.encode(x, level)
    if steps:
        begun = time.monotonic()
        guessed, y = y, network.encode(x, level, search=steps)
        seconds = time.monotonic() - begun
        before, after = (_mean_psnr(x, network.decode(code)) for code in (guessed, y))
        print(
            f"searched in {seconds:.2f} s for {counted(len(x), 'image')}: mean PSNR {before} -> "
            f"{after}"
        )
    written = [(npy, codes.npy(y)), (table, codes.table(y, names, classes).encode())]
    for path, content in written:
        try:
            with replacing(path) as beside:
                beside.write_bytes(content)
        except OSError as error:
            raise unwritable(path.parent, error, "name") from error
        print(path)
    return 0


def decode(options: argparse.Namespace) -> int:
    from ae_core.evaluation import codes

    outputs.check_folder(options.output)
    network = _network(options)
    if not network.has_code:
        raise UserError("This network has no code, so there is nothing to decode.")
    y, names = codes.read(options.codes, network.code_shape)
    written = [f"{stem}.png" for stem in own_stems(names)]
    # They may be the images that were encoded.
    outputs.check_folder(options.output, written, options.replace, [options.codes])
    x_hat = network.decode(y)
    pictures.write_all(options.output, dict(zip(written, x_hat, strict=True)))
    print(f"{counted(len(x_hat), 'image')} in {options.output}")
    return 0


def _mean_psnr(x, x_hat) -> str:
    from ae_core.images import metrics

    found = metrics.summary(x, x_hat)
    return metrics.in_words(found["psnr"], found["flat"])


def _network(options: argparse.Namespace):
    from ae_core import networks, runs
    from ae_core.machine import backends

    run = runs.get(options.run)
    backends.use("cpu")
    return networks.load(run.model_path).at(options.size)


def _of_set(options: argparse.Namespace):
    from ae_core.evaluation import codes

    x = pictures.of_test(options.data, options.images)
    return x, *codes.of_test(options.data, range(len(x)))


def _of_files(paths: list[Path], network):
    import numpy as np

    names, read = [], []
    for path, _, x in pictures.each(paths):
        names.append(str(path))
        read.append(pictures.fitted(path, x, network.image_shape))
    return np.stack(read), names, [""] * len(read)
