"""Tiles: nothing is left out, and boxes come back to where they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xray.tiles import Tile, native, seen_better, whole


@given(st.integers(1, 900), st.integers(1, 900))
def test_overlapping_tiles_cover_every_pixel(height: int, width: int) -> None:
    seen = np.zeros((height, width), bool)
    for tile in native(height, width, side_px=128, overlap_px=48):
        seen[tile.y_px : tile.y_px + tile.height_px, tile.x_px : tile.x_px + tile.width_px] = True
        assert tile.width_px <= 128
        assert tile.x_px + tile.width_px <= width
    assert seen.all()


@given(st.integers(48, 900), st.data())
def test_an_object_no_larger_than_the_overlap_lies_whole_in_some_tile(
    width: int, data: st.DataObject
) -> None:
    left = data.draw(st.integers(0, width - 48))
    tiles = native(64, width, side_px=128, overlap_px=48)
    assert any(t.x_px <= left and left + 48 <= t.x_px + t.width_px for t in tiles)


@given(st.data())
def test_fragments_at_edges_are_left_out_and_no_object_of_the_overlap_s_size_is(
    data: st.DataObject,
) -> None:
    """As each tile would draw it: cut off at its edges."""
    size_hw, overlap = (300, 400), 48
    wide, high = data.draw(st.integers(5, overlap)), data.draw(st.integers(5, overlap))
    x, y = data.draw(st.integers(0, 400 - wide)), data.draw(st.integers(0, 300 - high))
    whole_box, kept = [x, y, x + wide, y + high], []
    for tile in native(*size_hw, 128, overlap):
        right, low = tile.x_px + tile.width_px, tile.y_px + tile.height_px
        left = [max(x, tile.x_px), max(y, tile.y_px), min(x + wide, right), min(y + high, low)]
        if left[0] < left[2] and left[1] < left[3]:
            box = np.array([left], np.float32)
            if not seen_better(box, tile, *size_hw, overlap)[0]:
                kept.append(left)
    assert whole_box in kept
    if max(wide, high) <= overlap - 8:
        assert all(left == whole_box for left in kept)


def test_a_box_at_the_edge_of_the_scan_stays() -> None:
    (tile,) = native(90, 100, 128, 48)
    boxes = np.array([[0, 0, 9, 9], [91, 81, 100, 90]], np.float32)
    assert not seen_better(boxes, tile, 90, 100, 48).any()


def test_a_box_comes_back_to_the_scan() -> None:
    tile = Tile(x_px=100, y_px=50, width_px=200, height_px=100, scale=0.5)
    assert tile.to_scan(np.array([[0, 0, 100, 50]], np.float32)).tolist() == [[100, 50, 300, 150]]


def test_a_belt_view_has_as_many_pixels_as_a_single_bag() -> None:
    bag, belt = whole(600, 800, 400)[0].scaled_hw, whole(400, 1200, 400)[0].scaled_hw
    assert bag[0] * bag[1] == belt[0] * belt[1]


def test_a_small_scan_is_enlarged_twice_at_most() -> None:
    assert whole(50, 100, 416)[0].scale == pytest.approx(2.0)
