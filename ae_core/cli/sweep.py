"""``sweep``: many trainings at once, over code sizes, noise levels, networks and seeds."""

from __future__ import annotations

import argparse
import sys

from ae_core.cli import options as entries
from ae_core.cli.progress import StepBar, clock, counted
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS as NOISES
from ae_core.jobs import deeds, states

_LISTS = ("network", "code", "level", "seed")
_OWN = (*_LISTS, "noise", "device", "start")  # the rest is that of `train`


def add(commands) -> None:
    d = TrainConfig()
    p = commands.add_parser(
        "sweep",
        help="train many networks: code sizes x noise levels x networks x seeds",
        description="Train every combination, one worker per device, each into a run folder like "
        "any other. Ctrl-C stops after the current batches; --resume goes on: finished trainings "
        "are left alone, half-trained ones continue from their checkpoint.",
        epilog="Lists are written with commas, for example: --network conv,unet --code 16,64,256 "
        "--level 0,25 --seed 0,1",
    )
    p.set_defaults(do=sweep)
    known = p.add_argument_group("sweeps that there are")
    known.add_argument("--resume", metavar="NAME", help="go on with a sweep")
    known.add_argument("--list", action="store_true", help="all sweeps with their state")
    known.add_argument("--show", metavar="NAME", help="the matrix: PSNR, state, seconds")
    known.add_argument("--stop", metavar="NAME", help="stop a sweep after its current batches")
    what = p.add_argument_group("what is varied (lists)")
    what.add_argument("--network", metavar="NAMES", help=f"(default {d.network})")
    what.add_argument("--code", metavar="SIZES", help="code sizes (default: a usual one)")
    what.add_argument(
        "--level", metavar="LEVELS", help="noise levels, 0: none (default: a usual one)"
    )
    what.add_argument("--seed", metavar="SEEDS", help="(default 0)")
    same = p.add_argument_group("what all have in common (see `train --help`)")
    same.add_argument("--name", help="of the sweep and its runs (default: the time and the data)")
    same.add_argument(
        "--noise",
        choices=[kind for kind in NOISES if kind != "none"],
        help="kind of noise (default gaussian)",
    )
    entries.add(same, entries.names(_OWN))
    where = p.add_argument_group("where they are trained")
    where.add_argument(
        "--devices", metavar="LIST", help="cpu, or gpu:0,gpu:1 (default: all GPUs, else the CPU)"
    )
    where.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="on the machines of a Ray cluster instead: host:port of its head, or auto. This needs "
        "`pip install ray==2.60.0` on each of them, and the data set where it is not drawn; "
        "networks and checkpoints come back to this machine",
    )
    where.add_argument("--dry-run", action="store_true", help="say what would be trained")
    where.add_argument("--background", action="store_true", help="start it and return at once")
    p.add_argument("--launched", action="store_true", help=argparse.SUPPRESS)  # it is queued already


def sweep(options: argparse.Namespace) -> int:
    from ae_core.training.sweeps import store

    if options.list:
        return _list()
    if options.show:
        print("\n".join(_table(store.find(options.show))))
        return 0
    if options.stop:
        store.find(options.stop).cancel()
        print(f"asked {options.stop} to stop; see: python -m ae_core sweep --show {options.stop}")
        return 0
    found = _resumed(options) if options.resume else _planned(options)
    if found is None:
        return 0
    if options.background:
        found.launch()
        print(found.id)
        return 0
    # One that was launched waits for this very process, cancelled by now or not.
    if not options.launched and found.state() not in states.ACTIVE:
        found.claim()
        deeds.note("start", found.folder)
    return _drive(found)


def _resumed(options: argparse.Namespace):
    from ae_core.training.sweeps import local, store

    own = (*entries.names(_OWN), *_LISTS, "noise", "name", "dry_run")
    mixed = [entries.flag(name) for name in own if getattr(options, name)]
    if mixed:
        raise UserError(
            "A sweep keeps what it was started with, so {options} cannot be given with --resume; "
            "only --devices and --ray can.",
            options=", ".join(mixed),
        )
    found = store.find(options.resume)
    if options.devices or options.ray is not None:
        store.update(found, devices=entries.words(options.devices), ray=options.ray or "")
    if not found.info.get("ray"):
        local.choose(found.info.get("devices") or [])
    return found


