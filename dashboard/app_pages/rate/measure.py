"""A measurement of one's own: which images, through which networks; how far it is."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ae_core import networks
from ae_core.errors import UserError
from ae_core.evaluation import rate_jobs
from ae_core.evaluation.rate_jobs import Measurement, Order
from ae_core.jobs import states
from ae_core.runs.choose import Entry
from dashboard.app_pages.rate import chart
from dashboard.components import figures, job_panel, library, widgets
from dashboard.i18n import as_code, as_text, short, t

IMAGES = (20, 50, 100, 200, 500, 1000)
_SHOWN = "rate_measured"  # the measurement that this visit asked for


def form(expanded: bool) -> None:
    """Draw the choice of images and networks, and the button that measures them."""
    ready = {name: info for name, (info, state) in library.sets().items() if state != "missing"}
    own_first = sorted(ready, key=lambda name: ready[name].kind != "own")
    if st.session_state.get("rate_set") not in ready:
        st.session_state["rate_set"] = own_first[0]
    how = {"icon": ":material/ssid_chart:", "expanded": expanded}
    with st.expander(t("rate.own_title"), key="rate_own", **how):
        st.caption(t("rate.own_about"))
        name = widgets.select("rate.set", own_first, library.set_label)
        fits = _fitting(name)
        if not fits:
            st.caption(t("rate.own_none", command=as_code(f"python -m ae_core train --data {name}")))
            return
        _keep_sane(fits)
        titles = {entry.id: library.entry_label(entry, size=True) for entry in fits}
        chosen = tuple(widgets.several("rate.networks", titles, titles.get))
        st.session_state.setdefault("rate_images", rate_jobs.IMAGES)
        images = widgets.slider("rate.images", IMAGES, short, help=t("rate.images_help"))
        how = {"type": "primary", "width": "stretch", "disabled": not chosen or bool(_active())}
        if widgets.deed("rate.measure", "play_arrow", **how):
            job_panel.attempt(_start, Order(name, chosen, images))


def follow() -> None:
    """Draw the measurement under way, or how the one that this visit asked for ended.

    Once that is finished, the page shows its table.
    """
    asked = st.session_state.get(_SHOWN)
    try:
        if asked and rate_jobs.get(asked).state() == "finished":
            _show(rate_jobs.get(asked))
            asked = None
    except UserError as error:  # deleted in another window
        st.session_state[_SHOWN] = None
        job_panel.say(error)
        return
    if name := _active() or asked:
        job_panel.panel(partial(rate_jobs.get, name), _panel)


def remove(made: Measurement) -> None:
    """Ask a second time, then delete a measurement."""
    job_panel.confirm("rate", t("rate.delete_question"), made.remove)


def _active() -> str:
    return next((m.id for m in rate_jobs.listed() if m.state() in states.ACTIVE), "")


def _fitting(name: str) -> list[Entry]:
    """Return the networks with a code that take the images of a set, own ones first."""
    shape = library.shape_of(name)
    fits = [e for e in library.entries(bits=True) if e.shape == shape and e.code]
    return sorted(fits, key=lambda entry: entry.pretrained)


def _keep_sane(fits: list[Entry]) -> None:
    """Keep of the chosen networks those that fit; at first the first one, and one for all rates."""
    there = [entry.id for entry in fits]
    coders = [entry.id for entry in fits if networks.kind(entry.network).bits]
    usual = list(dict.fromkeys([there[0], *coders[:1]]))
    kept = [name for name in st.session_state.get("rate_networks", ()) if name in there]
    st.session_state["rate_networks"] = kept or usual


def _start(order: Order) -> None:
    st.session_state[_SHOWN] = rate_jobs.start(order).id


def _show(made: Measurement) -> None:
    """Let the page show the table of a measurement that has just ended, once."""
    st.session_state[_SHOWN] = None
    st.session_state["rate_table"] = f"{made.id}/{made.order().data}"


def _panel(made: Measurement, state: str) -> None:
    if state == "cancelled":
        st.info(t("rate.cancelled"), icon=":material/cancel:")
        return
    if state == "failed":
        job_panel.say(made.message())
        job_panel.log("rate", made)
        return
    status, order = made.status(), made.order()
    fraction, rest = (job_panel.number(status.get(n)) for n in ("fraction", "eta_seconds"))
    doing = str(status.get("doing") or "")
    text = t("rate.measuring", codec=as_text(chart.label(doing))) if doing else t("rate.starting")
    if state == "cancelling":
        text = t("rate.stopping")
    with st.container(border=True, key="rate_job"):
        st.markdown(t("rate.under_way", n=order.images, data=library.set_text(order.data)))
        st.progress(job_panel.share(fraction or 0.0), text=text)
        if rest is not None and state == "running":
            st.html(figures.facts([(t("job.eta"), figures.duration(rest))]))
        if state != "cancelling" and widgets.deed("job.cancel", "stop", key="rate_cancel"):
            job_panel.attempt(made.cancel)
