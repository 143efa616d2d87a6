"""Beside an elastic network: those made for one code size alone, on the same images and noise."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import streamlit as st

from ae_core import runs
from ae_core.errors import UserError
from ae_core.files.reading import kept
from ae_core.runs import choose, tables
from ae_core.runs.choose import Entry
from dashboard.app_pages.explore.view import View
from dashboard.components import figures, inference, library, warming, widgets
from dashboard.components.image_grid import Row, strip
from dashboard.components.inference import Pictures
from dashboard.i18n import as_text, number, spoken, t


@dataclass(frozen=True)
class Peer:
    """A network made for one size, and what it makes of the images shown."""

    entry: Entry
    pictures: Pictures


def section(now: View, found: Entry, pictures: Pictures, entries: list[Entry]) -> None:
    """Draw the comparison: a line for each network, and on demand their images."""
    wanted = choose.beside(entries, now.data, found.shape, now.code, now.noise)
    with st.container(key="explore_compared", gap="xsmall"):
        st.header(t("beside.title"), anchor=False)
        try:
            if measured := _measured(now, found):
                st.markdown(measured)
        except UserError as error:
            st.warning(spoken(error), icon=":material/error:")
        peers, waiting = _peers(wanted, pictures.x, now)
        if peers:
            st.html(_table(found, pictures, peers))
        if not wanted:
            st.caption(t("beside.none"))
        elif all(peer.code != now.code for peer in wanted):
            st.caption(t("beside.nearest", code=number(now.code, 0)))
        if waiting:
            warming.wait(t("beside.waiting", networks=", ".join(_name(e) for e in waiting)))
        if wanted:
            widgets.toggle("beside.pictures", key="explore_beside")
        if wanted and now.beside and peers:
            strip(_rows(peers), max(pictures.x.shape[1:3]), {}, key="beside")


def _peers(wanted: list[Entry], x: np.ndarray, now: View) -> tuple[list[Peer], list[Entry]]:
    """Return the networks with their images, and those that wait until TensorFlow is loaded."""
    done, waiting = [], []
    for entry in wanted:
        try:
            ready = warming.ready()
            with inference.working(entry, x, t("explore.reconstructing")):
                made = (inference.reconstruct if ready else inference.stored)(entry, x, now.noise)
        except UserError as error:
            st.caption(spoken(error))
            continue
        if made is None:
            waiting.append(entry)
        else:
            done.append(Peer(entry, made))
    return done, waiting


def _table(found: Entry, pictures: Pictures, peers: list[Peer]) -> str:
    heads = [t(f"beside.{name}") for name in ("network", "code", "psnr", "lead")]
    own = figures.mean(pictures.psnr())

    def said(shown: Pictures) -> str:
        return figures.mean_decibel(shown.psnr(), shown.flat())

    lines = [_line(replace(found, title=""), said(pictures), "", "ours")]
    for peer in peers:
        psnr = figures.mean(peer.pictures.psnr())
        lead = None if own is None or psnr is None else own - psnr
        lead = "–" if lead is None else _signed(lead)
        lines.append(_line(peer.entry, said(peer.pictures), lead, ""))
    shown = t("beside.shown", n=len(pictures.x))
    return figures.table(heads, lines, shown, css="ae-beside")


def _line(entry: Entry, psnr: str, lead: str, kind: str) -> str:
    trained = f"{library.set_label('+'.join(entry.data))}, {library.noise_label(entry.noise)}"
    name = f"{html.escape(_name(entry))} <small>{html.escape(trained)}</small>"
    cells = (number(entry.code, 0), psnr, lead)
    told = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr class='{kind}'><th scope='row'>{name}</th>{told}</tr>"


def _name(entry: Entry) -> str:
    return entry.title or library.network_label(entry.network)


def _title(run_id: str) -> str:
    """Return the title of a run, or its name where it is not on this machine."""
    try:
        return library.title(runs.get(run_id))
    except UserError:
        return run_id


def _rows(peers: list[Peer]) -> list[Row]:
    return [
        Row(
            f"peer-{k}",
            peer.pictures.x_hat,
            (
                t("unit.values", n=peer.entry.code),
                *figures.means(peer.pictures.psnr(), peer.pictures.ssim(), peer.pictures.flat()),
            ),
            label=library.network_label(peer.entry.network),
        )
        for k, peer in enumerate(peers)
    ]


def _signed(decibels: float) -> str:
    sign = "+" if decibels >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{number(abs(decibels), 1)} dB"


def _evaluation(path: Path) -> dict:
    return tables.evaluation(runs.Run(path.parent)) or {"tests": []}


def _measured(now: View, found: Entry) -> str:
    """Return the network's stored test figures at the nearest code size, "" without any.

    Raises:
        UserError: they cannot be read.
    """
    try:
        evaluation = kept(_evaluation, runs.get(found.id).folder / tables.EVALUATION)
    except FileNotFoundError:
        return ""
    tests = [test for test in evaluation["tests"] if test["data"] == now.data and test.get("sizes")]
    if not tests:
        return ""
    by_size = {row["size"]: row for row in tests[0]["sizes"]}
    row = by_size[choose.nearest(list(by_size), now.code)]
    flat = row["network"].get("flat", 0.0)
    others = [
        f", {as_text(_title(p['run']))} {figures.decibel(p['psnr'], flat)}" for p in row["dedicated"]
    ]
    return t(
        "beside.measured",
        n=number(tests[0]["images"], 0),
        data=library.set_text(now.data),
        code=number(row["size"], 0),
        psnr=figures.of_summary(row["network"]),
        pca=figures.of_summary(row["pca"]),
        peers="".join(others),
    )
