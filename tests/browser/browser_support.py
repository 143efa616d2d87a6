"""Where the program lies, and when a page stands still; importing this puts it on the path."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

for folder in (ROOT, ROOT / "dashboard"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def settle(page):
    """Wait until the page stands still: connected, no script at work, nothing loading."""
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
