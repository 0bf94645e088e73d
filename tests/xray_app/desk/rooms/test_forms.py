"""What a reader fills in on a room's page stays while its script renews it, and is sent once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from xray_app.desk.look import FOLDER, VIEWER

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below
HEAD = "<!doctype html><script type=module src=/rooms.js></script><header></header>"
FILTERS = """<form method=get action=/queue data-days><input name=by>
  <select name=action data-send><option value="">any<option>took</select></form>"""
ONCE = "<form method=post action=/sent><input name=note><button>Record</button></form>"
ROLE = """<form method=post action=/sent><select name=role data-send>
  <option>screener<option>manager</select></form>"""
PHOTO = """<form method=post action=/sent enctype=multipart/form-data><input type=file name=photo>
  <button>Record</button></form>"""
OUT = "<form class=out method=post action=/sent><button>Sign out</button></form>"
LIVE = f"<div id=rows data-live>{ONCE}</div>"
PRESS = "setTimeout(() => document.querySelector('form').requestSubmit()) && null"
# A look waits a twentieth as long for its answer; `window.renew()` does what the timer does.
QUICK = """const [limit, later] = [AbortSignal.timeout.bind(AbortSignal), window.setTimeout];
  AbortSignal.timeout = (ms) => limit(ms < 10_000 ? ms / 20 : ms);
  window.setTimeout = (act, ms) => {
    if (ms === 15_000) window.renew = act;
    return later(act, ms);
  }"""


@dataclass
class Desk:
    """Answers as a desk does, but says nothing to what it `holds`, until it is made to answer, and
    cannot do what it `fails` at.
    """

    main: str = FILTERS
    holds: str = ""
    fails: str = ""
    asked: list[str] = field(default_factory=list)
    held: Route | None = None

    def serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(HERE).partition("?")[0]
        if name == "rooms.js":
            route.fulfill(path=FOLDER / "rooms" / name, content_type="text/javascript")
        elif name in ("words.js", "away.js", "once.js"):
            route.fulfill(path=VIEWER / name, content_type="text/javascript")
        elif name in ("page", "queue", "sent", "health/live", "health/ready"):
            self.asked.append(name)
            is_opened = name == "page" and route.request.is_navigation_request()
            if name == self.holds and not is_opened:
                self.held = route
            elif name == self.fails:
                route.fulfill(status=503, json={"error": "the database cannot be reached"})
            elif name == "sent":
                route.fulfill(status=204)  # the page stays
            else:
                route.fulfill(body=self.page(), content_type="text/html")
        else:
            route.fulfill(status=404)

    def page(self) -> str:
        return f"{HEAD}<main>{self.main}</main>"

    def hold(self, page: Page) -> None:
        """Wait until something is asked for that is not answered."""
        for _ in range(500):
            if self.held:
                return
            page.wait_for_timeout(10)
        raise AssertionError(f"{self.holds} was never asked for, only {self.asked}")

    def answer(self, page: Page, body: str = "") -> None:
        """Answer what was held, and wait until the page has made of it what it does."""
        assert self.held is not None
        with page.expect_event("requestfinished"):
            self.held.fulfill(body=body or self.page(), content_type="text/html")
        self.held = None
        page.wait_for_timeout(50)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def opened(browser: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Opens the desk's page; at the end, nothing broke in it."""
    context, broken = browser.new_context(timezone_id="Asia/Seoul"), list[str]()
    page = context.new_page()
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.route(f"{HERE}**", desk.serve)

    def opened(main: str, holds: str = "", by_hand: bool = False) -> Page:
        desk.main, desk.holds = main, holds
        if by_hand:  # the page's clock
            page.clock.install()
        page.add_init_script(QUICK)
        page.goto(f"{HERE}page")
        page.wait_for_function("!!window.renew")  # its script has run
        return page

    yield opened
    context.close()
    assert broken == []


Opened = Callable[..., Page]


