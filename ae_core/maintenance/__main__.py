"""``python -m ae_core.maintenance``: the commands of this room."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import outputs, run
from ae_core.cli.pictures import Changed
from ae_core.cli.progress import Share
from ae_core.config import AUGMENTATIONS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 2 after an error, 130 after Ctrl-C."""
    return run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ae_core.maintenance",
        description="What those who maintain the program do now and then.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    p = commands.add_parser(
        "tune-denoisers",
        help="look for the best settings of the classical denoisers on validation images",
        description="Look for the best settings of the classical denoisers on validation images of "
        "a grey and a colour set. The program reads ae_core/baselines/denoiser_settings.json.",
    )
    p.add_argument("output", metavar="FILE", type=Path, help="the JSON file to write")
    of_each = {"metavar": "N", "default": 48, "help": "images a set (default 48)"}
    entries.whole(p, "--images", low=1, **of_each)
    p.set_defaults(do=tune)

    p = commands.add_parser("publish", help="make a finished run a shipped one, with a model card")
    p.add_argument("run", metavar="RUN")
    p.add_argument("name", metavar="NAME", help="folder under artifacts/pretrained")
    first = {"metavar": "N", "help": "measure on the first N test images"}
    entries.whole(p, "--images", low=1, **first)
    p.set_defaults(do=publish)

    p = commands.add_parser(
        "refit",
        help="a copy of a run with a rate or elastic network, a part of it made anew",
        description="Make a run with the network of another one, its weights as they are but for a "
        "part that is made anew. In a rate network this is all that is not trained but counted in "
        "training images: the tables of the codec, and on grey images the shapes for the fewest "
        "bits; files written before are of another network then. In an elastic network these are "
        "the layers of its shortest codes; codes of such a size that were stored before are lost.",
    )
    p.add_argument("run", metavar="RUN", help="a run with such a network, a shipped one too")
    p.add_argument(
        "--augment",
        choices=[name for name in AUGMENTATIONS if name != "auto"],
        help="how images are varied for the shortest codes; as in the run's training by default",
    )
    entries.whole(p, "--steps", low=1, metavar="N", help="of the shortest codes' training")
    rate = {"metavar": "RATE", "help": "the highest of that training"}
    entries.number(p, "--learning-rate", low=1e-6, high=1.0, **rate)
    longest = "train only the layers of codes of up to so many values"
    entries.whole(p, "--longest", low=1, metavar="N", help=longest)
    p.set_defaults(do=refit)

    p = commands.add_parser(
        "fit-photo-codec",
        help="fit the codec for photographs anew",
        description="Fit the codec for photographs to the images of a folder, and write its "
        "numbers. The program reads ae_core/codec/photo/numbers.npz; files written before are of "
        "another codec then.",
    )
    p.add_argument("folder", metavar="FOLDER", type=Path)
    p.add_argument("output", metavar="FILE", type=Path, help="the NPZ file to write")
    p.set_defaults(do=fit_photo_codec)

    p = commands.add_parser(
        "measure-photo-codec",
        help="measure the codec for photographs beside the codecs of the world",
        description="Measure codecs on the photographs of a folder, every one a file of its own, and "
        "write artifacts/measurements/photographs/rate_quality.json. What other codecs have there "
        "under the same name is kept.",
    )
    p.add_argument("folder", metavar="FOLDER", type=Path)
    p.add_argument("name", metavar="NAME", help="what the photographs are called")
    every = "ours,JPEG,WebP,JPEG 2000,AVIF 4:4:4,AVIF 4:2:0"
    p.add_argument("--codecs", default=every, help=f"names, by commas (default {every})")
    nth = {"metavar": "N", "default": 1, "help": "every n-th photograph alone"}
    entries.whole(p, "--every", low=1, **nth)
    of_codec = {"metavar": "N", "help": "so many of each codec (default all)"}
    entries.whole(p, "--settings", low=1, **of_codec)
    p.set_defaults(do=measure_photo_codec)

    p = commands.add_parser("figures", help="write artifacts/FIGURES.md from what was measured")
    p.set_defaults(do=figures)
    return parser


def figures(options: argparse.Namespace) -> int:
    from ae_core.maintenance import figures

    print(figures.write())
    return 0


def tune(options: argparse.Namespace) -> int:
    from ae_core.maintenance import tune_denoisers

    outputs.check_file(options.output, replace=True)  # the program's own settings, mostly
    with Share() as share:
        result = tune_denoisers.tune(images=options.images, progress=share.update)
    tune_denoisers.write(result, options.output)
    print(f"settings for {', '.join(result['settings'])}: {options.output}")
    return 0


def publish(options: argparse.Namespace) -> int:
    from ae_core import runs

    run_ = runs.get(options.run)
    _on_the_processor()
    from ae_core.maintenance import publish as publishing

    with Share() as share:
        shipped = publishing.publish(run_, options.name, share.update, options.images)
    print(f"shipped as {shipped.folder}")
    return 0


def refit(options: argparse.Namespace) -> int:
    from ae_core import runs

    run_ = runs.get(options.run)
    _on_the_processor()
    from ae_core.maintenance import refit as refitting

    names = ("augment", "steps", "learning_rate", "longest")
    given = {name: v for name in names if (v := getattr(options, name)) is not None}
    with Share() as share:
        made = refitting.refit(
            run_,
            lambda done, of, loss: share.update(done / of, f"epoch {done}, loss {loss:.4f}"),
            refitting.Short(**given),
        )
    print(f"made {made.folder}")
    return 0


def fit_photo_codec(options: argparse.Namespace) -> int:
    outputs.check_file(options.output, replace=True)  # the program's own numbers, mostly
    _on_the_processor()
    from ae_core.maintenance import photo_codec

    changed = Changed()
    photo_codec.fit(options.folder, options.output, changed=changed.say)
    changed.say_others()
    return 0


def measure_photo_codec(options: argparse.Namespace) -> int:
    from ae_core.evaluation import rate_photographs

    wanted, changed = options.codecs.split(","), Changed()
    how = {"settings": options.settings, "changed": changed.say}
    rate_photographs.measure(options.folder, options.name, wanted, options.every, **how)
    changed.say_others()
    return 0


def _on_the_processor() -> None:
    """Choose the CPU before Keras is imported: its figures are the same on every machine."""
    from ae_core.machine import backends

    backends.use("cpu")


if __name__ == "__main__":
    raise SystemExit(main())
