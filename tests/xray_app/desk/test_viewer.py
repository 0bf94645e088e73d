"""The viewer as an officer uses it: keys, buttons, pointer, and what each of them shows."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Show = Callable[..., Page]
Rest = Callable[[Page], None]
# Transmissions of 40 mm of water (left) and 2 mm of steel (right) behind 150 kV, in 65,535ths.
DUAL = {"width": 400, "height": 300, "planes": [[26_000, 17_700], [31_300, 37_000]]}
SINGLE = {"width": 400, "height": 300, "planes": [[26_000, 17_700]]}
PICTURE = {"width": 400, "height": 300}
GUN = {"number": 1, "label": "gun", "percent": 93, "style": "alarm", "xyxy": [100, 50, 200, 150]}
BOTTLE = GUN | {"number": 2, "label": "liquid", "style": "finding", "xyxy": [120, 60, 150, 90]}


def pixels(page: Page, x: float = 0.25, y: float = 0.5) -> list[int]:
    """The colour of the first shown pane's screen, at shares of its width and height."""
    body = """([x, y]) => {
      const canvas = document.querySelector('.pane:not([hidden]) > canvas');
      const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
      return [...canvas.getContext('2d').getImageData(...at, 1, 1).data].slice(0, 3);
    }"""
    return page.evaluate(body, [x, y])


def pane_point(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator(".pane:not([hidden])").first.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def test_organic_is_warm_and_metal_is_blue(show: Show) -> None:
    page = show(DUAL)
    red, _, blue = pixels(page, 0.3)
    assert red > blue
    red, _, blue = pixels(page, 0.7)
    assert blue > red


@pytest.mark.parametrize("key", list("pgoidlvu"))
def test_every_picture_tool_answers_to_its_key_and_escape_undoes_it(
    show: Show, rest: Rest, key: str
) -> None:
    page = show(DUAL)
    points = [(0.3, 0.5), (0.7, 0.5), (0.35, 0.4)]
    before = [pixels(page, *point) for point in points]
    page.keyboard.press(key)
    rest(page)
    button = page.locator(f".tool[title$='({key.upper()})']")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".status .shown")).not_to_have_text("as it came")
    assert [pixels(page, *point) for point in points] != before
    page.keyboard.press("Escape")
    rest(page)
    expect(button).to_have_attribute("aria-pressed", "false")
    assert [pixels(page, *point) for point in points] == before


@pytest.mark.parametrize(
    ("view", "greyed", "reason"),
    [
        (DUAL, [], ""),
        (SINGLE, ["palette", "grey", "organic", "inorganic"], "one energy"),
        (PICTURE, ["palette", "organic", "inorganic", "dense", "light"], "pseudo-colour picture"),
    ],
)
def test_a_tool_that_a_scan_cannot_feed_is_greyed_with_the_reason(
    show: Show, rest: Rest, view: dict[str, Any], greyed: list[str], reason: str
) -> None:
    page = show(view | {"marks": [GUN]})
    found = page.locator(".tool[aria-disabled=true]").evaluate_all(
        "tools => tools.map((one) => one.dataset.tool)"
    )
    assert found == [*greyed, "undo", "views"]
    before = pixels(page)
    for name in greyed:
        tool = page.locator(f"[data-tool={name}]")
        title = tool.get_attribute("title") or ""
        assert "not here" in title
        assert tool.get_attribute("aria-label") == title
        tool.click(force=True)
    if "organic" in greyed:
        assert reason in (page.locator("[data-tool=organic]").get_attribute("title") or "")
    rest(page)
    assert pixels(page) == before


def test_a_picture_still_has_negative_grey_outline_and_window(show: Show, rest: Rest) -> None:
    page = show(PICTURE)
    red, green, blue = pixels(page)
    page.keyboard.press("v")
    rest(page)
    assert pixels(page) == [255 - red, 255 - green, 255 - blue]
    page.keyboard.press("g")
    rest(page)
    assert len(set(pixels(page))) == 1


def test_marks_are_numbered_named_and_of_two_kinds_beyond_their_colour(show: Show) -> None:
    page = show(DUAL | {"marks": [GUN, BOTTLE], "opaque": [[[0, 0], [40, 0], [40, 40]]]})
    alarm, finding = page.locator(".mark.alarm"), page.locator(".mark.finding")
    expect(alarm.locator("span")).to_have_text("▲ 1 gun 93 %")
    expect(finding.locator("span")).to_have_text("◇ 2 liquid 93 %")
    expect(alarm).to_have_css("border-style", "solid")
    expect(finding).to_have_css("border-style", "dashed")
    assert "url(#hatch" in (page.locator(".marks polygon").get_attribute("fill") or "")
    page.keyboard.press("0")


