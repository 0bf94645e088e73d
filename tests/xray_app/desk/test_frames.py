"""When the viewer paints: quick while something moves, in full when it rests."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

# Frames that come only when the test lets them, and timers that ring when it says so.
BY_HAND = """
const {requestAnimationFrame, setTimeout, clearTimeout} = window;
const frames = [], timers = new Map(), painted = [];
window.requestAnimationFrame = (paint) => frames.push(paint);
window.setTimeout = (ring) => { const id = timers.size + 1; timers.set(id, ring); return id; };
window.clearTimeout = (id) => timers.delete(id);
const frame = () => frames.splice(0).forEach((paint) => paint());
const timer = () => { const all = [...timers.values()]; timers.clear(); all.forEach((r) => r()); };
const one = new m.Frames((moving) => painted.push(moving ? 'quick' : 'full'));
try { STEPS } finally {
  Object.assign(window, {requestAnimationFrame, setTimeout, clearTimeout});
}
return painted;
"""


def test_a_picture_that_rests_is_painted_in_full(js: Callable[..., Any]) -> None:
    body = BY_HAND.replace("STEPS", "one.moved(); frame(); timer(); frame()")
    assert js("frames", body) == ["quick", "full"]


def test_a_picture_that_moves_on_is_painted_quick_again(js: Callable[..., Any]) -> None:
    body = BY_HAND.replace("STEPS", "one.moved(); frame(); one.moved(); frame()")
    assert js("frames", body) == ["quick", "quick"]


def test_a_frame_slower_than_the_rest_is_painted_in_full(js: Callable[..., Any]) -> None:
    body = BY_HAND.replace("STEPS", "one.moved(); timer(); frame()")
    assert js("frames", body) == ["full"]


def test_movement_before_a_full_frame_came_makes_it_quick_and_a_full_one_follows(
    js: Callable[..., Any],
) -> None:
    body = BY_HAND.replace("STEPS", "one.moved(); timer(); one.moved(); frame(); timer(); frame()")
    assert js("frames", body) == ["quick", "full"]
