"""``encode`` and ``decode``: images to codes in a file, and back."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ae_core.cli import options as entries
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
    p.add_argument("--images", metavar="N", type=int, help="its first N images")
    p.add_argument("--size", type=int, metavar="K", help="of an elastic network: the first K values")
    p.add_argument("--level", type=float, default=0.0, help="noise level that the network is told")
    entries.add_search(p)
    p.add_argument("-o", "--output", metavar="NAME", type=Path, required=True)
    p.set_defaults(do=encode)

    p = commands.add_parser(
        "decode",
        help="write the images of codes",
        description="Send codes, from a file as `encode` writes it or any .npy of the right size, "
        "through a network's decoder and write the images as PNG.",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("codes", metavar="FILE", type=Path)
    p.add_argument("--size", type=int, metavar="K", help="of an elastic network: codes of K values")
    p.add_argument("-o", "--output", metavar="FOLDER", type=Path, required=True)
    p.set_defaults(do=decode)


def encode(options: argparse.Namespace) -> int:
    from ae_core.evaluation import codes

    if bool(options.files) == bool(options.data):
        raise UserError("Name either images or, with --data, a data set.")
    steps, network = entries.check_search(options), _network(options)
    if options.data:
        x, names, classes = _of_set(options)
    else:
        x, names, classes = _of_files(options.files, network)
    y = network.encode(x, options.level)
    if steps:
        begun = time.monotonic()
        guessed, y = y, network.encode(x, options.level, search=steps)
        seconds = time.monotonic() - begun
        before, after = (_mean_psnr(x, network.decode(code)) for code in (guessed, y))
        print(f"searched in {seconds:.2f} s for {len(x)} images: mean PSNR {before} -> {after}")
    stem = options.output.with_suffix("") if options.output.suffix in (".npy", ".csv") else None
    stem = stem or options.output
    written = [(".npy", codes.npy(y)), (".csv", codes.table(y, names, classes).encode())]
    for suffix, content in written:
        path = stem.with_name(stem.name + suffix)
        try:
            with replacing(path) as beside:
                beside.write_bytes(content)
        except OSError as error:
            raise unwritable(path.parent, error, "name") from error
        print(path)
    return 0


def decode(options: argparse.Namespace) -> int:
    from ae_core.evaluation import codes
    from ae_core.images import files

    network = _network(options)
    if not network.has_code:
        raise UserError("This network has no code, so there is nothing to decode.")
    y, names = codes.read(options.codes, network.code_shape)
    x_hat = network.decode(y)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        for stem, image in zip(own_stems(names), x_hat, strict=True):
            with replacing(options.output / f"{stem}.png") as beside:
                beside.write_bytes(files.png(image))
    except OSError as error:
        raise unwritable(options.output, error, "choose") from error
    print(f"{len(x_hat)} images in {options.output}")
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
    from ae_core import data
    from ae_core.evaluation import codes

    x = data.load(options.data).test.x[: options.images]
    return x, *codes.of_test(options.data, range(len(x)))


def _of_files(paths: list[Path], network):
    import numpy as np

    from ae_core.cli import pictures
    from ae_core.images import files

    read = [(str(path), files.fit(x, network.image_shape)) for path, _, x in pictures.each(paths)]
    return np.stack([x for _, x in read]), [name for name, _ in read], [""] * len(read)