def test_marks_lie_on_the_scan_however_it_is_zoomed_and_turned(show: Show, rest: Rest) -> None:
    page = show(DUAL | {"marks": [GUN]})
    for key in ("+", "q", "k"):
        page.keyboard.press(key)
        rest(page)
        placed = page.evaluate("""async () => {
          const {toScreen} = await import('/transform.js'), pane = window.viewer.pane;
          const put = (p) => toScreen(pane.view, pane.size, p);
          return [put([100, 50]), put([200, 150])];
        }""")
        (x1, y1), (x2, y2) = placed
        box, pane = (page.locator(w).bounding_box() for w in (".mark", ".pane"))
        assert box is not None
        assert pane is not None
        assert box["x"] - pane["x"] == pytest.approx(min(x1, x2), abs=1)
        assert box["y"] - pane["y"] == pytest.approx(min(y1, y2), abs=1)
        assert box["width"] == pytest.approx(abs(x2 - x1), abs=1)


def test_marks_hide_while_their_key_is_held_and_stay_away_after_a_tap(show: Show) -> None:
    page = show(DUAL | {"marks": [GUN]})
    mark = page.locator(".mark")
    page.keyboard.down("a")
    expect(mark).to_be_hidden()
    page.evaluate("window.viewer.heldSince -= 1000")  # as if it had been held for a second
    page.keyboard.up("a")
    expect(mark).to_be_visible()
    page.keyboard.press("a")
    expect(mark).to_be_hidden()
    page.keyboard.press("a")
    expect(mark).to_be_visible()


def test_what_lies_under_the_cursor_is_read_out(show: Show) -> None:
    page = show(DUAL | {"pixelMm": 2})
    page.mouse.move(*pane_point(page, 0.3, 0.5))
    expect(page.locator(".status .read")).to_contain_text("organic")
    expect(page.locator(".status .read")).to_contain_text("mm")
    page.mouse.move(*pane_point(page, 0.7, 0.5))
    expect(page.locator(".status .read")).to_contain_text("metal")


def test_the_wheel_zooms_where_the_pointer_is_and_dragging_moves(show: Show, rest: Rest) -> None:
    page = show(DUAL)
    at = pane_point(page, 0.3, 0.4)
    under = "() => document.querySelector('.status .read b').textContent.split(/[, ]+/).slice(0, 2)"

    def pointed() -> list[int]:
        return [int(text) for text in page.evaluate(under)]

    page.mouse.move(*at)
    before, zoom = pointed(), page.evaluate("window.viewer.pane.view.zoom")
    page.mouse.wheel(0, -500)
    page.wait_for_function("(zoom) => window.viewer.pane.view.zoom > zoom", arg=zoom)
    rest(page)
    assert pointed() == pytest.approx(before, abs=1)
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1] + 25)
    page.mouse.up()
    assert pointed() == pytest.approx(before, abs=1)
    page.keyboard.press("0")
    page.wait_for_function("(zoom) => window.viewer.pane.view.zoom === zoom", arg=zoom)


def test_the_ruler_measures_in_millimetres_and_a_click_takes_it_away(
    show: Show, rest: Rest
) -> None:
    page = show(DUAL | {"pixelMm": 2})
    page.keyboard.press("m")
    (x, y), zoom = pane_point(page, 0.4, 0.5), page.evaluate("window.viewer.pane.view.zoom")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100 * zoom, y)
    page.mouse.up()
    expect(page.locator(".length")).to_have_text(re.compile(r"^(199|200|201) mm$"))
    page.mouse.click(x, y)
    rest(page)
    expect(page.locator(".length")).to_be_hidden()


def test_dragging_with_the_window_tool_changes_brightness(show: Show, rest: Rest) -> None:
    page = show(SINGLE)
    before = sum(pixels(page))
    page.keyboard.press("w")
    page.mouse.move(*pane_point(page, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*pane_point(page, 0.8, 0.5))
    page.mouse.up()
    rest(page)
    assert sum(pixels(page)) > before
    expect(page.locator(".status .shown")).to_contain_text("window")


def test_the_magnifier_follows_the_pointer(show: Show) -> None:
    page = show(DUAL)
    page.keyboard.press("z")
    page.mouse.move(*pane_point(page, 0.5, 0.5))
    expect(page.locator(".lens")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator(".lens")).to_be_hidden()


@pytest.mark.parametrize("current", [0, 1])
def test_several_views_stand_side_by_side_with_one_cursor(
    show: Show, rest: Rest, current: int
) -> None:
    page = show(DUAL | {"name": "top"}, SINGLE | {"name": "side"}, current=current)
    expect(page.locator(".pane:visible")).to_have_count(1)
    expect(page.locator(".pane:visible figcaption")).to_have_text(("top", "side")[current])
    page.keyboard.press("b")
    rest(page)
    expect(page.locator(".pane:visible")).to_have_count(2)
    given = "viewer.panes.map((pane) => [...pane.size, pane.canvas.width / pane.canvas.height])"
    drawn = page.evaluate(given)
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    for width, height, shape in drawn:
        assert (width, height) == pytest.approx((box["width"], box["height"]), abs=1)
        assert shape == pytest.approx(width / height, rel=0.02), "nothing is stretched"
    page.mouse.move(*pane_point(page, 0.25, 0.5))
    lines = page.locator(".pane .cursor")
    expect(lines.nth(0)).to_be_hidden()
    expect(lines.nth(1)).to_be_visible()
    pane, line = page.locator(".pane").nth(1).bounding_box(), lines.nth(1).bounding_box()
    assert pane is not None
    assert line is not None
    assert (line["x"] - pane["x"]) / pane["width"] == pytest.approx(0.25, abs=0.01)


def test_keys_are_left_alone_while_typing_repeating_or_with_a_modifier(show: Show) -> None:
    page = show(DUAL)
    pressed = page.locator(".tool[aria-pressed=true]")
    page.locator("#elsewhere").focus()
    page.keyboard.type("gvu")
    page.locator("#elsewhere").fill("")
    page.locator(".pane").focus()
    page.keyboard.press("Control+g")
    repeat = "dispatchEvent(new KeyboardEvent('keydown', {key: 'v', repeat: true}))"
    page.evaluate(f"document.querySelector('.pane').{repeat}")
    expect(pressed).to_have_count(0)
    page.keyboard.press("V")  # Caps Lock
    expect(pressed).to_have_count(1)


def test_the_key_page_lists_every_tool_and_keys_rest_while_it_is_open(show: Show) -> None:
    page = show(DUAL)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    titles = page.evaluate("import('/tools.js').then((m) => m.ALL.map((tool) => tool.title))")
    expect(dialog.locator("section").first.locator("dd")).to_have_text(titles)
    page.keyboard.press("v")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(".tool[aria-pressed=true]")).to_have_count(0)


