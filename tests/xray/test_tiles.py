"""Tiles: nothing is left out, and boxes come back to where they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xray.tiles import Tile, native, whole


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


def test_a_box_comes_back_to_the_scan() -> None:
    tile = Tile(x_px=100, y_px=50, width_px=200, height_px=100, scale=0.5)
    assert tile.to_scan(np.array([[0, 0, 100, 50]], np.float32)).tolist() == [[100, 50, 300, 150]]


def test_a_belt_view_has_as_many_pixels_as_a_single_bag() -> None:
    bag, belt = whole(600, 800, 400)[0].scaled_hw, whole(400, 1200, 400)[0].scaled_hw
    assert bag[0] * bag[1] == belt[0] * belt[1]


def test_a_small_scan_is_enlarged_twice_at_most() -> None:
    assert whole(50, 100, 416)[0].scale == pytest.approx(2.0)