@pytest.mark.parametrize("stays", [True, False])
def test_what_is_typed_while_a_page_is_fetched_again_for_its_days_is_kept(
    opened: Opened, desk: Desk, stays: bool
) -> None:
    page = opened(FILTERS, holds="page")
    desk.hold(page)
    page.locator("input").fill("kim")
    if not stays:
        page.locator("input").blur()
    desk.answer(page)
    expect(page.locator("input")).to_have_value("kim")


def test_a_choice_is_sent_while_a_page_is_fetched_again_for_its_days(
    opened: Opened, desk: Desk
) -> None:
    page = opened(FILTERS, holds="page")
    desk.hold(page)
    page.locator("select").select_option("took")
    page.wait_for_url("**/queue?by=&action=took")


def test_a_page_that_comes_without_its_middle_takes_nothing_away(
    opened: Opened, desk: Desk
) -> None:
    page = opened(FILTERS, holds="page")
    desk.hold(page)
    desk.answer(page, "<p>other")
    expect(page.locator("main form")).to_have_count(1)
    assert page.inner_text("body").strip() == "any\ntook"


def test_a_choice_in_what_was_fetched_again_is_sent_and_its_times_are_the_readers(
    opened: Opened, desk: Desk
) -> None:
    page = opened(FILTERS, holds="page")
    desk.hold(page)
    later = FILTERS + "<time datetime=2026-03-01T20:00:00Z></time>"
    desk.answer(page, f"<main>{later}</main>")
    expect(page.locator("time")).to_contain_text("Mar 2, 2026, 05:00")
    page.locator("select").select_option("took")
    page.wait_for_url("**/queue?by=&action=took")


def test_a_desk_that_takes_a_call_and_says_nothing_is_away_and_gets_no_form(
    opened: Opened, desk: Desk
) -> None:
    page = opened(ONCE, holds="health/ready")
    page.locator("input").fill("only shoes")
    page.get_by_role("button").click()
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    expect(page.locator("input")).to_have_value("only shoes")
    desk.holds = ""
    with page.expect_request("**/sent"):
        page.get_by_role("button").click()


def test_a_form_in_a_list_that_is_fetched_anew_is_sent_once(opened: Opened, desk: Desk) -> None:
    page = opened(LIVE, holds="page")
    page.evaluate("void window.renew()")
    desk.hold(page)
    with page.expect_request("**/sent"):
        page.evaluate(PRESS)
    desk.answer(page)
    page.evaluate(PRESS)
    page.wait_for_timeout(50)
    assert desk.asked.count("sent") == 1


def test_a_form_in_a_list_that_was_fetched_anew_is_sent_to_a_desk_that_answers_alone(
    opened: Opened, desk: Desk
) -> None:
    page = opened(LIVE, holds="page")
    page.evaluate("void window.renew()")
    desk.hold(page)
    desk.answer(page)
    desk.holds = "health/ready"
    page.evaluate(PRESS)
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    assert "sent" not in desk.asked


def test_a_choice_that_sends_itself_goes_back_where_no_desk_takes_it(opened: Opened) -> None:
    page = opened(ROLE, holds="health/ready")
    page.locator("select").select_option("manager")
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    expect(page.locator("select")).to_have_value("screener")


def test_a_choice_that_sends_itself_goes_to_a_desk_that_answers(opened: Opened, desk: Desk) -> None:
    page = opened(ROLE)
    with page.expect_request("**/sent") as sent:
        page.locator("select").select_option("manager")
    assert sent.value.post_data == "role=manager"


def test_a_form_whose_page_was_stopped_can_be_sent_again_after_a_while(
    opened: Opened, desk: Desk
) -> None:
    page = opened(LIVE, by_hand=True)
    for count in (1, 2):
        with page.expect_request("**/sent"):
            page.evaluate(PRESS)  # the page stays, as it does where its reader stops it
        page.evaluate(PRESS)
        page.wait_for_timeout(50)
        assert desk.asked.count("sent") == count, "it is under way, as far as anybody knows"
        page.clock.fast_forward(21_000)


