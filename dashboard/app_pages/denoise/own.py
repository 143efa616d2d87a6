"""A picture of the visitor's own on Denoise: as large as it is, noisy already or made so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import streamlit as st
from PIL import Image

from ae_core import networks, runs
from ae_core.errors import UserError
from ae_core.evaluation import pictures, published
from ae_core.evaluation.published import Published
from ae_core.files import own_name
from ae_core.images import files, metrics, noise, sigma
from ae_core.images.noise import Noise
from ae_core.runs import tables
from ae_core.runs.choose import PHOTOGRAPHS, Entry
from dashboard.components import figures, inference, library, widgets
from dashboard.components.web import before_after
from dashboard.i18n import as_text, number, short, spoken, t

MOST_PIXELS = 24_000_000
HIGHEST = 100.0  # sigma that can be told
_SIDE = 640  # pixels on the page that a small picture is enlarged to at most
_SHOWN = 1600  # pixels of the longer side of what is sent to the page
_MEGABYTES = files.LARGEST_FILE >> 20


def section(known: list[Entry], left, stage) -> None:
    """Draw the choices into ``left`` and the picture into ``stage``.

    ``known`` are the networks that remove noise.
    """
    with stage:
        st.caption(t("denoise.own_about"))
        label = t("denoise.file", most=_MEGABYTES)
        how = {"label": label, "accept_multiple_files": False}
        given = widgets.files("denoise_file", None, _MEGABYTES, **how)
    found = [e for e in known if e.noise.kind == "gaussian"]
    if not found:
        stage.info(t("denoise.no_network"), icon=":material/model_training:")
        return
    try:
        x, notes = (None, {}) if given is None else _read(given)
    except UserError as error:
        stage.error(f"{as_text(given.name)}: {spoken(error)}", icon=":material/error:")
        return
    with left:
        entry, level, noisy, ensemble = _controls(found, x)
    if x is None:
        return
    with stage:
        for said in notes.values():
            st.caption(spoken(said))
        try:
            how = entry, level, ensemble
            _result(x, how, noisy, own_name(PurePath(given.name).stem))
        except UserError as error:
            st.error(spoken(error), icon=":material/error:")


def _read(given) -> tuple[np.ndarray, files.Notes]:
    """Return the picture of an upload, uint8 (H, W, 1 or 3), and what reading changed of it."""
    content = given.getvalue()
    head = files.head(content)
    if head.width * head.height > MOST_PIXELS:
        raise UserError(
            "The image has more than {most} million pixels, the most that this page takes: "
            "`python -m ae_core denoise` in a terminal takes larger ones.",
            most=MOST_PIXELS // 10**6,
        )
    notes: files.Notes = {}
    return files.read(content, notes=notes), notes


def _controls(found: list[Entry], x: np.ndarray | None) -> tuple[Entry, float, bool, bool]:
    """Draw network, noise, its level and how often it looks; return the network, its level, whether
    the picture is noisy already, and whether it looks eight ways."""
    state = st.session_state
    by_id = {e.id: e for e in offered(found, None if x is None else x.shape)}
    state["denoise_cleaner"] = state.get("denoise_cleaner") or next(iter(by_id))
    if state["denoise_cleaner"] not in by_id:
        state["denoise_cleaner"] = next(iter(by_id))
    how = {"key": "denoise_cleaner", "help": t("denoise.cleaner_help")}
    labels = library.entry_labels(by_id.values(), by_id.values())
    chosen = widgets.select("explore.network", list(by_id), labels.get, **how)
    noisy = widgets.toggle("denoise.is_noisy", value=True, help=t("denoise.is_noisy_help"))
    said = _estimated(x) if noisy else ""
    state.setdefault("denoise_sigma", sigma.ASSUMED)
    how = {"min_value": 0.0, "max_value": HIGHEST, "step": 1.0, "format": "%.1f"}
    how |= {"help": t("denoise.sigma_help"), "persist_state": "session"}
    st.number_input(t("denoise.sigma"), key="denoise_sigma", **how)
    level, entry = float(state["denoise_sigma"]), by_id[chosen]
    help_ = t("denoise.ensemble_help")
    ensemble = widgets.toggle("denoise.ensemble", help=help_, persist_state="session")
    notes = [said] if said else []
    grey = x is not None and bool((x == x[..., :1]).all())
    notes.append(_known_of(entry, grey, ensemble))
    if level > entry.noise.level:
        notes.append(t("denoise.above", n=short(entry.noise.level)))
    for note in notes:
        st.caption(note)
    return entry, level, noisy, ensemble


def offered(found: list[Entry], shape: Sequence[int] | None) -> list[Entry]:
    """Return the networks for a picture of the visitor's own, (H, W, C), best suited first.

    Beside a network of photographs, of the other shipped ones those alone that have learned from
    images of its very size: on any other picture the classical methods do better. None: the picture
    is yet to come.
    """
    channels = 3 if shape is None else shape[2]

    def learned(e: Entry) -> bool:
        return PHOTOGRAPHS in e.data or e.shape == shape

    def order(e: Entry) -> tuple:
        other = e.shape != shape, PHOTOGRAPHS not in e.data, e.shape[2] != channels
        return not networks.kind(e.network).reach, *other, not e.pretrained

    if any(PHOTOGRAPHS in e.data for e in found):
        found = [e for e in found if not e.pretrained or learned(e)]
    return sorted(found, key=order)


def _known_of(entry: Entry, grey: bool, ensemble: bool) -> str:
    """Say what a network has learned from, and how well it does on pictures that it was tried on.

    On those in grey for a picture in ``grey``, else on those in colour: it tells three times as much.
    """
    method = pictures.ENSEMBLE.format(network=entry.network) if ensemble else entry.network
    said = [t("denoise.learned", data=library.set_text("+".join(entry.data)))]
    for block in tables.read(runs.get(entry.id), tables.DENOISING):
        rows = [row for row in block["rows"] if row["method"] == method]
        rows = [row for row in rows if row["noise"] == "unclipped"]
        if not rows or not block.get("megapixels") or block.get("grey", False) != grey:
            continue
        psnr = " / ".join(figures.plain_decibels(row["psnr"], row.get("flat", 0.0)) for row in rows)
        levels = " / ".join(short(row["sigma"]) for row in rows)
        n, name = number(block["images"], 0), as_text(block["data"])
        said.append(t("denoise.pictures", n=n, data=name, psnr=psnr, levels=levels))
        said += _published(published.beside(block), rows)
    if ensemble and said[1:]:
        said.append(t("denoise.ensemble_beside"))
    return " ".join(filter(None, said))


def _published(others: Sequence[Published], rows: Sequence[dict]) -> list[str]:
    """Say what others have published of methods on the pictures of ``rows``, at the same levels."""
    ours = {row["sigma"]: row["psnr"] for row in rows}
    others = [other for other in others if ours.keys() <= other.psnr.keys()]
    said, networks = [], []
    for other in others:
        psnr = " / ".join(number(other.psnr[sigma], 1) for sigma in ours)
        if other.learned:
            networks.append(f"{other.method} {psnr}")
            continue
        more = [other.psnr[sigma] - own for sigma, own in ours.items()]
        way = "better" if min(more) > 0 else "worse" if max(more) < 0 else "mixed"
        key = f"denoise.published_{way}"
        said.append(t(key, method=other.method, psnr=psnr, source=other.source))
    if networks:
        sources = ", ".join(dict.fromkeys(other.source for other in others if other.learned))
        said.append(t("denoise.published_learned", networks=", ".join(networks), source=sources))
    return said


def _estimated(x: np.ndarray | None) -> str:
    """Estimate the noise of a picture that is new here, and set it; return what is said of it."""
    if x is None:
        return ""
    state, now = st.session_state, _digest(x)
    if state.get("denoise_estimated", ("",))[0] != now:
        try:
            value = round(min(sigma.estimate(x), HIGHEST), 1)
        except UserError:
            value = None
        state["denoise_estimated"] = (now, value)
        state["denoise_sigma"] = sigma.ASSUMED if value is None else value
    value = state["denoise_estimated"][1]
    if value is None:
        return t("denoise.no_estimate", n=short(sigma.ASSUMED))
    said = "denoise.estimated_rough" if sigma.is_rough(x) else "denoise.estimated"
    return t(said, n=number(value, 1))


def _result(x: np.ndarray, how: tuple[Entry, float, bool], noisy: bool, stem: str) -> None:
    """Draw the picture before and after, what is known of it, and the button that saves it."""
    entry, level, ensemble = how
    given = x if noisy else noise.corrupt(x[None], Noise("gaussian", level))[0]
    x_hat = _cleaned(given, entry, min(level, entry.noise.level), ensemble)
    items = [(t("denoise.picture_size"), f"{x.shape[1]} × {x.shape[0]}")]
    if not noisy:
        for name, version in ((t("row.noisy"), given), (t("denoise.after"), x_hat)):
            psnr = float(metrics.psnr(x[None], version[None])[0])
            items.append((f"{name}, PSNR", figures.decibel(psnr, metrics.flat_share(x[None]))))
    st.html(figures.facts(items))
    before = [(t("denoise.before"), _shown(given))]
    before += [] if noisy else [(t("row.original"), _shown(x))]
    after = (t("denoise.after"), _shown(x_hat))
    before_after.draw(before, after, t("denoise.slider"), _SIDE, "denoise_compare")
    if max(x.shape[:2]) > _SHOWN:
        st.caption(t("denoise.shown_smaller", n=number(_SHOWN, 0)))
    if noisy:
        st.caption(t("denoise.no_psnr"))
    widgets.download(
        "denoise.save", lambda: files.png(x_hat), f"{stem}-denoised.png", "image/png", type="primary"
    )


def _cleaned(x: np.ndarray, entry: Entry, level: float, ensemble: bool) -> np.ndarray:
    """Return a picture through a network; the last one of a visit is kept."""
    asked = (_digest(x), entry.id, inference.stamp(entry.id), level, ensemble)
    kept = st.session_state.get("denoise_cleaned")
    if kept is not None and kept[0] == asked:
        return kept[1]
    shown = st.empty()
    shown.caption(t("denoise.loading"))
    whole = _whole(entry.id, inference.stamp(entry.id))

    def progress(done: int, total: int) -> None:  # a change of any choice ends it here
        shown.progress(done / total, t("denoise.part", n=done, total=total))

    x_hat = whole.clean(x, level, progress, ensemble=ensemble)
    shown.empty()
    st.session_state["denoise_cleaned"] = (asked, x_hat)
    return x_hat


@st.cache_resource(max_entries=4, show_spinner=False)
def _whole(run_id: str, stamp: int):
    network = inference.network(run_id)  # loads Keras, which the next line needs
    from ae_core.networks.whole import Whole

    return Whole(network, runs.get(run_id).config)


def _digest(x: np.ndarray) -> str:
    return hashlib.sha256(x.tobytes() + str(x.shape).encode()).hexdigest()


def _shown(x: np.ndarray) -> np.ndarray:
    """Return a picture as it is sent to the page: a large one made smaller."""
    longer = max(x.shape[:2])
    if longer <= _SHOWN:
        return x
    height, width = (max(1, round(side * _SHOWN / longer)) for side in x.shape[:2])
    image = files.to_pillow(x).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(image).reshape(height, width, x.shape[2])
