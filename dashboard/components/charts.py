"""The curves of a training. Vega charts update in place, so a live curve does not flicker."""

from __future__ import annotations

import pandas
import streamlit as st
from i18n import number, t


def curves(history: pandas.DataFrame) -> None:
    """Draw training and validation loss, and validation PSNR, over the epochs."""
    left, right = st.columns(2, gap="medium")
    names = {"loss": t("curve.train"), "val_loss": t("curve.validation")}
    loss = history.rename(columns=names)
    last = history.iloc[-1]
    with left:
        st.line_chart(
            loss,
            x="epoch",
            y=list(names.values()),
            x_label=t("curve.epoch"),
            y_label=t("curve.loss"),
            height=230,
            alt=t("curve.loss_alt", train=number(last["loss"], 4), val=number(last["val_loss"], 4)),
        )
    with right:
        st.line_chart(
            history.rename(columns={"val_psnr": t("curve.psnr")}),
            x="epoch",
            y=t("curve.psnr"),
            x_label=t("curve.epoch"),
            y_label=t("curve.psnr_axis"),
            height=230,
            alt=t("curve.psnr_alt", value=number(last["val_psnr"], 1), epoch=int(last["epoch"])),
        )
