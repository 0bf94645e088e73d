"""What the page's parts do where the desk cannot answer, in a browser without a desk."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from xray_app.desk import view, work
from xray_app.desk.look import PAGE_SCRIPT, PANEL_SCRIPT, PENDING_SCRIPT, VIEWER
from xray_app.desk.work import Beside
from xray_app.shown import Case

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below
NOT_NOW = "The desk could not do that just now; try again."
MAYBE = "It may have been done; look before you press again."
FILLED = """<header id="desk-header"><i data-own="{}"></i></header>"""
# A part of the page with its script; what it triggers: `window.asked`.
PART = """([id, code, html]) => {
  const host = document.body.appendChild(document.createElement('div'));
  host.id = id;
  host.innerHTML = "<div><div class='panel'></div></div>";
  window.asked ??= [];
  window.fail = (part, why) => window.parts[part](why);
  window.parts ??= {};
  const props = {value: html};
  new Function('element', 'props', 'trigger', 'watch', code)(host.firstChild, props,
    (name) => window.asked.push(name), (name, act) => {
      if (name === 'failed') window.parts[id] = (why) => {
        props.failed = JSON.stringify(['1', why]);
        act();
      };
    });
}"""
# What Gradio sends: an act says what it is about, a timer's event nothing.
SEND = """(about) => fetch('gradio_api/queue/join',
  {method: 'POST', body: JSON.stringify({event_data: about})}).catch(() => 0) && null"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name.endswith(".js"):
            route.fulfill(path=VIEWER.parent / name, content_type="text/javascript")
        elif name:
            route.fulfill(json={}, status=200 if name.startswith("health") else 404)
        else:
            route.fulfill(body="<!doctype html><title>desk</title>", content_type="text/html")

    page, broken = browser.new_page(), list[str]()
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.route(f"{HERE}**", serve)
    page.clock.install()
    page.goto(HERE)
    yield page
    page.close()
    assert broken == []


@pytest.fixture
def part(page: Page) -> Callable[..., None]:
    """Adds a part of the page, which shows this."""
    return lambda name, script, html: page.evaluate(
        PART, [name, script.read_text(encoding="utf-8"), html]
    )


def run(page: Page, header: str = FILLED) -> None:
    """Run the page's own script, and wait until its modules are there."""
    page.evaluate("(html) => document.body.insertAdjacentHTML('afterbegin', html)", header)
    page.add_script_tag(content=PAGE_SCRIPT.read_text(encoding="utf-8"))
    page.evaluate("Promise.all([forms, presence, words, unanswered])")
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")


@pytest.fixture
def pressed(page: Page, part: Callable[..., None]) -> Page:
    """A case whose Clear was pressed, of which nothing is known yet."""
    acts, codes = work.DECISIONS, work.CODES
    beside = Beside(key="a", officer="kim", version=1, acts=acts, codes=codes)
    run(page)
    case = view.case(Case("a-0", "bag.png", picture=b"x"), None, beside)
    part("desk-case", PANEL_SCRIPT, case)
    page.evaluate("document.querySelector('.act.clear').disabled = false")
    page.locator(".act.clear").click()
    page.wait_for_function("window.asked.length")
    expect(page.locator(".act.clear")).to_be_disabled()
    return page


def answer(page: Page, status: int, name: str = "join") -> None:
    """From now on the desk answers Gradio so; 0: not at all."""

    def serve(route: Route) -> None:
        if status:
            route.fulfill(status=status, json={})
        else:
            route.abort()

    page.route(f"{HERE}gradio_api/queue/{name}*", serve)


@pytest.mark.parametrize(
    ("status", "why"), [(503, NOT_NOW), (507, NOT_NOW), (502, MAYBE), (0, MAYBE)]
)
def test_an_act_that_the_desk_does_not_take_is_said_and_can_be_pressed_again(
    pressed: Page, status: int, why: str
) -> None:
    answer(pressed, status)
    pressed.evaluate(SEND, {"name": "clear"})
    expect(pressed.get_by_role("alert")).to_have_text(why)
    expect(pressed.locator(".act.clear")).to_be_enabled()


