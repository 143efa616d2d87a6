"""The command line: whatever the dashboard does, a command does, by the same functions.

One small file a command, each with ``add(commands)``, which describes it, and a function that does
it. Describing imports nothing heavy, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from ae_core.cli import (
    bench,
    clean,
    codec,
    data,
    denoise,
    design,
    devices,
    encode,
    evaluate,
    export,
    reconstruct,
    report,
    runs,
    settings,
    sweep,
    train,
    wait,
)
from ae_core.errors import Cancelled, UserError
from ae_core.files import too_long

__all__ = ["main", "run"]

INTERRUPTED = 130  # what shells report for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 2 after an error, 130 after Ctrl-C."""
    return run(_parser(), arguments)


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Parse a command and do it, its errors said in one sentence; returns the exit code."""
    try:
        options = parser.parse_args(arguments)
        code = options.do(options)
        sys.stdout.flush()  # here, where a closed pipe can still be told from an error
        return code
    except UserError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except ModuleNotFoundError:
        from ae_core.machine import backends

        if (sentence := backends.missing()) is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, Cancelled):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `... | head` closed its end: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        print(f"error: {too_long(error)}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ae_core",
        description="Autoencoders on images: get data, train, measure, reconstruct images.",
        epilog="Every command has its own help: python -m ae_core train --help",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    own = (
        data,
        design,
        train,
        sweep,
        evaluate,
        reconstruct,
        denoise,
        encode,
        codec,
        export,
        report,
        runs,
        devices,
        settings,
        bench,
        clean,
        wait,
    )
    for command in own:
        command.add(commands)
    return parser
