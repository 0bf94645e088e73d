"""Whole scenes, the detector and the consoles."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from xray_datasets.simulator import beam, clutter, colour, packing, shown, simulate, threats
from xray_datasets.simulator import shapes as s
from xray_datasets.simulator.canvas import Canvas, physics
from xray_datasets.simulator.consoles import Console, Hues
from xray_datasets.simulator.fan import Fan
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.palettes import paint
from xray_datasets.simulator.scanner import Detector

SIDE = 160
SHELLS = ("suitcase", "soft_bag", "briefcase", "tray")


@pytest.fixture(scope="module")
def scene():
    return simulate("baggage", 5, SIDE)


def test_one_seed_gives_the_same_bytes(scene) -> None:
    again, other = simulate("baggage", 5, SIDE), simulate("baggage", 6, SIDE)
    assert again.low.tobytes() == scene.low.tobytes()
    assert again.high.tobytes() == scene.high.tobytes()
    assert again.objects == scene.objects
    assert other.low.tobytes() != scene.low.tobytes()


@pytest.mark.parametrize("kind", ["baggage", "parcel"])
def test_transmissions_and_boxes_stay_within_the_picture(kind: str) -> None:
    for seed in range(6):
        made = simulate(kind, seed, SIDE)
        assert made.low.shape == made.high.shape == (SIDE, SIDE)
        assert made.low.dtype == np.float32
        assert made.low.min() >= 0
        told = made.parameters
        noise = (1 / told["photons_at_air"] + told["electronic"] ** 2) ** 0.5  # at air
        assert made.low.max() <= 1 + 6 * noise + 5 * told["stripes"] + 0.01
        assert made.low.mean() <= made.high.mean() + 0.01
        for thing in made.objects:
            x0, y0, x1, y1 = thing.xyxy_px
            assert 0 <= x0 < x1 <= SIDE, thing
            assert 0 <= y0 < y1 <= SIDE, thing
            assert thing.mass_g > 0, thing
            if thing.label:
                assert 0 <= thing.visible_fraction <= 1


def test_boxes_are_wider_than_the_outline_as_human_boxes_are(scene) -> None:
    for thing in scene.objects:
        x0, y0, x1, y1 = thing.tight_xyxy_px
        left, top, right, bottom = thing.xyxy_px
        assert left <= x0
        assert top <= y0
        assert right >= x1
        assert bottom >= y1
        if left > 0 and right < SIDE and x1 - x0 > 30:
            assert (right - left) / (x1 - x0) == pytest.approx(1.09, abs=0.01)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind"):
        simulate("submarine", 1)


@pytest.fixture(scope="module")
def packed() -> list[packing.Packed]:
    return [packing.pack(np.random.default_rng(seed), "baggage") for seed in range(120)]


def test_three_scenes_in_ten_hold_no_threat(packed: list[packing.Packed]) -> None:
    benign = sum(not any(thing.threat for thing in one.things) for one in packed)
    assert 0.2 * len(packed) <= benign <= 0.4 * len(packed)


def test_the_median_bag_holds_thirty_goods_alone_or_on_a_belt(packed: list[packing.Packed]) -> None:
    alone = [count for one in packed if len(one.goods) == 1 for count in one.goods]
    on_belts = [count for one in packed if len(one.goods) > 1 for count in one.goods]
    assert len(on_belts) > 60
    assert np.median(alone) >= 30
    assert np.median(on_belts) >= 30
    for one in packed:  # beside goods there are shells, wadding and threats
        assert sum(one.goods) < len(one.things) <= sum(one.goods) + 2 * len(one.goods) + 33


def test_staged_bags_hold_less_and_show_their_threats_more_plainly_than_those_in_traffic(
    packed: list[packing.Packed],
) -> None:
    staged = [packing.pack(np.random.default_rng(seed), "staged") for seed in range(120)]

    def goods(scenes: list[packing.Packed]) -> float:
        return float(np.median([count for one in scenes for count in one.goods]))

    def plain(scenes: list[packing.Packed]) -> tuple[float, float]:  # share flat, median factor
        found = [thing for one in scenes for thing in one.things if thing.threat]
        facing = [abs(thing.turn[2, 2]) > np.cos(0.35) for thing in found]
        return float(np.mean(facing)), float(np.median([thing.metal_factor for thing in found]))

    assert goods(staged) < goods(packed) / 2
    assert all(ours > theirs for ours, theirs in zip(plain(staged), plain(packed), strict=True))
    assert any(thing.item.name in clutter.HARDWARE for one in staged for thing in one.things)


def test_bags_lie_on_the_belt_wherever_the_screen_shows_it(packed: list[packing.Packed]) -> None:
    for one in packed:
        shells = [thing for thing in one.things if thing.item.name in SHELLS]
        assert len(shells) >= len(one.goods)
        assert max(abs(thing.y_mm) for thing in shells) <= packing.OFF_MM
    assert max(abs(one.middle_y_mm) for one in packed) > 200
    plate = Item("plate", "knife").add("steel", s.box((20, 20, 5)))
    touched = []
    for middle in (0.0, 50.0):
        canvas = Canvas.blank(physics(beam.reduced(140)), Fan.square(100, 200, middle_y_mm=middle))
        touched.append(canvas.paint(np.random.default_rng(0), plate))
    assert touched == [(45, 45, 55, 55), (45, 20, 55, 30)]  # 50 mm are 25 px of 2 mm


def test_a_scan_says_how_many_goods_are_in_each_bag(scene) -> None:
    counts = str(scene.parameters["goods"]).split("+")
    assert len(counts) == scene.parameters["bags"]
    assert sum(map(int, counts)) >= len(scene.objects) - 2 * len(counts) - 33


def test_colour_is_the_same_for_the_same_draw_and_air_is_the_brightest(scene) -> None:
    one = colour(scene.low, scene.high, np.random.default_rng(1), scene.parameters["kv"])
    two = colour(scene.low, scene.high, np.random.default_rng(1), scene.parameters["kv"])
    assert one.shape == (SIDE, SIDE, 3)
    assert one.dtype == np.uint8
    assert (one == two).all()


def test_what_a_scan_says_of_its_detector_is_all_that_was_drawn(scene) -> None:
    drawn = {field.name for field in fields(Detector)}
    assert drawn <= set(scene.parameters)
    assert {"source_mm", "source_y_mm", "stretch", "kv", "theme"} <= set(scene.parameters)


@pytest.mark.parametrize("seed", range(12))
def test_a_console_that_is_told_of_shows_the_same_again(scene, seed: int) -> None:
    picture, told = shown(scene, np.random.default_rng(seed))
    told = json.loads(json.dumps(told))
    hues = told.pop("hues")
    console = Console(**told, hues=None if hues is None else Hues(**hues))
    assert (paint(scene.low, scene.high, console, scene.parameters["kv"]) == picture).all()


def test_a_cursor_is_drawn_where_it_is_told_to_be(scene) -> None:
    plain = Console("white", 2.0, 0.9, 0.0)
    picture, pointed = (
        paint(scene.low, scene.high, one).astype(int)
        for one in (plain, replace(plain, cursor=(0.5, 0.25, 1.0)))
    )
    y, x = np.nonzero((picture != pointed).any(-1))
    assert (x.min(), y.min()) == (SIDE // 2, SIDE // 4)
    assert max(np.ptp(x), np.ptp(y)) <= 20


def test_most_consoles_paint_plastic_orange_and_steel_blue() -> None:
    """Transmissions of 60 mm polyethylene and 4 mm steel at 140 kV."""
    from xray_datasets.simulator.materials import attenuation_per_mm

    full = beam.full(140)
    redder = bluer = 0
    for name, mm in (("polyethylene", 60.0), ("steel", 4.0)):
        depth = attenuation_per_mm(name, full.energies_kev) * mm
        low, high = (np.full((8, 8), t, np.float32) for t in full.transmission(depth))
        for seed in range(30):
            r, _, b = colour(low, high, np.random.default_rng(seed), 140)[2, 2].astype(int)
            redder += name == "polyethylene" and r > b + 20
            bluer += name == "steel" and b > r + 20
    assert redder >= 22
    assert bluer >= 22


@pytest.mark.parametrize("family", [*clutter.FAMILIES, *(f for f, _ in threats.FAMILIES.values())])
def test_every_family_has_a_plausible_mass(family) -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        item = family(rng)
        assert 0.1 < item.mass_g() < 9000, item.name