def test_what_nobody_asked_for_and_is_not_taken_wakes_nothing_and_is_not_spoken_of(
    pressed: Page,
) -> None:
    answer(pressed, 503)
    with pressed.expect_event("requestfinished"):
        pressed.evaluate(SEND, None)
    expect(pressed.locator("html[data-unanswered]")).to_have_count(1)  # it was looked at
    expect(pressed.get_by_role("alert")).to_have_count(0)
    expect(pressed.locator(".act.clear")).to_be_disabled()


def test_an_answer_that_is_lost_may_be_of_something_done(pressed: Page) -> None:
    answer(pressed, 503, "data")
    pressed.evaluate("fetch('gradio_api/queue/data?session_hash=1')")
    expect(pressed.get_by_role("alert")).to_have_text(MAYBE)
    expect(pressed.locator(".act.clear")).to_be_enabled()
    loads_again(pressed)  # Gradio hears no answer any more


def test_what_else_the_desk_cannot_answer_concerns_no_act(pressed: Page) -> None:
    pressed.route(f"{HERE}planes/*", lambda route: route.fulfill(status=503))
    pressed.evaluate("fetch('planes/a-0')")
    answer(pressed, 200)
    pressed.evaluate(SEND, {"name": "clear"})
    pressed.evaluate("fetch('gradio_api/queue/join')")
    expect(pressed.get_by_role("alert")).to_have_count(0)
    expect(pressed.locator(".act.clear")).to_be_disabled()


@pytest.mark.parametrize("by", ["the desk", "an outage"])
def test_what_can_be_taken_back_is_asked_for_again_also_where_nothing_is_shown(
    page: Page, part: Callable[..., None], by: str
) -> None:
    part("desk-pending", PENDING_SCRIPT, "")
    if by == "the desk":
        page.evaluate("window.fail('desk-pending', '')")
    else:
        page.evaluate("dispatchEvent(new CustomEvent('unanswered', {detail: {why: ''}}))")
    page.clock.fast_forward(4000)
    assert page.evaluate("window.asked") == []
    page.clock.fast_forward(2000)
    assert page.evaluate("window.asked") == ["settled"]


def loads_again(page: Page) -> None:
    with page.expect_event("load"):
        page.clock.fast_forward(6000)


def test_a_page_that_the_desk_could_not_fill_is_loaded_again(
    page: Page, part: Callable[..., None]
) -> None:
    run(page, header="")
    part("desk-header", PANEL_SCRIPT, "<h1>Inspection desk</h1>")
    page.evaluate("sessionStorage.setItem('api/v1/cases/1/opinions kim', '[1]')")
    page.evaluate("window.fail('desk-header', '')")
    loads_again(page)
    assert page.evaluate("sessionStorage.length") == 1, "what waits goes on waiting"


def test_a_page_that_was_never_filled_is_loaded_again_once_the_database_is_back(
    page: Page,
) -> None:
    run(page, header="")
    ready = f"{HERE}health/ready"
    page.route(ready, lambda route: route.fulfill(status=503, json={}))
    answer(page, 503)
    page.evaluate(SEND, None)
    expect(page.locator("html[data-unanswered]")).to_have_count(1)
    with page.expect_request(ready):
        page.clock.fast_forward(6000)
    expect(page.locator(".away")).to_contain_text("The desk cannot be reached")
    with page.expect_request(ready):
        page.clock.fast_forward(4000)  # that it lives is not enough
    expect(page.locator(".away")).to_have_count(1)
    page.unroute(ready)
    loads_again(page)


def test_a_page_that_was_filled_in_the_end_stays(page: Page) -> None:
    run(page, header="")
    answer(page, 503)
    page.evaluate(SEND, None)
    expect(page.locator("html[data-unanswered]")).to_have_count(1)
    page.evaluate("(html) => { document.body.innerHTML = html; }", FILLED)
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request(f"{HERE}health/live"):
        page.clock.fast_forward(6000)
    assert f"{HERE}health/ready" not in asked, "nobody asks whether to load it again"
