"""The scripts of the page around the viewer, in a browser without a desk."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from xray_app.desk import view, work
from xray_app.desk.look import ADD_SCRIPT, PAGE_SCRIPT, PANEL_SCRIPT, VIEWER
from xray_app.desk.work import Act, Beside
from xray_app.shown import Case

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below
MARKED = "api/v1/cases/a/opinions"
MOVED = """<header id="desk-header"><i data-own='{"keys": {"c": "["}}'></i></header>"""
RESUME = Act("resume", "Take up again", "n")
TELL = """() => {
  window.pressed = [];
  addEventListener('click', ({target}) => {
    const button = target.closest('button');
    window.pressed.push(button.dataset.act ?? button.dataset.pick);
  });
}"""
DROP = """([field, names]) => {
  const dataTransfer = new DataTransfer();
  for (const name of names) dataTransfer.items.add(new File(['x'], name));
  document.querySelector(field).dispatchEvent(new DragEvent('drop',
    {dataTransfer, bubbles: true, cancelable: true}));
}"""
# As a browser tells of folders: they come as files, which cannot be read, and as what they are.
DROP_MIXED = """(names) => {
  const files = names.map((name) => new File(['x'], name));
  const items = names.map((name) => ({kind: 'file',
    webkitGetAsEntry: () => ({name, isDirectory: !name.includes('.')})}));
  const drop = new Event('drop', {bubbles: true, cancelable: true});
  document.body.dispatchEvent(Object.assign(drop, {dataTransfer: {files, items}}));
}"""
LOCKED = """() => {
  File.prototype.slice = () => ({arrayBuffer: () => Promise.reject(new Error('NotReadable'))});
}"""
ADD = """([code, html]) => {
  const element = document.body.appendChild(document.createElement('div'));
  element.innerHTML = "<div class='panel'></div>";
  window.asked = [];
  const real = window.fetch;
  window.fetch = (address) => {
    if (!/^(uploads|api)/.test(address)) return real(address);
    window.asked.push(address);
    const said = address.startsWith('api/v1/cases') ? '[]' : '{"upload": "1", "id": "1"}';
    return Promise.resolve(new Response(said));
  };
  const props = {value: html, most: 100};
  let watched;
  window.done = (...said) => { props.done = JSON.stringify(said); watched(); };
  new Function('element', 'props', 'trigger', 'watch', code)(element, props,
    (name, said) => window.asked.push(`${name} ${said.case ?? said.sent}`),
    (_, act) => { watched = act; });
}"""

# A desk that answers each word when it is told to, `window.answer(ok)`; what came: `window.asked`.
# `window.open_case(html)` paints another case, or the same anew; `window.fail(why)` says that
# Python could not do what was asked.
DECIDE = """async ([code, html, address, marks]) => {
  const element = document.body.appendChild(document.createElement('div'));
  element.innerHTML = "<div class='panel'></div>";
  const real = window.fetch;
  window.asked = [];
  window.fetch = (asked, {body} = {}) => {
    if (asked !== address) return real(asked);
    const standing = {reader: 'kim', version: 1, mine: true, labels: [], standing: []};
    if (!body) return Promise.resolve(new Response(JSON.stringify(standing)));
    window.asked.push(JSON.parse(body).says);
    return new Promise((done) => {
      window.answer = (ok) => done(new Response(JSON.stringify(ok ? standing : {error: 'no'}),
        {status: ok ? 200 : 409}));
    });
  };
  const props = {value: html}, watched = {};
  window.open_case = (other) => { props.value = other; watched.value(); };
  window.fail = (why) => { props.failed = JSON.stringify(['1', why]); watched.failed(); };
  new Function('element', 'props', 'trigger', 'watch', code)(
    element, props, (_, said) => window.asked.push(`${said.name} ${said.case}`),
    (name, act) => { watched[name] = act; });
  const {Opinions} = await import(new URL('viewer/opinions.js', location.href));
  const opinions = window.opinions = new Opinions({changed: () => 0, told: () => 0});
  await opinions.open(address, 'kim');
  for (const [finding, says] of marks)
    opinions.say({view: 0, says, finding, drawn: null, label: null, xyxy_px: null});
  document.querySelector('.act.clear').disabled = false;
}"""
MARKS = [[1, "confirmed"], [2, "rejected"]]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the viewer's modules; at the end, nothing broke in it."""

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
    page.goto(HERE)
    yield page
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    page.close()
    assert broken == []


