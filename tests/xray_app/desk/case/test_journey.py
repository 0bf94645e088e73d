"""An officer's whole way through the desk: in, a case, every tool, a decision, another one; and an
auditor who reads of it.

The case is the demo's of two views in two energies, which no tool is greyed for. After every key
the test waits for the picture to stand in full, as the viewer says it does.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.xray_app.desk.case.desks import PASSWORD, Desk, standing
from tests.xray_app.desk.case.eyes import Eyes, another, same
from xray_app.access import preferences
from xray_app.access.preferences import SCANNERS
from xray_app.access.roles import Role
from xray_app.cases import pending
from xray_app.cases.register import NewView, Submission
from xray_app.demo.samples import samples

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

WAIT_MS = 60_000
# Key of each tool that changes how the scan looks, and a word that then stands under it.
LOOKS = {
    "palette": ("p", ""),
    "grey": ("g", "grey"),
    "organic": ("o", "organic stripped"),
    "inorganic": ("i", "inorganic stripped"),
    "dense": ("d", "high penetration"),
    "light": ("l", "low penetration"),
    "negative": ("v", "negative"),
    "outline": ("u", "outline"),
    "local": ("t", "local contrast"),
}
MOVES = {"larger": "+", "smaller": "-", "whole": "1", "turn": "q", "mirror": "k"}


@pytest.fixture
def case(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo's case of two views; a decision can be taken back for as long as a test takes."""
    monkeypatch.setattr(pending, "UNDO_FOR", timedelta(hours=1))
    (sample,) = [one for one in samples() if len(one.views) > 1]
    contents, views = desk.service.contents, []
    for name, file in sample.views:
        staged = contents.stage(file.read_bytes(), file.name, 2**25)
        views.append(NewView(staged, file.name, name=name, pixel_mm=sample.pixel_mm))
    yield desk.bring_in(Submission(tuple(views), "gate 1", scanner="two views", consignment="one"))
    preferences.put(desk.service.database, "kim", SCANNERS, [])


def tool(page: Page, name: str) -> Locator:
    return page.locator(f"[data-tool={name}]")


