"""The dashboard: ``streamlit run dashboard/app.py``. Page frame, language and menu, nothing else."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

if str(Path(__file__).parents[1]) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parents[1]))

import streamlit as st

from ae_core.data import data_dir
from ae_core.errors import UserError
from ae_core.images import files, paint
from ae_core.jobs import deeds, owners
from dashboard.components import address, job_panel, theme, visitors, widgets
from dashboard.components.web import shell
from dashboard.i18n import as_code, spoken, t
from dashboard.lessons import frame, share

deeds.who, owners.asking = visitors.said, visitors.asking
try:
    visitors.arrive()
    widgets.bound_uploads()
    data_dir()
except UserError as error:  # of a setting: nothing is shown until whoever runs this has mended it
    st.error(spoken(error), icon=":material/error:")
    st.stop()

FOLDER = Path(__file__).parent / "app_pages"
# One word is a page's folder, its address, and the prefix of its texts and session keys.
PAGES = (
    "explore",
    "train",
    "design",
    "compare",
    "latent",
    "architecture",
    "rate",
    "denoise",
    "data",
    "devices",
    "report",
    "lessons",
)
PAINTED = 0.012  # seconds from a page's first line to the rest of it
LONGEST = 80  # characters of an address that leads nowhere, as it is said
# Addresses besides: the first page, at "/", is linked to by its name; and those of links made before.
ALSO = {"explore": "explore", "latent-space": "latent", "rate-quality": "rate"}

pages = {
    name: st.Page(
        FOLDER / name / "page.py",
        title=t(f"{name}.title"),
        help=t(f"{name}.lead"),
        url_path="" if name == "explore" else name,
        default=name == "explore",
    )
    for name in PAGES
}


def moved(name: str) -> Callable[[], None]:
    """Return a page that shows the page ``name`` in its place, with the same parameters."""
    return lambda: st.switch_page(pages[name], query_params=st.query_params.to_dict())


def nowhere() -> None:
    """Say that nothing is at this address, and what is elsewhere."""
    st.html(f"<h1 class='ae-lead'>{t('app.nowhere')}</h1>")
    st.markdown(t("app.nowhere_about", address=as_code(unquote(astray)[:LONGEST])))
    for page in pages.values():
        st.page_link(page)


old = [
    st.Page(moved(name), title=t(f"{name}.title"), url_path=address, visibility="hidden")
    for address, name in ALSO.items()
]
# An address that leads nowhere gets a page, or Streamlit says so in English over the first one; where
# there is a "/" in it, that still does, for no page may have such an address.
lost = []
if astray := address.astray({*PAGES, *ALSO}):
    lost = [st.Page(nowhere, title=t("app.nowhere"), url_path=astray, visibility="hidden")]
shown = st.navigation([*pages.values(), *old, *lost], position="top")
about = t("app.about")
head = {"page_title": f"{shown.title} · {t('app.title')}"}
# The browser keeps what is the same on all pages, and draws all of it again for what it is told.
if st.session_state.get("app_told") != about:
    icon = files.data_uri(paint.icon())  # as a file it is gone before a hurried page asks for it
    # With an entry of its own, the menu offers the themes.
    head |= {"page_icon": icon, "layout": "wide", "menu_items": {"About": about}}
st.set_page_config(**head)
# The browser draws at once what reaches it within 10 ms of a run's first element. So a new page's
# first line goes before all else, and the rest waits until that is on its way, or is drawn with it.
known = "app_told" in st.session_state
if not known:
    theme.style()
around = st.container(key="around")
name = next((name for name, page in pages.items() if page == shown), "")
if name:
    address.frame(name)
    place = st.container(key="share", width="content")
    frame.band(name)
    frame.lead(name)
    if known and st.session_state.get("app_page") != name:
        time.sleep(PAINTED)
    st.session_state["app_page"] = name
if known:
    theme.style()
with around:
    address.language_switch()
    shell.translate()
    visitors.menu()
    job_panel.chip(pages["train"])
shown.run()
if name:
    with place:  # last: the page has written into the address what it shows
        share.menu(name)
st.session_state["app_told"] = about  # last: what a run sent that was broken off may be lost
