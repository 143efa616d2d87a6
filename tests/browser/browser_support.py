"""Where the program lies, and when a page stands still."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "the-secret-of-a-teacher"  # where a class is served
# A click that meets a part that slides goes beside what it aimed at.
_STILL = """!document.getAnimations().some(
    (a) => a.playState === "running" && a.effect.getComputedTiming().endTime !== Infinity
)"""


def settle(page):
    """Wait until the page stands still: connected, no script at work, nothing loading or sliding."""
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')", polling=50)
    page.wait_for_function(_STILL, polling=50)  # else at every frame, which it draws anew
