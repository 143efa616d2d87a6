"""What to train: the form, and what it will compress to before anything is started."""

from __future__ import annotations

import streamlit as st

from ae_core import networks
from ae_core.config import AUGMENTATIONS, PRECISIONS, Noise, TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import KINDS
from ae_core.machine import devices
from ae_core.training import control
from dashboard.app_pages.train import code_sizes, estimate
from dashboard.components import download_panel, library
from dashboard.components.controls import noise_levels
from dashboard.i18n import number, short, t, translated

JOINED = ("notmnist+letters", "svhn+numbers")
BATCHES = (16, 32, 64, 128, 256, 512)
RATES = (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2)
DEVICES = ("auto", "cpu", "gpu", "gpus")
ELASTIC_NOISE = Noise("gaussian", 75.0, low=0.0, clean=0.5)
START = {
    "data": "letters",
    "network": "conv",
    "code": code_sizes.USUAL,
    "kind": "none",
    "level": 25.0,
    "spread": False,
    "epochs": 20,
    "batch": 128,
    "rate": 2e-3,
    "augment": "none",
    "device": "auto",
    "precision": "auto",
    "seed": 0,
    "limit": 0,
    "title": "",
}


def joined(sets: dict) -> list[str]:
    """Return the joined sets all of whose members are known."""
    return [name for name in JOINED if all(member in sets for member in name.split("+"))]


@st.fragment
def form(sets: dict) -> None:
    """Draw the form; Start creates the run, starts its worker and shows it."""
    _keep_sane(sets)
    _data(sets)
    shape = library.shape_of(st.session_state["train_data"])
    _network(shape)
    _noise()
    _effort()
    st.text_input(
        t("train.name"),
        key="train_title",
        max_chars=80,
        placeholder=t("train.name_placeholder"),
        persist_state="session",
    )
    try:
        config = _config()
        code_sizes.promise(config, shape)
    except UserError as error:
        st.error(translated(error))
        return
    estimate.section(config, _missing(sets))
    if st.button(
        t("train.start"),
        type="primary",
        icon=":material/play_arrow:",
        key="train_start",
        width="stretch",
        disabled=_missing(sets),
    ):
        _start(config)


def _start(config: TrainConfig) -> None:
    try:
        run = control.start(config, st.session_state["train_title"])
    except UserError as error:
        st.error(translated(error))
        return
    st.session_state["train_run"] = run.id
    st.rerun()


def _keep_sane(sets: dict) -> None:
    """Correct what an earlier choice left behind; only before the widgets are drawn."""
    state = st.session_state
    for name, value in START.items():
        state.setdefault(f"train_{name}", value)
    if state["train_data"] not in {*sets, *joined(sets)}:
        state["train_data"] = START["data"]
    shape = library.shape_of(state["train_data"])
    if state["train_network"] not in _possible(shape):
        state["train_network"] = "conv"
    state["train_code"] = min(state["train_code"], code_sizes.most(state["train_network"], shape))
    kind = state["train_kind"]
    if kind != "none":
        state["train_level"] = float(min(state["train_level"], KINDS[kind].maximum))
    if state["train_network"] == "unet" and kind == "none":
        state.update(train_kind="gaussian", train_level=50.0, train_spread=True)


def _data(sets: dict) -> None:
    options = [*sets, *joined(sets)]
    st.selectbox(
        t("train.data"),
        options,
        format_func=library.set_label,
        key="train_data",
        help=t("train.data_help"),
        persist_state="session",
        on_change=_data_changed,
    )
    for member in st.session_state["train_data"].split("+"):
        info, state = sets[member]
        if state == "missing":
            st.warning(library.missing_sentence(member), icon=":material/folder_off:")
        if info.terms:
            st.caption(t("data.terms_svhn"))
        if state == "missing" and info.kind == "download":
            download_panel.panel(member)


def _network(shape: tuple[int, int, int]) -> None:
    possible = _possible(shape)
    st.selectbox(
        t("train.network"),
        possible,
        format_func=library.network_label,
        key="train_network",
        persist_state="session",
        on_change=_network_changed,
    )
    network = st.session_state["train_network"]
    st.caption(t(f"network.{network}_about"))
    if networks.info(network).code_sizes is None:
        state = st.session_state
        sizes = sorted({*code_sizes.sizes(network, shape), state["train_code"]})
        label = "train.longest" if networks.info(network).elastic else "train.code"
        st.select_slider(
            t(label),
            sizes,
            format_func=lambda n: number(n, 0),
            key="train_code",
            help=t("explore.code_help"),
            persist_state="session",
        )


