"""Where the dashboard lies, and what a page of it says."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
TRAIN = str(ROOT / "dashboard" / "app_pages" / "train" / "page.py")


def texts(at) -> str:
    """Return all the words on the page."""
    kinds = (at.markdown, at.caption, at.html, at.error, at.info, at.warning, at.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
