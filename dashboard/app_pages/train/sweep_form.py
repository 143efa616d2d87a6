"""Many trainings at once: which are asked for, how many they are, and what they will take."""

from __future__ import annotations

import streamlit as st

from ae_core import data, networks
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS, Noise
from ae_core.networks import recipe
from ae_core.runs import choose
from ae_core.training.sweeps import local, plan, store
from dashboard.app_pages.train import form
from dashboard.components import controls, figures, job_panel, library, widgets
from dashboard.i18n import number, short, spoken, t

START = {
    "data": "letters",
    "networks": [TrainConfig.network],
    "codes": [16, 64, 256],
    "kind": "gaussian",
    "levels": [0.0, 25.0],
    "seeds": 1,
    "epochs": 5,
    "limit": 0,
    "name": "",
}
SHOWN_LEFT_OUT = 4


def draw(sets: dict) -> None:
    """Draw the form; Start writes the sweep, starts its process and shows it."""
    for name, value in START.items():
        st.session_state.setdefault(f"sweep_{name}", value)
    if st.session_state.pop("sweep_named", False):  # a name is used once
        st.session_state["sweep_name"] = ""
    _form(sets)


@st.fragment
def _form(sets: dict) -> None:
    missing = _what(sets)
    _follow_images()
    _effort()
    try:
        base, axes = _asked()
        name = store.check_name(st.session_state["sweep_name"] or store.new_name(base))
        trials, left_out = plan.combine(name, base, axes, asked=("epochs",))
    except UserError as error:
        job_panel.say(error)
        return
    _promise(trials, left_out)

    def start() -> None:
        local.choose([])
        found = store.create(name, base, axes, trials, left_out, [])
        found.launch()
        widgets.put("sweep_shown", found.id)
        st.session_state["sweep_named"] = True

    label, how = t("sweep.start", n=len(trials)), {"type": "primary", "width": "stretch"}
    if widgets.deed("sweep_start", "play_arrow", label=label, disabled=missing, **how):
        job_panel.attempt(start)


def _what(sets: dict) -> bool:
    """Draw what is trained on what; return whether the data are missing on this machine."""
    state = st.session_state
    chosen = widgets.select("train.data", list(sets), library.set_label, key="sweep_data")
    missing = controls.members(chosen, sets)
    widgets.several(
        "sweep.networks",
        [n for n, kind in networks.KINDS.items() if kind.trainable],
        library.network_label,
    )
    sizes = sorted({*choose.POWERS, 49, 196, *state["sweep_codes"]})
    widgets.several("sweep.codes", sizes, lambda n: number(n, 0))
    form.noise_kind("sweep", [kind for kind in KINDS if kind != "none"])
    kind = state["sweep_kind"]
    offered = controls.noise_levels(kind)
    state["sweep_levels"] = [level for level in state["sweep_levels"] if level in offered]
    label = t("sweep.levels", unit=t(f"noise.unit_{KINDS[kind].unit}"))
    widgets.several("sweep_levels", offered, short, label=label, help=t("sweep.levels_help"))
    return missing


def _follow_images() -> None:
    """Let the number of epochs, where nobody has changed it, be one that few images need."""
    state = st.session_state
    try:
        images = data.training_images(state["sweep_data"], int(state["sweep_limit"]) or None)
    except UserError:
        return  # it is said where the data are chosen
    usual = START["epochs"] if images >= recipe.MANY else recipe.of(images)["epochs"]
    if state["sweep_epochs"] == state.get("sweep_usual", START["epochs"]):
        state["sweep_epochs"] = usual
    state["sweep_usual"] = usual


def _effort() -> None:
    ask = {entry.name: entry for entry in form.entries("shown", "more")}
    widgets.whole("sweep.seeds", 1, 10, help=t("sweep.seeds_help"))
    form.widget(ask["epochs"], "sweep")
    with st.expander(t("train.more"), key="sweep_more"):
        form.widget(ask["limit"], "sweep")
        widgets.text("train.name", key="sweep_name", max_chars=48)


def _asked() -> tuple[TrainConfig, plan.Axes]:
    state = st.session_state
    kinds = [networks.kind(name) for name in state["sweep_networks"]]
    designed, coded = any(kind.designed for kind in kinds), any(kind.has_code for kind in kinds)
    for name in ("networks", "codes", "levels"):
        if not state[f"sweep_{name}"] and (name != "codes" or coded):
            raise UserError(t(f"sweep.no_{name}"))
    base = TrainConfig(
        data=state["sweep_data"],
        noise=Noise(state["sweep_kind"]),
        design=state.get("train_design", "") if designed else "",
        epochs=int(state["sweep_epochs"]),
        limit=int(state["sweep_limit"]) or None,
    )
    axes = plan.Axes(
        tuple(state["sweep_networks"]),
        tuple(sorted(state["sweep_codes"])) if coded else (),
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
        said = [spoken(sentence) for sentence in left_out[:SHOWN_LEFT_OUT]]
        said += [t("sweep.more_left_out", n=more)] if more > 0 else []
        st.caption(t("sweep.left_out") + "\n" + "\n".join(f"- {sentence}" for sentence in said))
