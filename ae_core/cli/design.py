"""``design``: a network of one's own layers, worked out, and written as a program of plain Keras."""

from __future__ import annotations

import argparse
from pathlib import Path

from ae_core.cli import options as entries
from ae_core.cli import outputs
from ae_core.cli.progress import counted
from ae_core.config import TrainConfig
from ae_core.errors import UserError

_USED = (
    *("data", "code", "noise", "epochs", "batch", "learning_rate", "warm_up", "loss"),
    *("optimizer", "seed"),
)


def add(commands) -> None:
    p = commands.add_parser(
        "design",
        help="a network of your own layers: what it comes to, and its code for plain Keras",
        description="A design is one line, encoder > code > decoder, for example "
        "'conv32:k3:s2:relu > vector32 > mirror'; or the name of a template (see `design "
        "templates`) or of a run. It is trained by: train --network designed --design LINE.",
    )
    actions = p.add_subparsers(title="actions", metavar="ACTION", required=True)

    a = actions.add_parser("templates", help="designs to start from")
    a.set_defaults(do=templates)

    a = actions.add_parser(
        "show", help="every layer: its shape, parameters, multiply-adds, and faults"
    )
    _design(a)
    a.set_defaults(do=show)

    a = actions.add_parser("code", help="the network and its training as a short Python program")
    _design(a)
    outputs.add(a, "FILE", help="(default: the terminal)")
    a.set_defaults(do=code)

    a = actions.add_parser("notebook", help="a notebook that needs only Keras, NumPy and matplotlib")
    _design(a)
    outputs.add(a, "FILE", required=True)
    a.set_defaults(do=notebook)


def _design(parser) -> None:
    parser.add_argument("named", metavar="DESIGN", help="a line, a template or a run")
    entries.add(parser, _USED)


def templates(options: argparse.Namespace) -> int:
    from ae_core.networks.designed.templates import TEMPLATES

    for name, template in TEMPLATES.items():
        loss = "" if template.loss == "mse" else f"  (loss {template.loss})"
        print(f"{name:14} {template.line}{loss}")
    return 0


def show(options: argparse.Namespace) -> int:
    from ae_core import data
    from ae_core.drawing import plan as drawn
    from ae_core.networks.designed import notation, with_code
    from ae_core.networks.designed.plan import CODE, DECODER, ENCODER
    from ae_core.networks.designed.planner import lay_out

    given = _given(options)
    shape = data.info(data.members(given.get("data", TrainConfig.data))[0]).shape
    design = notation.parse(given["design"])
    if "code" in given:
        design = with_code(design, given["code"], shape)
    plan = lay_out(design, shape, given.get("loss", "mse"))
    fields = {i.name: i for i in drawn.layers(plan)}
    rows = [(ENCODER, n, layer) for n, layer in enumerate(design.encoder)]
    rows += [(CODE, 0, design.code)]
    rows += [(DECODER, n, layer) for n, layer in enumerate(plan.decoder)]
    print(f"{design}\n")
    print(f"{'':10} {'layer':28} {'output':>12} {'parameters':>12} {'multiply-adds':>14}  sees")
    for part, n, layer in rows:
        steps = plan.of_row(part, n)
        output = "×".join(map(str, steps[-1].shape)) if steps else "–"
        field = "×".join(map(str, fields[steps[-1].name].field)) if steps else "–"
        parameters = sum(step.parameters for step in steps)
        operations = sum(step.operations for step in steps)
        print(f"{part:10} {layer!s:28} {output:>12} {parameters:12,} {operations:14,}  {field}")
        for problem in plan.problems:
            if problem.row == (part, n):
                print(f"{'':10} {'error' if problem.error else 'warning'}: {problem.message}")
    values = shape[0] * shape[1] * shape[2]
    if plan.code_values:
        print(
            f"\n{counted(plan.code_values, 'code value')} of 32 bits for {values:,} of 8: "
            f"compression ratio {values * 8 / (plan.code_values * 32):.3g}"
        )
    print(f"{counted(plan.parameters, 'parameter')}, {plan.operations:,} multiply-adds an image")
    plan.require()
    return 0


def code(options: argparse.Namespace) -> int:
    from ae_core.networks.designed import keras_code

    if options.output is not None:
        outputs.check_file(options.output, options.replace)
    text = keras_code.script(*_training(options))
    if options.output is None:
        print(text, end="")
    else:
        _write(options.output, text)
    return 0


def notebook(options: argparse.Namespace) -> int:
    from ae_core.networks.designed import notebook as notebooks

    outputs.check_file(options.output, options.replace)
    _write(options.output, notebooks.notebook(*_training(options)))
    return 0


def _training(options: argparse.Namespace) -> tuple[TrainConfig, tuple[int, int, int]]:
    """Return the training that is asked for, and the shape of its images."""
    from ae_core import data, networks

    config = networks.configure(_given(options))
    return config, data.info(data.members(config.data)[0]).shape


def _given(options: argparse.Namespace) -> dict:
    """Return what was asked for: a run's training or a template's, and what was typed."""
    from ae_core import runs
    from ae_core.networks import designed
    from ae_core.networks.designed.templates import TEMPLATES

    typed = entries.given(options)
    name = options.named
    if ">" in name:
        return {"network": "designed", "design": name, **typed}
    if name in TEMPLATES:
        template = TEMPLATES[name]
        return {"network": "designed", "design": template.line, "loss": template.loss, **typed}
    try:
        config = runs.get(name).config
    except UserError as error:
        raise UserError(
            "{name!r} is no design, like 'conv32:k3:s2:relu > vector32 > mirror', no template and no "
            "run.",
            name=name,
        ) from error
    found = designed.design(config)
    if found is None:
        raise UserError(
            "The network of {run} is no list of layers; designs are those of the situations and of "
            "designed networks.",
            run=name,
        )
    stored = {k: v for k, v in config.to_dict().items() if k in _USED and k != "code"}
    return {**stored, "network": "designed", "design": str(found), **typed}


def _write(path: Path, text: str) -> None:
    from ae_core.files import replacing, unwritable

    try:
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(path.parent, error, "name") from error
    print(path)
