"""The dashboard: ``streamlit run dashboard/app.py``. Page frame, language and menu, nothing else."""

import sys
from pathlib import Path

sys.path[:0] = [p for p in [str(Path(__file__).parents[1])] if p not in sys.path]

import streamlit as st  # noqa: E402

from components import address, look, painting  # noqa: E402
from i18n import t  # noqa: E402

st.set_page_config(
    page_title=t("app.title"),
    page_icon=painting.icon(),
    layout="wide",
    menu_items={"About": t("app.about")},  # with an entry of its own, the menu offers the themes
)
look.style()
address.language_switch()

PAGES = Path(__file__).parent / "app_pages"
page = st.navigation(
    [
        st.Page(
            PAGES / f"{name}.py",
            title=t(f"{name}.title"),
            help=t(f"{name}.lead"),
            url_path=name,
            default=name == "explore",
        )
        for name in ("explore", "train")
    ],
    position="top",
)
page.run()
