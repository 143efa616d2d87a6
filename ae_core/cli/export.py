"""``export``: a trained network for other programs."""

from __future__ import annotations

import argparse

from ae_core.cli import outputs
from ae_core.errors import UserError


def add(commands) -> None:
    from ae_core.networks.export import PARTS

    p = commands.add_parser(
        "export",
        help="write a trained network as ONNX, or for plain Keras",
        description="Write a trained network as the file's ending says: .onnx (or one half of it), "
        "which runs without Keras; .keras, of Keras's own layers, for the situations and designed "
        "networks; .zip for the others: the file, a module with its layers and an example that runs. "
        "Images are float32 (N, H, W, C) in [0, 1].",
    )
    p.add_argument("run", metavar="RUN")
    outputs.add(p, "FILE", required=True)
    p.add_argument(
        "--part", choices=PARTS, default="network", help="of an ONNX file (default network)"
    )
    p.set_defaults(do=export)


def export(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.machine import backends
    from ae_core.networks import export as exporting
    from ae_core.training import examples

    run = runs.get(options.run)
    if options.part != "network" and options.output.suffix != ".onnx":
        raise UserError("--part {part} is of an .onnx file alone.", part=options.part)
    outputs.check_file(options.output, options.replace, [run.model_path])
    backends.use("cpu")
    stored = examples.read(run)
    exporting.write(run, options.output, options.part, None if stored is None else stored.x)
    print(options.output)
    return 0
