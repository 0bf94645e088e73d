"""What is told of each object, against pictures in which it can be counted."""

from dataclasses import replace

import numpy as np
import pytest
from faster_coco_eval.core import mask as coco_mask

from xray_datasets.simulator import packing, rle, simulate
from xray_datasets.simulator import shapes as s
from xray_datasets.simulator.beam import Beam
from xray_datasets.simulator.canvas import Canvas, Physics
from xray_datasets.simulator.fan import Fan
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.materials import MATERIALS, attenuation_per_mm
from xray_datasets.simulator.scanner import Detector
from xray_datasets.simulator.scene import blank, paint
from xray_datasets.simulator.transmission import RANK
from xray_datasets.simulator.truth import Seen, tell

SIDE, WIDTH_MM = 300, 450.0
SOURCE_MM = 1000.0  # above the plane that pixel_mm speaks of
DETECTOR = Detector(blur_px=0, photons_at_air=4e4, electronic=5e-4, stripes=0, bits=16)


def seen(things: list[packing.Placed], kv: int = 160):
    """Objects, noise-free planes and what the detector makes of them."""
    canvas, rng, drawn = blank(SIDE, WIDTH_MM, kv), np.random.default_rng(0), []
    for thing in things:
        at = paint(rng, thing, canvas)
        assert at is not None
        own = canvas.taken(at) if thing.item.label else None
        drawn.append(Seen(thing.item, thing.z_mm, at, own))
    low, high, *quanta = canvas.passed()
    noisy = DETECTOR.read([low, high], np.random.default_rng(1), quanta)
    return tell(drawn, canvas, low, high, DETECTOR), noisy, canvas.physics.beam


def placed(item: Item, z_mm: float = 0.0, x_mm: float = 0.0, y_mm: float = 0.0) -> packing.Placed:
    return packing.Placed(item, np.eye(3), x_mm, y_mm, z_mm, 1.0, 1.0)


@pytest.mark.parametrize("mask", [
    np.eye(5, dtype=bool), np.ones((3, 4), bool), np.zeros((3, 4), bool),
    np.random.default_rng(0).random((40, 30)) < 0.5,
])  # fmt: skip
@pytest.mark.parametrize("at_yx", [(0, 0), (2, 3), (10, 20)])
def test_masks_are_those_that_coco_tools_read(mask: np.ndarray, at_yx: tuple[int, int]) -> None:
    whole = np.zeros((50, 50), bool)
    whole[at_yx[0] : at_yx[0] + mask.shape[0], at_yx[1] : at_yx[1] + mask.shape[1]] = mask
    counts = rle.encode(mask, at_yx, (50, 50))
    assert (rle.decode(counts, (50, 50)) == whole).all()
    theirs = coco_mask.encode(np.asfortranarray(whole.astype(np.uint8)))
    assert counts == theirs["counts"].decode()


@pytest.mark.parametrize(
    ("material", "mm"),
    [("water", 60.0), ("polyethylene", 30.0), ("sugar", 80.0), ("aluminium", 25.0), ("steel", 5.0)],
)
@pytest.mark.parametrize("z_mm", [-80.0, 0.0, 120.0])
def test_mass_from_the_picture_is_that_of_the_truth_within_five_percent(
    material: str, mm: float, z_mm: float
) -> None:
    """Thickness by the curve of the material; rows alone show less of what lies higher up."""
    shape = s.extrude(s.rounded(120, 80, 15), -mm / 2, mm / 2, mm / 5)
    thing = placed(Item("block", "liquid").add(material, shape), z_mm, 40.0, -30.0)
    (told,), (low, _), beam = seen([thing])
    assert told.mass_g == pytest.approx(thing.item.mass_g(), rel=1e-6)
    grid = np.linspace(0, 2 * mm, 400)
    curve, _ = beam.transmission(np.outer(grid, attenuation_per_mm(material, beam.energies_kev)))
    assert low[rle.decode(told.mask_rle, (SIDE, SIDE))].min() > 0.05
    around = rle.decode(told.mask_rle, (SIDE, SIDE))
    path = np.interp(-np.log(np.clip(low, 1e-4, None)), -np.log(curve), grid)[around]
    pixel_mm = WIDTH_MM / SIDE
    pixel_mm2 = pixel_mm * pixel_mm * (SOURCE_MM - told.height_mm) / SOURCE_MM
    # a ray to y mm off the middle runs at a slant, so that it is longer than the thing is high
    off_mm = (np.arange(SIDE) + 0.5 - SIDE / 2) * pixel_mm
    high_mm = path / np.sqrt(1 + (off_mm / SOURCE_MM) ** 2)[np.nonzero(around)[0]]
    grams = high_mm.sum() * pixel_mm2 * MATERIALS[material].density_g_cm3 / 1000
    assert grams == pytest.approx(told.mass_g, rel=0.05)


