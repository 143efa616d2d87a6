"""The charts of a report, from a run's own files; or a sentence where nothing was recorded."""

from __future__ import annotations

from typing import Any

from ae_core import data as datasets
from ae_core import runs
from ae_core.drawing import extent, inks
from ae_core.drawing.paper import HALF, Axis, Chart, Curve, inline
from ae_core.evaluation import bd_rate
from ae_core.networks import course
from ae_core.report import tables
from ae_core.report.wording import Words, markup
from ae_core.runs import Run
from ae_core.runs import tables as measurements

_COUNTED = ("archive", "mosaic")  # ours and PCA, and what their one file is compared with


def history(words: Words, run: Run) -> str:
    """Return the training and validation loss, and the validation PSNR, over the epochs.

    What there is to say of them stands below: which epoch was kept, why it ended, over-fitting.
    """
    table = run.history()
    if table.empty:
        return f"<p>{markup(words('history.none'))}</p>"
    rows = table.to_dict("records")
    place = course.best(rows, run.config)
    kept = None if place is None else int(rows[place]["epoch"])
    mark = None if kept is None else (kept, words("history.chosen", n=kept))
    epochs, name = Axis(words("axis.epoch")), tables.name(words, run)

    def curve(key: str, ink: inks.Ink) -> Curve:
        points = list(zip(table["epoch"], table[key], strict=True))
        return Curve(words(f"history.{key}"), points, ink, symbols=len(table) < 40)

    def chart(key: str, curves: list[Curve], y: Axis) -> str:
        title = words(f"history.{key}_title", name=name)
        return inline(Chart(title, curves, epochs, y, words.short, mark, HALF))

    losses = [curve("loss", inks.TRAINING), curve("val_loss", inks.OURS)]
    loss = extent.of_losses(table[["loss", "val_loss"]].to_numpy().ravel())
    psnr = extent.of_psnr(table["val_psnr"])
    loss_axis = words("axis.loss_log" if loss.log else "axis.loss")
    left = chart("loss", losses, Axis(loss_axis, loss.log, limits=loss.limits(zero=True)))
    right_axis = Axis(words("axis.val_psnr"), limits=psnr.limits())
    right = chart("psnr", [curve("val_psnr", inks.OURS)], right_axis)
    sentences = [*course.of_run(run), *filter(None, (loss.said, psnr.said))]
    said = " ".join(words.translated(sentence) for sentence in sentences)
    return f"<div class='ae-pair'>{left}{right}</div><p>{markup(said)}</p>"


def _captioned(chart: Chart) -> str:
    """Return a chart with its title above it, as words that are seen."""
    caption = f"<figcaption>{markup(chart.title)}</figcaption>"
    return f"<figure class='ae-chart'>{caption}{inline(chart)}</figure>"


def sizes(words: Words, results: tables.Figures) -> str:
    """Return PSNR over the code's values, networks and PCA, for each data set with several sizes."""
    parts = []
    points: dict[str, dict[str, list]] = {}
    for figures in results.values():
        code, test = figures["code"], figures["tests"][0]
        if not code or figures["noise"]["kind"] != "none" or "rate_level" in test:
            continue
        own = points.setdefault(test["data"], {"network": [], "pca": []})
        for key in own:
            if test.get(key) and test[key]["psnr"] is not None:
                own[key].append((code["values"], test[key]["psnr"]))
    for data, own in points.items():
        if len({x for x, _ in own["network"]}) < 2:
            continue
        chart = Chart(
            words("sizes.chart", data=tables.set_title(words, data)),
            [
                Curve(words("sizes.network"), sorted(own["network"]), inks.OURS),
                Curve(words("sizes.pca"), sorted(own["pca"]), inks.QUIET),
            ],
            Axis(words("axis.values"), log=True, ticks=[x for x, _ in sorted(own["network"])]),
            Axis("PSNR, dB"),
            words.short,
        )
        parts.append(_captioned(chart))
    return "".join(parts)


