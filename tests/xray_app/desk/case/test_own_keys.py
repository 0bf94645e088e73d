"""Keys of one's own, and a sound for alarms: chosen at one screen, there at every other."""

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Begin, Desk, standing
from xray_app.access import preferences
from xray_app.access.preferences import DESK

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

# Counts what a browser without a loudspeaker would sound.
LISTEN = """(() => { window.tones = 0; const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...at) { window.tones++; return start.apply(this, at); }
})()"""


@pytest.fixture(autouse=True)
def usual_keys(desk: Desk) -> Iterator[None]:
    """Whatever a test changes, and wherever it ends, the next one finds the usual keys."""
    yield
    for name in ("kim", "lee"):
        preferences.put(desk.service.database, name, DESK, {})


def change(page: Page, what: str, key: str) -> None:
    page.get_by_role("button", name=f"Change the key of: {what}", exact=True).click()
    page.keyboard.press(key)


def test_a_changed_key_works_everywhere_and_a_clash_is_refused(
    desk: Desk, begin: Begin, page_of: Callable[[str], Page]
) -> None:
    page, (_, second) = begin(2)
    page.keyboard.press("?")
    said = page.locator("dialog.keys .said")
    change(page, "Clear", "v")
    expect(said).to_have_text("V does something already: Negative. Choose another.")
    change(page, "Clear", "?")
    expect(said).to_contain_text("does something already")
    change(page, "Clear", "F5")
    expect(said).to_contain_text("F5 cannot be used")
    change(page, "Clear", "[")
    expect(said).to_have_text("Kept.")
    change(page, "Negative", "c")  # free now
    expect(said).to_have_text("Kept.")
    page.keyboard.press("Escape")
    expect(page.locator(".act.clear kbd")).to_have_text("[")
    page.keyboard.press("c")
    expect(page.locator("[data-tool=negative]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("[")
    standing(page, second)
    expect(page.locator(".undoable")).to_contain_text("will be cleared")

    elsewhere = page_of("kim")
    standing(elsewhere, second)
    expect(elsewhere.locator(".act.clear kbd")).to_have_text("[")
    elsewhere.keyboard.press("?")
    elsewhere.get_by_role("button", name="The usual keys again").click()
    expect(elsewhere.locator("dialog.keys .said")).to_have_text("Kept.")
    elsewhere.keyboard.press("Escape")
    expect(elsewhere.locator(".act.clear kbd")).to_have_text("C")


def test_an_alarm_sounds_once_where_that_is_wanted(
    desk: Desk, bring: Callable[[int], list[str]], page_of: Callable[[str], Page]
) -> None:
    first, second = bring(2)
    page = page_of("lee")
    page.evaluate(LISTEN)
    page.keyboard.press("n")
    standing(page, first)
    assert page.evaluate("tones") == 0, "off, as long as nobody asks for it"
    page.keyboard.press("?")
    page.get_by_label("A sound when a case with an alarm opens").check()
    expect(page.locator("dialog.keys .said")).to_have_text("Kept.")
    page.wait_for_function("tones === 2")  # so that they know it
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    standing(page, second)
    page.wait_for_function("tones === 4")


@pytest.mark.parametrize(
    "keys",
    [{"c": "y", "s": "y"}, {"c": "s"}, {"c": "v"}, {"v": "c"}, {"c": "?"}, {"c": "s", "s": "x"}],
    ids=str,
)
def test_two_things_by_one_key_are_refused_though_no_page_checked_it(
    keys: dict[str, str], desk: Desk, page_of: Callable[[str], Page]
) -> None:
    page = page_of("kim")
    answer = page.request.put(
        f"{desk.address}/api/v1/own",
        data=json.dumps({"keys": keys}),
        headers={"content-type": "application/json", "origin": desk.address},
    )
    assert answer.status == 422
    assert "one key cannot do two things" in answer.text()
