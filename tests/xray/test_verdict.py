"""Outcomes: what alarms, what stays unknown, and why."""

import numpy as np
import pytest

from xray import Detection, Encoding, Outcome, Profile, Scan
from xray.material import opaque_mask, opaque_regions
from xray.verdict import decide

GUN = Detection("gun", 0.9, (0, 0, 4, 4), alarming=True)
WRENCH = Detection("wrench", 0.9, (0, 0, 4, 4))


def scan(opaque_px: int, pixel_mm: float | None = None) -> Scan:
    low = np.full((20, 20), 0.5, np.float32)
    low[: opaque_px // 20] = 0.0  # whole rows, and with them the next, which the blur brightens
    return Scan("bag", np.dstack([low, low]), Encoding.DUAL, pixel_mm=pixel_mm)


@pytest.mark.parametrize(
    ("found", "opaque_px", "outcome"),
    [
        ((GUN,), 0, Outcome.ALARM),
        ((WRENCH,), 0, Outcome.CLEAR),
        ((), 0, Outcome.CLEAR),
        ((), 100, Outcome.UNKNOWN),
        ((WRENCH,), 100, Outcome.UNKNOWN),
        ((GUN,), 100, Outcome.ALARM),
    ],
)
def test_alarm_wins_over_unknown_and_unknown_over_clear(
    found: tuple[Detection, ...], opaque_px: int, outcome: Outcome
) -> None:
    of = scan(opaque_px)
    assert decide(of, found, opaque_mask(of), Profile())[0] is outcome


def test_where_the_pixel_pitch_is_known_the_opaque_area_counts_in_square_millimetres() -> None:
    of = scan(40, pixel_mm=10.0)  # 40 pixels of 1 cm² each, and a rim of 20
    outcome, reasons = decide(of, (), opaque_mask(of), Profile(max_opaque_mm2=2500))
    assert outcome is Outcome.UNKNOWN
    assert reasons == ("60 cm² are opaque, at most 25 cm² may be",)


def test_what_is_hidden_in_pieces_is_hidden() -> None:
    pixels = np.full((120, 120, 3), 255, np.uint8)
    pixels[10:110, 10:110] = 128, 90, 40
    for k in range(3):  # 400 of 10,000 pixels each
        pixels[20:40, 20 + 30 * k : 40 + 30 * k] = 10
    of = Scan("bag", pixels, Encoding.PSEUDOCOLOR)
    reason = "opaque regions hide 12.0% of the load together, at most 9.0% may be hidden"
    assert decide(of, (), opaque_mask(of), Profile()) == (Outcome.UNKNOWN, (reason,))
    two = opaque_mask(of)
    two[:, 80:] = False
    assert decide(of, (), two, Profile())[0] is Outcome.CLEAR


@pytest.mark.parametrize(("blocks", "outcome"), [(1, Outcome.UNKNOWN), (9, Outcome.CLEAR)])
def test_zippers_and_wires_hide_nothing_but_a_block_of_the_same_area_does(
    blocks: int, outcome: Outcome
) -> None:
    pixels = np.full((120, 120, 3), 255, np.uint8)
    pixels[5:115, 5:115] = 128, 90, 40
    side = round((900 / blocks) ** 0.5)  # 900 of 12,100 pixels of the load in all
    for k in range(blocks):
        at = 10 + 35 * (k // 3), 10 + 35 * (k % 3)
        pixels[at[0] : at[0] + side, at[1] : at[1] + side] = 10
    of = Scan("bag", pixels, Encoding.PSEUDOCOLOR)
    assert opaque_mask(of).sum() == 900
    got, reasons = decide(of, (), opaque_mask(of), Profile())
    assert got is outcome
    if outcome is Outcome.UNKNOWN:
        assert reasons == ("one opaque region hides 7.4% of the load, at most 4.5% may be hidden",)


def test_an_opaque_block_is_outlined_and_specks_are_not() -> None:
    mask = np.zeros((60, 60), bool)
    mask[10:30, 20:50] = True
    mask[50, 50] = True
    (region,) = opaque_regions(mask)
    xs, ys = zip(*region.polygon_px, strict=True)
    assert (min(xs), min(ys), max(xs), max(ys)) == (20, 10, 49, 29)
    assert region.area_px == pytest.approx(20 * 30, rel=0.01)


def test_the_strongest_of_several_views_counts() -> None:
    assert Outcome.strongest(Outcome.CLEAR, Outcome.ALARM, Outcome.UNKNOWN) is Outcome.ALARM
    assert Outcome.strongest() is Outcome.UNKNOWN  # nothing was seen, so nothing is clear
