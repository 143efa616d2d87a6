"""The parts of Architecture: the choice, the drawing, one layer at work, the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ae_core import runs
from ae_core.drawing import architecture
from ae_core.drawing.layers import Drawn, LayerInfo
from ae_core.images import paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.architecture import compute, observed, view
from dashboard.app_pages.architecture.view import View
from dashboard.components import figures, image_grid, inference, library, warming, widgets
from dashboard.components.image_grid import Row
from dashboard.components.web import drawing
from dashboard.i18n import as_text, number, short, t

CHANNELS = 16  # shown at once

Layers = Sequence[LayerInfo]


def choose(entries: list[Entry]) -> tuple[Entry, DeltaGenerator]:
    """Draw the choice of the network; return the chosen one, and the place beside it."""
    labels = {e.id: library.entry_label(e, size=True) for e in entries}
    if st.session_state.get("architecture_run") not in labels:
        st.session_state["architecture_run"] = next(iter(labels))
    tools = st.container(horizontal=True, vertical_alignment="bottom", key="architecture_tools")
    how = {"help": t("architecture.network_help"), "on_change": _forget_layer, "width": 560}
    with tools:
        run_id = widgets.select(
            "explore.network", list(labels), labels.get, key="architecture_run", **how
        )
    return next(e for e in entries if e.id == run_id), tools


def downloads(found: Entry) -> None:
    """Draw the download menu: the drawing, Keras's summary, and the network itself."""
    stem = library.file_stem(runs.find(found.id))
    kind = compute.ending(found.id, inference.stamp(found.id))
    mimes = {"keras": "application/octet-stream", "zip": "application/zip"}
    offered = {
        "svg": (view.svg(found, None, True).encode(), f"{stem}.svg", "image/svg+xml"),
        "summary": (partial(compute.summary, found), f"{stem}_summary.txt", "text/plain"),
        "keras": (partial(compute.for_keras, found), f"{stem}.{kind}", mimes[kind]),
        "onnx": (partial(compute.onnx, found), f"{stem}.onnx", "application/octet-stream"),
    }
    with st.popover(t("download.title"), icon=":material/download:", key="architecture_downloads"):
        for name, (data, file, mime) in offered.items():
            label = t(f"architecture.download_{name}")
            note = {"onnx": "architecture.onnx_help", "keras": f"architecture.{kind}_help"}.get(name)
            note = note and t(note)
            how = {"label": label, "help": note, "icon": None, "width": "stretch"}
            widgets.download(f"architecture_{name}", data, file, mime, **how)


def band(drawn: Drawn) -> None:
    """Draw the choice of the code size, for a network that has a decoder for some sizes each."""
    if not drawn.tops:
        st.session_state.pop("architecture_size", None)
        return
    lows = [1, *(top + 1 for top in drawn.tops)]
    names = {top: f"{low}–{top}" for low, top in zip(lows, drawn.tops, strict=False)}
    st.session_state["architecture_size"] = drawn.top
    note = t("architecture.size_help", n=len(drawn.tops))
    widgets.switch("architecture.size", drawn.tops, names.get, help=note, on_change=_forget_layer)


def head(found: Entry, drawn: Drawn) -> None:
    """Draw the few numbers that say how large the network is."""
    layers = drawn.layers
    last = next((i for i in layers if i.code), None)
    working = sum(i.parameters for i in layers)
    weights = number(drawn.parameters, 0)
    if working < drawn.parameters:
        weights = t("architecture.of", part=number(working, 0), whole=weights)
    items = [(t("architecture.layers"), number(len(layers), 0)), (t("architecture.weights"), weights)]
    if last is not None:
        shape = (*last.shape[:-1], drawn.top or last.shape[-1])  # zeros after that
        items.append((t("architecture.code"), drawing.shape_text(shape)))
        items.append((t("architecture.field"), _field(last)))
    with st.container(key="architecture_head", gap="xsmall"):
        st.html(figures.facts(items))
        st.caption(t(f"network.{found.network}_about"))


def diagram(found: Entry, drawn: Drawn, now: View) -> None:
    """Draw the network; a click chooses a layer."""
    drawing.show(
        view.svg(found, now.layer or None),
        t("architecture.alt", name=found.title or found.id, n=len(drawn.layers)),
        "architecture_drawing",
        _choose_layer,
    )
    if seen := observed.sentence(drawn.layers, drawn.top):
        st.markdown(seen)
    st.caption(t("architecture.scale"))


