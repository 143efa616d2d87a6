"""``settings``: what is set for visitors, and how this machine stands."""

from __future__ import annotations

import argparse


def add(commands) -> None:
    p = commands.add_parser(
        "settings",
        help="what is set for visitors, and how this machine stands",
        description="List the settings for whoever runs the program for others, each with its "
        "variable, and one line on queue, memory, disk and damaged runs.",
    )
    p.add_argument(
        "--write", action="store_true", help="write settings.toml with all of them explained"
    )
    p.set_defaults(do=show)


def show(options: argparse.Namespace) -> int:
    from ae_core.errors import UserError
    from ae_core.files import replacing, writing
    from ae_core.machine import settings
    from ae_core.runs import health

    path = settings.path()
    if options.write:
        if path.exists():
            raise UserError("There is a file of settings already: {path}.", path=path)
        with writing(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_text(settings.template(), encoding="utf-8")
        print(path)
        return 0
    for name, variable, value, help in settings.shown():
        print(f"{name:15} {value:10} {variable}")
        print(f"{'':26} {help}")
    print(f"file: {path}{'' if path.exists() else ' (none; --write makes one)'}")
    print(health.line())
    return 0
