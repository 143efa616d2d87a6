"""The model card of a run: what a stranger needs to judge the network and to train it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ae_core import networks, runs
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images import metrics
from ae_core.images.noise import Noise
from ae_core.networks import course, recipe
from ae_core.runs import Run, tables


def card(name: str, info: dict[str, Any], history, evaluation: dict[str, Any]) -> str:
    """Return the card as Markdown.

    Args:
        name: of the shipped run.
        info: ``config.json``.
        history: DataFrame of ``history.csv``.
        evaluation: ``evaluation.json``.
    """
    config = TrainConfig.from_dict(info["config"])
    rows = history.to_dict("records")
    best, last = int(rows[course.best(rows, config)]["epoch"]), int(rows[-1]["epoch"])
    machine, versions = info["machine"], info["versions"]
    lines = [
        f"# {info.get('title') or name}",
        "",
        f"Network `{config.network}`, {evaluation['parameters']:,} weights. {_code(evaluation)}",
        "",
        "## Trained",
        "",
        *[f"    {line}" for line in commands(config)],
        "",
        *_started(config),
        f"- {last} epochs in {history['seconds'].sum():,.0f} s on {machine['cpu']}, "
        f"{machine['cores']} cores (shared with other work), device {config.device}",
        f"- best epoch {best} of {last}, by validation loss; kept",
        *_refitted(info),
        f"- Python {versions['python']}, Keras {versions['keras']} on {versions['backend']}, "
        f"{info['created'][:10]}",
        "",
        "| data | origin | train | validation | fingerprint |",
        "|---|---|---|---|---|",
    ]
    for part in info["data"].get("sets") or [info["data"]]:
        lines.append(
            f"| {part['name']} | {part['origin']} | {part['train']:,} | {part['validation']:,} "
            f"| `{part['fingerprint']}` |"
        )
    lines += ["", f"## Measured on test images ({_noise(evaluation)})", ""]
    lines += ["| test data | images | what | MSE | PSNR dB | PSNR of mean MSE | SSIM |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for test in evaluation["tests"]:
        lines += _rows(test)
    for test in evaluation["tests"]:
        if test.get("sizes"):
            lines += ["", f"## Code sizes, {test['data']}", "", sizes_table(test["sizes"])]
    levels = [test for test in evaluation["tests"] if test.get("levels")]
    if levels:
        lines += ["", "## Noise levels", "", "| test data | σ | noise | noisy | network |"]
        lines += ["|---|---|---|---|---|"]
    for test in levels:
        for block in test["levels"]:
            lines.append(
                f"| {test['data']} | {block['sigma']} | {block['noise']} "
                f"| {_quality(block['noisy'])} | {_quality(block['network'])} |"
            )
    lines += [
        "",
        "MSE is on [0, 1], after rounding to 8 bits; PSNR is the mean over the images that are not "
        "reproduced exactly. notMNIST comes from Yaroslav Bulatov's collection of typefaces; SVHN "
        "(Netzer et al. 2011) is for non-commercial use.",
        "",
    ]
    return "\n".join(lines)


def _started(config: TrainConfig) -> list[str]:
    """Return what the trainings before this one took, the first one first, where they are here."""
    try:
        before = runs.get(config.start) if config.start else None
    except UserError:
        return []
    if before is None:
        return []
    took = before.history()
    last = int(took["epoch"].max())
    said = f"- before, run {before.id}: {last} epochs in {took['seconds'].sum():,.0f} s"
    return [*_started(before.config), said]


def _refitted(info: dict[str, Any]) -> list[str]:
    if "refitted" not in info:
        return []
    what = "its tables counted anew"
    if networks.kind(info["config"]["network"]).every_size:
        sets = ", ".join(
            f"{part['train']:,} training images of {part['name']}, `{part['fingerprint']}`"
            for part in info["refit_data"]["sets"]
        )
        what = f"the layers of its shortest codes trained in {info['refit_seconds']:,} s ({sets})"
    command = f"python -m ae_core.maintenance refit {info.get('refit_options', '')}".rstrip()
    return [f"- {what} on {info['refitted'][:10]}: `{command}`"]


def commands(config: TrainConfig) -> list[str]:
    """Return the command of the run that a training started from, if any is known, and its own.

    A run that took the place of the one it started from is no run before it.
    """
    found, seen = [command(config)], set()
    while config.start and config.start not in seen:
        seen.add(config.start)
        try:
            config = runs.get(config.start).config
        except UserError:
            return [f"# starts at the network of run {config.start}", *found]
        if config.start not in seen:
            found.insert(0, command(config))
    return found


# Others follow them where they are asked for.
_FIRST = ("limit", "batch", "epochs", "optimizer")


def command(config: TrainConfig) -> str:
    """Return the command line that asks for ``config``, for a shell; what is usual is left out."""
    kind, whole = networks.kind(config.network), config.to_dict()
    asked = {"data": config.data, "network": config.network}
    if kind.code_sizes is None and not kind.designed:
        asked["code"] = config.code
    rest = [name for name in whole if name not in ("code", "noise", *_FIRST)]
    for name in (*_FIRST, *rest, "noise"):  # a noise that cannot be hides what is usual
        if _usual(asked)[name] != whole[name]:
            asked[name] = whole[name]
    words = []
    for name in ("data", "network", "code", *whole):
        if name in asked:
            given = {name: asked.pop(name)}
            if name == "noise":
                given = _noise_options(config.noise, kind.noise_parts)
            words += [f"--{n.replace('_', '-')} {shlex.quote(str(v))}" for n, v in given.items()]
    return " ".join(["python -m ae_core train", *words])


def _usual(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a training is of which so much is asked for.

    Of images that are not on this machine nobody knows what is usual.
    """
    try:
        return networks.configure(asked).to_dict()
    except UserError:
        own = networks.kind(asked["network"]).defaults
        usual = TrainConfig.from_dict({"network": asked["network"], **own}).to_dict()
        return usual | {name: None for name in recipe.NAMES if name not in own} | asked


