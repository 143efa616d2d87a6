"""What was measured: this machine's results, and those of others clearly apart from them."""

from __future__ import annotations

import html
import json
from collections import Counter

import pandas
import streamlit as st

from ae_core import files
from ae_core.evaluation import bench
from dashboard.app_pages.devices import chart, job
from dashboard.components import charts, figures, widgets
from dashboard.i18n import as_text, moment, number, spoken, t, translated


def here(results: list[dict]) -> None:
    """Draw a result of this machine, the newest first, or say that there is none."""
    st.header(t("devices.here"), anchor=False)
    if not results:
        st.html(f"<p class='ae-note'>{t('devices.here_empty')}</p>")
        return
    _result(_choice(results, "here"), "here")


def others(elsewhere: list[dict], recorded: list[dict]) -> None:
    """Draw a result of another machine, or say that none is recorded and what to do about it."""
    st.header(t("devices.others"), anchor=False)
    rows = [row for result in recorded for row in result["devices"]]
    if not any(row["kind"] == "gpu" and not row["problem"] for row in rows):
        st.html(f"<p class='ae-note'>{t('devices.recorded_empty')}</p>")
        st.code("python -m ae_core bench devices", language=None, wrap_lines=True)
    if recorded + elsewhere:
        _result(_choice(recorded + elsewhere, "others"), "others")


def aim(results: list[dict]) -> None:
    """Say what a data-centre GPU should reach, and what the fastest GPU measured has reached."""
    speeds = [
        (cell["seconds_per_epoch"], row["name"])
        for result in results
        for row in result["devices"]
        if row["kind"] == "gpu"
        for cell in result["cells"]
        if cell["device"] == row["id"] and cell["size"] == "medium" and cell["seconds_per_epoch"]
    ]
    if speeds:
        seconds, name = min(speeds)
        words = t("devices.aim_measured", seconds=number(seconds, 2), name=name)
    else:
        words = t("devices.aim_unmeasured")
    st.html(f"<p class='ae-note'>{t('devices.aim')} {html.escape(words)}</p>")


def _choice(results: list[dict], place: str) -> dict:
    by_id = {result["id"]: result for result in results}
    if len(by_id) == 1:
        return results[0]
    labels = _titles(by_id)
    how = {"key": f"devices_result_{place}", "persist_state": None}
    return by_id[widgets.select("devices.which_result", list(by_id), labels.get, **how)]


def _result(result: dict, place: str) -> None:
    stem = files.slug(f"devices_{result['id']}")
    st.caption(_about(result))
    for words in _warnings(result):
        st.caption(words)
    if any(cell["state"] == "measured" for cell in result["cells"]):
        alt = t("devices.chart_alt", machine=bench.hardware(result))
        charts.draw(chart.figure(result), f"devices_chart_{place}", stem, alt)
    _verdict(result)
    if result["cells"]:
        frame = pandas.DataFrame([_line(result, cell) for cell in result["cells"]])
        frame = frame.loc[:, ~frame.isin(["", "–"]).all()]  # no column that says nothing
        widgets.table(frame, f"devices_table_{place}", t("devices.table_alt", n=len(frame)))
    _quality(result)
    with st.container(horizontal=True, key=f"devices_files_{place}"):
        for name, mime, content in (
            ("json", "application/json", json.dumps(result, indent=2, ensure_ascii=False)),
            ("csv", "text/csv", bench.as_csv(result)),
        ):
            key = f"devices_{name}_{place}"
            widgets.download(f"devices.{name}", content, f"{stem}.{name}", mime, key=key)


def _titles(results: dict[str, dict]) -> dict[str, str]:
    """Return for each result as few words as tell it apart: its card, its time, or all."""
    whole = {name: _title(result) for name, result in results.items()}
    for words in (_short_title, _dated_title):
        short = {name: words(result) for name, result in results.items()}
        often = Counter(short.values())
        whole |= {name: title for name, title in short.items() if often[title] == 1}
        results = {name: result for name, result in results.items() if often[short[name]] > 1}
    return whole


def _short_title(result: dict) -> str:
    cards = dict.fromkeys(row["name"] for row in result["devices"] if row["kind"] == "gpu")
    return f"{next(iter(cards), '') or moment(result['created'])} · {_backend(result)}"


def _dated_title(result: dict) -> str:
    return f"{moment(result['created'])} · {_short_title(result)}"


