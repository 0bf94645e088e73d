"""From planes to the screen: nearest while it moves, between pixels at rest, dark outside."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
SHOWN = """
const {levels} = await import('/planes.js'), {fitted} = await import('/transform.js');
const plane = new Uint16Array(given.plane);
const all = levels(given.width, given.height, [plane]), [w, h] = given.screen;
const out = m.buffers(w, h, 'transmission', 1);
const view = given.view ?? fitted([given.width, given.height], given.screen, given);
m.sample(all[0], view, out, {smooth: Boolean(given.smooth), wide: null});
return [[...out.planes[0]], [...out.codes]]"""
TWO_BY_TWO = {"plane": [1, 2, 3, 4], "width": 2, "height": 2}


def shown(js: Js, **given: object) -> tuple[list[int], list[int]]:
    planes, codes = js("sample", SHOWN, TWO_BY_TWO | given)
    return planes, codes


@pytest.mark.parametrize(
    ("turn", "mirror", "expected"),
    [
        (0, False, [1, 2, 3, 4]),
        (1, False, [3, 1, 4, 2]),
        (2, False, [4, 3, 2, 1]),
        (3, False, [2, 4, 1, 3]),
        (0, True, [2, 1, 4, 3]),
        (1, True, [4, 2, 3, 1]),
    ],
)
def test_turning_and_mirroring_move_whole_pixels(
    js: Js, turn: int, mirror: bool, expected: list[int]
) -> None:
    assert shown(js, screen=[2, 2], turn=turn, mirror=mirror)[0] == expected


def test_what_the_scan_does_not_reach_is_marked_as_outside(js: Js) -> None:
    planes, codes = shown(js, screen=[4, 2])
    assert codes == [255, 0, 0, 255, 255, 0, 0, 255]
    assert [n for n, code in zip(planes, codes, strict=True) if code == 0] == [1, 2, 3, 4]


def test_at_rest_the_screen_shows_what_lies_between_pixels(js: Js) -> None:
    wide = {"plane": [0, 100], "width": 2, "height": 1}
    view = {"x": 1, "y": 0.5, "zoom": 4, "turn": 0, "mirror": False}
    moving = js("sample", SHOWN, wide | {"screen": [8, 1], "view": view})
    resting = js("sample", SHOWN, wide | {"screen": [8, 1], "view": view, "smooth": True})
    assert moving[0] == [0, 0, 0, 0, 100, 100, 100, 100]
    assert resting[0] == [0, 0, 13, 38, 63, 88, 100, 100]


def test_the_level_has_at_least_a_pixel_for_each_of_the_screens(js: Js) -> None:
    body = """
    const levels = [1, 2, 4, 8].map((scale) => ({scale}));
    return [2, 1, 0.6, 0.5, 0.26, 0.01].map((zoom) => m.levelFor(levels, zoom).scale)"""
    assert js("sample", body) == [1, 1, 1, 2, 2, 8]
