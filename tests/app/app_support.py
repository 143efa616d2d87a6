"""Where the dashboard lies, and what a page of it says."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
TRAIN = str(ROOT / "dashboard" / "app_pages" / "train" / "page.py")


def texts(at) -> str:
    """Return all the words on the page."""
    kinds = (at.markdown, at.caption, at.html, at.error, at.info, at.warning, at.header)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def told(at) -> list[dict]:
    """Return what the page's own scripts in the browser are told, a dictionary each."""
    given = [json.loads(part.proto.json) for part in at.get("bidi_component") if part.proto.json]
    return [data for (data,) in given]
