"""Where the dashboard lies, and what a page of it says; importing this puts it on the path."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
TRAIN = str(ROOT / "dashboard" / "app_pages" / "train.py")

for folder in (ROOT, ROOT / "dashboard"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def texts(at) -> str:
    """Return all the words on the page."""
    kinds = (at.markdown, at.caption, at.html, at.error, at.info, at.warning, at.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
