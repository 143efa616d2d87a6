"""The menu: one visit leads through every page, with what each keeps of it."""

from app_support import ROOT, texts

from ae_core import i18n

PAGES = sorted(page.parent.name for page in (ROOT / "dashboard" / "app_pages").glob("*/page.py"))
ENGLISH = i18n.catalogue("en")


def test_the_menu_leads_to_every_page_and_back(artifacts, app):
    at = app()
    for name in [*PAGES, "explore"]:
        at.switch_page(str(ROOT / "dashboard" / "app_pages" / name / "page.py"))
        at.query_params.clear()  # as the menu does
        at.run()
        assert not at.exception, name
        assert ENGLISH[f"{name}.lead"] in texts(at) + "".join(str(title.value) for title in at.title)