def test_what_lies_higher_is_taller_across_the_fan_and_no_longer_along_the_belt() -> None:
    """Plates of 90 by 60 mm around (45, 90), pixels of 1.5 mm, the source 1000 mm up.

    Columns 150 + (45 ± 45) / 1.5 at any height. Rows 150 + (90 ± 30) / 1.5 in the plane of the
    pixels, and 1000 / (1000 - 250) = 4/3 as far from the middle 250 mm above it.
    """
    made = [
        placed(Item("plate", "knife").add("steel", s.box((90, 60, 0.5))), z, 45.0, 90.0)
        for z in (0.0, 250.0)
    ]
    (down, up), _, _ = seen(made)
    assert down.tight_xyxy_px == (150, 190, 210, 230)
    assert up.tight_xyxy_px == pytest.approx((150, 150 + 40 * 4 / 3, 210, 150 + 80 * 4 / 3), abs=1)


def test_a_wall_off_the_middle_is_seen_from_the_side_across_the_fan_alone() -> None:
    """A pole 200 mm high and 30 mm square: its foot 100 mm below the pixels' plane, 120 mm off."""
    pole = Item("pole", "wrench").add("steel", s.box((30, 30, 200)))
    (across,), _, _ = seen([placed(pole, y_mm=120.0)])
    (along,), _, _ = seen([placed(pole, x_mm=120.0)])
    nearest, farthest = 105 * 1000 / 1100, 135 * 1000 / 900
    assert across.tight_xyxy_px == pytest.approx(
        (140, 150 + nearest / 1.5, 160, 150 + farthest / 1.5), abs=1
    )
    assert along.tight_xyxy_px[0::2] == (220, 240)


def test_area_and_mask_are_those_of_the_outline() -> None:
    plate = Item("plate", "knife").add("steel", s.box((90, 60, 2)))
    (told,), _, _ = seen([placed(plate)])
    assert told.tight_xyxy_px == (120, 130, 180, 170)
    assert told.area_px == 60 * 40
    assert rle.decode(told.mask_rle, (SIDE, SIDE))[130:170, 120:180].all()


def test_what_changes_less_than_three_sigma_behind_a_thick_plate_is_not_visible() -> None:
    foil = Item("foil", "currency").add("paper", s.box((60, 60, 5.0)))
    wall = Item("wall").add("steel", s.box((200, 200, 25.0)))
    (alone,), _, _ = seen([placed(foil)])
    (_, hidden), _, _ = seen([placed(wall), placed(foil, 50.0)])
    assert alone.visible
    assert alone.visible_fraction > 0.9
    assert not hidden.visible
    assert hidden.contrast_sigma < 3 < alone.contrast_sigma


