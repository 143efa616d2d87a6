"""A real, tiny training, watched, left, found again, cancelled, gone on with and deleted."""

import re

import pytest
from browser_support import settle

TRAINING = 180_000  # ms
# Notes how many values are drawn at each text of the film: it is over before a slow machine looks.
WATCH_FILM = """() => {
  window.film = {};
  const look = (root) => {
    const said = root.querySelector("output")?.textContent;
    const canvas = document.querySelector("[class*=striprow-samples-reconstruction] canvas");
    if (!said || !canvas) return;
    film[said] = new Set(canvas.getContext("2d").getImageData(0, 0, 99, 99).data).size;
  };
  const parts = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean);
  for (const root of parts) {
    const changes = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => look(root)).observe(root, changes);
  }
}"""


def choose(page, epochs, limit, name):
    page.get_by_text("More settings").click()
    for key, value in (("epochs", epochs), ("limit", limit), ("title", name)):
        field = page.locator(f".st-key-train_{key} input")
        field.fill(str(value))
        field.press("Enter")
    settle(page)


def start(page):
    page.locator(".st-key-train_start button").click()
    page.wait_for_url(re.compile("run="))
    page.set_default_timeout(TRAINING)  # its process loads TensorFlow first


def ended(page, text):
    """Wait for a text as long as the training goes on; pytest's own limit ends a wait in vain."""
    found = page.get_by_text(text)
    found.or_(page.locator("[data-testid=stAlertContentError]")).first.wait_for(timeout=0)
    assert found.count()


@pytest.mark.long
def test_training_from_the_first_click_to_the_pictures(visit):
    page = visit("/?code=16")
    page.get_by_role("button", name="Train it").click()
    page.wait_for_url(re.compile("/train"))
    settle(page)
    assert page.get_by_text("784 values, 6,272 bits → 16 values").count()
    choose(page, epochs=2, limit=160, name="Browser test")
    start(page)
    ended(page, "Epochs done: 2 of 2")
    page.get_by_role("heading", name="Browser test").wait_for()
    images = page.locator("[class*=st-key-striprow-samples-reconstruction] img")
    images.wait_for()
    newest = images.get_attribute("src")
    page.locator("[class*=st-key-job_epoch_] input[type=range]").focus()
    page.keyboard.press("ArrowLeft")
    page.locator("[class*=striprow-samples-reconstruction] img[alt*='after epoch 1']").wait_for()
    assert images.get_attribute("src") != newest
    play = page.get_by_role("button", name="Play the training")
    play.wait_for()
    page.evaluate(WATCH_FILM)
    play.click()
    page.wait_for_function("film['after epoch 2'] > 4")
    page.locator("[class*=striprow-samples-reconstruction] canvas").wait_for(state="detached")
    page.get_by_role("button", name="Open in Explore").click()
    page.get_by_text("No network with a code of").wait_for(state="detached")
    page.locator(".st-key-striprow-explore-0-reconstruction img").wait_for()
    assert "code=16" in page.url


def test_a_double_click_starts_one_training_and_a_cancel_ends_it_before_it_is_prepared(visit, server):
    page = visit("/train?network=situation-4")
    folder = server.artifacts / "runs"
    before = set(folder.glob("[!.]*"))
    page.locator(".st-key-train_start button").dblclick()
    page.wait_for_url(re.compile("run="))
    settle(page)
    page.locator(".st-key-train_start_1").wait_for()
    (run,) = set(folder.glob("[!.]*")) - before
    page.get_by_text("Preparing, step 2 of 6").wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Cancelled").first.wait_for()
    page.locator(".st-key-job_delete button").click()
    page.locator(".st-key-job_delete_yes button").click()
    page.get_by_text("will be gone for good").wait_for(state="detached")
    settle(page)
    assert not run.exists() and set(folder.glob("[!.]*")) == before


def test_two_clicks_that_arrive_together_start_one_training_and_show_it(visit, server):
    """With the second click the page says what it held before it knew of the training."""
    page = visit("/", viewport={"width": 1280, "height": 910})
    busy, said, servers = [], [], []

    def join(socket):
        servers.append(socket.connect_to_server())
        socket.on_message(lambda words: (said.append if busy else servers[-1].send)(words))
        servers[-1].on_message(socket.send)

    page.route_web_socket(re.compile("/_stcore/stream"), join)
    page.goto(f"{server.url}/train?network=situation-4")
    settle(page)
    before = set((server.artifacts / "runs").glob("[!.]*"))
    busy.append(True)
    while len(said) < 2:
        page.locator(".st-key-train_start button").click()
        page.wait_for_timeout(500)
    for words in said:
        servers[-1].send(words)
    busy.clear()
    page.wait_for_url(re.compile("run="), timeout=20_000)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Cancelled").first.wait_for()
    assert len(set((server.artifacts / "runs").glob("[!.]*")) - before) == 1


@pytest.mark.long
def test_training_survives_reload_is_seen_by_others_stops_and_goes_on(visit, server):
    page = visit("/train?network=situation-4")
    choose(page, epochs=3000, limit=160, name="Long one")
    start(page)
    page.get_by_text(re.compile(r"Epoch \d+ of 3,?000")).wait_for()
    page.reload()
    settle(page)
    page.get_by_text(re.compile(r"Epoch \d+ of 3,?000")).wait_for()
    other = visit(page.url[page.url.index("/train") :], locale="pt-BR")
    other.get_by_text(re.compile(r"Época \d+ de 3.?000")).wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Cancelled after").wait_for()
    other.get_by_text("Cancelado após").wait_for()
    assert page.locator("[data-testid=stAlertContentError]").count() == 0

    page.get_by_role("button", name="Resume").click()
    page.get_by_text("Cancelled after").wait_for(state="detached")
    page.get_by_text("Preparing").wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("Cancelled after").wait_for()

    folder = server.artifacts / "runs" / re.search(r"run=([^&]+)", page.url)[1]
    assert (folder / "model.keras").is_file()
    page.locator(".st-key-job_delete button").click()
    page.get_by_text("will be gone for good").wait_for()
    assert folder.is_dir()
    page.locator(".st-key-job_delete_yes button").click()
    page.get_by_text("will be gone for good").wait_for(state="detached")
    settle(page)
    assert not folder.exists()
