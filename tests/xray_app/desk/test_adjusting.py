"""An officer's own box, changed after it was drawn: by its corners, by keys, and taken back."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.pointing import GUN, SCAN, at, drag, mark, point

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patience")]

Show = Callable[..., Page]


@pytest.fixture
def page(show: Show) -> Page:
    """A scan of 400 x 300 pixels with a knife that the officer drew at 40, 200 to 90, 260."""
    page = show(SCAN | {"marks": [GUN]})
    expect(page.locator(".viewer[data-mine]")).to_have_count(1)
    page.keyboard.press("j")
    drag(page, (40, 200), (90, 260))
    page.keyboard.press("3")
    expect(mark(page, "A")).to_contain_text("knife")
    return page


def pull(page: Page, corner: str, end: tuple[float, float]) -> None:
    """Drags a corner of the box, as the officer sees it, to a pixel of the scan."""
    point(page, 65, 230)
    grip = page.locator(f".mark.drawn .grip.{corner.replace(' ', '.')}")
    expect(grip).to_be_visible()
    grip.hover()
    page.mouse.down()
    page.mouse.move(*at(page, *end))
    page.mouse.up()


def last(page: Page, keeper: Any) -> dict[str, Any]:
    """The word that was said last, once it was sent."""
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    word: dict[str, Any] = keeper.said[-1]
    return word


def test_a_corner_is_pulled_and_the_opposite_one_stays(page: Page, keeper: Any) -> None:
    pull(page, "lower right", (120, 280))
    expect(page.locator(".status .told")).to_contain_text("A knife: changed")
    word = last(page, keeper)
    assert word["xyxy_px"] == pytest.approx([40, 200, 120, 280], abs=1)
    assert (word["says"], word["label"]) == ("drawn", "knife")
    assert word["drawn"] == keeper.said[0]["drawn"]  # the same box, not another
    expect(mark(page, "A")).to_be_visible()
    expect(page.locator(".sketch")).to_be_hidden()


def test_a_corner_may_be_pulled_over_the_others(page: Page, keeper: Any) -> None:
    pull(page, "upper left", (150, 290))
    assert last(page, keeper)["xyxy_px"] == pytest.approx([90, 260, 150, 290], abs=1)


def test_the_corner_that_the_officer_sees_is_pulled_on_a_turned_and_mirrored_scan(
    page: Page, keeper: Any
) -> None:
    for key in "qk":
        page.keyboard.press(key)
    # Mirrored and turned, the scan's x runs up or down and its y from side to side.
    body = """async () => {
      const {toScreen} = await import('/transform.js'), {pane} = window.viewer;
      const put = (p) => toScreen(pane.view, pane.size, p);
      const [a, b] = [put([40, 200]), put([90, 260])];
      return [a[1] < b[1] ? 'lower' : 'upper', a[0] < b[0] ? 'right' : 'left'].join(' ');
    }"""
    pull(page, page.evaluate(body), (130, 290))
    assert last(page, keeper)["xyxy_px"] == pytest.approx([40, 200, 130, 290], abs=1)


def test_a_changed_box_is_put_back_as_it_was(page: Page, keeper: Any) -> None:
    pull(page, "lower right", (120, 280))
    page.keyboard.press("Control+z")
    assert last(page, keeper)["xyxy_px"] == pytest.approx([40, 200, 90, 260], abs=1)
    expect(mark(page, "A")).to_be_visible()


def test_keys_move_and_stretch_it_and_enter_keeps_it(page: Page, keeper: Any) -> None:
    point(page, 65, 230)
    for key in (";", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    x1, y1, x2, y2 = last(page, keeper)["xyxy_px"]
    assert x1 > 41
    assert x2 - x1 > 51
    assert (y1, y2) == pytest.approx((200, 260), abs=1)
    assert page.evaluate("window.viewer.state.mode") == "pan"


def test_escape_leaves_it_as_it_was(page: Page, keeper: Any) -> None:
    point(page, 65, 230)
    for key in (";", "ArrowRight", "Escape"):
        page.keyboard.press(key)
    expect(mark(page, "A")).to_be_visible()
    expect(page.locator(".sketch")).to_be_hidden()
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert len(keeper.said) == 1


def test_the_machines_box_has_no_corners_to_pull(page: Page, keeper: Any) -> None:
    point(page, 150, 100)
    expect(mark(page, "1").locator(".grip")).to_have_count(0)
    page.keyboard.press(";")
    expect(page.locator(".status .told")).to_contain_text("stays as it is")
    assert len(keeper.said) == 1