def layer(found: Entry, layers: Layers, now: View, known: list[Entry]) -> None:
    """Draw the choice of a layer, and what it makes of one image."""
    words = drawing.words()

    def label(n: int) -> str:
        if not n:
            return t("architecture.no_layer")
        i = layers[n - 1]
        shape = drawing.shape_text(i.shape)
        return f"{n} · {architecture.operation(i, layers, words)} · {shape} · {i.path}"

    st.header(t("architecture.at_work"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", key="architecture_choice"):
        back = {"on_click": _choose_layer, "args": (now.layer - 1,), "disabled": now.layer <= 1}
        widgets.button("architecture.previous", "chevron_left", **back)
        numbers, note = range(len(layers) + 1), t("architecture.layer_help")
        widgets.select("architecture.layer", numbers, label, help=note, width=420)
        on = {"on_click": _choose_layer, "args": (now.layer + 1,)}
        last = now.layer >= len(layers)
        widgets.button("architecture.next", "chevron_right", disabled=last, **on)
        images = range(1, inference.STORED + 1)
        widgets.slider("explore.pick", images, key="architecture_image", width=240)
    if not now.layer:
        st.caption(t("architecture.choose"))
        return
    chosen = layers[now.layer - 1]
    st.markdown(_about(chosen))
    x = inference.images(found.data[-1], 0, known)
    now_image = min(now.image, len(x)) - 1
    x_noisy = inference.corrupted(x, view.noise_of(found))[now_image : now_image + 1]
    with st.spinner(t("architecture.working" if warming.ready() else "explore.loading")):
        y = compute.output(found, chosen, x_noisy, view.noise_of(found).level, now.size)[0]
    _show(chosen, layers, x_noisy, y)


def table(layers: Layers) -> None:
    """Draw all layers as a table; a click on a line chooses that layer."""
    words = drawing.words()
    lines = [
        {
            t("architecture.column_number"): i.number,
            t("architecture.column_name"): i.path,
            t("architecture.column_does"): architecture.operation(i, layers, words),
            t("architecture.column_kind"): i.kind,
            t("architecture.column_shape"): drawing.shape_text(i.shape),
            t("architecture.column_activation"): i.activation or "–",
            t("architecture.column_weights"): i.parameters,
            t("architecture.column_field"): _field(i),
        }
        for i in layers
    ]
    st.header(t("architecture.table"), anchor=False)
    alt, how = t("architecture.table_alt", n=len(lines)), {"selection_mode": "single-row"}
    frame = pandas.DataFrame(lines)
    widgets.table(frame, "architecture_table", alt, on_select=_row_chosen, **how)


def _show(chosen: LayerInfo, layers: Layers, x: np.ndarray, y: np.ndarray) -> None:
    label = f"{chosen.number} · {chosen.path}"
    rows = [Row("original", paint.coloured(x), label=t("architecture.given"))]
    if chosen is layers[0] or chosen is layers[-1]:
        drawn = np.clip(np.rint(y * 255), 0, 255).astype(np.uint8)[None]
        rows += [Row("output", paint.coloured(drawn), label=label)] if chosen.inputs else []
    elif y.ndim < 3 or y.shape[0] * y.shape[1] == 1:
        rows.append(Row("values", paint.code_map(y.reshape(1, 1, 1, -1)), label=label))
    captions = {row.key: drawing.shape_text(chosen.shape) for row in rows[1:]}
    image_grid.closer(rows, 0, captions, key="arch")
    if len(rows) > 1 or not chosen.inputs:
        st.caption(_range(y))
        return
    total = y.shape[2]
    pages = [f"{a + 1}–{min(a + CHANNELS, total)}" for a in range(0, total, CHANNELS)]
    first = 0
    if len(pages) > 1:
        if st.session_state.get("architecture_channels") not in pages:
            st.session_state["architecture_channels"] = pages[0]
        st.select_slider(
            t("architecture.channels", n=total), pages, key="architecture_channels", width=360
        )
        first = pages.index(st.session_state["architecture_channels"]) * CHANNELS
    part = y[..., first : first + CHANNELS]
    tiles = paint.code_map(part.transpose(2, 0, 1)[..., None])
    names = {t("architecture.channel"): [str(first + k + 1) for k in range(part.shape[2])]}
    short_label = t("architecture.layer_n", n=chosen.number)
    image_grid.strip([Row("layer", tiles, label=short_label)], max(y.shape[:2]), names, key="arch")
    st.caption(_range(part))


def _range(y: np.ndarray) -> str:
    low, high = (short(float(f"{v:.3g}")) for v in (y.min(), y.max()))
    zeros = number(100 * float((y == 0).mean()), 0)
    return t("architecture.range", low=low, high=high, zeros=zeros)


def _about(i: LayerInfo) -> str:
    parts = [f"**{as_text(i.path)}**", as_text(i.kind), drawing.shape_text(i.shape)]
    if i.kernel:
        parts.append(t("architecture.kernel", size=drawing.shape_text(i.kernel)))
    if i.activation:
        parts.append(t("architecture.activation", name=as_text(i.activation)))
    if i.parameters:
        parts.append(t("architecture.n_weights", n=number(i.parameters, 0)))
    parts.append(t("architecture.sees", size=_field(i)))
    return " · ".join(parts)


def _field(i: LayerInfo) -> str:
    return drawing.shape_text(i.field)


def _forget_layer() -> None:
    st.session_state["architecture_layer"] = 0


def _choose_layer(n: int) -> None:
    st.session_state["architecture_layer"] = n


def _row_chosen() -> None:
    rows = st.session_state["architecture_table"]["selection"]["rows"]
    if rows:
        st.session_state["architecture_layer"] = rows[0] + 1