def test_no_two_tools_share_a_key_and_none_takes_a_decisions(show: Show) -> None:
    page = show(DUAL)
    tools = "import('/tools.js').then((m) => [...m.ALL, ...m.MARKING].map((tool) => tool.key))"
    keys = page.evaluate(tools)
    assert len(set(keys)) == len(keys)
    assert set(keys).isdisjoint([*"ncshrefx23456789", "Backspace"])  # `desk/work.py`


def test_a_viewer_that_has_left_the_page_no_longer_listens(show: Show) -> None:
    page = show(DUAL)
    page.evaluate("window.old = window.viewer; document.querySelector('.panel').remove()")
    page.keyboard.press("v")
    assert page.evaluate("window.old.state.look.negative") is False


def test_planes_that_cannot_be_had_are_reported(show: Show) -> None:
    page = show(DUAL)
    page.evaluate("""() => window.viewer.show({current: 0, tables: '/tables.json', views: [
      {name: '', alt: '', planes: '/all.css', picture: '', beam: '', marks: [], opaque: []}]})""")
    expect(page.locator(".viewer")).to_have_attribute("data-state", "failed")
    expect(page.locator(".status .shown")).to_contain_text("came damaged")


def test_several_views_stand_in_rows_and_columns_as_they_are_seen_largest(
    show: Show, rest: Rest, js: Callable[..., Any]
) -> None:
    four, stage = [[600, 400]] * 4, [631, 560]
    assert js("together", "return m.columnsFor(...given)", [four, stage]) == 2
    assert js("together", "return m.columnsFor(...given)", [[[100, 400]] * 4, stage]) == 4
    assert js("together", "return m.columnsFor(...given)", [[[900, 200]] * 3, stage]) == 1
    page = show(*[{"name": name, "width": 600, "height": 400} for name in "abcd"])
    page.keyboard.press("b")
    rest(page)
    boxes = page.locator(".pane").evaluate_all("(all) => all.map((one) => one.offsetWidth)")
    room = page.locator(".panes").evaluate("(one) => one.offsetWidth")
    assert boxes == [pytest.approx(room / 2, abs=2)] * 4
    page.keyboard.press("b")
    rest(page)
    assert page.locator(".pane:visible").evaluate("(one) => one.offsetWidth") == room


def test_a_second_finger_changes_nothing_while_the_first_moves_the_scan(show: Show) -> None:
    page = show(DUAL)
    fingers = """([[x, y], moves]) => {
      const pane = document.querySelector('.pane'), {pane: {view}} = window.viewer;
      const at = [view.x];
      pane.setPointerCapture = () => null;  // no finger is real
      for (const [type, pointerId, by] of moves) {
        const place = {clientX: x + by, clientY: y, pointerId, bubbles: true, cancelable: true};
        pane.dispatchEvent(new PointerEvent(type, place));
        at.push(window.viewer.pane.view.x);
      }
      return at;
    }"""
    page.keyboard.press("+")
    moves: list[tuple[str, int, int]] = [
        *[("pointerdown", 1, 0), ("pointermove", 1, 20), ("pointerdown", 2, 90)],
        *[("pointermove", 2, 95), ("pointerup", 2, 95), ("pointermove", 1, 20)],
        ("pointerup", 1, 20),
    ]
    x = page.evaluate(fingers, [pane_point(page, 0.5, 0.5), moves])
    assert x[2] != x[1], "the first finger moves it"
    assert len(set(x[2:])) == 1, "the second does not, nor does it end what the first does"
