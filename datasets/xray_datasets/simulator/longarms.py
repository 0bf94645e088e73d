"""Long guns that go into a bag, and the parts of guns; muzzle towards +x, sizes in mm.

A rifle is longer than any bag: what is found there is sawn off, folded, or taken apart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import shapes as s
from .item import Item, pick
from .pistols import barrel, frame, grip, magazine, slide
from .revolvers import guard

Rng = np.random.Generator


def long_gun(rng: Rng) -> Item:
    """A sawn-off shotgun, or a submachine gun with its stock folded."""
    return shotgun(rng) if rng.random() < 0.5 else submachine_gun(rng)


def _handle(rng: Rng, item: Item, x: float, matter: str) -> None:
    u = rng.uniform
    tall, lean, wide = u(80, 115), u(15, 50), u(34, 46)
    outline = np.array([(x, 0), (x + wide, 0), (x + wide - lean, -tall), (x - lean, -tall)])
    item.add(matter, s.extrude(outline, -u(12, 16), u(12, 16), 4.0))


def shotgun(rng: Rng) -> Item:
    """One or two smooth barrels on a hinge, the stock sawn down to a grip."""
    u = rng.uniform
    item = Item("sawn-off shotgun", "gun")
    length, bore, wall = u(230, 380), u(8.5, 9.6), u(1.6, 3.0)
    apart = bore + wall - 0.5
    for z in (-apart, apart) if rng.random() < 0.7 else (0.0,):
        item.add("steel", s.tube(bore + wall, wall, 0, length, 16, 0, (0, 0, z)))
        if rng.random() < 0.6:  # loaded: a brass head, a plastic case, shot of lead
            case = s.tube(bore - 0.2, 0.8, 14, 62, 12, 0, (0, 0, z))
            item.add("polyethylene", case)
            item.add("brass", s.cylinder(bore, 0, 14, 12, 0, (0, 0, z)))
            item.add("lead", s.cylinder(bore - 1.5, 30, 60, 10, 0, (0, 0, z)))
    item.add("steel", s.shell((u(70, 110), u(38, 50), u(34, 44)), u(3.5, 7), (-45, -12, 0)),
             s.box((u(8, 16), 26, 8), (-90, 12, 0)))  # fmt: skip
    item.add("steel", guard(-60, -48, u(55, 75), u(30, 38), u(2.5, 4), u(2, 3)))
    wood = pick(rng, ["wood", "wood", "nylon"])
    path = np.array([(-85, -15, 0), (-120, -35, 0), (-165, -85, 0), (-185, -115, 0)])
    item.add(wood, s.sweep(path, s.ellipse(20, 17, 12), np.array([0.9, 1.0, 1.0, 0.9])))
    fore = s.box((u(110, 190), u(28, 40), u(36, 46)), (90, -24, 0))
    return item.add(wood, fore, s.hole(s.box((90, 12, 20), (90, -20, 0))))


def submachine_gun(rng: Rng) -> Item:
    """A receiver of sheet or tube, short barrel, straight magazine, wire stock alongside."""
    u = rng.uniform
    item = Item("submachine gun", "gun")
    length, tall, wide = u(220, 320), u(34, 52), u(28, 38)
    out = u(20, 140)
    item.add("steel", s.shell((length, tall, wide), u(1.5, 3.0)),
             s.tube(u(7, 9), u(2.2, 3.8), -20, length / 2 + out, 12),
             s.box((u(70, 110), tall * 0.6, wide * 0.65), (-length * 0.15, 0, 0)))  # fmt: skip
    x1 = -length * 0.15 - 40
    t = np.linspace(0, 1, 120)
    coil = np.stack(
        [-length / 2 + (x1 + length / 2) * t, 7 * np.cos(90 * t), 7 * np.sin(90 * t)], 1
    )
    item.wire("steel", coil, u(0.6, 1.0))
    grips = pick(rng, ["nylon", "nylon", "wood"])
    _handle(rng, item, -length * u(0.1, 0.35), grips)
    place = (u(0.05, 0.3) * length, -tall / 2 - u(70, 95), 0.0)
    deep = u(150, 200)
    item.add("steel", s.shell((u(26, 38), deep, u(16, 22)), 0.9, place))
    rounds = int(rng.integers(0, 18))
    if rounds:
        y = place[1] + deep / 2 - 8 - np.arange(rounds) * 8.0
        at = np.stack([np.full(rounds, place[0]), y, np.where(np.arange(rounds) % 2, 3.0, -3.0)], 1)
        item.add(
            "brass", s.boxes(np.tile([18.0, 7.5, 7.5], (rounds, 1)), at - np.array((4.0, 0, 0)))
        )
        item.add(
            "lead", s.boxes(np.tile([9.0, 7.0, 7.0], (rounds, 1)), at + np.array((10.0, 0, 0)))
        )
    side = wide / 2 + 7
    ends = ((-length / 2, 0.3 * tall), (length * u(0.1, 0.4), 0.3 * tall),
            (length * 0.3, -0.5 * tall), (-length / 2, -0.3 * tall))  # fmt: skip
    item.wire("steel", np.array([(x, y, side) for x, y in ends]), u(3, 4.5))
    return item.add("steel", s.box((10, 16, 5), (length / 2 - 12, tall / 2 + 7, 0)))


def _only_slide(rng: Rng, item: Item) -> None:
    length, tall, wide = rng.uniform(135, 225), rng.uniform(20, 34), rng.uniform(19, 29)
    slide(rng, item, length, tall, wide)
    if rng.random() < 0.5:
        barrel(rng, item, length, tall, wide)


def _only_barrel(rng: Rng, item: Item) -> None:
    u = rng.uniform
    if rng.random() < 0.5:
        barrel(rng, item, u(135, 225), u(20, 34), u(19, 29))
        return
    length, bore = u(280, 560), u(3.0, 9.0)
    item.add("steel", s.tube(bore + u(3, 6), u(3, 6), -length / 2, length / 2, 16),
             s.tube(bore + u(7, 10), u(5, 8), -length / 2, -length / 2 + u(30, 70), 16),
             s.box((8, 22, 4), (length / 2 - 12, bore + 14, 0)))  # fmt: skip


def _only_frame(rng: Rng, item: Item) -> None:
    u = rng.uniform
    length, thick, wide, tall = u(135, 225), u(17, 26), u(38, 58), u(68, 112)
    body = pick(rng, ["steel", "aluminium", "nylon"])
    frame(rng, item, body, length, thick)
    grip(rng, item, body, (-length / 2 + u(-2, 16), wide, tall, u(0.08, 0.5)), thick, u(13, 17))
    item.add(body, guard(-length / 2 + wide + 16, -18, u(38, 60), u(28, 40), u(2.5, 5), 2.5))


def _only_magazine(rng: Rng, item: Item) -> None:
    for k in range(int(rng.integers(1, 4))):
        one = Item("magazine")
        shape = (0.0, rng.uniform(38, 58), rng.uniform(68, 160), 0.0)
        magazine(rng, one, shape, rng.uniform(18, 26), rng.uniform(13, 17))
        item.merged(one.shifted(k * rng.uniform(45, 70), 0))


def _only_silencer(rng: Rng, item: Item) -> None:
    u = rng.uniform
    length, r = u(110, 220), u(14, 24)
    item.add(pick(rng, ["steel", "aluminium"]), s.tube(r, u(1.5, 3), -length / 2, length / 2, 20))
    places = np.linspace(-length / 2 + 8, length / 2 - 8, int(rng.integers(5, 10)))
    item.add("steel", *[s.tube(r - 1, r - 7, x - 1.2, x + 1.2, 16) for x in places])


_PARTS: tuple[tuple[str, Callable[[Rng, Item], None]], ...] = (
    ("slide", _only_slide), ("gun barrel", _only_barrel), ("gun frame", _only_frame),
    ("magazine", _only_magazine), ("silencer", _only_silencer),
)  # fmt: skip


def gun_part(rng: Rng) -> Item:
    """A slide, barrel, frame, silencer, or up to three magazines."""
    name, build = _PARTS[int(rng.integers(0, len(_PARTS)))]
    item = Item(name, "gun_part")
    build(rng, item)
    return item
