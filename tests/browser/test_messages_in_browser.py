"""A large message that the browser has kept is still there when a late answer refers to it."""

from browser_support import settle

BETWEEN = ("data", "train", "devices", "data")  # each a run, after which a browser forgets


class Late:
    """What the browser tells the server; one message is held until it is let go."""

    def __init__(self, page):
        self.held, self.holding = None, False
        page.route_web_socket("**/_stcore/stream", self._connect)

    def _connect(self, browser):
        self.server = browser.connect_to_server()
        browser.on_message(self._send)

    def _send(self, message):
        if self.holding:
            self.held, self.holding = message, False
        else:
            self.server.send(message)

    def let_go(self):
        self.server.send(self.held)


def test_a_late_answer_finds_what_it_refers_to(visit_shipped):
    page = visit_shipped("/data").context.new_page()  # the visit's own page is used again
    late = Late(page)
    page.goto("/rate")
    settle(page)
    chart = page.locator(".js-plotly-plot .trace").first
    chart.wait_for()
    late.holding = True
    _go(page, "rate")
    for name in BETWEEN:
        _go(page, name)
        page.wait_for_url(f"**/{name}*")
        settle(page)
    assert late.held is not None
    late.let_go()
    page.wait_for_url("**/rate*")
    chart.wait_for()
    assert page.get_by_role("dialog").count() == 0
    page.close()


def _go(page, name):
    page.locator(f"[data-testid=stTopNavLink][href$='/{name}']").first.click()
