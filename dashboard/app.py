"""The dashboard: ``streamlit run dashboard/app.py``. Page frame, language and menu, nothing else."""

import sys
from pathlib import Path

if str(Path(__file__).parents[1]) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parents[1]))

import streamlit as st

from ae_core.images import paint
from dashboard.components import address, theme
from dashboard.i18n import t

st.set_page_config(
    page_title=t("app.title"),
    page_icon=paint.icon(),
    layout="wide",
    menu_items={"About": t("app.about")},  # with an entry of its own, the menu offers the themes
)
theme.style()
address.language_switch()

PAGES = Path(__file__).parent / "app_pages"
WORDS = {
    "explore": "explore",
    "train": "train",
    "compare": "compare",
    "latent_space": "latent",
    "architecture": "arch",
    "rate_quality": "rate",
    "denoise": "denoise",
    "data": "sets",
    "devices": "devices",
    "report": "report",
}
page = st.navigation(
    [
        st.Page(
            PAGES / f"{name}.py",
            title=t(f"{words}.title"),
            help=t(f"{words}.lead"),
            url_path=name.replace("_", "-"),
            default=name == "explore",
        )
        for name, words in WORDS.items()
    ],
    position="top",
)
page.run()
