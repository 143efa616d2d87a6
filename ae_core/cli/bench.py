"""``bench devices``: one network, the same batches, on every device of this machine."""

from __future__ import annotations

import argparse
import dataclasses

from ae_core.cli import options as entries
from ae_core.cli import outputs
from ae_core.cli.progress import Bar, clock


def add(commands) -> None:
    p = commands.add_parser("bench", help="measure this machine: how fast its devices train")
    kinds = p.add_subparsers(title="what to measure", metavar="WHAT", required=True)
    p = kinds.add_parser(
        "devices",
        help="the CPU against the GPU",
        description="Train the same network on the same batches on every device, each in a process "
        "of its own, and compare their speed, energy and quality. What was measured is kept after "
        "every step, also when you stop it with Ctrl-C.",
    )
    p.add_argument(
        "--devices",
        metavar="LIST",
        help="which ones, with commas: cpu, cpu/1 (with one thread), gpu:0, gpu:0/bfloat16 "
        "(default: the CPU and all GPUs, those in bfloat16 too)",
    )
    p.add_argument("--batches", metavar="LIST", help="images a step (default 32,128,512,2048,4096)")
    p.add_argument("--sizes", metavar="LIST", help="networks (default small,medium,large)")
    cell = {"metavar": "N", "help": "timings of each cell (default 3)"}
    entries.whole(p, "--repeats", low=1, high=100, **cell)
    timing = {"metavar": "S", "help": "of each timing (default 2)"}
    entries.number(p, "--seconds", low=0.01, high=600, **timing)
    entries.number(
        p,
        "--limit",
        low=0.01,
        high=86_400,
        metavar="S",
        help="skip a cell whose steps take longer than this (default 120)",
    )
    p.add_argument("--quick", action="store_true", help="two batch sizes, short timings")
    p.add_argument("--note", metavar="TEXT", default="", help="words to keep with the result")
    outputs.add(p, "FILE", help="write the result here too")
    p.add_argument("--job", action="store_true", help=argparse.SUPPRESS)
    p.set_defaults(do=bench_devices)


def bench_devices(options: argparse.Namespace) -> int:
    from ae_core.evaluation import bench
    from ae_core.evaluation.bench import store, worker

    asked = _plan(options)
    if options.output is not None:
        outputs.check_file(options.output, options.replace)
    also = [options.output.resolve()] if options.output is not None else []
    if options.job:
        worker.work(asked)
        return 0
    with worker.job().owned(), Bar() as bar:
        result = bench.run(asked, also=also, on_progress=lambda news: bar.update(*_said(news)))
    show(result)
    if result["cells"]:
        print(f"\nkept as {store.own_dir() / (result['id'] + '.json')}")
    else:
        print("\nstopped before anything was measured: nothing is kept")
    return 130 if result["state"] == "interrupted" else 0


def show(result: dict) -> None:
    """Print a result as a table: speeds, ratios, quality."""
    from ae_core.evaluation.bench import tables

    unit = {row["name"]: row["parameters"] for row in result["sizes"]}
    compared = tables.compared(result)
    if result["shared_with"]:
        print(f"note: trained at the same time: {', '.join(result['shared_with'])}")
    for row in result["devices"]:
        print(f"{row['id']:16} {row['name']}{' — ' + row['problem'] if row['problem'] else ''}")
    print(
        f"\n{'network':8} {'weights':>10} {'batch':>6}  {'device':16} {'images/s':>22} "
        f"{'s an epoch':>11} {'J/image':>8}  against the CPU"
    )
    for cell in result["cells"]:
        weights = f"{unit.get(cell['size']):,}" if unit.get(cell["size"]) else ""
        head = f"{cell['size']:8} {weights:>10} {cell['batch']:>6,}  {cell['device']:16}"
        if cell["state"] != "measured":
            print(f"{head} skipped: {cell['reason']}")
            continue
        low, high = cell["images_per_second_low"], cell["images_per_second_high"]
        speed = f"{cell['images_per_second']:,.0f} ({low:,.0f}-{high:,.0f})"
        joules = f"{cell['joules_per_image']:.4f}" if cell["joules_per_image"] is not None else "-"
        ratio = compared.get((cell["device"], cell["size"], cell["batch"]))
        times = f"{ratio['ratio']:.2f} ({ratio['low']:.2f}-{ratio['high']:.2f})" if ratio else ""
        print(f"{head} {speed:>22} {cell['seconds_per_epoch']:>11,.1f} {joules:>8}  {times}")
    task = result["task"]
    if result["quality"]:
        print(
            f"\nvalidation PSNR after equal training (epochs: {task.get('quality_epochs')}, images: "
            f"{task.get('quality_images')}):"
        )
    for row in result["quality"]:
        said = f"{row['psnr']:.3f} dB" if row["psnr"] is not None else f"skipped: {row['reason']}"
        if row["difference_db"] is not None:
            verdict = "agrees" if row["agrees"] else "DIFFERS"
            said += f"  {row['difference_db']:+.3f} dB from {row['against']}: {verdict}"
        print(f"{row['size']:8} {row['device']:16} {said}")


def _said(progress: dict) -> tuple[float, str]:
    where = f"{progress['device']}  {progress['size'] or 'starting'}"
    if progress["size"]:
        where += f", batch {progress['batch']:,}" if progress["batch"] else ", quality"
    return progress["done"], f"ETA {clock(progress['eta_seconds'])}  {where}"


def _plan(options: argparse.Namespace):
    from ae_core.evaluation import bench

    contestants = bench.parse(options.devices)
    asked = bench.quick(contestants) if options.quick else bench.Plan(contestants)
    given = {
        "batches": tuple(sorted(entries.numbers("--batches", options.batches, int))),
        "sizes": tuple(entries.words(options.sizes)),
        "repeats": options.repeats,
        "seconds": options.seconds,
        "limit_seconds": options.limit,
        "note": options.note[:500],
    }
    given = {name: value for name, value in given.items() if value not in (None, ())}
    return dataclasses.replace(asked, **given)
