"""Where the program lies, and when a page stands still."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def settle(page):
    """Wait until the page stands still: connected, no script at work, nothing loading."""
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
