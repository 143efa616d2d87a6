"""Download a data set from the page that misses it: terms, progress, cancel."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import streamlit as st

from ae_core import data
from ae_core.errors import Cancelled, UserError
from ae_core.jobs import deeds, owners
from ae_core.jobs.owners import Visitor
from dashboard.components import widgets
from dashboard.i18n import as_text, number, spoken, t, translated

POLL_S = 0.5
MEGABYTE = 1e6


@dataclass
class Fetch:
    """One download; written by its thread, read by every page that shows it."""

    file: str = ""
    done: int = 0
    total: int = 0
    by: Visitor | None = None  # who asked for it
    ended: bool = False
    error: UserError | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


@st.cache_resource(show_spinner=False)
def _fetches() -> dict[str, Fetch]:
    """Downloads under way or just ended, by data set: shared by all visitors of this server."""
    return {}


def panel(name: str) -> None:
    """Offer the download of the data set ``name``, or show how far it is."""
    fetch = _fetches().get(name)
    if fetch is not None and not fetch.ended:
        st.fragment(_progress, run_every=POLL_S)(name)
        return
    if fetch is not None and fetch.error:
        st.error(spoken(fetch.error), icon=":material/cloud_off:")
    st.caption(t("fetch.where", folder=as_text(str(data.data_dir()))))
    label = t("fetch.start", data=as_text(translated(data.SETS[name].title)))
    widgets.deed(f"fetch_{name}", "download", label=label, on_click=start, args=(name,))


def start(name: str) -> None:
    """Begin the download in a thread of its own, unless it is under way."""
    known = _fetches().get(name)
    if known is not None and not known.ended:
        return
    fetch = _fetches()[name] = Fetch(by=owners.asking())
    deeds.note("download", data.data_dir() / name)
    threading.Thread(target=_run, args=(name, fetch), daemon=True, name=f"fetch-{name}").start()


def cancel(name: str) -> None:
    """Stop the download, where who asks may; in a class whoever began it, or a teacher."""
    fetch = _fetches()[name]
    if owners.may(fetch.by) and not fetch.cancelled.is_set():
        fetch.cancelled.set()
        deeds.note("cancel", data.data_dir() / name)


def _run(name: str, fetch: Fetch) -> None:
    def progress(done: int, total: int, file: str) -> None:
        fetch.done, fetch.total, fetch.file = done, total, file

    try:
        data.download(name, progress, fetch.cancelled.is_set)
    except Cancelled:
        pass
    except UserError as error:
        fetch.error = error
    finally:
        fetch.ended = True


def _progress(name: str) -> None:
    fetch = _fetches()[name]
    if fetch.ended:
        st.rerun()
    part = fetch.done / fetch.total if fetch.total else 0.0
    sizes = {"done": number(fetch.done / MEGABYTE, 1), "total": number(fetch.total / MEGABYTE, 1)}
    known = "fetch.progress" if fetch.total else "fetch.progress_open"
    text = t(known, file=fetch.file, **sizes) if fetch.file else t("fetch.connecting")
    st.progress(min(part, 1.0), text=text)
    if fetch.cancelled.is_set():
        st.caption(t("fetch.cancelling"))
    elif owners.may(fetch.by):
        key = f"fetch_cancel_{name}"
        widgets.deed("job.cancel", "stop", key=key, on_click=cancel, args=(name,))