@pytest.mark.parametrize(
    "scanner",
    [DETECTOR, replace(DETECTOR, scatter=0.05), replace(DETECTOR, bits=8, full=1.5)],
    ids=["quanta", "scatter", "8 bits"],
)
def test_contrast_is_counted_in_the_noise_that_pictures_have(scanner: Detector) -> None:
    """A plate with air around it along the fan; levels behind it over two steps of 8 bits."""
    without = np.tile(np.linspace(0.024, 0.036, SIDE, dtype=np.float32), (SIDE, 1))
    without[:100] = without[200:] = 1.0
    with_it, at = without.copy(), (0, 140, SIDE, 160)
    with_it[140:160] *= np.exp(np.float32(-0.2))
    block = Item("block", "gun").add("steel", s.box((9, 9, 9)))
    ray = np.zeros((RANK, 1), np.float32)
    ray[0] = 1  # of one energy: its optical depth is the first coordinate
    one_energy = Beam(160, np.array([80.0]), np.ones(1), np.ones(1))
    canvas = Canvas.blank(Physics(one_energy, ray, ray.T), Fan.square(SIDE, WIDTH_MM))
    slant = canvas.fan.slant()[:, None]
    canvas.depth[..., 0] = -np.log(with_it) / slant
    canvas.own[140:160, :, 0] = 0.2 / slant[140:160]
    thing = Seen(block, 0.0, at, canvas.taken(at))
    (told,) = tell([thing], canvas, with_it, with_it, scanner)
    noise = scanner.read([without], np.random.default_rng(0))[0] - scanner.veiled(without)
    changed = (scanner.veiled(without) - scanner.veiled(with_it))[140:160]
    assert told.contrast_sigma == pytest.approx(np.median(changed) / noise[125:175].std(), rel=0.05)


def test_what_half_lies_behind_a_thick_plate_is_half_visible() -> None:
    foil = Item("foil", "currency").add("paper", s.box((60, 60, 5.0)))
    wall = Item("wall").add("steel", s.box((200, 200, 25.0)))
    (told, _), _, _ = seen([placed(foil), placed(wall, 0.0, 100.0)])
    assert told.visible_fraction == pytest.approx(0.5, abs=0.05)


def test_depth_order_counts_from_the_source_and_matter_is_named() -> None:
    brick = Item("brick", "narcotics").add("cocaine", s.box((60, 60, 20)))
    brick.add("aluminium", s.box((60, 60, 0.1), (0, 0, 11)))
    gun = Item("gun", "gun").add("steel", s.box((30, 60, 9)))
    (low_down, high_up), _, _ = seen([placed(brick, -60), placed(gun, 80)])
    assert (low_down.depth_order, high_up.depth_order) == (1, 0)
    assert (low_down.material, low_down.material_class) == ("cocaine", "organic")
    assert low_down.materials == ("aluminium", "cocaine")
    assert 7 < low_down.effective_z < 9  # chlorine lifts it above 7
    assert high_up.effective_z == 26.0


def test_of_unlabelled_things_matter_is_known_and_the_outline_unknown_unless_asked_for() -> None:
    brief, whole = (simulate("baggage", 5, 160, outlines=asked) for asked in (False, True))
    assert brief.low.tobytes() == whole.low.tobytes()
    goods = [o for o in brief.objects if not o.label]
    assert goods
    for thing in goods:
        assert thing.mass_g > 0
        assert thing.material in MATERIALS
        assert thing.effective_z > 4
        unknown = (thing.visible, thing.visible_fraction, thing.contrast_sigma, thing.mask_rle)
        assert unknown == (None,) * 4
    for brief_thing, thing in zip(brief.objects, whole.objects, strict=True):
        assert (brief_thing.xyxy_px, brief_thing.mass_g) == (thing.xyxy_px, thing.mass_g)
        assert 0 <= thing.visible_fraction <= 1
        assert rle.decode(thing.mask_rle, whole.low.shape).sum() == thing.area_px
        if thing.label:
            assert brief_thing == thing


def test_every_labelled_object_of_a_scene_is_told_of() -> None:
    made = simulate("baggage", 5, 160)
    labelled = [o for o in made.objects if o.label]
    assert labelled
    for thing in labelled:
        _, y0, x1, y1 = (int(v) for v in thing.tight_xyxy_px)
        mask = rle.decode(thing.mask_rle, made.low.shape)
        assert mask.sum() == thing.area_px > 0
        assert not mask[:y0].any()
        assert not mask[:, x1:].any()
        assert not mask[y1:].any()
        assert thing.material in thing.materials
        assert thing.effective_z > 4
