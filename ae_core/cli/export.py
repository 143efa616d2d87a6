"""``export``: a trained network for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands) -> None:
    from ae_core.networks.export import PARTS

    p = commands.add_parser(
        "export",
        help="write a trained network as ONNX",
        description="Write a trained network, or one half of it, as an ONNX file, which runs without "
        "Keras and TensorFlow. Images are float32 (N, H, W, C) in [0, 1].",
    )
    p.add_argument("run", metavar="RUN")
    p.add_argument("-o", "--output", metavar="FILE", type=Path, required=True)
    p.add_argument("--part", choices=PARTS, default="network", help="(default network)")
    p.set_defaults(do=export)


def export(options: argparse.Namespace) -> int:
    from ae_core import runs
    from ae_core.machine import backends
    from ae_core.networks import export as exporting

    backends.use("cpu")
    exporting.write_onnx(runs.get(options.run).model_path, options.output, options.part)
    print(options.output)
    return 0