@pytest.fixture
def open_case(page: Page) -> Callable[..., Page]:
    """Shows the queue and a case with these acts, with the page's keys awake."""

    def open_case(*acts: Act, own: str = "") -> Page:
        codes = work.CODES if work.DECISIONS[0] in acts else ()
        aside = work.ASIDE if codes else ()
        beside = Beside(key="a", version=1, acts=acts, codes=codes, aside=aside)
        case = view.case(Case("a-0", "bag.png", picture=b"x"), None, beside)
        page.evaluate(
            "(html) => { document.body.innerHTML = html; }",
            own + view.queue([], None, take=work.TAKE) + case,
        )
        page.add_script_tag(content=PAGE_SCRIPT.read_text(encoding="utf-8"))
        page.evaluate(f"import('{HERE}viewer/keys.js').then({TELL})")
        return page

    return open_case


def pressed(page: Page, *keys: str) -> list[str]:
    """What these keys pressed on the page."""
    for key in keys:
        page.keyboard.press(key)
    page.evaluate("new Promise((done) => setTimeout(done))")
    found: list[str] = page.evaluate("window.pressed")
    return found


def test_a_key_means_the_open_case_before_the_queue(open_case: Callable[..., Page]) -> None:
    page = open_case(RESUME)
    assert pressed(page, "n") == ["resume"]
    page.evaluate("document.querySelector('.work .act').disabled = true")  # it is being done
    assert pressed(page, "n") == ["resume"]
    page.evaluate("document.querySelector('.work').remove()")
    assert pressed(page, "n") == ["resume", "take"]


def test_a_dialog_that_is_closed_takes_no_key(open_case: Callable[..., Page]) -> None:
    page = open_case(*work.DECISIONS)
    assert pressed(page, "0") == [], "fits the scan, and does not give the case back"
    assert pressed(page, "2") == ["code"]
    page.evaluate("document.querySelector('dialog.hand-over').showModal()")
    assert pressed(page, "0") == ["code", "release"]


def test_a_key_that_was_moved_away_does_nothing(open_case: Callable[..., Page]) -> None:
    page = open_case(*work.DECISIONS, own=MOVED)
    page.evaluate("document.querySelector('.act.clear').disabled = false")
    assert pressed(page, "c") == []
    assert pressed(page, "[") == ["clear"]


@pytest.fixture
def deciding(page: Page) -> Page:
    """A case on which two words were said, the second still waiting, and a decision at once."""
    page.clock.install()
    show(page, "a", MARKS)
    page.evaluate("document.querySelector('.act.clear').click()")
    page.wait_for_function("window.asked.length")
    return page


def show(page: Page, key: str, marks: list[list[object]]) -> None:
    code = PANEL_SCRIPT.read_text(encoding="utf-8")
    page.evaluate(DECIDE, [code, decidable(key), MARKED, marks])


def decidable(key: str, officer: str = "kim", version: int = 1) -> str:
    acts, codes = work.DECISIONS, work.CODES
    beside = Beside(
        key=key, officer=officer, version=version, aside=work.ASIDE, acts=acts, codes=codes
    )
    return view.case(Case(f"{key}-0", "bag.png", picture=b"x"), None, beside)


