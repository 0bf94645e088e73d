"""Containers: geometry of the fan, hulls, loads, what is hidden, and whole scans."""

from dataclasses import fields

import numpy as np
import pytest

from xray_datasets.simulator import contraband, heavy, hulls, loads, rle, show, simulate, stowage
from xray_datasets.simulator import shapes as s
from xray_datasets.simulator.canvas import Canvas
from xray_datasets.simulator.cargo import _beam
from xray_datasets.simulator.fan import Fan
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.materials import MATERIALS, attenuation_per_mm
from xray_datasets.simulator.scanner import Detector

WIDE = 500
ROOM = (5900.0, 2300.0, 2350.0)


@pytest.fixture(scope="module")
def scans():
    return [simulate("container", seed, WIDE) for seed in range(12)]


def test_what_is_nearer_to_the_source_is_taller_but_not_longer() -> None:
    fan = Fan((400, 1000), 10.0, source_mm=5000.0, source_y_mm=-2000.0, below_mm=0.0)
    near, far = (fan.seen(np.array([(0, -1000, z), (500, -3000, z)])) for z in (1000.0, -1000.0))
    assert near[1, 0] - near[0, 0] == far[1, 0] - far[0, 0] == 50
    assert near[0, 1] - near[1, 1] == pytest.approx(200 * 5 / 4)
    assert far[0, 1] - far[1, 1] == pytest.approx(200 * 5 / 6)
    middle = fan.seen(np.array([(0.0, -2000, 0)]))
    assert middle[0].tolist() == [500, 200, 0]


def test_rays_at_a_slant_run_longer_through_a_plate() -> None:
    fan = Fan((400, 200), 10.0, source_mm=5000.0, source_y_mm=-2000.0, below_mm=0.0)
    canvas = Canvas.blank(_beam((4, 6)), fan)
    plate = Item("plate").add("steel", s.box((1500, 3800, 40), (0, -2000, 0)))
    canvas.paint(np.random.default_rng(0), plate)
    beam = canvas.physics.beam
    low, *_ = canvas.passed()
    mu = attenuation_per_mm("steel", beam.energies_kev)
    for row in (200, 320):
        rise = (row + 0.5 - 200) * 10 / 5000
        straight, _ = beam.transmission(mu * 40 * np.sqrt(1 + rise**2))
        assert low[row, 100] == pytest.approx(straight, rel=0.003)


