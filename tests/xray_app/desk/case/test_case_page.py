"""The case page in a browser: keys that decide, what can be taken back, what is there at once.

The time from a decision to the next picture is printed (`pytest -s`); what is held is that the
picture was fetched ahead. `DESK_PICTURES=FOLDER` keeps screenshots.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Begin, Desk, standing
from xray_app.access import preferences
from xray_app.cases import pending
from xray_app.cases.case import load

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds may be over before a busy machine's browser has pressed a key."""
    monkeypatch.setattr(pending, "UNDO_FOR", timedelta(hours=1))


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("DESK_PICTURES")
    if not folder:
        return
    for width, height in ((1920, 1080), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 400)))")
        page.screenshot(path=Path(folder) / f"{name}-{width}.png")


def test_one_key_decides_the_next_scan_is_there_and_one_key_takes_it_back(
    desk: Desk,
    bring: Callable[[int], list[str]],
    page_of: Callable[[str], Page],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second, third = bring(3)
    page = page_of("kim")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def fetched(case_id: str) -> int:
        return len(
            [url for url in asked if re.search(rf"/(planes/{case_id}|{case_id}-0/full)", url)]
        )

    page.keyboard.press("n")
    standing(page, first)
    expect(page.locator(".since")).to_have_text(re.compile(r"\d+:\d\d"))
    for _ in range(600):
        if fetched(second):
            break
        page.wait_for_timeout(100)
    picture(page, "case")
    began = page.evaluate("performance.now()")
    page.keyboard.press("c")
    expect(page.locator("#desk-scan")).to_have_attribute("data-shown", second)
    took = page.evaluate("performance.now()") - began
    print(f"\nfrom the decision to the next picture: {took:.0f} ms")
    assert fetched(second) == 1  # it had been fetched ahead, and was not again

    expect(page.locator(".undoable")).to_contain_text("will be cleared")
    picture(page, "undo")
    page.keyboard.press("Backspace")
    standing(page, first)
    expect(page.locator(".undoable")).to_have_count(0)
    page.keyboard.press("c")
    standing(page, second)
    page.fill(".reason", "looks odd at the left")
    monkeypatch.setattr(pending, "UNDO_FOR", timedelta(0))  # its time is over
    page.reload()
    standing(page, second)
    expect(page.locator(".reason")).to_have_value("looks odd at the left")
    expect(page.locator(".undoable")).to_have_count(0)
    with desk.service.database.read() as connection:
        assert load(connection, first).disposition == "cleared"
        assert load(connection, third).state == "waiting"
    page.goto(f"{desk.address}/?case={first}")
    expect(page.locator(".banner .status")).to_have_text("This case is closed: cleared.")
    expect(page.locator(".lines")).to_contain_text("kim")


def test_the_scan_first_then_a_reason_by_digit_and_a_case_held_by_digit(
    desk: Desk, bring: Callable[[int], list[str]], page_of: Callable[[str], Page]
) -> None:
    first, second = bring(2)
    preferences.put(desk.service.database, "lee", preferences.SCAN_FIRST, True)
    page = page_of("lee")
    page.keyboard.press("n")
    standing(page, first)
    expect(page.locator(".banner strong")).to_have_text("Scan first")
    expect(page.locator(".mark")).to_have_count(0)
    picture(page, "scan-first")
    page.keyboard.press("x")
    expect(page.locator(".codes")).to_have_attribute("data-asked", "")
    page.keyboard.press("6")  # not as declared; the machine alarms too, so it is decided
    standing(page, second)
    expect(page.locator(".undoable")).to_contain_text("kept back as suspect")
    page.keyboard.press("f")
    expect(page.locator(".banner strong")).not_to_have_text("Scan first")
    page.keyboard.press("f")
    expect(page.locator(".notice")).to_contain_text("begins with the next case")
    expect(page.locator(".banner strong")).not_to_have_text("Scan first")
    standing(page, second)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    for label in ("Clear", "Suspect", "Search", "Escalate", "Weapon", "Undo"):
        expect(keys.locator("dd", has_text=re.compile(f"^{label}"))).not_to_have_count(0)
    picture(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.get_by_role("dialog", name="Hold")).to_be_visible()
    picture(page, "hold")
    page.keyboard.press("1")
    expect(page.locator("#desk-queue")).to_contain_text("Held")
    expect(page.locator("#desk-case .blank")).to_contain_text("Nothing waits")
    with desk.service.database.read() as connection:
        assert load(connection, second).held_why == "documents are missing"


def test_every_tool_is_in_sight_on_a_low_screen(begin: Begin) -> None:
    page, _ = begin(1)
    hidden = """() => {
      const {bottom} = document.querySelector('.tools').getBoundingClientRect();
      return [...document.querySelectorAll('.tool')].filter((one) =>
        one.getBoundingClientRect().bottom > bottom + 0.5).map((one) => one.dataset.tool);
    }"""
    for height in (768, 650):
        page.set_viewport_size({"width": 1366, "height": height})
        assert page.evaluate(hidden) == []
