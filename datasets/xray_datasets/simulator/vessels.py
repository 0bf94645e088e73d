"""Things that hold something: bottles, flasks, cans, pots, cosmetics; sizes in mm.

A bottle that is a quarter full or more carries the label liquid.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def bottle(rng: Rng) -> Item:
    """A bottle of plastic or glass, more or less full."""
    u = rng.uniform
    r, h = u(18, 48), u(90, 300)
    neck = r * u(0.25, 0.5)
    shoulder = u(0.62, 0.85)
    profile = (
        (-h / 2, r * 0.8),
        (-h / 2 + 4, r),
        (h * (shoulder - 0.5), r),
        (h * (shoulder - 0.4), neck),
        (h / 2, neck),
    )
    matter = pick(rng, ["pet", "pet", "polyethylene", "glass"])
    wall, space = s.vessel(profile, u(0.5, 1.5) if matter != "glass" else u(2.5, 4.5), 16)
    fill = u(0, 1)
    item = Item("bottle", "liquid" if fill > 0.25 else None).add(matter, wall)
    if fill > 0.25:
        clipped = space.copy()
        level = -h / 2 + fill * h
        clipped[..., 0] = np.minimum(clipped[..., 0], level)
        item.add(pick(rng, ["water", "water", "alcohol", "oil", "cream"]), clipped)
    cap = s.tube(neck + 2, 1.8, h / 2 - 14, h / 2 + 2, 12)
    return item.add("polypropylene" if rng.random() < 0.7 else "aluminium", cap)


def flask(rng: Rng) -> Item:
    """A vacuum flask: two steel walls, a thick base, a cap."""
    u = rng.uniform
    r, h = u(26, 50), u(150, 300)
    t1, t2 = u(0.4, 1.0), u(0.4, 0.9)
    outer, _ = s.vessel(((-h / 2, r), (h * 0.3, r), (h * 0.42, r * 0.75), (h / 2, r * 0.7)), t1, 18)
    inner, space = s.vessel(
        ((-h / 2 + 9, r - 5), (h * 0.3, r - 5), (h * 0.4, r * 0.75 - 4), (h / 2, r * 0.7 - 3)),
        t2,
        18,
    )
    item = Item("flask").add("stainless", outer, inner)
    if rng.random() < 0.5:
        item.add("water", space)
    item.add(
        "abs" if rng.random() < 0.5 else "stainless", s.tube(r * 0.8, 2.0, h * 0.42, h * 0.58, 14)
    )
    if rng.random() < 0.3:
        item.wire(
            "steel",
            np.array(
                [(h * 0.3, r, 0), (h * 0.1, r + 25, 0), (-h * 0.2, r + 25, 0), (-h * 0.3, r, 0)]
            ),
            3.0,
        )
    return item


def can(rng: Rng) -> Item:
    """A drink can or a food tin; aerosols are illicit.pressure_vessel."""
    u = rng.uniform
    r, h = u(22, 45), u(60, 200)
    matter = pick(rng, ["aluminium", "steel"])
    wall, space = s.vessel(
        ((-h / 2, r), (h / 2 - 8, r), (h / 2, r * 0.8)),
        0.15 if matter == "aluminium" else u(0.18, 0.4),
        16,
    )
    item = Item("can").add(
        matter, wall, s.tube(r, 1.2, h / 2 - 3, h / 2, 16), s.tube(r, 1.2, -h / 2, -h / 2 + 3, 16)
    )
    if rng.random() < 0.8:
        item.add(pick(rng, ["water", "food", "cream", "oil"]), space)
    return item


def pot(rng: Rng) -> Item:
    """A pot, a bowl or a tin plate seen from above or aside."""
    u = rng.uniform
    r, h, t = u(40, 110), u(25, 120), u(0.6, 2.5)
    item = Item("pot").add(
        pick(rng, ["stainless", "aluminium", "ceramic", "glass"]),
        s.cylinder(r, -h / 2, -h / 2 + t * 1.5, 22, 2),
        s.tube(r, t, -h / 2, h / 2, 22, 2),
    )
    if rng.random() < 0.4:
        item.add("abs", s.box((u(60, 130), 18, 12), (r + 40, 0, h / 3)))
    return item


def cosmetics(rng: Rng) -> Item:
    """Tubes, jars and sticks."""
    u = rng.uniform
    item = Item("cosmetics")
    for k in range(int(rng.integers(1, 5))):
        r, h = u(8, 28), u(45, 150)
        wall, space = s.vessel(
            ((-h / 2, r), (h * 0.35, r), (h / 2, r * u(0.4, 0.9))), u(1, 2.5), 12, 1
        )
        x = (k - 1.5) * 45 + u(-8, 8)
        item.add(pick(rng, ["polyethylene", "glass", "abs", "aluminium"]), s.moved(wall, x))
        item.add(pick(rng, ["cream", "alcohol", "soap", "water"]), s.moved(space, x))
    return item