def test_two_corrugated_walls_are_as_thick_as_their_sheets() -> None:
    wave = hulls._wave(6000.0, 2.0)
    half = len(wave) // 2
    outer, inner = wave[:half], wave[half:][::-1]
    along = np.diff(outer, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.linalg.norm(along, axis=1)[:, None]
    thick = np.abs(((inner[:-1] - outer[:-1]) * normal).sum(1))[1:-1]
    assert thick == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(
    "family", [loads.cartons, loads.frozen, loads.sacks, loads.barrels, loads.timber, loads.rolls]
)
def test_goods_fit_their_room_and_weigh_what_a_container_may(family) -> None:
    for seed in range(4):
        goods, chapter = family(np.random.default_rng(seed), ROOM)
        assert len(chapter) == 2
        assert chapter.isdigit()
        for item in goods:
            corners = np.concatenate([p.mesh.reshape(-1, 3) for p in item.parts])
            assert np.abs(corners[:, 0]).max() <= ROOM[0] / 2 + 60
            assert corners[:, 1].min() >= -ROOM[1] - 20
            assert corners[:, 1].max() <= 20
            assert np.abs(corners[:, 2]).max() <= ROOM[2] / 2 + 60
        assert 100 < sum(item.mass_g() for item in goods) / 1000 < 60_000


@pytest.mark.parametrize(("family", "kilograms"), [
    (contraband.weapons, (0.4, 12)), (contraband.narcotics, (0.8, 700)),
    (contraband.cigarettes, (5, 1100)), (contraband.currency, (0.5, 120)),
    (contraband.batteries, (1, 1500)), (contraband.person, (40, 130)),
    (contraband.car, (700, 2600)),
])  # fmt: skip
def test_what_is_hidden_weighs_what_such_things_weigh(family, kilograms) -> None:
    for seed in range(6):
        for item in family(np.random.default_rng(seed)):
            assert kilograms[0] < item.mass_g() / 1000 < kilograms[1], item.name


@pytest.mark.parametrize("make", [
    lambda rng: heavy.machine(rng, (2500.0, 2200, 2000)), lambda rng: heavy.scrap(rng, ROOM),
    lambda rng: heavy.household(rng, ROOM),
])  # fmt: skip
def test_single_pieces_hold_matter(make) -> None:
    for seed in range(3):
        assert 50 < make(np.random.default_rng(seed)).mass_g() / 1000 < 60_000


def test_one_seed_gives_the_same_bytes(scans) -> None:
    again = simulate("container", 3, WIDE)
    assert again.low.tobytes() == scans[3].low.tobytes()
    assert again.high.tobytes() == scans[3].high.tobytes()
    assert again.objects == scans[3].objects
    assert again.parameters == scans[3].parameters


def test_scans_are_wide_and_say_what_the_load_and_the_detector_are(scans) -> None:
    assert len({made.parameters["bits"] for made in scans}) > 1
    for made in scans:
        assert made.low.shape == (WIDE * 2 // 5, WIDE)
        assert made.low.dtype == np.float32
        steps = made.high * 65535
        assert steps == pytest.approx(np.rint(steps), abs=0.02)
        assert made.high.mean() > made.low.mean()
        assert 0 <= made.high.min() <= made.high.max() <= made.parameters["full"] * 1.02
        assert {field.name for field in fields(Detector)} <= set(made.parameters)
        for load, chapter in zip(
            made.parameters["load"].split("+"),
            made.parameters["hs_chapter"].split("+"),
            strict=True,
        ):
            assert (chapter == "") == (load == "empty")
    assert len({made.parameters["load"] for made in scans}) > 4


def test_at_mv_there_is_a_class_of_matter_but_no_atomic_number(scans) -> None:
    hidden = [o for made in scans for o in made.objects if o.label]
    assert {"weapon", "narcotics"} <= {o.label for o in hidden}
    for thing in hidden:
        assert thing.effective_z is None
        assert thing.material_class in ("organic", "mineral", "metal", "heavy_metal")
        assert thing.material in MATERIALS
        assert thing.mass_g > 0


def test_masks_lie_in_their_boxes(scans) -> None:
    for made in scans:
        for thing in (o for o in made.objects if o.label):
            mask = rle.decode(thing.mask_rle, made.low.shape)
            x0, y0, x1, y1 = (int(v) for v in thing.tight_xyxy_px)
            assert mask.sum() == mask[y0:y1, x0:x1].sum() == thing.area_px


def test_nothing_hidden_hangs_in_mid_air() -> None:
    rng = np.random.default_rng(0)
    empty = 0
    for _ in range(30):
        stowed = stowage.stow(rng, hulls.container(rng))
        empty += stowed.load == "empty"
        for item in stowed.items:
            if item.label and stowed.load == "empty":
                lowest = max(p.mesh[..., 1].max() for p in item.parts)
                assert lowest == pytest.approx(stowed.items[0].parts[0].mesh[..., 1].max(), abs=800)
    assert 0 < empty < 10


def test_small_threats_are_under_50_px_in_pictures_of_two_megapixels() -> None:
    long_px = []
    for seed in range(20):
        for item in contraband.weapons(np.random.default_rng(seed)):
            corners = np.concatenate(
                [p.mesh.reshape(-1, 3) for p in item.parts if p.mesh is not None]
            )
            long_px.append(np.ptp(corners[:, :2], axis=0).max() / (12192 * 1.05 / 2000))
    assert 0.2 < np.mean(np.array(long_px) < 50) < 0.8


@pytest.mark.parametrize("seed", range(6))
def test_consoles_show_containers_in_grey_or_colour(scans, seed: int) -> None:
    picture = show(scans[0], np.random.default_rng(seed))
    assert picture.shape == (*scans[0].low.shape, 3)
    assert picture.dtype == np.uint8
    assert (picture == show(scans[0], np.random.default_rng(seed))).all()
