"""How well a linear classifier reads the class of an image from its code."""

from __future__ import annotations

import html

import streamlit as st

from ae_core import data
from ae_core.evaluation import linear_probe
from ae_core.images import metrics
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import parts
from dashboard.app_pages.latent.view import View
from dashboard.components import figures
from dashboard.i18n import number, t


def classes(found: Entry, now: View) -> None:
    """Draw the accuracy beside the PSNR, and what pixels and a blind guess give."""
    train, test = parts.images(now.data, "train"), parts.images(now.data, "test")
    if not linear_probe.has_classes(train.labels):
        st.caption(t("latent.no_classes"))
        return
    with st.spinner(t("latent.reading")):
        x_hat = parts.reconstructions(found, now.data, "test")
        fingerprint = data.load(now.data).fingerprint
        from_code = _from_code(found, *parts.key(found), now.data, fingerprint)
        from_pixels = _from_pixels(now.data, fingerprint)
    x = test.x[: len(x_hat)]
    psnr = figures.mean_decibel(metrics.psnr(x, x_hat), metrics.are_flat(x))
    guessed = linear_probe.chance(train.labels, test.labels)
    rows = [
        (t("latent.from_code"), from_code, psnr, number(found.code, 0)),
        (t("latent.from_pixels"), from_pixels, t("figure.identical"), number(test.x[0].size, 0)),
        (t("latent.guessed"), guessed, "–", "–"),
    ]
    heads = ["", t("latent.read_right"), "PSNR", t("latent.values")]
    lines = [_line(name, *cells, ours=not k) for k, (name, *cells) in enumerate(rows)]
    st.html(figures.table(heads, lines, css="ae-beside", scrolls=t("latent.tool_classes")))
    about = {"train": number(len(train.x), 0), "test": number(len(test.x), 0)}
    st.caption(t("latent.read_from", **about))


def _line(name: str, accuracy: float, psnr: str, values: str, ours: bool) -> str:
    cells = "".join(f"<td>{cell}</td>" for cell in (f"{number(100 * accuracy, 1)} %", psnr, values))
    css = " class='ours'" if ours else ""
    return f"<tr{css}><th scope='row'>{html.escape(name)}</th>{cells}</tr>"


@st.cache_data(max_entries=32, show_spinner=False)
def _from_code(
    _found: Entry, run_id: str, stamp: int, size: int, name: str, fingerprint: str
) -> float:
    train, test = parts.images(name, "train"), parts.images(name, "test")
    codes = [parts.codes(_found, name, part) for part in ("train", "test")]
    return linear_probe.accuracy((codes[0], train.labels), (codes[1], test.labels))


@st.cache_data(max_entries=8, show_spinner=False)
def _from_pixels(name: str, fingerprint: str) -> float:
    train, test = parts.images(name, "train"), parts.images(name, "test")
    pixels = [part.x.reshape(len(part.x), -1) for part in (train, test)]
    return linear_probe.accuracy((pixels[0], train.labels), (pixels[1], test.labels))
