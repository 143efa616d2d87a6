"""A class in browsers: two visitors and a teacher, known by their cookies."""

import re

import accessible
from browser_support import TOKEN, settle
from test_train_in_browser import choose, start

PATIENCE = 180_000  # ms; more than one browser and a training on a busy machine
TITLE = "Ana's long one"


def say_name(page, name):
    page.locator(".st-key-visitor_menu button").click()
    field = page.locator(".st-key-visitor_given input")
    field.fill(name)
    field.press("Enter")
    settle(page)
    page.keyboard.press("Escape")
    page.locator(".st-key-visitor").get_by_text(name).wait_for()


def test_two_visitors_and_a_teacher(visit_class, class_server):
    ana = visit_class("/train?network=situation-4")
    say_name(ana, "Ana")
    accessible.check(ana, "who one is in a class")
    choose(ana, epochs=3000, limit=160, name=TITLE)
    start(ana)
    ana.get_by_text(re.compile(r"Epoch \d+ of 3,?000")).wait_for()
    ana.reload()
    settle(ana)
    ana.locator(".st-key-visitor").get_by_text("Ana").wait_for()
    ana.get_by_text(re.compile(r"Epoch \d+ of 3,?000")).wait_for()
    own = ana.url[ana.url.index("/train") :]
    run = re.search(r"run=([^&]+)", own)[1]

    ben = visit_class(own)
    ben.get_by_text("There is no run").wait_for()
    assert ben.get_by_text(TITLE).count() == 0
    assert ben.locator(".st-key-under_way a").count() == 0
    assert ben.get_by_role("button", name="Cancel", exact=True).count() == 0

    second = ana.context.new_page()  # another tab of Ana's is Ana's
    second.set_default_timeout(PATIENCE)
    second.goto(own)
    settle(second)
    second.get_by_text(re.compile(r"Epoch \d+ of 3,?000")).wait_for()
    second.close()

    teacher = visit_class(f"{own}&teacher={TOKEN}")
    teacher.get_by_role("heading", name=f"{TITLE} · Ana").wait_for()
    assert TOKEN not in teacher.url and TOKEN not in teacher.content()
    teacher.reload()
    settle(teacher)
    teacher.get_by_role("button", name="Cancel", exact=True).click()
    teacher.get_by_text("Cancelled after").wait_for()
    ana.get_by_text("Cancelled after").wait_for()

    said = {cookie["name"]: cookie for cookie in teacher.context.cookies()}
    assert TOKEN not in str(said) and said["ae_visitor"]["sameSite"] == "Strict"
    folder = class_server.artifacts / "runs" / run
    assert said["ae_visitor"]["value"] not in (folder.parents[1] / "log.jsonl").read_text()
    ana.locator(".st-key-job_delete button").click()
    ana.locator(".st-key-job_delete_yes button").click()
    ana.get_by_text("will be gone for good").wait_for(state="detached")
    settle(ana)
    assert not folder.exists()


def test_two_tabs_opened_at_once_are_one_visitor(visit_class):
    page = visit_class("/lessons")
    page.context.clear_cookies()
    slower = page.context.new_page()
    slower.set_default_timeout(PATIENCE)
    slower.add_init_script(  # as if another tab had been known while this one was on its way
        "document.cookie = 'ae_visitor=' + 'z'.repeat(32) + '; Path=/'"
    )
    slower.goto(page.url)
    settle(slower)
    slower.locator(".st-key-visitor button").wait_for()
    slower.wait_for_timeout(1000)
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert kept["ae_visitor"] == "z" * 32
    slower.close()
