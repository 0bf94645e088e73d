"""Whole scenes, the detector and the consoles."""

import numpy as np
import pytest

from xray_datasets.simulator import clutter, colour, packing, simulate, threats
from xray_datasets.simulator.scanner import Detector

SIDE = 160


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
        noise = 1 / made.parameters["photons"] ** 0.5  # one sigma at air; stripes add a little
        assert made.low.max() <= 1 + 6 * noise + 0.01
        assert made.low.mean() <= made.high.mean() + 0.01
        for thing in made.objects:
            x0, y0, x1, y1 = thing.xyxy_px
            assert 0 <= x0 < x1 <= SIDE, thing
            assert 0 <= y0 < y1 <= SIDE, thing
            assert 0 <= thing.visible_fraction <= 1
            if thing.label:
                assert thing.mass_g > 0, thing


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


def test_a_scan_says_how_many_goods_are_in_each_bag(scene) -> None:
    counts = str(scene.parameters["goods"]).split("+")
    assert len(counts) == scene.parameters["bags"]
    assert sum(map(int, counts)) >= len(scene.objects) - 2 * len(counts) - 33


def test_quantum_noise_grows_with_transmission() -> None:
    detector = Detector(blur_px=0.1, photons_at_air=1e4, electronic=1e-3, stripes=0, bits=16)
    rng = np.random.default_rng(0)
    for level in (0.01, 0.25, 0.9):
        flat = np.full((300, 300), level, np.float32)
        seen = detector.read([flat], rng)[0]
        assert seen.var() == pytest.approx(level / 1e4 + 1e-6, rel=0.04)
        assert seen.mean() == pytest.approx(level, rel=0.01)


def test_colour_is_the_same_for_the_same_draw_and_air_is_the_brightest(scene) -> None:
    one = colour(scene.low, scene.high, np.random.default_rng(1), scene.parameters["kv"])
    two = colour(scene.low, scene.high, np.random.default_rng(1), scene.parameters["kv"])
    assert one.shape == (SIDE, SIDE, 3)
    assert one.dtype == np.uint8
    assert (one == two).all()


def test_most_consoles_paint_plastic_orange_and_steel_blue() -> None:
    """Transmissions of 60 mm polyethylene and 4 mm steel at 140 kV."""
    from xray_datasets.simulator import beam
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
