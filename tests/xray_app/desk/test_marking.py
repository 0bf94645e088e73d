"""Confirming, rejecting, calling otherwise, drawing, taking back: by key, by pointer, by button."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.pointing import GUN, SCAN, at, drag, mark, point

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patience")]

Show = Callable[..., Page]
BOTTLE = GUN | {"number": 2, "label": "liquid", "style": "finding", "xyxy": [260, 60, 330, 130]}


@pytest.fixture
def page(show: Show) -> Page:
    """A scan of 400 x 300 pixels with an alarm and a finding, which the officer holds."""
    page = show(SCAN | {"marks": [GUN, BOTTLE]})
    expect(page.locator(".viewer[data-mine]")).to_have_count(1)
    return page


def test_a_dragged_box_gets_its_label_by_a_digit_and_a_letter_of_its_own(
    page: Page, keeper: Any
) -> None:
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    expect(page.locator(".labels input")).to_be_focused()
    page.keyboard.press("3")
    expect(mark(page, "A").locator("span")).to_have_text("✎ A knife ")
    expect(page.locator(".sketch")).to_be_hidden()
    expect(page.locator(".status .told")).to_contain_text("A knife: drawn")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    (word,) = keeper.said
    assert (word["says"], word["label"], word["view"], word["version"]) == ("drawn", "knife", 0, 7)
    assert word["xyxy_px"] == pytest.approx([40, 200, 90, 260], abs=1)
    assert re.fullmatch("[0-9a-f]{32}", word["drawn"])
    assert page.evaluate("window.viewer.state.mode") == "pan"


@pytest.mark.parametrize("typed", ["c4", "9mm탄", "4 g bag"])
def test_a_digit_within_a_label_that_is_typed_chooses_no_other(
    page: Page, keeper: Any, typed: str
) -> None:
    keeper.labels = ("gun", "knife", "saw", "wrench", "dart", "baton", "hammer", "lighter", "axe")
    page.evaluate("window.viewer.marking.opinions.refresh()")
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.type(typed)
    expect(page.locator(".labels input")).to_have_value(typed)
    page.keyboard.press("Enter")
    expect(mark(page, "A")).to_contain_text(typed)
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert [word["label"] for word in keeper.said] == [typed.replace(" ", "_")]
    assert page.evaluate("window.viewer.state") == page.evaluate(
        "({...window.viewer.state, lens: false, together: false, mode: 'pan'})"
    ), "no letter went to a tool"


def test_alt_and_a_digit_choose_of_what_was_typed(page: Page) -> None:
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.type("gun")
    page.keyboard.press("Alt+2")
    expect(mark(page, "A")).to_contain_text("gun part")


def test_a_box_may_be_drawn_on_a_turned_and_mirrored_scan(page: Page, keeper: Any) -> None:
    for key in "qkj":
        page.keyboard.press(key)
    drag(page, (90, 200), (40, 260))
    page.keyboard.type("lig")
    page.keyboard.press("Enter")
    expect(mark(page, "A")).to_contain_text("lighter")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert keeper.said[0]["xyxy_px"] == pytest.approx([40, 200, 90, 260], abs=1)


def test_what_the_list_lacks_can_be_typed_and_escape_leaves_no_box(page: Page, keeper: Any) -> None:
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.press("Escape")
    expect(page.locator(".sketch")).to_be_hidden()
    expect(page.locator(".labels")).to_be_hidden()
    drag(page, (40, 200), (90, 260))  # the tool is still in the hand
    page.keyboard.type("Ivory tusk")
    expect(page.locator(".labels li")).to_have_text(["ivory tusk"])
    page.keyboard.press("Enter")
    expect(mark(page, "A")).to_contain_text("ivory tusk")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator("[data-tool=draw]")).to_have_attribute("aria-pressed", "false")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert [word["label"] for word in keeper.said] == ["ivory_tusk"]


def test_a_box_can_be_drawn_without_a_pointer(page: Page, keeper: Any) -> None:
    page.locator(".pane").focus()
    for key in ("j", "ArrowDown", "ArrowLeft", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.press("1")
    expect(mark(page, "A")).to_contain_text("gun")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    x1, y1, x2, y2 = keeper.said[0]["xyxy_px"]
    assert x2 - x1 > y2 - y1 > 20
    assert (y1 + y2) / 2 == pytest.approx(150, abs=1)
    expect(page.locator(".pane")).to_be_focused()  # or the next arrow would choose another case


def test_findings_are_walked_through_confirmed_and_rejected_by_keys(
    page: Page, keeper: Any
) -> None:
    page.keyboard.press(".")
    expect(mark(page, "1")).to_have_class(re.compile("lit"))
    page.keyboard.press("y")
    expect(mark(page, "1").locator("span")).to_have_text("▲ 1 gun 93 %✓")
    page.keyboard.press(".")
    page.keyboard.press("Delete")
    expect(mark(page, "2").locator("span")).to_have_text("◇ 2 liquid 93 %✕")
    expect(mark(page, "2")).to_have_css("border-style", "dotted")
    page.keyboard.press("Delete")  # once more: it is open again
    expect(mark(page, "2").locator("span")).to_have_text("◇ 2 liquid 93 %")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    said = [(word["finding"], word["says"]) for word in keeper.said]
    assert said == [(1, "confirmed"), (2, "rejected"), (2, "withdrawn")]


def test_the_buttons_at_a_mark_confirm_reject_and_call_otherwise(page: Page) -> None:
    point(page, 150, 100)
    mark(page, "1").get_by_role("button", include_hidden=True, name="✓").click()
    expect(mark(page, "1")).to_have_class(re.compile("confirmed"))
    point(page, 150, 100)
    mark(page, "1").get_by_role("button", include_hidden=True, name="✎").click()
    page.keyboard.press("5")
    expect(mark(page, "1").locator("span")).to_have_text("▲ 1 gun lighter 93 %✓")
    expect(mark(page, "1").locator("s")).to_have_text("gun")
    assert page.evaluate("window.viewer.pane.element.dataset.doing") is None


def test_each_word_is_taken_back_in_turn(page: Page) -> None:
    point(page, 150, 100)
    page.keyboard.press("y")
    page.keyboard.press("Delete")
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.press("1")
    expect(mark(page, "A")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(mark(page, "A")).to_have_count(0)
    expect(mark(page, "1")).to_have_class(re.compile("rejected"))
    page.locator("[data-tool=undo]").click()
    expect(mark(page, "1")).to_have_class(re.compile("confirmed"))
    page.keyboard.press("Control+z")
    expect(mark(page, "1")).not_to_have_class(re.compile("confirmed|rejected"))
    expect(page.locator("[data-tool=undo]")).to_have_attribute("aria-disabled", "true")


def test_a_letter_is_no_other_boxs_once_its_own_was_taken_away(show: Show, page: Page) -> None:
    for x, key in ((40, "1"), (100, "2")):
        page.keyboard.press("j")
        drag(page, (x, 200), (x + 40, 260))
        page.keyboard.press(key)
        if x == 40:
            expect(mark(page, "A")).to_be_visible()
            page.keyboard.press("Control+z")
    expect(mark(page, "B")).to_contain_text("gun part")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    show(SCAN | {"marks": [GUN, BOTTLE]})  # as if it was loaded again
    expect(mark(page, "B")).to_contain_text("gun part")
    expect(mark(page, "A")).to_have_count(0)


def test_what_was_said_is_there_when_the_case_is_opened_again(show: Show, page: Page) -> None:
    point(page, 150, 100)
    page.keyboard.press("y")
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.press("Alt+3")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    show(SCAN | {"marks": [GUN, BOTTLE]})
    expect(mark(page, "1")).to_have_class(re.compile("confirmed"))
    expect(mark(page, "A")).to_contain_text("knife")
    point(page, 65, 230)
    page.keyboard.press("Delete")
    expect(mark(page, "A")).to_have_count(0)


def test_a_case_of_another_can_be_looked_at_but_not_marked(show: Show, keeper: Any) -> None:
    keeper.mine = False
    page = show(SCAN | {"marks": [GUN]})
    draw = page.locator("[data-tool=draw]")
    expect(draw).to_have_attribute("title", re.compile("not here. Only whoever has this case"))
    page.keyboard.press(".")
    page.keyboard.press("y")
    expect(page.locator(".status .told")).to_have_text(re.compile("Only whoever has this case"))
    expect(mark(page, "1").locator(".bar")).to_be_hidden()
    assert keeper.said == []
    keeper.mine = True  # it was taken in the meantime
    page.keyboard.press("j")
    expect(page.locator(".viewer[data-mine]")).to_have_count(1)


def test_what_cannot_be_sent_waits_and_goes_when_the_desk_is_back(page: Page, keeper: Any) -> None:
    keeper.away = True
    point(page, 150, 100)
    page.keyboard.press("y")
    expect(page.locator(".status .told")).to_contain_text("sent as soon as it can be")
    expect(mark(page, "1")).to_have_class(re.compile("confirmed"))
    keeper.away = False
    expect(page.locator(".status .told")).to_contain_text("The desk is back")
    assert [word["says"] for word in keeper.said] == ["confirmed"]


def test_a_word_of_which_the_desk_says_nothing_goes_again(page: Page, keeper: Any) -> None:
    page.evaluate("""window.limit = AbortSignal.timeout;
        AbortSignal.timeout = (ms) => window.limit.call(AbortSignal, ms / 100)""")
    keeper.silent = True
    point(page, 150, 100)
    page.keyboard.press("y")
    expect(page.locator(".status .told")).to_contain_text("sent as soon as it can be")
    keeper.silent = False
    expect(page.locator(".status .told")).to_contain_text("The desk is back")
    page.evaluate("AbortSignal.timeout = window.limit")
    assert {word["says"] for word in keeper.said} == {"confirmed"}


def test_what_waits_goes_also_after_the_page_was_loaded_again(
    show: Show, page: Page, keeper: Any
) -> None:
    keeper.away = True
    point(page, 150, 100)
    page.keyboard.press("y")
    expect(page.locator(".status .told")).to_contain_text("sent as soon as it can be")
    assert page.evaluate("Object.keys(sessionStorage)") == ["opinions kim"], "it is kim's"
    page.goto(page.url)
    keeper.away = False
    show(SCAN | {"marks": [GUN, BOTTLE]})
    expect(mark(page, "1")).to_have_class(re.compile("confirmed"))
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert [word["says"] for word in keeper.said] == ["confirmed"]


def test_what_is_refused_goes_from_the_picture_with_the_reason(page: Page, keeper: Any) -> None:
    keeper.refuses = "case 1 is with lee"
    point(page, 150, 100)
    page.keyboard.press("y")
    expect(page.locator(".status .told")).to_have_text("Not kept: case 1 is with lee.")
    expect(mark(page, "1")).not_to_have_class(re.compile("confirmed"))


def test_the_table_of_findings_tells_what_was_said_also_when_it_is_rendered_anew(
    page: Page,
) -> None:
    table = "<table><tr data-number='1'><td>1</td><td>gun</td></tr></table>"
    page.evaluate(
        """(html) => {
      const part = document.body.appendChild(document.createElement('div'));
      [part.id, part.innerHTML] = ['desk-case', html];
    }""",
        table,
    )
    row = page.locator("#desk-case tr")
    point(page, 150, 100)
    page.keyboard.press("y")
    expect(row).to_have_attribute("data-said", "✓ confirmed")
    page.evaluate("(html) => { document.querySelector('#desk-case').innerHTML = html }", table)
    expect(row).to_have_attribute("data-said", "✓ confirmed")
    page.keyboard.press("Control+z")
    expect(row).not_to_have_attribute("data-said", re.compile("."))
    page.evaluate("document.querySelector('#desk-case').remove()")


def test_a_mark_outside_the_picture_comes_into_it(page: Page) -> None:
    page.mouse.move(*at(page, 20, 280))
    page.mouse.wheel(0, -1500)
    page.wait_for_function("window.viewer.pane.view.zoom > 4")
    page.keyboard.press(".")
    x, y = at(page, 150, 100)
    pane = page.locator(".pane").bounding_box()
    assert pane is not None
    assert pane["x"] < x < pane["x"] + pane["width"]
    assert pane["y"] < y < pane["y"] + pane["height"]


def test_keys_of_a_korean_keyboard_are_the_same_keys(page: Page) -> None:
    pressed = (
        "dispatchEvent(new KeyboardEvent('keydown', {key: 'ㅍ', code: 'KeyV', bubbles: true}))"
    )
    page.evaluate(f"document.querySelector('.pane').{pressed}")
    expect(page.locator("[data-tool=negative]")).to_have_attribute("aria-pressed", "true")


def test_what_was_typed_narrows_the_list_beginnings_first(js: Callable[..., Any]) -> None:
    labels = ["gun", "gun_part", "saw", "razor_blade", "part"]
    assert js("labels", "return m.fitting(given, 'PART')", labels) == ["part", "gun_part"]
    assert js("labels", "return m.fitting(given, ' ')", labels) == labels
    assert js("labels", "return m.fitting(given, 'r b')", labels) == ["razor_blade", "r_b"]
