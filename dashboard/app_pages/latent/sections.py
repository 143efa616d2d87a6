"""The parts of Latent space: its controls, the map, and the image chosen on it."""

from __future__ import annotations

import html
from functools import partial

import numpy as np
import streamlit as st

from ae_core import files
from ae_core.evaluation import latent
from ae_core.evaluation.latent import Plane
from ae_core.images import metrics, paint
from ae_core.runs.choose import Entry
from dashboard.app_pages.latent import compute, map, observed, view
from dashboard.app_pages.latent.compute import Sample
from dashboard.app_pages.latent.view import View
from dashboard.components import charts, figures, inference, library, query, warming, widgets
from dashboard.components.controls import Sets, data_set
from dashboard.components.image_grid import Row, closer, strip
from dashboard.i18n import as_text, number, t

NEIGHBOURS = 7
_AS_NUMBERS = 16  # codes of at most so many values are written out


def controls(entries: list[Entry], sets: Sets) -> Entry:
    """Draw the choices; return the network, at its code size. The widgets then make sense."""
    state = st.session_state
    known = {e.id: e for e in entries}
    if state["latent_run"] not in known:
        start = view.first(entries)
        state["latent_run"], state["latent_data"] = start.run, start.data
    labels = library.entry_labels(known.values())
    labels = {name: _sized(entry, labels[name]) for name, entry in known.items()}
    how = {"help": t("latent.network_help"), "on_change": _run_changed, "args": (entries,)}
    widgets.select("explore.network", list(known), labels.get, key="latent_run", **how)
    found = known[state["latent_run"]]
    if found.longest:
        found = _size(found)
    else:
        state["latent_size"] = 0
    fits = [name for name, (info, _) in sets.items() if tuple(info.shape) == found.shape]
    if state["latent_data"] not in fits:
        state["latent_data"] = next((n for n in reversed(found.data) if n in fits), fits[0])
    data_set(fits, entries, "latent_data", on_change=_other_errors)
    widgets.slider("latent.count", view.COUNTS, help=t("latent.count_help"))
    widgets.switch("latent.layout", view.LAYOUTS, help=t("latent.layout_help"))
    return found


def sample_of(found: Entry, now: View, sets: Sets) -> Sample:
    """Return what the map shows: the stored images until TensorFlow is there, then as many as asked.

    Raises:
        UserError: the set or the network is missing or damaged.
    """
    if not warming.ready():
        read = sets[now.data][1] == "ready"
        if (kept := compute.stored(found, now.data, read)) is not None:
            return kept
    with st.spinner(t("latent.encoding" if warming.ready() else "explore.loading")):
        return compute.sample(found, now.data, now.count)


def settle(sample: Sample) -> View:
    """Return the view with image and ends that the sample has; the widgets follow a whole sample."""
    now, total = query.get("latent", View), len(sample.x)
    image = min(now.image, total - 1)
    ends = list(now.ends)
    if any(i >= total for i in ends):
        ends = [i for i in ends if i < total]
        ends = ends if len(ends) > 1 else list(range(min(2, total)))
    if sample.live:
        st.session_state["latent_image"] = image
        st.session_state["latent_ends"] = ends
    return View(**vars(now) | {"image": image, "ends": tuple(ends)})


def head(found: Entry, sample: Sample, on: Plane, now: View) -> None:
    """Draw the few numbers: values in the code, how many say something, what the map keeps."""
    dead = compute.dead(found, sample) if len(sample.y) > 1 else np.zeros(found.code, bool)
    still = int(dead.sum())
    items = [(t("latent.code"), t("unit.values", n=found.code))]
    items.append((t("latent.alive"), number(found.code - still, 0)))
    if not on.direct and now.layout == "plane":
        items.append((t("latent.kept"), f"{number(100 * on.shares.sum(), 0)} %"))
    st.html(figures.facts(items))
    parts = [t("latent.shown", n=len(sample.x))]
    how = "tsne" if now.layout == "tsne" else "direct" if on.direct else "projected"
    parts.append(t(f"latent.{how}"))
    if sample.y.min() >= 0:
        parts.append(t("latent.never_negative"))
    st.html(f"<p class='ae-sum'>{' '.join(parts)}</p>")
    if still:
        names = ", ".join(str(k + 1) for k in np.flatnonzero(dead)[:12])
        st.caption(t("latent.dead", n=still, values=names + (" …" if still > 12 else "")))
    if found.noise.kind != "none" and not found.longest:
        st.caption(t("latent.trained_noisy", noise=library.noise_label(found.noise)))


