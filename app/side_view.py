"""The second view of a scanner with two: the same packed bag, seen from beside the belt.

Beside the package, not in it, as make_samples.py is, which asks for it.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xray_datasets.simulator import Simulated, beam, packing, scene
from xray_datasets.simulator.canvas import Canvas, physics
from xray_datasets.simulator.fan import Fan
from xray_datasets.simulator.scanner import Detector

HIGH_MM = 300.0  # of what it shows; bags are packed 280 mm deep
SOURCE_MM = 1000.0  # from the middle of the belt, as of tunnels a metre wide
OVER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # what was up is across


def side_view(kind: str, first: Simulated) -> Simulated:
    """What a second generator and row of detectors see of the scene in `first`.

    Its columns are the same moments, so that one line through both views is one place on the belt.

    Args:
        kind: baggage or parcel.
        first: the view from above, as `simulate` made it.

    Raises:
        ValueError: the simulator no longer draws that scene in this order.
    """
    rng = np.random.default_rng([first.seed, 20])  # as scene.simulate draws
    packed = packing.pack(rng, kind)
    kv = int(rng.choice(beam.TUBE_KV, p=(0.08, 0.3, 0.2, 0.32, 0.1)))
    of = physics(beam.reduced(kv))
    detector = Detector.draw(rng, of.beam.high_photons)
    drawn = {"kv": kv, "width_mm": packed.width_mm, **detector.parameters()}
    if not drawn.items() <= first.parameters.items():
        raise ValueError(f"seed {first.seed}: scene.simulate draws in another order; follow it")
    canvas = Canvas.blank(of, _fan(first))
    noise = np.random.default_rng([first.seed, 21])
    for thing in packed.things:
        at = scene.paint(noise, _laid_over(thing), canvas)
        if at is not None and thing.item.label:
            canvas.taken(at)  # leaves the canvas as the next thing needs it
    low, high, *quanta = canvas.passed()
    planes: list[NDArray[np.float32]] = detector.read([low, high], noise, quanta)
    return replace(first, low=planes[0], high=planes[1], objects=())


def _fan(first: Simulated) -> Fan:
    size_hw = (round(HIGH_MM / first.pixel_mm), first.low.shape[1])
    stretch = float(first.parameters["stretch"])
    return Fan(size_hw, first.pixel_mm, stretch, SOURCE_MM, source_y_mm=0.0, below_mm=HIGH_MM / 2)


def _laid_over(thing: packing.Placed) -> packing.Placed:
    x, y, z = (OVER @ (thing.x_mm, thing.y_mm, thing.z_mm)).tolist()
    return replace(thing, turn=OVER @ thing.turn, x_mm=x, y_mm=y, z_mm=z)
