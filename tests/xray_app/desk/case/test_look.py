"""The case page in a light theme, with a scanner that is remembered, and its note by key."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Begin, Desk, standing
from xray_app.access import preferences
from xray_app.access.preferences import SCANNERS, THEME

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

LIGHT, STAGE = "rgb(233, 238, 243)", "rgb(6, 9, 13)"
# Every ground that the page had while it was built.
WATCH = """window.grounds = new Set();
const look = () => {
  if (document.body) window.grounds.add(getComputedStyle(document.body).backgroundColor);
  requestAnimationFrame(look);
};
look();"""


@pytest.fixture(autouse=True)
def as_before(desk: Desk) -> Iterator[None]:
    """Whatever a test chooses, the next one finds nothing chosen."""
    yield
    preferences.put(desk.service.database, "kim", THEME, "dark")
    preferences.put(desk.service.database, "kim", SCANNERS, [])


def test_a_light_desk_is_light_from_its_first_paint_and_dark_around_the_scan(
    begin: Begin, page_of: Callable[[str], Page]
) -> None:
    page, (case,) = begin(1)
    page.add_init_script(WATCH)
    with page.expect_navigation():  # the page before also stands with this case
        page.locator(".theme button").click()
    standing(page, case)
    assert page.evaluate("[...grounds]") == [LIGHT]
    ground = "(name) => getComputedStyle(document.querySelector(name)).backgroundColor"
    assert page.evaluate(ground, ".viewer") == STAGE
    assert page.evaluate(ground, ".report") == "rgb(255, 255, 255)"
    expect(page.locator(".theme button")).to_have_attribute("value", "system")
    elsewhere = page_of("kim")
    assert elsewhere.evaluate(ground, "body") == LIGHT


def test_what_asks_for_a_note_does_not_look_like_one(begin: Begin) -> None:
    page, _ = begin(1)
    colour = "(part) => getComputedStyle(document.querySelector('.reason'), part).color"
    quiet = page.evaluate("getComputedStyle(document.querySelector('.report small')).color")
    assert page.evaluate(colour, "::placeholder") == quiet != page.evaluate(colour, None)


def test_the_next_case_of_a_scanner_opens_as_the_last_was_left(
    bring: Callable[[int], list[str]], page_of: Callable[[str], Page]
) -> None:
    first, second, third = bring(3)
    page = page_of("kim")
    negative = page.locator("[data-tool=negative]")
    page.keyboard.press("n")
    standing(page, first)
    page.keyboard.press("v")
    page.keyboard.press("c")
    standing(page, second)
    expect(negative).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("'")
    page.keyboard.type("all v")
    expect(page.locator(".reason")).to_have_value("all v")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(negative).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("c")
    standing(page, third)
    expect(negative).to_have_attribute("aria-pressed", "false")
