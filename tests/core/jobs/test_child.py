"""A child that answers: whatever it does, its starter gets an answer or one sentence."""

import subprocess
import sys
import time

import psutil
import pytest

from ae_core.errors import Cancelled
from ae_core.jobs.child import Child, ChildError

CODE = """
import os, sys, time
from ae_core.errors import UserError
from ae_core.jobs.child import serve

def answer(request):
    print("a library prints this")
    if request["do"] == "hang":
        time.sleep(60)
    if request["do"] == "die":
        print("illegal memory access", file=sys.stderr, flush=True)
        os._exit(7)
    if request["do"] == "kill":
        os.kill(os.getpid(), 9)
    if request["do"] == "refuse":
        raise UserError("The code size must be from {low}.", low=request["low"])
    if request["do"] == "memory":
        raise MemoryError
    if request["do"] == "fault":
        return {"half": 1 / request["by"]}
    return {"twice": 2 * request["n"]}

serve(answer)
"""


@pytest.fixture
def child():
    with Child([sys.executable, "-c", CODE], {"SOMETHING": "1"}) as found:
        yield found


def test_answers_come_back_one_by_one(child):
    assert [child.ask({"do": "double", "n": n}, 60)["twice"] for n in (1, 2, 3)] == [2, 4, 6]


def test_an_error_is_a_sentence_and_the_child_goes_on(child):
    with pytest.raises(ChildError, match=r"^The code size must be from 3\.$") as told:
        child.ask({"do": "refuse", "low": 3}, 60)
    assert not told.value.lost and told.value.message.values == {"low": 3}  # to be translated
    with pytest.raises(ChildError, match="ZeroDivisionError"):
        child.ask({"do": "fault", "by": 0}, 60)
    assert child.ask({"do": "double", "n": 2}, 60) == {"twice": 4}


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("memory", "memory was not enough"),
        ("die", r"crashed \(exit code 7\): illegal memory access"),
        ("kill", "killed by the system"),
    ],
)
def test_a_child_that_is_of_no_use_any_more_is_told_as_lost(child, what, sentence):
    with pytest.raises(ChildError, match=sentence) as told:
        child.ask({"do": what}, 60)
    assert told.value.lost
    if what != "memory":
        with pytest.raises(ChildError, match=sentence):
            child.ask({"do": "double", "n": 1}, 60)


def test_one_that_hangs_is_given_up_or_left_when_that_is_asked(child):
    child.ask({"do": "double", "n": 1}, 60)
    with pytest.raises(ChildError, match="took over 1 s"):
        child.ask({"do": "hang"}, 1)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        child.ask({"do": "hang"}, 60, lambda: time.monotonic() - begun > 0.3)
    assert time.monotonic() - begun < 50  # long before its time was over


def test_a_child_ends_soon_after_its_starter_was_killed():
    starter = "\n".join(
        [
            "import sys",
            "from ae_core.jobs.child import Child",
            f"child = Child([sys.executable, '-c', {CODE!r}], {{}})",
            "child.ask({'do': 'double', 'n': 1}, 60)",
            "print(child._process.pid, flush=True)",
            "child.ask({'do': 'hang'}, 60)",
        ]
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True
    ) as killed:
        child = psutil.Process(int(killed.stdout.readline()))
        killed.kill()
    child.wait(120)