def test_a_decision_waits_for_what_was_marked_before_it(deciding: Page) -> None:
    deciding.evaluate("window.answer(true)")
    deciding.wait_for_function("window.asked.length > 1")
    deciding.evaluate("document.querySelector('.act.search').click()")  # one is under way
    deciding.evaluate("window.answer(true)")
    deciding.wait_for_function("window.asked.length > 2")
    assert deciding.evaluate("window.asked") == ["confirmed", "rejected", "clear a"]


def test_a_decision_stays_undone_where_what_was_marked_is_refused(deciding: Page) -> None:
    deciding.evaluate("window.answer(false)")
    expect(deciding.locator(".act.clear")).to_be_enabled()
    assert deciding.evaluate("window.asked") == ["confirmed"]


def test_who_has_waited_for_what_they_marked_may_go_on_without_it(deciding: Page) -> None:
    deciding.clock.fast_forward(2000)
    expect(deciding.get_by_role("alert")).to_contain_text("still being sent")
    deciding.evaluate("(html) => window.open_case(html)", decidable("a"))  # another view of it
    expect(deciding.get_by_role("alert")).to_contain_text("still being sent")
    deciding.get_by_role("button", name="Go on without it").click()
    deciding.wait_for_function("window.asked.length > 1")
    assert deciding.evaluate("window.asked") == ["confirmed", "clear a"]
    expect(deciding.get_by_role("alert")).to_have_count(0)


def test_a_decision_that_waits_is_not_done_once_another_case_is_open(deciding: Page) -> None:
    deciding.evaluate("(html) => window.open_case(html)", decidable("b"))
    expect(deciding.get_by_role("alert")).to_contain_text("Not done: you left the case")
    deciding.evaluate("window.answer(true)")
    deciding.wait_for_function("window.asked.length > 1")
    deciding.evaluate("window.answer(true)")
    deciding.wait_for_function("!window.opinions.busy")
    deciding.evaluate("document.querySelector('.act.clear').disabled = false")
    deciding.locator(".act.clear").click()
    deciding.wait_for_function("window.asked.length > 2")
    assert deciding.evaluate("window.asked") == ["confirmed", "rejected", "clear b"]


def test_a_decision_that_waits_while_the_page_is_loaded_again_is_said_to_be_undone(
    deciding: Page,
) -> None:
    deciding.goto(HERE)
    show(deciding, "a", [])
    undone = deciding.get_by_role("alert")
    expect(undone).to_contain_text("Not done: this page was loaded again")
    deciding.wait_for_function("window.asked.length")
    deciding.evaluate("(html) => window.open_case(html)", decidable("a"))
    expect(undone).to_have_count(1)
    for count in (2, 3):
        deciding.evaluate("window.answer(true)")
        deciding.wait_for_function(f"window.asked.length >= {count} || !window.opinions.busy")
    deciding.evaluate("document.querySelector('.act.clear').disabled = false")
    deciding.locator(".act.clear").click()
    deciding.wait_for_function("window.asked.length > 2")
    assert deciding.evaluate("window.asked") == ["confirmed", "rejected", "clear a"]
    deciding.evaluate("(html) => window.open_case(html)", decidable("a"))
    expect(undone).to_have_count(0)


def test_what_python_could_not_do_is_said_and_can_be_pressed_again(page: Page) -> None:
    show(page, "a", [])
    for count in (1, 2):
        page.locator(".act.clear").click()
        page.wait_for_function(f"window.asked.length === {count}")
        expect(page.locator(".act.clear")).to_be_disabled()
        expect(page.get_by_role("alert")).to_have_count(0)
        page.evaluate("window.fail('not now')")
        expect(page.get_by_role("alert")).to_have_text("not now")
        expect(page.locator(".act.clear")).to_be_enabled()


def test_a_note_is_not_there_for_another_officer_and_is_for_its_writer(page: Page) -> None:
    show(page, "a", [])
    page.fill(".reason", "under the lining")
    for officer, note in (("lee", ""), ("kim", "under the lining")):
        page.evaluate("(html) => window.open_case(html)", decidable("a", officer))
        expect(page.locator(".reason")).to_have_value(note)