def _noise_options(noise: Noise, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that ask for a noise, beside ``parts`` that go with a network."""
    if noise.kind == "none":
        return {"noise": "none"}
    found = {"noise": noise.kind, "level": f"{noise.level:g}"}
    if noise.low is not None:
        found["low"] = f"{noise.low:g}"
    elif "low" in parts:
        found["low"] = found["level"]  # of this level alone
    if noise.clean or "clean" in parts:
        found["clean"] = f"{noise.clean:g}"
    return found | ({"unclipped": f"{noise.unclipped:g}"} if noise.unclipped else {})


def table(found: list[Run]) -> str:
    """Return the test figures of the evaluated runs among ``found``, as a Markdown table."""
    lines = [
        "| run | noise | code | ratio nominal / stored | test data | images | MSE | PSNR dB | SSIM "
        "| PCA: MSE | PCA: PSNR dB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for run in found:
        evaluation = run.evaluation()
        if not evaluation:
            continue
        code, noise = evaluation["code"], evaluation["noise"]
        size = "– | –"
        if code:
            whole = evaluation["tests"][0].get("rate_level") is not None  # 32 bits stand for none
            nominal = "–" if whole else f"{code['nominal_ratio']:.3g}"
            ratios = f"{nominal} / {code['stored_ratio']:.3g}"
            size = f"{code['values']} | {ratios}"
        level = "none" if noise["kind"] == "none" else f"{noise['kind']} {noise['level']:g}"
        for test in evaluation["tests"]:
            network, pca = test["network"], test.get("pca")
            peer = f"{pca['mse']:.5f} | {_decibels(pca)}" if pca else "– | –"
            lines.append(
                f"| {run.id} | {level} | {size} | {test['data']} "
                f"| {test['images']:,} | {network['mse']:.5f} | {_decibels(network)} "
                f"| {_ssim(network['ssim'])} | {peer} |"
            )
    for run in found:
        for test in (run.evaluation() or {}).get("tests", []):
            if test.get("sizes"):
                lines += ["", f"{run.id} on {test['data']} ({test['images']:,} images):", ""]
                lines.append(sizes_table(test["sizes"]))
    return "\n".join(lines)


def sizes_table(sizes: list[dict[str, Any]]) -> str:
    """Return an elastic network's figures at many code sizes, beside its peers', as Markdown."""
    lines = ["| values | elastic: PSNR dB | PCA | dedicated networks | difference |"]
    lines += ["|---|---|---|---|---|"]
    known = {run.id for run in runs.list_runs()}
    for row in sizes:
        own, peers = row["network"]["psnr"], row["dedicated"]
        names = ", ".join(
            f"{_decibels({**row['network'], 'psnr': peer['psnr']})} "
            f"({peer['run'] if peer['run'] in known else peer['network'] + ', not shipped'})"
            for peer in peers
        )
        differences = ", ".join(_difference(own, peer["psnr"]) for peer in peers)
        lines.append(
            f"| {row['size']} | {_decibels(row['network'])} | {_decibels(row['pca'])} "
            f"| {names or '–'} | {differences or '–'} |"
        )
    return "\n".join(lines)


def _difference(own: float | None, other: float | None) -> str:
    return "–" if own is None or other is None else f"{own - other:+.2f}"


def _ssim(value: float | None, digits: int = 4) -> str:
    """Return an SSIM, a dash for images too small to have one."""
    return "–" if value is None else f"{value:.{digits}f}"


def _quality(figures: dict[str, Any]) -> str:
    psnr = metrics.in_words(figures["psnr"], figures.get("flat", 0.0))
    return psnr if figures["psnr"] is None else f"{psnr} / {_ssim(figures['ssim'], 3)}"


def _code(evaluation: dict[str, Any]) -> str:
    code, first = evaluation["code"], evaluation["tests"][0]
    if not code:
        return "It has skip connections and so no code to store."
    if first.get("rate_level") is not None:
        return (
            f"Code of {code['values']} whole numbers at any rate; at level {first['rate_level']} of "
            f"255 {code['stored_bits']:,.0f} bits an image, {code['stored_ratio']:.3g} : 1, all "
            f"{first['images']:,} images of {first['data']} in one stream."
        )
    shape = "×".join(map(str, code["shape"]))
    return (
        f"Code {shape} = {code['values']} values: nominal {code['nominal_bits']:,} bits, "
        f"{code['nominal_ratio']:.3g} : 1; stored {code['stored_bits']:,.0f} bits, "
        f"{code['stored_ratio']:.3g} : 1 (8 bits a value, deflated together; ranges apart)."
    )


def _noise(evaluation: dict[str, Any]) -> str:
    noise = evaluation["noise"]
    if noise["kind"] == "none":
        return "no noise"
    return f"{noise['kind']} noise, level {noise['level']:g}, seed {evaluation['noise_seed']}"


def _rows(test: dict[str, Any]) -> list[str]:
    titles = {
        "unseen": f"network, without {test['duplicates']:,} copies of training images",
        "stored": "network, code stored in 8 bits",
        "pca": "PCA, as many values",
        "pca_for_psnr": "PCA fitted for PSNR, as many values",
        "searched": _search(test),
        "noisy": "noisy input",
    }
    return [
        f"| {test['data']} | {figures['images']:,} | {titles.get(what, what)} | {figures['mse']:.5f} "
        f"| {_decibels(figures)} | {_decibels(figures, 'psnr_of_mean_mse')} "
        f"| {_ssim(figures['ssim'])} |"
        for what, figures in tables.figures(test).items()
    ]


def _search(test: dict[str, Any]) -> str:
    """Say how codes were searched for, "" where they were not."""
    searched = test.get("searched")
    if not searched:
        return ""
    each = 1000 * searched["seconds"] / test["images"]
    return f"network, codes searched for in {searched['steps']} steps ({each:.0f} ms an image)"


def _decibels(figures: dict[str, Any], name: str = "psnr") -> str:
    value = figures[name]
    said = "identical" if value is None else f"{value:.2f}"
    return metrics.called(said, value, figures.get("flat", 0.0))
