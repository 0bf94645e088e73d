"""What is told of each object, against pictures in which it can be counted."""

import numpy as np
import pytest
from faster_coco_eval.core import mask as coco_mask

from xray_datasets.simulator import packing, rle, simulate
from xray_datasets.simulator import shapes as s
from xray_datasets.simulator.item import Item
from xray_datasets.simulator.materials import MATERIALS, attenuation_per_mm
from xray_datasets.simulator.scanner import Detector
from xray_datasets.simulator.scene import blank, paint
from xray_datasets.simulator.transmission import transmit_all
from xray_datasets.simulator.truth import Seen, tell

SIDE, WIDTH_MM = 300, 450.0
DETECTOR = Detector(blur_px=0, photons_at_air=4e4, electronic=5e-4, stripes=0, bits=16)


def seen(things: list[packing.Placed], kv: int = 160):
    """Objects, noise-free planes and what the detector makes of them."""
    canvas, rng, drawn = blank(SIDE, kv), np.random.default_rng(0), []
    for thing in things:
        at = paint(rng, thing, canvas, WIDTH_MM)
        assert at is not None
        own = canvas.taken(at) if thing.item.label else None
        ones = np.ones(len(thing.item.parts), np.float32)
        drawn.append(Seen(thing.item, ones, thing.z_mm, at, own))
    low, high, *quanta = transmit_all(
        canvas.depth, canvas.physics.basis, canvas.physics.beam.signals()
    )
    noisy = DETECTOR.read([low, high], np.random.default_rng(1), quanta)
    return tell(drawn, low, high, DETECTOR), noisy, canvas.physics.beam


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
    """Thickness by the curve of the material, area by the pixel at the height of its middle."""
    shape = s.extrude(s.rounded(120, 80, 15), -mm / 2, mm / 2, mm / 5)
    thing = placed(Item("block", "liquid").add(material, shape), z_mm, 40.0, -30.0)
    (told,), (low, _), beam = seen([thing])
    assert told.mass_g == pytest.approx(thing.item.mass_g(), rel=1e-6)
    grid = np.linspace(0, 2 * mm, 400)
    curve, _ = beam.transmission(np.outer(grid, attenuation_per_mm(material, beam.energies_kev)))
    assert low[rle.decode(told.mask_rle, (SIDE, SIDE))].min() > 0.05
    around = np.pad(rle.decode(told.mask_rle, (SIDE, SIDE)), 0)
    path = np.interp(-np.log(np.clip(low, 1e-4, None)), -np.log(curve), grid)[around]
    pixel_mm = WIDTH_MM / SIDE / (1 + told.height_mm / 1100)
    # the ray runs at a slant, so that it is longer than the thing is high
    slant = np.sqrt(1 + (40 / 1100) ** 2 + (0.12 * 30 / 1100) ** 2)
    grams = path.sum() / slant * pixel_mm**2 * MATERIALS[material].density_g_cm3 / 1000
    assert grams == pytest.approx(told.mass_g, rel=0.05)


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
