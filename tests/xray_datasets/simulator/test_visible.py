"""Whether an object shows, as told, against the same scene painted without it."""

from dataclasses import replace

import numpy as np
import pytest

from xray_datasets.simulator import packing, reserved, simulate, threats
from xray_datasets.simulator.canvas import Canvas
from xray_datasets.simulator.scanner import Detector, Plane
from xray_datasets.simulator.scene import blank, paint
from xray_datasets.simulator.truth import CLEARLY, VISIBLE, Seen, SimulatedObject, tell

SIDE, BAGS = 300, 24
Change = tuple[float, float]  # share of its pixels that change by more than 3 sigma; the median


def bag(seed: int) -> tuple[Canvas, list[Plane], Detector]:
    """Goods without anything that is looked for: painted, what they pass, and a scanner."""
    rng = np.random.default_rng(seed)
    packed, kv = packing.pack(rng, "baggage"), int(rng.choice((120, 140, 180)))
    canvas = blank(SIDE, packed.width_mm, kv)
    for thing in packed.things:
        if not thing.item.label:
            paint(rng, thing, canvas)
    detector = Detector.draw(rng, canvas.physics.beam.high_photons)
    return canvas, canvas.passed()[:2], detector


def with_and_without(
    label: str, seed: int, canvas: Canvas, bare: list[Plane], detector: Detector
) -> tuple[SimulatedObject, Change] | None:
    """A threat put into a bag: what is told of it, and what it changes."""
    canvas, rng = replace(canvas, depth=canvas.depth.copy()), np.random.default_rng([seed, 1])
    scene = float(np.exp(rng.uniform(np.log(0.3), np.log(1.1))))  # as in packing.pack
    x, y = rng.uniform(-100, 100, 2).tolist()
    thing = packing.lie(rng, threats.of(label, rng), x, y, scene, threat=True)
    at = paint(rng, thing, canvas)
    if at is None:
        return None
    own, (low, high, *_) = canvas.taken(at), canvas.passed()
    (told,) = tell([Seen(thing.item, thing.z_mm, at, own)], canvas, low, high, detector)
    if told.area_px < 10:
        return None
    (x0, y0, x1, y1), changes = at, []
    for k, (without, with_it) in enumerate(zip(bare, (low, high), strict=True)):
        before, after = (detector.veiled(one)[y0:y1, x0:x1] for one in (without, with_it))
        changes.append(((before - after) / detector.sigma(before, k))[own.mask])
    change = np.maximum(*changes)
    return told, (float((change > CLEARLY).mean()), float(np.median(change)))


@pytest.fixture(scope="module")
def bags() -> list[tuple[Canvas, list[Plane], Detector]]:
    return [bag(seed) for seed in range(BAGS)]


@pytest.mark.parametrize("label", ["razor_blade", "knife", "gun"])
def test_what_is_told_of_contrast_is_what_the_scene_without_the_object_shows(
    label: str, bags: list[tuple[Canvas, list[Plane], Detector]]
) -> None:
    """Metal of a millimetre takes the soft half of the beam, which thick steel has none of."""
    made = [with_and_without(label, seed, *one) for seed, one in enumerate(bags)]
    pairs = [pair for pair in made if pair]
    assert len(pairs) > BAGS / 2
    ratios = [told.contrast_sigma / max(median, 1e-6) for told, (_, median) in pairs]
    assert 0.9 < np.median(ratios) < 1.1
    assert np.mean([abs(told.visible_fraction - share) < 0.05 for told, (share, _) in pairs]) > 0.95
    wrong = [told.visible != (share >= VISIBLE) for told, (share, _) in pairs]
    assert sum(wrong) <= 0.03 * len(pairs)


def test_an_object_alone_in_the_beam_stands_before_air() -> None:
    canvas = blank(SIDE, 600.0, 160)
    knife = packing.lie(np.random.default_rng(0), threats.of("knife", np.random.default_rng(0)),
                        20.0, -90.0, 1.0)  # fmt: skip
    at = paint(np.random.default_rng(0), knife, canvas)
    own = canvas.taken(at)
    assert canvas.without(at, own) == pytest.approx(1.0)
    assert own.depth.shape == (own.mask.sum(), canvas.depth.shape[-1])
    assert not canvas.own.any()


def test_a_large_object_is_told_of_by_enough_of_its_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    brief = simulate("baggage", 2, 300, outlines=True).objects
    monkeypatch.setattr("xray_datasets.simulator.canvas.ENOUGH", 10**9)
    whole = simulate("baggage", 2, 300, outlines=True).objects
    assert sum(thing.area_px > 10_000 for thing in whole) == 2
    for few, every in zip(brief, whole, strict=True):
        assert (few.area_px, few.mask_rle) == (every.area_px, every.mask_rle)
        assert few.visible_fraction == pytest.approx(every.visible_fraction, abs=0.01)
        assert few.contrast_sigma == pytest.approx(every.contrast_sigma, rel=0.03, abs=0.05)


def test_a_mass_is_that_of_the_real_thing_and_its_attenuation_factors_stand_beside() -> None:
    """Guns of metal alone would otherwise weigh 0.17 to 1.2 of what they do."""
    lighter = 0
    for seed in range(12):
        made = simulate("baggage", seed, 120)
        things = packing.pack(np.random.default_rng([seed, 20]), "baggage").things
        labelled = sorted((o for o in made.objects if o.label), key=lambda o: o.depth_order)
        metal, soft = (str(made.parameters[f"{name}_factors"]).split("+") if labelled else []
                       for name in ("metal", "soft"))  # fmt: skip
        for told, metal_factor, soft_factor in zip(labelled, metal, soft, strict=True):
            (thing,) = (one for one in things if one.z_mm == told.height_mm)
            assert told.mass_g == pytest.approx(thing.item.mass_g(), rel=1e-6)
            assert float(metal_factor) == pytest.approx(thing.metal_factor, abs=1e-3)
            assert float(soft_factor) == pytest.approx(thing.soft_factor, abs=1e-3)
            lighter += thing.metal_factor < 0.9
    assert lighter > 3
    assert "metal_factors" not in reserved.simulate(1, 200).parameters  # containers are as they are