def _data_changed() -> None:
    if networks.info(st.session_state["train_network"]).rate:
        _network_changed()


def _network_changed() -> None:
    """Go to the size usual for a network that is trained for all shorter codes or for bytes."""
    state = st.session_state
    about = networks.info(state["train_network"])
    if about.elastic or about.rate:
        state["train_code"] = code_sizes.usual(about.name, library.shape_of(state["train_data"]))


def _noise() -> None:
    state = st.session_state
    if state["train_network"] == "elastic":
        st.caption(t("train.elastic_noise", noise=library.noise_label(ELASTIC_NOISE)))
        return
    if state["train_network"] == "rate":
        st.caption(t("train.rate_noise"))
        return
    kinds = [k for k in KINDS if k != "none" or state["train_network"] != "unet"]
    st.selectbox(
        t("train.noise"),
        kinds,
        format_func=lambda k: t(f"noise.{k}"),
        key="train_kind",
        help=t("train.noise_help"),
        persist_state="session",
    )
    kind = state["train_kind"]
    if kind == "none":
        return
    st.select_slider(
        t("train.level", unit=t(f"noise.unit_{KINDS[kind].unit}")),
        noise_levels(kind, state["train_level"])[1:],
        format_func=short,
        key="train_level",
        help=t(f"noise.{kind}_help"),
        persist_state="session",
    )
    st.toggle(
        t("train.spread"), key="train_spread", help=t("train.spread_help"), persist_state="session"
    )


def _effort() -> None:
    st.number_input(
        t("train.epochs"),
        1,
        10_000,
        step=1,
        key="train_epochs",
        help=t("train.epochs_help"),
        persist_state="session",
    )
    with st.expander(t("train.more"), key="train_more"):
        st.select_slider(
            t("train.batch"),
            BATCHES,
            key="train_batch",
            help=t("train.batch_help"),
            persist_state="session",
        )
        st.select_slider(
            t("train.rate"),
            RATES,
            format_func=short,
            key="train_rate",
            help=t("train.rate_help"),
            persist_state="session",
        )
        st.selectbox(
            t("train.augment"),
            AUGMENTATIONS,
            format_func=lambda a: t(f"augment.{a}"),
            key="train_augment",
            help=t("train.augment_help"),
            persist_state="session",
        )
        st.selectbox(
            t("train.device"),
            DEVICES,
            format_func=lambda d: t(f"device.{d}"),
            key="train_device",
            help=t("train.device_help"),
            persist_state="session",
        )
        st.selectbox(
            t("train.precision"),
            ("auto", *PRECISIONS),
            key="train_precision",
            format_func=lambda p: t("device.auto") if p == "auto" else p,
            help=t("train.precision_help"),
            persist_state="session",
        )
        st.number_input(
            t("train.seed"),
            0,
            2**31 - 1,
            step=1,
            key="train_seed",
            help=t("train.seed_help"),
            persist_state="session",
        )
        st.number_input(
            t("train.limit"),
            0,
            1_000_000,
            step=1000,
            key="train_limit",
            help=t("train.limit_help"),
            persist_state="session",
        )


def _config() -> TrainConfig:
    state = st.session_state
    network = state["train_network"]
    return TrainConfig(
        data=state["train_data"],
        network=network,
        code=networks.default_code(network, int(state["train_code"])),
        noise=_chosen_noise(),
        loss="psnr" if network == "elastic" else "mse",
        epochs=int(state["train_epochs"]),
        batch=int(state["train_batch"]),
        learning_rate=float(state["train_rate"]),
        augment=state["train_augment"],
        precision=_precision(),
        device=state["train_device"],
        seed=int(state["train_seed"]),
        limit=int(state["train_limit"]) or None,
    )


def _precision() -> str:
    state = st.session_state
    if state["train_precision"] == "auto":
        return devices.precision(state["train_device"])
    return state["train_precision"]


def _chosen_noise() -> Noise:
    state = st.session_state
    if state["train_network"] == "elastic":
        return ELASTIC_NOISE
    kind = state["train_kind"]
    if kind == "none" or state["train_network"] == "rate":
        return Noise()
    return Noise(kind, float(state["train_level"]), 0.0 if state["train_spread"] else None)


def _possible(shape: tuple[int, int, int]) -> list[str]:
    return [n for n, i in networks.NETWORKS.items() if i.side is None or i.side == shape[0]]


def _missing(sets: dict) -> bool:
    return any(sets[m][1] == "missing" for m in st.session_state["train_data"].split("+"))
