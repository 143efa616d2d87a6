"""``compress``, ``decompress`` and ``info``: images to one small file and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ae_core.cli import options as entries
from ae_core.cli import outputs, pictures
from ae_core.cli.progress import counted
from ae_core.errors import UserError
from ae_core.files import as_json, replacing, writing

if TYPE_CHECKING:
    import numpy as np

    from ae_core.codec.photo import PhotoCodec
    from ae_core.networks.rate.inference import RateNetwork

LARGEST_FILE = 1 << 30  # bytes of a compressed file that is read
DEFAULT_LEVEL = 128
DEFAULT_RUNS = {1: "letters-codec", 3: "numbers-codec"}  # by the channels of small images
PHOTOS = "photos"  # the codec for photographs, which is no run
SMALL_SIDE = 64  # images with a longer one are photographs


def add(commands) -> None:
    p = commands.add_parser(
        "compress",
        help="compress images into one file",
        description="Compress images of any size, or test images of a data set, into one file. "
        "Folders and ZIP files give all their images, in the order of their names.",
    )
    p.add_argument("pictures", metavar="IMAGE", nargs="*", type=Path)
    outputs.add(p, "FILE", required=True)
    p.add_argument(
        "--run",
        help=f"rate network, or {PHOTOS}: the codec for photographs (default: {PHOTOS} where an "
        f"image has a side of more than {SMALL_SIDE} pixels, else the shipped one for grey or for "
        "colour)",
    )
    wish = p.add_mutually_exclusive_group()
    entries.whole(
        wish,
        "--level",
        low=0,
        high=255,
        default=DEFAULT_LEVEL,
        help=f"0, fewest bytes, to 255, best quality (default {DEFAULT_LEVEL})",
    )
    wish.add_argument("--psnr", metavar="DB", type=float, help="smallest file with this quality")
    entries.whole(wish, "--bytes", low=1, metavar="N", help="best file of at most N bytes")
    entries.whole(
        p,
        "--group",
        low=1,
        metavar="N",
        help="images that are decoded together; 1: each alone (default: all; photographs: 1)",
    )
    p.add_argument("--data", metavar="NAME", help="test images of this data set")
    entries.whole(p, "--images", low=1, metavar="N", help="how many of them (default: all)")
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.set_defaults(do=compress)

    p = commands.add_parser(
        "decompress",
        help="get images out of a compressed file",
        description="Write the images of a compressed file as 0001.png and so on.",
    )
    p.add_argument("file", metavar="FILE", type=Path)
    outputs.add(p, "FOLDER", required=True)
    entries.whole(p, "--only", low=1, metavar="I", help="this image alone, counted from 1")
    p.add_argument("--run", help=f"rate network, or {PHOTOS} (default: found by what the file says)")
    p.add_argument("--device", default="auto", help="auto, cpu, gpu or gpu:1 (default auto)")
    p.set_defaults(do=decompress)

    p = commands.add_parser("info", help="what a compressed file holds")
    p.add_argument("file", metavar="FILE", type=Path)
    p.add_argument("--json", action="store_true")
    p.set_defaults(do=info)


def compress(options: argparse.Namespace) -> int:
    if bool(options.pictures) == (options.data is not None):
        raise UserError("Give either images, or a data set with --data.")
    pictures.check_count(options.images, options.data)
    if options.psnr is not None and not 0 < options.psnr < 100:
        raise UserError("--psnr takes a quality from 0 to 100 dB, not {psnr:g}.", psnr=options.psnr)
    outputs.check_file(options.output, options.replace, options.pictures)
    _check_output(options.output)

    if options.data:
        given = list(pictures.of_test(options.data, options.images))
    else:
        given = _pictures(options.pictures)
    network = _network(options.run or _default(given, options.data), options.device)
    from ae_core.codec import archive, targets
    from ae_core.images import metrics

    if options.bytes is not None:
        made, level = targets.for_bytes(given, network, options.bytes, options.group)
    elif options.psnr is not None:
        made, level = targets.for_psnr(given, network, options.psnr, options.group)
    else:
        level = options.level
        made = archive.write(given, network, level, options.group)
    with writing(options.output.parent, "choose"), replacing(options.output) as temporary:
        temporary.write_bytes(made.data)
    _print_rate(archive.inspect(made.data))
    flat = sum(metrics.flat_share(x[None]) for x in given) / len(given)
    psnr = metrics.in_words(targets.psnr(given, made.pictures), flat)
    print(f"level {level}, PSNR {psnr}: {options.output}")
    return 0


def decompress(options: argparse.Namespace) -> int:
    from ae_core.codec import archive, container

    data = _read(options.file)
    header, _ = container.unpack(data)
    count = len(header.sizes)
    if options.only is not None and not 1 <= options.only <= count:
        raise UserError(
            "The file has images 1 to {count}, but not {only}.", count=count, only=options.only
        )
    wanted = range(1, count + 1) if options.only is None else [options.only]
    names = [f"{i:0{max(4, len(str(count)))}}.png" for i in wanted]
    outputs.check_folder(options.output, names, options.replace, [options.file])
    chosen, device = options.run, options.device
    if not chosen and header.coder == container.WHOLE_PICTURES:
        chosen = PHOTOS
    network = _network(chosen, device) if chosen else _network_of(header.fingerprint, device)
    found = archive.decompress(data, network, options.only and options.only - 1)
    pictures.write_all(options.output, dict(zip(names, found, strict=True)))
    written = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    print(f"{written} in {options.output}")
    if found.exact is False:
        print("Some pixels differ from the encoder's: its machine or its versions round otherwise.")
    return 0


def info(options: argparse.Namespace) -> int:
    from ae_core.codec import archive

    about = archive.inspect(_read(options.file))
    if options.json:
        print(as_json(about))
        return 0
    _print_rate(about)
    sizes = ", ".join(f"{width}×{height}" for height, width in about["sizes"][:5])
    more = f" and {len(about['sizes']) - 5} other sizes" if len(about["sizes"]) > 5 else ""
    print(f"{'colour' if about['channels'] == 3 else 'grey'}, {sizes}{more}")
    print(f"level {about['level']} of the network {about['network']}")
    print(f"{counted(about['streams'], 'stream')} of {counted(about['group'], 'image')}")
    around, coded = (counted(about[f"{part}_bytes"], "byte") for part in ("header", "stream"))
    print(f"{around} around {coded} of codes")
    return 0


def _print_rate(about: dict) -> None:
    print(
        f"{counted(about['pictures'], 'image')}, {counted(about['bytes'], 'byte')}: "
        f"{about['bits_per_picture']:,.1f} bits an image, {about['bits_per_pixel']:.3f} a pixel, "
        f"{about['ratio']:.1f} : 1"
    )


def _pictures(paths: list[Path]) -> list[np.ndarray]:
    """Read images in their own sizes: all grey, or all in colour.

    What cannot be read stops the program where it was named, and is skipped inside of folders.
    """
    from ae_core.codec import container
    from ae_core.data.own import sources

    kept, pixels, changed = [], 0, pictures.Changed()
    for path in paths:
        for found in sources.pictures(path):
            try:
                if isinstance(found.picture, str):
                    raise UserError(found.picture)
                kept.append(found.picture())
            except UserError as error:
                if path.is_file() and found.name == path.name:
                    raise UserError("{path}: {reason}", path=path, reason=error) from error
                print(f"skipped {found.name}: {error}", file=sys.stderr)
                continue
            changed.say(found.name, found.notes)
            pixels += kept[-1].shape[0] * kept[-1].shape[1]
            if pixels > container.MOST_PIXELS or len(kept) > container.MOST_PICTURES:
                container.check_sizes([x.shape[:2] for x in kept])
    changed.say_others()
    if not kept:
        raise UserError("None of the files could be read as an image; nothing was written.")
    channels = max(x.shape[2] for x in kept)
    return [x.repeat(channels, axis=2) if x.shape[2] < channels else x for x in kept]


def _default(pictures: list[np.ndarray], data: str | None) -> str:
    """Return which codec takes images where none is named."""
    large = max(max(x.shape[:2]) for x in pictures) > SMALL_SIDE
    return PHOTOS if large and data is None else DEFAULT_RUNS[pictures[0].shape[2]]


def _network(run_id: str, device: str) -> RateNetwork | PhotoCodec:
    if run_id == PHOTOS:
        from ae_core.codec import photo

        return photo.load()
    from ae_core import networks, runs
    from ae_core.machine import backends

    run = runs.get(run_id)
    backends.use(device)
    return networks.load_codec(run.model_path)


def _network_of(fingerprint: bytes, device: str) -> RateNetwork:
    from ae_core import networks, runs

    for run in runs.references():
        if not networks.kind(run.config.network).bits or not run.model_path.exists():
            continue
        try:
            network = _network(run.id, device)
        except UserError as error:
            print(f"skipped {run.id}: {error}", file=sys.stderr)
            continue
        if network.fingerprint == fingerprint:
            return network
    raise UserError(
        "This file was written with the network {fingerprint}, which is not among the runs here: "
        "add its run folder to them.",
        fingerprint=fingerprint.hex(),
    )


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UserError("{path} cannot be read: {reason}.", path=path, reason=error) from error
    if len(data) > LARGEST_FILE:
        raise UserError("{path} is larger than 1 GB, which no compressed file is.", path=path)
    return data


def _check_output(path: Path) -> None:
    """Refuse to write over what is no compressed file: an image of a folder that was given, say."""
    from ae_core.codec import container

    if path.is_file():
        with path.open("rb") as file:
            beginning = file.read(len(container.MAGIC))
        if beginning and beginning != container.MAGIC:
            raise UserError(
                "{output} is there, and is no compressed file; choose another one.", output=path
            )