@pytest.mark.parametrize("opens", ["hold", "hand-over"])
def test_a_note_that_went_with_a_hold_is_no_reason_for_what_is_decided_later(
    page: Page, opens: str
) -> None:
    show(page, "a", [])
    page.fill(".reason", "awaiting the second scan")
    page.evaluate(f"document.querySelector('dialog.{opens}').showModal()")
    page.locator(f"dialog.{opens} [data-pick]").first.click()
    page.wait_for_function("window.asked.length")
    page.evaluate("(html) => window.open_case(html)", decidable("a"))  # it was refused
    expect(page.locator(".reason")).to_have_value("awaiting the second scan")
    for html in (decidable("b"), decidable("a", version=3)):  # it was done; and taken again
        page.evaluate("(html) => window.open_case(html)", html)
        expect(page.locator(".reason")).to_have_value("")


def test_a_note_that_went_with_a_decision_is_there_when_it_is_taken_back(page: Page) -> None:
    show(page, "a", [])
    page.fill(".reason", "under the lining")
    page.locator(".act.clear").click()
    page.wait_for_function("window.asked.length")
    for html in (decidable("b"), decidable("a", version=3)):
        page.evaluate("(html) => window.open_case(html)", html)
    expect(page.locator(".reason")).to_have_value("under the lining")


CASE = """`<div class="case" data-case="${key}"><input class="reason"></div>`"""
ADDRESS = "location.pathname + location.search"
OWN = "<header id='desk-header'><i data-own='{}'></i></header>"


def test_the_address_leads_to_what_is_open_but_for_who_has_another_case(page: Page) -> None:
    page.goto(f"{HERE}?case=linked")
    page.add_script_tag(content=PAGE_SCRIPT.read_text(encoding="utf-8"))
    free, busy = view.queue([], None, take=work.TAKE), view.queue([], None)
    other = view.case(Case("c-0", "c.png", picture=b"x"), None, Beside(key="c", version=1))

    def address(case: str, queue: str, header: str = OWN) -> str:
        page.evaluate(
            """([header, queue, shown]) => {
              document.body.innerHTML = `${header}<div id="desk-queue">${queue}</div>
                <div id="desk-case">${shown}</div>`;
              dispatchEvent(new Event('panel-painted'));
            }""",
            [header, queue, case],
        )
        return str(page.evaluate(ADDRESS))

    assert address("", free, header="") == "/?case=linked", "Python has not read it yet"
    assert address(decidable("a"), busy) == "/?case=a"
    assert address(other, free) == "/?case=c"
    assert address(other, busy) == "/", "loaded again, it opens the case that they have"
    assert address(view.blank("Nothing waits."), free) == "/"


def test_a_page_says_for_how_long_nobody_has_touched_it(page: Page) -> None:
    page.clock.install()
    page.add_script_tag(content=PAGE_SCRIPT.read_text(encoding="utf-8"))
    page.clock.fast_forward(90_000)
    assert page.evaluate("window.idleSeconds()") >= 90
    page.keyboard.press("Shift")
    assert page.evaluate("window.idleSeconds()") < 90
    page.clock.fast_forward(90_000)
    page.evaluate("dispatchEvent(new PointerEvent('pointermove'))")  # at rest
    assert page.evaluate("window.idleSeconds()") >= 90
    page.evaluate("dispatchEvent(new PointerEvent('pointermove', {movementX: 1}))")
    assert page.evaluate("window.idleSeconds()") < 90


@pytest.fixture
def adding(page: Page) -> Page:
    page.evaluate(ADD, [ADD_SCRIPT.read_text(encoding="utf-8"), view.add()])
    page.evaluate("document.querySelector('details').open = true")
    return page


