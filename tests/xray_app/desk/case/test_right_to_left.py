"""Every page in a language that reads from right to left: nothing sticks out, nothing lies on
something else. What is said stays English; the direction alone is turned.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.xray_app.desk.case.desks import PASSWORD, Desk
from xray_app import languages
from xray_app.access.roles import Role
from xray_app.api.signing import COOKIE
from xray_app.cases.case import load
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.rules import Officer
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Reason, Verdict
from xray_app.desk.rooms.frame import ZONE
from xray_app.languages import speaking

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

WAIT_MS = 120_000
WIDTHS = (1366, 1024)
PAGES = {  # who opens it → its addresses; CASE stands for one that was decided
    Role.SCREENER: ("/", "/queue", "/queue?tab=closed", "/search-room", "/search-room?case=CASE"),
    Role.SUPERVISOR: ("/supervisor", "/insight", "/api/v1/cases/CASE/report?format=html"),
    Role.AUDITOR: ("/audit",),
    Role.MANAGER: ("/admin",),
}
# What sticks out at either side, and which texts lie on each other by more than a hair, as they
# show: cut by whatever they scroll in. Labels on a scan and a plot's are placed by their pixels.
WRONG = """() => {
  const said = [], texts = [], hair = 2;
  const root = document.documentElement, wide = root.clientWidth;
  if (root.scrollWidth > wide) said.push(`the page is ${root.scrollWidth} px of ${wide} wide`);
  const body = document.querySelector('dialog[open]') ?? document.body;
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, of = text.parentElement, range = document.createRange();
    if (!text.data.trim() || of.closest('svg, .panes, option, script, style, dialog:not([open])'))
      continue;
    if (!of.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    range.selectNodeContents(text);
    const around = [];
    for (let one = of; one && one !== body; one = one.parentElement) around.push(one);
    const styles = around.map((one) => getComputedStyle(one));
    const apart = ({position, clipPath}) => /fixed|sticky/.test(position) || clipPath !== 'none';
    if (styles.some(apart)) continue;  // stays while others scroll, or is for no eyes
    const cutting = around.filter((one, n) => styles[n].overflowX !== 'visible');
    for (const box of range.getClientRects()) {
      let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
      for (const one of cutting) {
        const edge = one.getBoundingClientRect();
        [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
        [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
      }
      if (right - left > hair && bottom - top > hair)
        texts.push({left, top, right, bottom, of, text: text.data.trim().slice(0, 40)});
    }
  }
  for (const one of texts)
    if (one.left < -hair || one.right > wide + hair) said.push(`${one.text} sticks out`);
  texts.forEach((one, n) => texts.slice(n + 1).forEach((other) => {
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (across > hair && down > hair && one.of !== other.of && !one.of.contains(other.of))
      said.push(`${one.text} | ${other.text}`);
  }));
  return said;
}"""


@pytest.fixture
def decided(desk: Desk, bring: Callable[[int], list[str]]) -> str:
    """Cases in every room: one searched, one to be searched, one with the supervisors."""
    cases, kim, queue = bring(4), Officer("kim"), desk.service.queue
    note = "denser than its neighbours at the left; a second pair of eyes, please"
    for _ in range(2):
        case = queue.take(kim)
        assert case is not None
        said = Decision(Verdict.SEARCH, note, code=Reason.WEAPON)
        decide(queue, case.id, case.version, kim, said)
    case = queue.take(kim)
    assert case is not None
    queue.escalate(case.id, case.version, kim, note)
    with desk.service.database.read() as connection:
        searched = load(connection, cases[0])
    found = SearchResult(True, ("gun",), "in the lining")
    asked = (queue, desk.service.contents, searched.id, searched.version, "lee", found)
    record_search(*asked)
    return cases[1]


@pytest.fixture
def reader(
    browser: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Role | None], Page]]:
    """Opens a browser for somebody of a role, or for nobody yet."""
    turned = replace(languages.languages()["en"], direction="rtl")
    monkeypatch.setattr(speaking, "languages", lambda: {"en": turned})
    contexts = []

    def reader(role: Role | None) -> Page:
        size = {"width": WIDTHS[0], "height": 768}
        contexts.append(browser.new_context(viewport=size, timezone_id="UTC"))  # type: ignore[arg-type]
        zone = {"name": ZONE, "value": "UTC", "url": desk.address}  # no page loads itself again
        contexts[-1].add_cookies([zone])  # type: ignore[list-item]
        if role is not None:
            desk.service.people.add("test", f"the {role}", PASSWORD, role)
            token = desk.service.people.sign_in(f"the {role}", PASSWORD)
            contexts[-1].add_cookies([{"name": COOKIE, "value": token, "url": desk.address}])
        page = contexts[-1].new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        return page

    yield reader
    for context in contexts:
        context.close()


def wrong(page: Page) -> list[str]:
    """What does not lie as it should, at each width."""
    assert page.evaluate("document.documentElement.dir") == "rtl"
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        found += [f"{page.url} at {width}: {one}" for one in page.evaluate(WRONG)]
    return found


def test_what_lies_wrong_is_seen(page: Page) -> None:
    page.set_content("""<p style="margin: 0">one</p><p style="margin: -9px 0 0">two</p>
<p style="position: relative; width: 9em; left: -4em">three words here</p>
<p style="overflow: hidden; height: 1px">four</p>""")
    assert page.evaluate(WRONG) == ["three words here sticks out", "one | two"]


def test_no_page_overflows_or_overlaps_when_it_reads_from_right_to_left(
    desk: Desk, decided: str, reader: Callable[[Role | None], Page]
) -> None:
    found = []
    stranger = reader(None)
    stranger.goto(f"{desk.address}/sign-in")
    found += wrong(stranger)
    for role, addresses in PAGES.items():
        page = reader(role)
        for address in addresses:
            page.goto(desk.address + address.replace("CASE", decided))
            if address == "/":
                expect(page.locator("#desk-header .person")).to_be_visible()
                page.keyboard.press("n")
                expect(page.locator(".work .act.clear")).to_be_enabled()
                found += wrong(page)
                page.keyboard.press("?")
                expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
            found += wrong(page)
    assert found == [], "\n".join(["", *found])
