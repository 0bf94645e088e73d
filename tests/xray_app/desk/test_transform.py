"""Where a scan's pixels lie on the screen, and what zooming, moving and turning leave in place."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
SCAN, SIZE = [600, 200], [300, 300]
EVERY_WAY = [{"turn": turn, "mirror": mirror} for turn in range(4) for mirror in (False, True)]


def test_a_scan_that_fits_touches_both_ends_of_its_longer_side(js: Js) -> None:
    corners = js(
        "transform",
        "const v = m.fitted(given.scan, given.size);"
        "return [[0, 0], given.scan].map((p) => m.toScreen(v, given.size, p))",
        {"scan": SCAN, "size": SIZE},
    )
    assert corners == [[0, 100], [300, 200]]


def test_a_quarter_turn_brings_the_top_left_corner_to_the_top_right(js: Js) -> None:
    body = "return m.toScreen(m.fitted([10, 20], [20, 10], {turn: 1}), [20, 10], [0, 0])"
    assert js("transform", body) == [20, 0]


@pytest.mark.parametrize("way", EVERY_WAY)
def test_the_screen_leads_back_to_the_scan_whichever_way_it_is_turned(
    js: Js, way: dict[str, Any]
) -> None:
    body = """
    const v = {x: 70, y: 30, zoom: 1.7, ...given};
    return m.toScan(v, [300, 200], m.toScreen(v, [300, 200], [12.5, 99]))"""
    assert js("transform", body, way) == pytest.approx([12.5, 99])


@pytest.mark.parametrize("way", EVERY_WAY)
def test_zooming_keeps_what_lies_under_the_pointer(js: Js, way: dict[str, Any]) -> None:
    body = """
    const size = [300, 200], scan = [600, 200], at = [33, 150];
    const v = {x: 300, y: 100, zoom: 1, ...given};
    const after = m.zoomedAt(v, size, scan, at, 3);
    return [after.zoom, m.toScan(v, size, at), m.toScan(after, size, at)]"""
    zoom, before, after = js("transform", body, way)
    assert zoom == 3
    assert after == pytest.approx(before)


@pytest.mark.parametrize("way", EVERY_WAY)
def test_panning_moves_the_scan_with_the_pointer(js: Js, way: dict[str, Any]) -> None:
    body = """
    const size = [300, 200], v = {x: 300, y: 100, zoom: 2, ...given};
    return m.toScreen(m.pannedBy(v, [600, 200], [10, -6]), size, [300, 100])"""
    assert js("transform", body, way) == pytest.approx([160, 94])


def test_the_middle_of_the_screen_never_leaves_the_scan(js: Js) -> None:
    body = "return m.pannedBy(m.fitted([600, 200], [300, 300]), [600, 200], [-9999, 9999])"
    said = js("transform", body)
    assert (said["x"], said["y"]) == (600, 0)


@pytest.mark.parametrize("way", EVERY_WAY)
def test_mirroring_swaps_left_and_right_of_the_screen(js: Js, way: dict[str, Any]) -> None:
    body = """
    const size = [300, 200], v = {x: 300, y: 100, zoom: 2, ...given};
    return [v, m.mirrored(v)].map((one) => m.toScreen(one, size, [310, 104]))"""
    (x, y), mirrored = js("transform", body, way)
    assert mirrored == pytest.approx([300 - x, y])


def test_four_turns_are_none(js: Js) -> None:
    body = """
    let v = m.fitted([600, 200], [300, 300]);
    for (let n = 0; n < 4; n++) v = m.turned(v, [600, 200], [300, 300]);
    return [v, m.fitted([600, 200], [300, 300])]"""
    after, before = js("transform", body)
    assert after == before


@pytest.mark.parametrize("way", EVERY_WAY)
def test_steps_say_the_same_as_a_point_at_a_time(js: Js, way: dict[str, Any]) -> None:
    body = """
    const size = [30, 20], v = {x: 70, y: 30, zoom: 1.7, ...given}, {x, y} = m.steps(v, size);
    const at = (axis) => axis.start + 7 * axis.byColumn + 3 * axis.byRow;
    return [[at(x), at(y)], m.toScan(v, size, [7.5, 3.5])]"""
    stepped, pointed = js("transform", body, way)
    assert stepped == pytest.approx(pointed)