def rate(words: Words, run: Run, data: str) -> str:
    """Return bits an image against PSNR, and what our codec saves against each other one."""
    block = _block(run, measurements.RATE, data)
    if block is None:
        return _not_measured(words, "rate.none", f"{run.id} --rate-quality")
    curves, title = [], tables.set_title(words, block["data"])
    counted = [r for r in block["rows"] if r["accounting"] in _COUNTED and r["psnr"] is not None]
    for codec in dict.fromkeys(row["codec"] for row in counted):
        rows = [row for row in counted if row["codec"] == codec]
        named = words("rate.ours") if codec == "ours" else codec
        points = sorted((r["bits_per_image"], r["psnr"]) for r in rows)
        curves.append(Curve(named, points, inks.ink(codec)))
    said = words("rate.chart", data=title, n=words.number(block["images"]))
    bits = Axis(words("axis.bits"), log=True)
    chart = _captioned(Chart(said, curves, bits, Axis("PSNR, dB"), words.short))
    rows = []
    for saved in block.get("bd_rate", []):
        counted = words(f"accounting.{saved['against_accounting'].replace(' ', '_')}")
        percent, span = "–", words("rate.too_little", least=words.number(bd_rate.LEAST_DB))
        if bd_rate.given(saved):
            percent = f"{words.number(saved['percent'], 1, sign=True)} %"
            low, high = (words.number(saved[end], 1) for end in ("from_db", "to_db"))
            span = words("rate.span", low=low, high=high)
        rows.append((saved["against"], counted, percent, span))
    head = tables.columns(words, "codec accounting bd_rate span")
    return chart + tables.table(head, rows, words("caption.bd_rate", data=title))


def denoising(words: Words, found: list[Run], data: str) -> str:
    """Return PSNR over the noise level of each denoiser that was measured, and its time."""
    for run in found:
        block = _block(run, measurements.DENOISING, data)
        if block is not None:
            break
    else:
        names = [run.id for run in found if run.config.noise.kind == "gaussian"]
        return _not_measured(words, "denoising.none", f"{(names or ['RUN'])[-1]} --denoising")
    rows = [r for r in block["rows"] if r["noise"] == "clipped" and r["psnr"] is not None]
    methods = list(dict.fromkeys(row["method"] for row in rows))
    curves, title = [], tables.set_title(words, block["data"])
    for method in methods:
        own = [row for row in rows if row["method"] == method]
        points = [(row["sigma"], row["psnr"]) for row in own]
        named = _method(words, run, method)
        if (few := max(row["images"] for row in own)) < block["images"]:
            named = words("denoising.few", name=named, n=words.number(few))
        curves.append(Curve(named, points, inks.ink(method)))
    levels = tuple(dict.fromkeys(float(row["sigma"]) for row in rows))
    said = words("denoising.chart", data=title, n=words.number(block["images"]))
    sigma = Axis(words("axis.sigma"), ticks=levels)
    chart = _captioned(Chart(said, curves, sigma, Axis("PSNR, dB"), words.short))
    cells = []
    for method in methods:
        own = {row["sigma"]: row for row in rows if row["method"] == method}
        times = [row["ms_per_image"] for row in own.values() if row["ms_per_image"] is not None]
        shown = [words.psnr(own[s], unit=False) if s in own else "–" for s in levels]
        spent = words.short(sum(times) / len(times)) if times else "–"
        images = max(row["images"] for row in own.values())
        cells.append((_method(words, run, method), *shown, spent, words.number(images)))
    head = [words("col.method"), *(f"σ {words.chosen(level)}" for level in levels)]
    head += tables.columns(words, "ms images")
    return chart + tables.table(head, cells, words("caption.denoising", data=title))


def measured_rate(data: str) -> Run | None:
    """Return the run with a table of rate and quality on a data set, or on one of its shape."""
    shape, alike = list(datasets.info(data).shape), None
    for run in runs.references():
        for block in measurements.read(run, measurements.RATE):
            if block["data"] == data:
                return run
            if alike is None and block["shape"] == shape:
                alike = run
    return alike


def _method(words: Words, run: Run, method: str) -> str:
    if method == run.config.network:
        return tables.name(words, run)
    known = words.part("method")
    return known.get(method, method)


def _block(run: Run, file: str, data: str) -> dict[str, Any] | None:
    """Return a run's table on one data set, or on the first one that was measured."""
    blocks = measurements.read(run, file)
    return next((b for b in blocks if b["data"] == data), blocks[0] if blocks else None)


def _not_measured(words: Words, key: str, command: str) -> str:
    line = f"<code>python -m ae_core evaluate {markup(command)}</code>"
    return f"<p>{markup(words(key))} {line}</p>"