def _planned(options: argparse.Namespace):
    """Make the sweep that was asked for; None where it was only to be told."""
    from ae_core.machine import devices
    from ae_core.training.sweeps import local, plan, store

    chosen = entries.words(options.devices)
    if not options.ray and not options.dry_run:
        local.choose(chosen)  # what is not there is told before anything is written
    given = entries.typed(options, entries.names(_OWN))
    given["device"] = chosen[0] if len(chosen) == 1 else "auto"
    if "precision" not in given and not options.ray and len(chosen) < 2:  # else of several kinds
        given["precision"] = devices.precision(given["device"])
    base = TrainConfig.from_dict(given | {"noise": {"kind": options.noise or "gaussian"}})
    usual = (float(NOISES[options.noise].default),) if options.noise else ()
    axes = plan.Axes(
        tuple(entries.words(options.network)) or (base.network,),
        entries.numbers("--code", options.code, int),
        entries.numbers("--level", options.level, float) or usual,
        entries.numbers("--seed", options.seed, int) or (base.seed,),
    )
    name = store.check_name(options.name) if options.name else store.new_name(base)
    trials, left_out = plan.combine(name, base, axes, given)
    for sentence in left_out:
        print(f"left out: {sentence}", file=sys.stderr)
    seconds = plan.estimate(trials)
    about = "" if seconds is None else f", about {clock(seconds)} on one device like before"
    print(f"{counted(len(trials), 'training')}{about}", file=sys.stderr)
    if options.dry_run:
        print("\n".join(f"{trial.id:48} {trial.words}" for trial in trials))
        return None
    return store.create(name, base, axes, trials, left_out, chosen, options.ray or "")


def _drive(found) -> int:
    from ae_core.training.sweeps import queue, store

    print(f"sweep {found.id}", flush=True)
    with StepBar("trial") as bar:

        def tell(news: queue.News) -> None:
            eta = "" if news.eta_seconds is None else f"  ETA {clock(news.eta_seconds)}"
            print(f"[{news.done}/{news.trials}] {news.words}{eta}", flush=True)
            bar.update(news.done, news.trials, found.id)

        state = queue.drive(found, _places(found), tell)
    print("\n".join(_table(found)))
    if state == "cancelled":
        print(f"Stopped; go on with: python -m ae_core sweep --resume {found.id}", file=sys.stderr)
        return 130
    if failed := store.matrix(found).count("failed"):
        again = f"python -m ae_core sweep --resume {found.id}"
        print(f"{counted(failed, 'training')} failed; try again with: {again}", file=sys.stderr)
        return 2
    return 0


def _places(found):
    info = found.info
    if info.get("ray"):
        from ae_core.cli.train import measure
        from ae_core.training.sweeps import cluster

        return cluster.Cluster(found, info["ray"], measure)
    from ae_core.training.sweeps import local

    return local.Local(local.choose(info.get("devices") or []))


def _list() -> int:
    from ae_core.training.sweeps import store

    found = store.list_sweeps()
    for one in found:
        matrix = store.matrix(one)
        done = f"{matrix.count('finished')} of {len(matrix.outcomes)} finished"
        failed = f", {n} failed" if (n := matrix.count("failed")) else ""
        print(f"{one.id:40} {one.state():10} {done}{failed}")
    for name, reason in store.broken_sweeps():
        print(f"damaged: {name}: {reason}", file=sys.stderr)
    if not found:
        print("no sweeps yet; start one with: python -m ae_core sweep --code 16,64,256")
    return 0


def _table(found) -> list[str]:
    """Return the matrix as lines: a row a network and noise level, a column a code size."""
    from ae_core.training.sweeps import store

    matrix = store.matrix(found)
    lines = [f"{found.id}: {found.state()}", "", "validation PSNR in dB, or state"]
    lines.append(
        f"{'':28}" + "".join(f"{f'code {c}' if c else 'no code':>14}" for c in matrix.columns)
    )
    for network, level in matrix.rows:
        cells = [matrix.cells.get((network, level, code)) for code in matrix.columns]
        label = f"{network}, {f'noise {level:g}' if level else 'no noise'}"
        lines.append(f"{label:28}" + "".join(f"{_cell(cell):>14}" for cell in cells))
    seconds = sum(outcome.seconds or 0.0 for outcome in matrix.outcomes)
    lines += [
        "",
        f"{matrix.count('finished')} of {len(matrix.outcomes)} finished, "
        f"{seconds:,.0f} s of training",
    ]
    lines += [f"failed: {o.trial.words}: {o.error}" for o in matrix.outcomes if o.state == "failed"]
    return lines


def _cell(cell) -> str:
    if cell is None:
        return "-"
    ended = sum(outcome.state == "finished" for outcome in cell.outcomes)
    if ended < len(cell.outcomes):
        return cell.state + (f" {ended}/{len(cell.outcomes)}" if len(cell.outcomes) > 1 else "")
    if cell.psnr is None:
        return "finished"
    from ae_core.images import metrics

    return metrics.called(f"{cell.psnr:.2f}", cell.psnr, cell.flat)
