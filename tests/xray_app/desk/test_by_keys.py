"""The viewer without a pointer: arrow keys move, window, measure, magnify and read out."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Show = Callable[..., Page]
DUAL = {"width": 400, "height": 300, "planes": [[26_000, 17_700], [31_300, 37_000]], "pixelMm": 2.0}
FOCUS = "window.viewer.pane.element.focus()"


def view(page: Page) -> dict[str, Any]:
    said: dict[str, Any] = page.evaluate("({...window.viewer.pane.view})")
    return said


def look(page: Page) -> dict[str, Any]:
    said: dict[str, Any] = page.evaluate("({...window.viewer.state.look})")
    return said


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_arrows_move_a_scan_that_has_the_focus_and_read_out_what_comes_to_its_middle(
    show: Show,
) -> None:
    page = show(DUAL)
    page.evaluate(FOCUS)
    press(page, "+", "+")
    began = view(page)
    press(page, "ArrowRight")
    moved = view(page)
    assert (moved["x"] - began["x"]) * began["zoom"] == pytest.approx(48)
    assert moved["y"] == began["y"]
    expect(page.locator(".cross")).to_be_visible()
    where = f"{moved['x'] * 2 - 1:.0f}"  # the middle of its pixel, in mm
    assert int(page.locator(".status .read b").first.inner_text().split(",")[0]) == pytest.approx(
        int(where), abs=2
    )
    press(page, "Shift+ArrowUp")
    assert (began["y"] - view(page)["y"]) * began["zoom"] == pytest.approx(6 * 48)


def test_arrows_are_the_pages_own_where_the_scan_has_not_the_focus(show: Show) -> None:
    page = show(DUAL)
    began = view(page)
    page.evaluate(
        "window.heard = 0; addEventListener('keydown', () => window.heard++, {once: true})"
    )
    press(page, "ArrowDown")
    assert view(page) == began
    assert page.evaluate("window.heard") == 1
    page.locator("#elsewhere").focus()
    press(page, "w")  # is written there
    assert page.evaluate("window.viewer.state.mode") == "pan"


def test_with_the_window_tool_arrows_set_brightness_contrast_and_gamma(show: Show) -> None:
    page = show(DUAL)
    press(page, "w", "ArrowDown")
    wider = look(page)
    assert wider["white"] - wider["black"] == pytest.approx(2.718281828 ** (10 / 200))
    press(page, "Shift+ArrowLeft")
    assert look(page)["black"] - wider["black"] == pytest.approx(50 / 600 * 1.0513, abs=0.001)
    press(page, "PageUp")
    assert look(page)["gamma"] < wider["gamma"]
    assert not page.locator(".cross").count()


def test_a_length_is_measured_by_enter_arrows_enter(show: Show) -> None:
    page = show(DUAL)
    press(page, "m", "ArrowDown", "Enter", "Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight")
    css_px = 2 * 30 + 3
    mm = css_px * page.evaluate("window.viewer.pane.ratio / window.viewer.pane.view.zoom") * 2
    said = page.locator(".length")
    expect(said).to_have_text(f"{mm:.1f} mm" if mm < 100 else f"{mm:.0f} mm")
    press(page, "Enter", "Shift+ArrowDown")
    expect(said).to_have_text(f"{mm:.1f} mm" if mm < 100 else f"{mm:.0f} mm")
    press(page, "Escape")
    expect(said).to_be_hidden()
    expect(page.locator(".cross")).to_have_count(0)


def test_the_magnifier_follows_the_cross_and_the_pointer_takes_over(show: Show) -> None:
    page = show(DUAL)
    press(page, "z", "Shift+ArrowLeft", "Shift+ArrowUp")
    expect(page.locator("canvas.lens")).to_be_visible()
    at = page.evaluate("window.viewer.pane.lens.at.map((v) => v / window.viewer.pane.ratio)")
    middle = page.evaluate(
        "(({clientWidth, clientHeight}) => [clientWidth / 2, clientHeight / 2])"
        "(window.viewer.pane.element)"
    )
    assert at == pytest.approx([middle[0] - 30, middle[1] - 30])
    box = page.locator(".pane").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    expect(page.locator(".cross")).to_have_count(0)


def test_a_key_goes_to_the_next_view(show: Show) -> None:
    page = show(DUAL | {"name": "top"}, DUAL | {"name": "side", "alt": "scan side"})
    press(page, "b", "]", "]")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "scan side"
    press(page, "]", "Shift+ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "scan"
    expect(page.locator(".pane:has(.cross) figcaption")).to_have_text("top")


@pytest.mark.parametrize("how", ["next case", "next view", "no case"])
def test_what_stood_under_the_cross_is_not_read_out_of_another_scan(
    show: Show, rest: Callable[[Page], None], how: str
) -> None:
    page = show(DUAL | {"name": "top"}, DUAL | {"name": "side", "pixelMm": 3.0})
    press(page, "z", "ArrowRight")
    read = page.locator(".status .read")
    expect(read).to_contain_text("mm")
    page.evaluate(
        """async (how) => {
          const {viewer} = window, views = viewer.panes.map(({said}) => said);
          const scene = {opinions: 'opinions', tables: '/tables.json'};
          if (how === 'no case') return viewer.show(null);
          if (how === 'next view') return viewer.show({...scene, current: 1, views}).then(() => {
            viewer.changed();
          });
          await viewer.show({...scene, current: 0, views: [views[1]]});
        }""",
        how,
    )
    if how != "no case":
        rest(page)
    expect(read).to_have_text("")
    expect(page.locator(".cross")).to_have_count(0)
    expect(page.locator("canvas.lens:visible")).to_have_count(0)
