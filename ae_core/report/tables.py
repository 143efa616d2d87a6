"""The tables of a report, as HTML; every figure comes from a run's own files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ae_core import data, runs
from ae_core.evaluation import card
from ae_core.machine import provenance
from ae_core.report.wording import Words, markup
from ae_core.runs import Run, naming
from ae_core.runs.tables import figures as measured

Figures = dict[str, dict[str, Any]]  # run's name -> `evaluation.json` with one test set


def columns(words: Words, names: str) -> list[str]:
    """Return the heads of columns, which are named with spaces between."""
    return [words(f"col.{name}") for name in names.split()]


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """Return a table; its first column names the rows. ``head`` may be empty."""
    # Columns of numbers stand on the right, words on the left.
    numbers = [all(map(_is_number, column)) for column in zip(*rows, strict=True)]
    right = [" class=n" if number and place else "" for place, number in enumerate(numbers)]
    top = "".join(
        f"<th scope='col'{side}>{markup(cell)}</th>" for cell, side in zip(head, right, strict=False)
    )
    top = f"<thead><tr>{top}</tr></thead>" if top else ""
    body = "".join(
        f"<tr><th scope='row'>{markup(first)}</th>"
        + "".join(
            f"<td{side}>{markup(cell)}</td>" for cell, side in zip(rest, right[1:], strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f"<div class='ae-table'><table><caption>{markup(caption)}</caption>{top}"
        f"<tbody>{body}</tbody></table></div>"
    )


def _is_number(text: str) -> bool:
    return text == "–" or text.lstrip("+−")[:1].isdigit()


def kind(words: Words, run: Run) -> str:
    """Return what a run's network is: its kind, the values of its code, its noise."""
    config = run.config
    text = words(f"network.{config.network}", n=config.code)
    noise = config.noise
    if noise.kind != "none" and noise.low is None:
        level = words.chosen(noise.level)
        text += words("network_noise", kind=words(f"noise.{noise.kind}"), level=level)
    return text


def name(words: Words, run: Run) -> str:
    """Return a run's title in the report's language, or what the report calls it."""
    if run.id in words.called:
        return words.called[run.id]
    if given := naming.given(run, words.language):
        return given
    sets = [one.removeprefix("own-") for one in data.members(run.config.data)]
    known = {one: data.SETS[one].title for one in sets if one in data.SETS}
    trained_on = " + ".join(words.get(f"set.{one}", known.get(one, one)) for one in sets)
    return f"{trained_on}, {kind(words, run)}"


def names(words: Words, found: Sequence[Run]) -> dict[str, str]:
    """Return the title of each run by its id; the id stands behind titles that several have."""
    return naming.apart({run.id: name(words, run) for run in found})


def set_title(words: Words, name: str) -> str:
    """Return a data set's title in the report's language."""
    return words.get(f"set.{name}", data.info(name).title)


def data_set(words: Words, dataset) -> str:
    """Return counts, shape, origin and fingerprint of a data set."""
    height, width, channels = dataset.shape
    about = data.info(dataset.name)
    colour = words("grey" if channels == 1 else "colour")
    licence = "own" if about.kind == "own" else dataset.name
    rows = {
        "images_train": words.number(len(dataset.train)),
        "images_validation": words.number(len(dataset.validation)),
        "images_test": words.number(len(dataset.test)),
        "shape": f"{width}×{height}, {colour}",
        "image_bits": words.number(8 * height * width * channels),
        "classes": " ".join(dataset.classes),
        "test_in_train": words.number(dataset.duplicates["test_in_train"]),
        "origin": words.translated(dataset.origin),
        "licence": words.get(f"licence.{licence}", about.licence or "–"),
        "fingerprint": dataset.fingerprint,
    }
    caption = words("caption.data", name=set_title(words, dataset.name))
    return table((), [(words(f"col.{name}"), value) for name, value in rows.items()], caption)


def layers(words: Words, run: Run) -> str:
    """Return every layer with what it does, its output's shape and its weights."""
    from ae_core.drawing import architecture
    from ae_core.drawing.layers import read

    found, does = read(run.model_path), words.part("draw")
    rows = [
        (
            str(layer.number),
            layer.path,
            words("col.code") if layer.code else architecture.operation(layer, found, does),
            architecture.shape_text(layer.shape, words.number),
            layer.activation or "–",
            words.number(layer.parameters) if layer.parameters else "–",
        )
        for layer in found
    ]
    total = sum(layer.parameters for layer in found)
    head = columns(words, "number layer does output activation weights")
    caption = words("caption.layers", n=len(found), weights=words.number(total))
    return table(head, rows, caption)


def quality(words: Words, figures: dict[str, Any]) -> str:
    """Return what was measured on test images: the network, its stored code, PCA, the noisy input."""
    test, code = figures["tests"][0], figures["code"]
    rows = [
        (
            words(f"measured.{key}", values=code["values"] if code else 0),
            words.number(row["images"]),
            words.number(row["mse"], 5),
            words.psnr(row),
            _ssim(words, row),
        )
        for key, row in measured(test).items()
    ]
    noise = figures["noise"]
    caption = words("caption.quality", data=set_title(words, test["data"]))
    if noise["kind"] != "none":
        kind = words(f"noise.{noise['kind']}")
        caption += words(
            "caption.noise",
            kind=kind,
            level=words.chosen(noise["level"]),
            seed=str(figures["noise_seed"]),
        )
    return table(columns(words, "what images mse psnr ssim"), rows, caption)


