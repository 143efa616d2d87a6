"""Many visitors at once: what is shown to two is computed once, and a step draws no more."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from app_support import texts

from ae_core.images.noise import Noise
from dashboard.app_pages.explore import busy
from dashboard.components import image_grid, inference, library


@pytest.fixture
def made(monkeypatch):
    """The batches that went through a network's encoder or decoder so far."""
    from ae_core.networks.network import Network

    batches, real = [], Network._run

    def run(self, model, **values):
        batches.append(model.name)
        return real(self, model, **values)

    monkeypatch.setattr(Network, "_run", run)
    return batches


def step_only(at, monkeypatch):
    """Have the next run of the page draw what a step of a slider does, as a browser asks for it."""
    from streamlit.testing.v1 import local_script_runner

    body = next(iter(at._fragment_storage._fragments))  # the first that the page declares
    whole = local_script_runner.RerunData
    monkeypatch.setattr(
        local_script_runner, "RerunData", lambda **asked: whole(fragment_id_queue=[body], **asked)
    )


def test_two_visitors_of_the_same_images_share_one_computation(elastic, app, made):
    at = app(code="77", level="13")
    first = len(made)
    assert first
    other = app(code="77", level="13")
    assert len(made) == first and texts(other) == texts(at)
    app(code="78", level="13")
    assert len(made) == first + 1  # another size of the same codes: only the decoder


def test_who_asks_at_the_same_moment_waits_for_the_one_computation(elastic, made):
    network = next(e for e in library.entries() if e.longest).at(50)
    x = inference.images("letters", 0, [network])
    inference.reconstruct(network, x, Noise("gaussian", 3.0))
    made.clear()
    found, together = [], threading.Barrier(4)

    def visit():
        together.wait(120)
        found.append(inference.reconstruct(network, x, Noise("gaussian", 7.0)))

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    [visitor.start() for visitor in visitors]
    [visitor.join(120) for visitor in visitors]
    assert len(made) == 2  # once encoded, once decoded
    assert len(found) == 4 and all(one is found[0] for one in found)
    with pytest.raises(ValueError, match="read-only"):
        found[0].x_hat[0] = 0


def test_a_row_of_the_same_images_is_one_file(elastic):
    x = np.random.default_rng(0).integers(0, 256, (8, 28, 28, 1), np.uint8)
    uri, width = image_grid._line(x, 98, 106)
    assert image_grid._line(x.copy(), 98, 106)[0] is uri and width == 8 * 106
    other = x.copy()
    other[7, 27, 27] ^= 1
    assert image_grid._line(other, 98, 106)[0] != uri
    assert image_grid._line(x, 84, 106)[0] is image_grid._line(x, 84, 106)[0]


def test_a_step_draws_what_is_below_the_heading_and_no_more(elastic, app, monkeypatch):
    at = app(code="77", level="13")
    step_only(at, monkeypatch)
    monkeypatch.setattr(library, "entries", lambda *_: pytest.fail("all the runs were read again"))
    at.session_state["explore_code"] = 78
    at.run()
    assert not at.exception and not at.error
    assert "→ 78 values × 32 bits" in texts(at) and "<h1 class='ae-lead'>" not in texts(at)
    assert at.query_params["code"] == "78"
    assert at.number_input(key="explore_exact").value == 78


def test_the_link_to_what_is_shown_follows_a_step_while_its_menu_is_open(elastic, app, monkeypatch):
    at = app(code="77")
    at.session_state["share_menu"] = True
    at.run()
    step_only(at, monkeypatch)
    at.session_state["explore_code"] = 78
    at.run()
    assert "code=78" in next(c.value for c in at.get("code") if "explore?" in c.value)


def test_frames_are_asked_for_less_often_the_more_visitors_there_are(monkeypatch):
    monkeypatch.setattr(busy, "_here", {})
    assert busy.visitors() == 1
    for session in "abc":
        context = SimpleNamespace(session_id=session)
        monkeypatch.setattr(busy, "get_script_run_ctx", lambda context=context: context)
        with busy.at_work():
            pass
    assert busy.visitors() == 3
    monkeypatch.setattr(busy, "_HERE_S", -1.0)
    assert busy.visitors() == 1 and not busy._here


def test_steps_take_turns_and_all_are_done(monkeypatch):
    monkeypatch.setattr(busy, "_HOLDS_S", 60.0)
    at_once, most, done = [], [], []

    def step(number):
        with busy.turn():
            at_once.append(number)
            most.append(len(at_once))
            time.sleep(0.01)
            at_once.remove(number)
        done.append(number)

    visitors = [threading.Thread(target=step, args=(number,)) for number in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(30)
    assert sorted(done) == list(range(12))
    assert max(most) == 2 and not busy._drawing


def test_a_step_that_fails_gives_its_turn_back():
    for _ in range(3):
        with pytest.raises(OSError), busy.turn():
            raise OSError
    assert not busy._drawing


def test_who_takes_long_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(busy, "_HOLDS_S", 0.05)
    long, began = threading.Event(), []

    def search():
        with busy.turn():
            began.append(True)
            long.wait(60)

    searches = [threading.Thread(target=search) for _ in range(3)]
    for one in searches:
        one.start()
    with busy.turn():
        assert len(began) >= 2 and not long.is_set()
    long.set()
    for one in searches:
        one.join(30)
    assert not busy._drawing
