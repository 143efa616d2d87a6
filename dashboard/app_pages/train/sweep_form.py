"""Many trainings at once: which are asked for, how many they are, and what they will take."""

from __future__ import annotations

import streamlit as st

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise
from ae_core.runs import choose
from ae_core.training.sweeps import local, plan, store
from dashboard.components import download_panel, figures, library
from dashboard.components.controls import noise_levels
from dashboard.i18n import number, short, t, translated

START = {
    "data": "letters",
    "networks": ["conv"],
    "codes": [16, 64, 256],
    "kind": "gaussian",
    "levels": [0.0, 25.0],
    "seeds": 1,
    "epochs": 5,
    "limit": 0,
    "name": "",
}
SHOWN_LEFT_OUT = 4


def form(sets: dict) -> None:
    """Draw the form; Start writes the sweep, starts its process and shows it."""
    for name, value in START.items():
        st.session_state.setdefault(f"sweep_{name}", value)
    if st.session_state.pop("sweep_named", False):  # a name is used once
        st.session_state["sweep_name"] = ""
    _form(sets)


@st.fragment
def _form(sets: dict) -> None:
    _what(sets)
    _effort()
    try:
        base, axes = _asked()
        name = store.check_name(st.session_state["sweep_name"] or store.new_name(base))
        trials, left_out = plan.combine(name, base, axes)
    except UserError as error:
        st.error(translated(error), icon=":material/error:")
        return
    _promise(trials, left_out)
    missing = [m for m in base.data.split("+") if sets[m][1] == "missing"]
    if st.button(
        t("sweep.start", n=len(trials)),
        type="primary",
        key="sweep_start",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=bool(missing),
    ):
        try:
            local.choose([])
            found = store.create(name, base, axes, trials, left_out, [])
            found.launch()
        except UserError as error:
            st.error(translated(error), icon=":material/error:")
            return
        st.session_state["sweep_shown"] = found.id
        st.session_state["sweep_named"] = True
        st.rerun()


def _what(sets: dict) -> None:
    state = st.session_state
    st.selectbox(
        t("train.data"),
        list(sets),
        format_func=library.set_label,
        key="sweep_data",
        persist_state="session",
    )
    info, there = sets[state["sweep_data"]]
    if there == "missing":
        st.warning(library.missing_sentence(info.name), icon=":material/folder_off:")
        if info.kind == "download":
            download_panel.panel(info.name)
    st.multiselect(
        t("sweep.networks"),
        list(networks.KINDS),
        format_func=library.network_label,
        key="sweep_networks",
        persist_state="session",
    )
    sizes = sorted({*choose.POWERS, 49, 196, *state["sweep_codes"]})
    st.multiselect(
        t("sweep.codes"),
        sizes,
        format_func=lambda n: number(n, 0),
        key="sweep_codes",
        persist_state="session",
    )
    kinds = [kind for kind in KINDS if kind != "none"]
    st.selectbox(
        t("train.noise"),
        kinds,
        format_func=lambda k: t(f"noise.{k}"),
        key="sweep_kind",
        persist_state="session",
    )
    kind = state["sweep_kind"]
    offered = noise_levels(kind)
    state["sweep_levels"] = [level for level in state["sweep_levels"] if level in offered]
    st.multiselect(
        t("sweep.levels", unit=t(f"noise.unit_{KINDS[kind].unit}")),
        offered,
        format_func=short,
        key="sweep_levels",
        help=t("sweep.levels_help"),
        persist_state="session",
    )


def _effort() -> None:
    st.number_input(
        t("sweep.seeds"),
        1,
        10,
        step=1,
        key="sweep_seeds",
        help=t("sweep.seeds_help"),
        persist_state="session",
    )
    st.number_input(
        t("train.epochs"),
        1,
        10_000,
        step=1,
        key="sweep_epochs",
        help=t("train.epochs_help"),
        persist_state="session",
    )
    with st.expander(t("train.more"), key="sweep_more"):
        st.number_input(
            t("train.limit"),
            0,
            1_000_000,
            step=1000,
            key="sweep_limit",
            help=t("train.limit_help"),
            persist_state="session",
        )
        st.text_input(
            t("train.name"),
            key="sweep_name",
            max_chars=48,
            placeholder=t("train.name_placeholder"),
            persist_state="session",
        )


def _asked() -> tuple[TrainConfig, plan.Axes]:
    state = st.session_state
    for name in ("networks", "codes", "levels"):
        if not state[f"sweep_{name}"]:
            raise UserError(t(f"sweep.no_{name}"))
    base = TrainConfig(
        data=state["sweep_data"],
        noise=Noise(state["sweep_kind"]),
        epochs=int(state["sweep_epochs"]),
        limit=int(state["sweep_limit"]) or None,
    )
    axes = plan.Axes(
        tuple(state["sweep_networks"]),
        tuple(sorted(state["sweep_codes"])),
        tuple(sorted(state["sweep_levels"])),
        tuple(range(int(state["sweep_seeds"]))),
    )
    return base, axes


def _promise(trials: list[plan.Trial], left_out: list[str]) -> None:
    items = [(t("sweep.trials"), number(len(trials), 0))]
    if (seconds := plan.estimate(trials)) is not None:
        items.append((t("sweep.estimate"), figures.duration(seconds)))
    st.html(figures.facts(items))
    if left_out:
        more = len(left_out) - SHOWN_LEFT_OUT
        said = [translated(sentence) for sentence in left_out[:SHOWN_LEFT_OUT]]
        said += [t("sweep.more_left_out", n=more)] if more > 0 else []
        st.caption(t("sweep.left_out") + "\n" + "\n".join(f"- {sentence}" for sentence in said))