def _ssim(words: Words, row: dict[str, Any]) -> str:
    """Return an SSIM, a dash for images too small to have one."""
    return "–" if row["ssim"] is None else words.number(row["ssim"], 4)


def size(words: Words, figures: dict[str, Any]) -> str:
    """Return in one sentence the weights, and the bits of the code in both accountings."""
    code, weights = figures["code"], words.number(figures["parameters"])
    if code is None:
        return words("size.none", weights=weights)
    return words(
        "size.code",
        weights=weights,
        shape="×".join(map(str, code["shape"])),
        values=words.number(code["values"]),
        nominal=words.number(code["nominal_bits"]),
        ratio=words.short(code["nominal_ratio"]),
        stored=words.number(code["stored_bits"]),
        stored_ratio=words.short(code["stored_ratio"]),
    )


def levels(words: Words, figures: dict[str, Any]) -> str:
    """Return a denoiser's figures at the levels of the literature, or nothing."""
    found = figures["tests"][0].get("levels") or []
    rows = [
        (
            f"σ {words.chosen(level['sigma'])}",
            words(f"kind.{level['noise']}"),
            words.psnr(level["noisy"]),
            words.psnr(level["network"]),
            _ssim(words, level["network"]),
        )
        for level in found
    ]
    head = columns(words, "level noise psnr_noisy psnr ssim")
    return table(head, rows, words("caption.levels")) if rows else ""


def sizes(words: Words, results: Figures) -> str:
    """Return all networks beside each other: code, ratios and quality."""
    rows, titles = [], names(words, [runs.get(run_id) for run_id in results])
    for run_id, figures in results.items():
        code, test = figures["code"], figures["tests"][0]
        pca, row = test.get("pca"), [titles[run_id], set_title(words, test["data"])]
        row += (
            ["–"] * 5
            if code is None
            else [
                words.number(code["values"]),
                words.number(code["nominal_bits"]),
                f"{words.short(code['nominal_ratio'])} : 1",
                words.number(code["stored_bits"]),
                f"{words.short(code['stored_ratio'])} : 1",
            ]
        )
        row += [words.psnr(test["network"])]
        row += [words.psnr(pca) if pca else "–"]
        rows.append(row)
    ratios = "nominal_bits nominal_ratio stored_bits stored_ratio"
    head = columns(words, f"network data values {ratios} psnr psnr_pca")
    return table(head, rows, words("caption.sizes"))


def before_after(words: Words, pair: Sequence[Run], found: Sequence[dict[str, Any]]) -> str:
    """Return a shipped network and an own one beside each other, and what the own one gains.

    Args:
        pair: both runs, the shipped one first.
        found: their figures on one test set.
    """
    titles, rows = names(words, pair), []
    for place, run, figures in zip(("before", "after"), pair, found, strict=True):
        code, row = figures["code"], figures["tests"][0]["network"]
        rows.append(
            (
                f"{words(f'row.{place}')}: {titles[run.id]}",
                words.number(figures["parameters"]),
                words.number(run.config.epochs),
                words.number(row["mse"], 5),
                words.psnr(row),
                _ssim(words, row),
                words.number(code["stored_bits"]) if code else "–",
            )
        )
    caption = words("caption.before_after", data=set_title(words, found[1]["tests"][0]["data"]))
    gain = _gain(words, *(figures["tests"][0]["network"]["psnr"] for figures in found))
    head = columns(words, "network weights epochs mse psnr ssim stored_bits")
    return table(head, rows, caption) + (f"<p>{markup(gain)}</p>" if gain else "")


def _gain(words: Words, before: float | None, after: float | None) -> str:
    """Return in a sentence how the PSNR differs; nothing where images came back unchanged."""
    if before is None or after is None:
        return ""
    return words("before_after.gain", gain=words.number(after - before, 2, sign=True))


def speed(words: Words, found: list[Run]) -> str:
    """Return how fast each network was trained, and on what, as its run recorded it."""
    rows, titles = [], names(words, found)
    for run in found:
        history, info = run.history(), run.info
        if history.empty or history["images_per_second"].isna().all():
            continue
        rows.append(
            (
                titles[run.id],
                str(run.status().get("device") or run.config.device),
                info["machine"]["cpu"],
                str(info["machine"]["cores"]),
                run.config.precision,
                words.number(history["images_per_second"].median()),
                words.number(history["seconds"].sum()),
            )
        )
    head = columns(words, "network device processor cores precision images_per_second seconds")
    return table(head, rows, words("caption.speed")) if rows else ""


def repeat(words: Words, found: list[Run]) -> str:
    """Return for each run the command, the seed, the data's fingerprints and the versions."""
    parts = []
    for run in found:
        info = run.info
        versions = ", ".join(f"{key} {value}" for key, value in info["versions"].items())
        sets = info["data"].get("sets") or [info["data"]]
        prints = ", ".join(f"{one['name']} {one.get('fingerprint', '–')}" for one in sets)
        parts.append(
            f"<dt>{markup(name(words, run))} <small>({markup(run.id)})</small></dt>"
            f"<dd><code>{markup(card.command(run.config))}</code><br>"
            f"{markup(words('repeat.seed', seed=str(run.config.seed)))} · "
            f"{markup(words('repeat.data', prints=prints))} · "
            f"{markup(words('repeat.versions', versions=versions))}</dd>"
        )
    here, used = provenance.machine(), provenance.versions()
    made = words(
        "repeat.made",
        versions=", ".join(f"{key} {value}" for key, value in used.items()),
        machine=f"{here['cpu']}, {here['system']}",
    )
    return f"<dl class='ae-repeat'>{''.join(parts)}</dl><p>{markup(made)}</p>"