def test_two_files_on_a_field_of_the_pair_are_refused(adding: Page) -> None:
    adding.evaluate(DROP, ["label:has(#add-low)", ["low.png", "high.png"]])
    expect(adding.locator(".refusal")).to_contain_text("takes one file")
    assert adding.evaluate("[...document.querySelector('#add-low').files].length") == 0
    adding.evaluate(DROP, ["label:has(#add-low)", ["low.png"]])
    adding.evaluate(DROP, ["label:has(#add-high)", ["high.png"]])
    expect(adding.locator("#add-pair")).to_be_enabled()
    assert adding.evaluate("window.asked") == []


def test_a_batch_that_is_dropped_is_sent_though_the_one_before_is_not_inspected(
    adding: Page,
) -> None:
    adding.evaluate(DROP, ["body", ["a.png", "b.png"]])
    expect(adding.locator(".sent li")).to_have_count(2)
    adding.evaluate(DROP, ["body", ["c.png", "d.png"]])
    expect(adding.locator(".sent li")).to_have_count(4)
    expect(adding.locator(".sent")).not_to_contain_text("waits")


def test_a_folder_that_is_dropped_is_left_out_and_said(adding: Page) -> None:
    adding.evaluate(DROP_MIXED, ["scans", "a.png"])
    expect(adding.locator(".refusal")).to_contain_text("scans is a folder")
    adding.wait_for_function("window.asked.includes('sent 1')")
    assert adding.evaluate("window.asked") == ["uploads?name=a.png", "sent 1"]


def test_a_file_that_cannot_be_read_is_named_and_not_taken_for_a_desk_that_is_away(
    adding: Page,
) -> None:
    adding.evaluate(LOCKED)
    adding.evaluate(DROP, ["body", ["a.png"]])
    expect(adding.locator(".refusal")).to_contain_text("a.png cannot be read")
    adding.evaluate(DROP, ["body", ["a.png", "b.png"]])
    expect(adding.locator(".sent .refused").last).to_contain_text("b.png cannot be read")
    assert adding.evaluate("window.asked") == []


def test_an_upload_opens_by_itself_unless_whoever_sent_it_is_at_work_by_then(
    adding: Page,
) -> None:
    adding.evaluate("document.body.insertAdjacentHTML('beforeend', '<div id=\"desk-case\"></div>')")

    def upload(number: int, meanwhile: str = "", then: str = "null") -> str:
        """What became of a file, of which the case is opened with `then` on the page."""
        adding.evaluate(DROP, ["body", ["a.png"]])
        adding.wait_for_function(f"window.asked.includes('sent {number}')")
        for key in meanwhile:
            adding.keyboard.press(key)
        html = f"(key) => key && (document.querySelector('#desk-case').innerHTML = {CASE})"
        adding.evaluate(html, then if then != "null" else None)
        adding.evaluate(f"window.asked.length = 0; window.done({number}, 'new{number}', '')")
        adding.evaluate("new Promise((done) => setTimeout(done, 50))")
        expect(adding.locator(".busy")).to_be_hidden()
        return " ".join(adding.evaluate("window.asked"))

    assert upload(1, "x") == "select new1", "nothing is open"
    assert upload(2, then="a-0") == "", "another was opened meanwhile"
    expect(adding.locator(".sent li").first).to_contain_text("a.png")
    expect(adding.locator(".sent a")).to_have_attribute("href", "?case=new2")
    assert upload(3) == "select new3", "nothing was done to what stood open"
    assert upload(4, "x") == "", "they are at work on it"
    adding.fill("#desk-case .reason", "under the lining")
    assert upload(5) == "", "a note is written"


def test_an_upload_that_is_refused_says_so_where_it_was_sent(adding: Page) -> None:
    adding.evaluate(DROP, ["body", ["a.png"]])
    adding.wait_for_function("window.asked.includes('sent 1')")
    adding.evaluate("window.done(1, '', 'too much waits.')")
    expect(adding.locator(".refusal")).to_have_text("too much waits.")
    assert "select" not in " ".join(adding.evaluate("window.asked"))