def test_a_form_with_a_photo_is_not_sent_again_while_the_photo_may_be_on_its_way(
    opened: Opened, desk: Desk
) -> None:
    page = opened(PHOTO, by_hand=True)
    photo = {"name": "seen.jpg", "mimeType": "image/jpeg", "buffer": bytes(640_000)}  # 20 s
    page.locator("input").set_input_files(photo)
    with page.expect_request("**/sent"):
        page.evaluate(PRESS)
    page.clock.fast_forward(39_000)
    page.evaluate(PRESS)
    page.wait_for_timeout(50)
    assert desk.asked.count("sent") == 1
    page.clock.fast_forward(2_000)
    with page.expect_request("**/sent"):
        page.evaluate(PRESS)


def test_a_form_that_became_invalid_while_the_desk_was_asked_goes_once_it_is_valid(
    opened: Opened, desk: Desk
) -> None:
    page = opened(LIVE, holds="health/ready")
    page.evaluate(PRESS)
    desk.hold(page)
    page.locator("input").evaluate("(note) => { note.required = true; }")
    desk.holds = ""
    desk.answer(page)
    assert "sent" not in desk.asked
    page.evaluate("document.activeElement.blur()")
    with page.expect_response("**/page"):
        page.evaluate("void window.renew()")  # nothing is under way: lists stay fresh
    page.locator("input").fill("only shoes")
    with page.expect_request("**/sent"):
        page.evaluate(PRESS)
    assert desk.asked.count("health/ready") == 2, "the desk was asked anew"


def test_nothing_that_was_written_stays_behind_when_somebody_signs_out_of_any_page(
    opened: Opened, desk: Desk
) -> None:
    page = opened(OUT)
    page.evaluate("sessionStorage.setItem('draft 1 kim', 'under the lining')")
    desk.holds = "health/ready"
    page.get_by_role("button").click()
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    assert page.evaluate("sessionStorage.length") == 1, "they did not get out"
    desk.holds, desk.fails = "", "sent"
    page.get_by_role("button").click()
    said = page.get_by_text("The desk could not do that just now; try again.")
    expect(said).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 1, "they did not get out"
    desk.fails = ""
    page.get_by_role("button").click()
    page.wait_for_function("sessionStorage.length === 0")
    assert desk.asked.count("sent") >= 2


def test_who_signs_out_while_what_they_marked_waits_is_told_before_it_is_lost(
    opened: Opened, desk: Desk
) -> None:
    page = opened(OUT)
    page.evaluate("sessionStorage.setItem('api/v1/cases/1a/opinions kim', '[{}]')")
    page.get_by_role("button").click()
    expect(page.locator(".away")).to_contain_text("What you marked is not sent yet")
    assert ("sent" not in desk.asked, page.evaluate("sessionStorage.length")) == (True, 1)
    page.get_by_role("button").click()
    page.wait_for_function("sessionStorage.length === 0")
    assert "sent" in desk.asked


def test_a_form_waits_for_the_desks_database_and_so_does_the_page(
    opened: Opened, desk: Desk
) -> None:
    page = opened(ONCE, by_hand=True)
    page.locator("input").fill("only shoes")
    desk.fails = "health/ready"
    page.get_by_role("button").click()
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    with page.expect_request("**/health/ready"):
        page.clock.fast_forward(4000)
    expect(page.locator(".away")).to_have_count(1)
    assert "sent" not in desk.asked
    desk.fails = ""
    page.clock.fast_forward(4000)
    expect(page.locator(".away")).to_have_count(0)
    expect(page.locator("input")).to_have_value("only shoes")


def test_a_list_is_asked_for_again_a_while_after_it_came_however_long_that_took(
    opened: Opened, desk: Desk
) -> None:
    page = opened(LIVE, holds="page", by_hand=True)
    page.clock.fast_forward(16_000)
    desk.hold(page)
    for _ in range(8):
        page.clock.fast_forward(16_000)
        page.wait_for_timeout(20)
    assert desk.asked.count("page") == 2, "the service still works on the first"
    desk.answer(page)
    with page.expect_request("**/page"):
        page.clock.fast_forward(16_000)
