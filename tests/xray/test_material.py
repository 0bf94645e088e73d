"""Masks of pseudo-colour pictures, against what they mean written out."""

import numpy as np
import pytest

import xray
from xray import material, tdr


@pytest.mark.parametrize("belt", [255, 250, 128, 10, 0])
def test_a_picture_is_opaque_where_every_channel_is_dark_and_load_where_one_is_not_the_belt(
    belt: int,
) -> None:
    pixels = np.random.default_rng(belt).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    pixels[[0, -1]] = belt, belt, max(0, belt - 7)
    pixels[1:5] //= 4  # dark, but not all of it opaque
    for seen in (pixels, pixels[:, ::-1]):
        scan = xray.Scan("bag", seen, xray.Encoding.PSEUDOCOLOR)
        assert (material.opaque_mask(scan) == (seen.max(axis=2) < 48)).all()
        apart = np.abs(seen.astype(int) - [belt, belt, max(0, belt - 7)]).max(axis=2)
        load = apart > 24
        assert (material.load_mask(scan) == load).all()
        every = int((load | material.opaque_mask(scan)).sum())
        assert material.load_px(scan, material.opaque_mask(scan), every + 1) == every


def test_the_load_is_counted_no_further_than_is_asked() -> None:
    pixels = np.full((300, 10, 3), 255, np.uint8)
    pixels[70:] = 100  # load in all strips but the first
    pixels[-1] = 255
    scan = xray.Scan("bag", pixels, xray.Encoding.PSEUDOCOLOR)
    opaque = material.opaque_mask(scan)
    assert material.load_px(scan, opaque, 2300) == 2290
    assert material.load_px(scan, opaque, 1) == 580  # of the second strip


def test_an_outline_runs_through_pixels_and_a_threat_report_ends_just_outside_them() -> None:
    mask = np.zeros((60, 60), bool)
    mask[12:32, 10:30] = True
    (lead,) = material.opaque_regions(mask)
    assert set(lead.polygon_px) == {(10, 12), (29, 12), (29, 31), (10, 31)}
    assert lead.area_px == 20 * 20
    assert tdr._corners(lead) == (10, 12, 30, 32)