def the_map(found: Entry, sample: Sample, on: Plane, now: View) -> None:
    """Draw the map, the field that chooses an image by its number, and the codes as files."""
    state, total = st.session_state, len(sample.x)
    meant = (now.run, now.data, now.size, total, now.layout)
    spots = None
    if now.layout == "tsne":
        with st.spinner(t("latent.laying_out")):
            spots = compute.tsne(sample)
    if state.get("latent_drawn") != meant or state.get("latent_ring", total) >= total:
        state["latent_drawn"], state["latent_ring"] = meant, now.image
    st.html(map.legend(sample))
    with st.container(key="latent_map_place"):
        drawn, stem = map.figure(on, sample, state["latent_ring"], spots), f"map_{now.data}"
        # The same whatever is chosen: another text would be another chart to Streamlit.
        alt = t("latent.map_alt", n=total, data=library.set_label(now.data))
        how = {"on_select": _clicked, "selection_mode": "points"}
        charts.draw(drawn, "latent_map", stem, alt, **how)
    if seen := observed.sentence(sample):
        st.markdown(seen)
    if not sample.live:
        warming.wait(t("latent.waiting", n=total))
    with st.container(horizontal=True, vertical_alignment="bottom", key="latent_choose"):
        state["latent_pick"] = now.image + 1
        how = {"help": t("latent.pick_help"), "on_change": _picked, "width": 220}
        widgets.whole("latent.pick", 1, total, **how)
        if sample.live:
            how = {"help": t("latent.use_help"), "on_click": _use, "args": (now.image,)}
            widgets.button("latent.use", "route", disabled=now.image in now.ends, **how)
        y = sample.y.reshape(total, *found.code_shape)
        whose, stem = partial(compute.whose_codes, sample, now.data), f"{now.data}_{found.network}"
        widgets.codes("latent", y, whose, files.slug(f"{stem}_code{found.code}"))


def chosen(found: Entry, sample: Sample, now: View) -> None:
    """Draw the chosen image large, its code, what the decoder makes of it, and what lies near."""
    i = now.image
    near, far = latent.neighbours(sample.y, i, NEIGHBOURS)
    rows = [i, *near.tolist()]
    with st.spinner(t("explore.reconstructing")):
        x_hat = compute.reconstruction(found, sample, rows)
    x, y = sample.x[rows], sample.y[i]
    st.header(t("latent.chosen", name=as_text(sample.name(i))), anchor=False)
    code = paint.code_map(y.reshape(1, *found.code_shape))
    large = [
        Row("original", paint.coloured(x[:1])),
        Row("code", code),
        Row("reconstruction", paint.coloured(x_hat[:1])),
        Row("error", paint.error_map(x[:1], x_hat[:1])),
    ]
    psnr, ssim = metrics.psnr(x[:1], x_hat[:1])[0], metrics.ssim(x[:1], x_hat[:1])[0]
    closer(large, 0, figures.captions(psnr, ssim, metrics.are_flat(x[:1])[0], len(y)), key="latent")
    if len(y) <= _AS_NUMBERS:
        st.caption(t("latent.numbers", values=" · ".join(number(v, 2) for v in y)))
    if len(near):
        st.header(t("latent.neighbours"), anchor=False, help=t("latent.neighbours_help"))
        about = {t("latent.distance"): ["0", *(number(d, 2) for d in far)]}
        if sample.labels is not None:
            about[t("latent.class")] = [html.escape(sample.classes[sample.labels[k]]) for k in rows]
        both = [Row("original", paint.coloured(x)), Row("reconstruction", paint.coloured(x_hat))]
        strip(both, max(x.shape[1:3]), about, key="latent-near")


def _size(found: Entry) -> Entry:
    state = st.session_state
    if not 1 <= state["latent_size"] <= found.longest:
        state["latent_size"] = 2
    sizes, how = view.sizes(found.longest, state["latent_size"]), {"help": t("latent.size_help")}
    how["on_change"] = _other_errors
    widgets.slider("explore.code", sizes, partial(number, digits=0), key="latent_size", **how)
    return found.at(state["latent_size"])


def _sized(found: Entry, label: str) -> str:
    size = t("latent.up_to", n=found.longest) if found.longest else number(found.code, 0)
    return t("latent.network_label", name=label, size=size)


def _run_changed(entries: list[Entry]) -> None:
    """Show the set that the network's stored images are of; an elastic one starts at a plane."""
    state = st.session_state
    found = next(e for e in entries if e.id == state["latent_run"])
    state["latent_data"] = inference.example_set(found)
    state["latent_size"] = 2 if found.longest else 0
    _other_errors()


def _other_errors() -> None:
    """Forget which errors are looked at: those of another network or set have another range."""
    st.session_state["latent_over"], st.session_state["latent_beyond"] = "test", None


def _clicked() -> None:
    points = st.session_state["latent_map"]["selection"]["points"]
    if points:  # none: a double click took the choice away, and the last one stays
        st.session_state["latent_image"] = int(points[0]["point_index"])


def _picked() -> None:
    state = st.session_state
    state["latent_image"] = state["latent_ring"] = int(state["latent_pick"]) - 1


def _use(image: int) -> None:
    """Make an image an end of the way between codes: one more, or in place of the last."""
    ends = st.session_state["latent_ends"]
    kept = ends[: view.MOST_ENDS - 1]
    st.session_state["latent_ends"] = [*kept, image]
    st.session_state["latent_tool"] = "between"