def _backend(result: dict) -> str:
    return str(result["versions"].get("backend"))


def _title(result: dict) -> str:
    devices = ", ".join(job.label(row["id"]) for row in result["devices"])
    about = (moment(result["created"]), bench.hardware(result), _backend(result), devices)
    return " · ".join(about)


def _about(result: dict) -> str:
    versions, plan = result["versions"], result["plan"]
    backend = _backend(result)
    words = t(
        "devices.about",
        when=moment(result["created"]),
        cpu=bench.hardware(result),
        cores=str(result["machine"].get("cores")),
        backend=backend,
        version=str(versions.get(backend, "–")),
        keras=str(versions.get("keras", "–")),
        n=plan.get("repeats"),
    )
    return as_text(f"{words} {result['note']}")


def _warnings(result: dict) -> list[str]:
    found = []
    if result["state"] != "finished":
        found.append(t("devices.partial"))
    if result["shared_with"]:
        names = ", ".join(map(spoken, result["shared_with"][:3]))
        found.append(t("devices.shared", names=names))
    if result["load"] is not None and result["load"] > 0.5:
        found.append(t("devices.load", load=number(result["load"], 1)))
    for row in result["devices"]:
        if row["problem"]:
            found.append(f"{as_text(job.label(row['id']))}: {spoken(row['problem'])}")
    return found


def _verdict(result: dict) -> None:
    """Say in a sentence for each device where it is faster than the CPU beyond the spread."""
    for device in dict.fromkeys(row["device"] for row in result["ratios"]):
        rows = [row for row in result["ratios"] if row["device"] == device]
        best = max(rows, key=lambda row: row["ratio"])
        won = sum(row["low"] > 1 for row in rows)
        lost = sum(row["high"] < 1 for row in rows)
        counts = {"won": won, "lost": lost, "n": len(rows)}
        where = {"size": chart.size_label(best["size"]), "batch": number(best["batch"], 0)}
        name = as_text(job.label(device))
        st.markdown(t("devices.verdict", device=name, ratio=_ratio(best), **counts, **where))


def _ratio(row: dict) -> str:
    spread = f"{number(row['low'], 2)}–{number(row['high'], 2)}"
    return f"{number(row['ratio'], 2)}× ({spread})"


def _line(result: dict, cell: dict) -> dict[str, str]:
    weights = {row["name"]: row["parameters"] for row in result["sizes"]}.get(cell["size"])
    ratio = next(
        (r for r in result["ratios"] if all(r[n] == cell[n] for n in ("device", "size", "batch"))),
        None,
    )
    low, high = cell["images_per_second_low"], cell["images_per_second_high"]
    speed = number(cell["images_per_second"] or None, 0)
    if low is not None and high is not None:
        speed += f" ({number(low, 0)}–{number(high, 0)})"
    size = chart.size_label(cell["size"])
    return {
        t("devices.network"): f"{size}, {number(weights, 0)}" if weights else size,
        t("devices.batch"): number(cell["batch"], 0),
        t("devices.device"): job.label(cell["device"]),
        t("devices.speed"): speed,
        t("devices.ratio"): _ratio(ratio) if ratio else "–",
        t("devices.epoch"): number(cell["seconds_per_epoch"], 1),
        t("devices.compile"): number(cell["compile_seconds"], 1),
        t("devices.joules"): number(cell["joules_per_image"], 4),
        t("devices.reason"): translated(cell["reason"]),
    }


def _quality(result: dict) -> None:
    rows = result["quality"]
    if not rows:
        return
    task = result["task"]
    lines = []
    for row in rows:
        known = row["psnr"] is not None
        psnr = f"{number(row['psnr'], 2)} dB" if known else translated(row["reason"])
        difference = "–"
        if row["difference_db"] is not None:
            word = t("devices.agrees" if row.get("agrees") else "devices.differs")
            difference = f"{number(row['difference_db'], 3)} dB: {word}"
        cells = (chart.size_label(row["size"]), job.label(row["device"]), psnr, difference)
        lines.append("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in cells) + "</tr>")
    caption = t(
        "devices.quality",
        epochs=task.get("quality_epochs", "–"),
        images=task.get("quality_images", "–"),
        limit=number(bench.AGREEMENT_DB, 1),
    )
    heads = [t(f"devices.{name}") for name in ("network", "device", "psnr", "difference")]
    st.html(figures.table(heads, lines, caption, scrolls=caption))