def is_on(page: Page, name: str, on: bool = True) -> None:
    expect(tool(page, name)).to_have_attribute("aria-pressed", "true" if on else "false")


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to another on the open view, as shares of its width and height."""
    box = page.locator(".pane:visible").first.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=3)
    page.mouse.up()


def away(page: Page) -> None:
    """The pointer leaves the scan."""
    page.mouse.move(3, 3)


def sign_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def use_looks(eyes: Eyes, plain: bytes) -> set[str]:
    page = eyes.page
    for name, (key, word) in LOOKS.items():
        eyes.changed(key)
        is_on(page, name)
        expect(page.locator(".status .shown")).to_contain_text(word)
        expect(page.locator(".status .shown")).not_to_have_text("as it came")
        eyes.reset(plain)
        is_on(page, name, on=False)
        expect(page.locator(".status .shown")).to_have_text("as it came")
    return {*LOOKS, "reset"}


def use_moves(eyes: Eyes, plain: bytes) -> set[str]:
    for key in MOVES.values():
        eyes.changed(key)
        if key in "+-1":
            assert same(eyes.press("0"), plain), "the whole scan again"
        eyes.reset(plain)
    return {*MOVES, "fit"}


def use_pointer(eyes: Eyes, plain: bytes) -> set[str]:
    """Window, ruler and magnifier: chosen by key, used with the pointer."""
    page = eyes.page
    page.keyboard.press("w")
    is_on(page, "window")
    assert another(eyes.after(lambda: (drag(page, (0.5, 0.5), (0.7, 0.6)), away(page))), plain)
    expect(page.locator(".status .shown")).to_contain_text("window")
    eyes.reset(plain)
    page.keyboard.press("m")
    is_on(page, "ruler")
    assert another(eyes.after(lambda: (drag(page, (0.3, 0.3), (0.6, 0.3)), away(page))), plain)
    expect(page.locator(".pane:visible .length")).to_contain_text("mm")
    eyes.reset(plain)
    page.keyboard.press("z")
    is_on(page, "lens")
    assert another(eyes.after(lambda: page.locator(".pane:visible").hover()), plain)
    expect(page.locator(".pane:visible .lens")).to_be_visible()
    away(page)
    eyes.reset(plain)
    return {"window", "ruler", "lens"}


def use_marks(eyes: Eyes, plain: bytes) -> set[str]:
    page = eyes.page
    eyes.changed("a")
    is_on(page, "marks", on=False)
    assert same(eyes.press("a"), plain)
    is_on(page, "marks")
    page.keyboard.press("j")
    is_on(page, "draw")
    drag(page, (0.1, 0.7), (0.3, 0.85))
    expect(page.locator(".labels input")).to_be_focused()
    away(page)
    assert another(eyes.after(lambda: page.keyboard.press("1")), plain)
    expect(page.locator(".mark.drawn:visible")).to_have_count(1)
    is_on(page, "draw", on=False)
    expect(tool(page, "undo")).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+z")
    expect(page.locator(".mark.drawn")).to_have_count(0)
    expect(tool(page, "undo")).to_have_attribute("aria-disabled", "true")
    eyes.reset(plain)
    return {"marks", "draw", "undo"}


def use_views(eyes: Eyes, plain: bytes) -> set[str]:
    page = eyes.page
    eyes.changed("b")
    is_on(page, "views")
    expect(page.locator(".pane:visible figcaption")).to_have_text(["top", "side"])
    page.locator(".pane").nth(0).hover()
    expect(page.locator(".pane").nth(1).locator(".cursor")).to_be_visible()
    away(page)
    assert same(eyes.press("b"), plain)
    is_on(page, "views", on=False)
    return {"views"}


def test_from_signing_in_over_every_tool_to_a_decision_that_an_auditor_reads_of(
    page: Page,
    desk: Desk,
    case: str,
    bring: Callable[[int], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (following,) = bring(1)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.set_viewport_size({"width": 1366, "height": 768})

    page.goto(desk.address)
    sign_in(page, "kim")
    expect(page.locator("#desk-header .person")).to_have_text("kim")
    page.keyboard.press("n")
    standing(page, case)
    expect(page.locator(".banner strong")).to_have_text("Alarm")
    expect(page.locator(".work nav .chip.alarm")).to_have_count(2)

    eyes = Eyes(page)
    plain = eyes.press("Escape")
    used = {"keys"}
    for use in (use_looks, use_moves, use_pointer, use_marks, use_views):
        eyes.sees = plain
        used |= use(eyes, plain)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    there = page.locator(".tool").evaluate_all("tools => tools.map((one) => one.dataset.tool)")
    assert used == set(there), "every tool of the bar"

    page.keyboard.press("c")
    standing(page, following)
    expect(page.locator(".undoable")).to_contain_text("will be cleared")
    page.keyboard.press("Backspace")
    standing(page, case)
    expect(page.locator(".undoable")).to_have_count(0)
    page.keyboard.press("s")  # the machine's alarm is a reason
    standing(page, following)
    expect(page.locator(".undoable")).to_contain_text("will be sent to be searched")
    monkeypatch.setattr(pending, "UNDO_FOR", timedelta(0))  # its time is over
    page.reload()
    standing(page, following)
    expect(page.locator(".undoable")).to_have_count(0)

    page.get_by_role("button", name="Sign out").click()
    desk.service.people.add("test", "ann", PASSWORD, Role.AUDITOR)
    sign_in(page, "ann")
    page.get_by_role("link", name="Audit").click()
    expect(page).to_have_url(f"{desk.address}/audit")
    expect(page.locator(".verify")).to_be_visible()
    page.goto(f"{desk.address}/audit?subject={case}&by=kim")
    read = "rows => rows.map(({cells}) => [cells[3].innerText, cells[5].innerText])"
    rows = page.locator(".chain tbody tr").evaluate_all(read)  # the newest first
    decisions = [(did, said) for did, said in rows if did in ("said", "taken back", "decided")]
    assert [did for did, _ in decisions] == ["decided", "said", "taken back", "said"]
    wanted = ("verdict: search", "intent: search", "", "intent: clear")
    assert all(words in said for words, (_, said) in zip(wanted, decisions, strict=True))
    marked = [said.split(",")[0] for did, said in rows if did == "marked"]
    assert marked == ["says: withdrawn", "says: drawn"]
    assert broken == []
