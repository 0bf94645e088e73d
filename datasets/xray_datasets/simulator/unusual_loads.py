"""Loads that no training draws (reserved.py), each by HS chapter, as in loads.py; sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item
from .loads import Room, grid, pallets, repeated

Rng = np.random.Generator


def tiles(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Ceramic tiles on pallets: low, dense stacks."""
    u = rng.uniform
    base, decks = pallets(room, (1100.0, min(1000.0, room[2] / 2 - 60)))
    side, tall = u(300, 420), u(300, 620)
    at = np.array([deck + np.array([x, -tall / 2, z]) for deck in decks
                   for x in (-side / 2 - 8, side / 2 + 8) for z in (-230, 230)])  # fmt: skip
    sizes = np.tile((side, tall, 420.0), (len(at), 1)) * (1, 1, u(0.2, 0.6))
    sizes[:, 1] *= rng.uniform(0.8, 1.0, len(at))
    at[:, 1] += (tall - sizes[:, 1]) / 2
    return [base, Item("ceramic tiles").add("ceramic", s.boxes(sizes, at))], "69"


def pipes(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Pipes of steel or PVC along the container."""
    u = rng.uniform
    r = u(45, 110)
    matter, chapter, share = (("steel", "73", 0.04), ("pvc", "39", 0.1))[int(rng.integers(0, 2))]
    stack = (room[0], room[1] * u(0.35, 0.85), room[2])
    at = grid(rng, stack, (room[0], 1.8 * r, 2 * r + 4), 6)
    one = s.tube(r, r * share * u(0.8, 1.4), -room[0] * 0.47, room[0] * 0.47, 12)
    return [Item("pipes").add(matter, repeated(one, at))], chapter


def tanks(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Intermediate bulk containers: plastic tanks of a cubic metre in cages of steel tube."""
    u = rng.uniform
    base, decks = pallets(room, (1150.0, min(1000.0, room[2] / 2 - 60)))
    tall, level = 1000.0, u(0.6, 0.97)
    matter, chapter = (("water", "20"), ("oil", "15"), ("alcohol", "22"), ("soap", "34"))[
        int(rng.integers(0, 4))
    ]
    wide, deep = 1100.0, 960.0
    cage = [s.box((12, tall, 12), (x, -tall / 2, z)) for x in np.linspace(-wide / 2, wide / 2, 7)
            for z in (-deep / 2, deep / 2)]  # fmt: skip
    cage += [s.box((wide, 12, 12), (0, -y, z)) for y in np.linspace(60, tall - 20, 5)
             for z in (-deep / 2, deep / 2)]  # fmt: skip
    hold = (wide - 40, tall * level, deep - 40)
    item = Item("tanks").add(matter, repeated(s.box(hold, (0, -hold[1] / 2, 0)), decks))
    wall = s.shell((wide - 30, tall - 10, deep - 30), 2.0, (0, -tall / 2, 0))
    item.add("polyethylene", repeated(wall, decks))
    return [base, item.add("steel", repeated(s.join(*cage), decks))], chapter


def bulk(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Goods poured in loose: a heap with a wavy top from wall to wall."""
    u = rng.uniform
    matter, chapter, most = (("grain", "10", 0.8), ("salt", "25", 0.45), ("sugar", "17", 0.65),
                             ("food", "12", 0.85))[int(rng.integers(0, 4))]  # fmt: skip
    x = np.linspace(-room[0] / 2, room[0] / 2, 24)
    waves = sum(u(0, 0.12) * np.cos(k * np.pi * (x / room[0] + u(0, 2))) for k in (1, 2, 3, 5))
    top = -room[1] * most * np.clip(u(0.6, 0.9) + waves, 0.25, 1.0)
    outline = np.concatenate([np.stack([x, top], 1), [(room[0] / 2, 0.0), (-room[0] / 2, 0.0)]])
    # strips between two columns each: a cap over a wavy outline would fold
    item = Item("bulk")
    strips = [np.array([outline[k], outline[k + 1], (x[k + 1], 0.0), (x[k], 0.0)])
              for k in range(len(x) - 1)]  # fmt: skip
    mesh = s.join(*[s.extrude(strip, -room[2] / 2, room[2] / 2) for strip in strips])
    return [item.add(matter, mesh, texture=tx.CLOUD, zoom=float(u(0.04, 0.1)))], chapter


def reels(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Cable on wooden drums that stand on their rims, seen from the side."""
    u = rng.uniform
    r, wide = u(420, 600), min(u(600, 900), room[2] / 2 - 40)
    at = grid(rng, (room[0], 2.05 * r, room[2]), (2 * r + 30, 2 * r, wide + 130), 10)
    core, copper = u(0.3, 0.45), u(0.08, 0.2)
    discs = [s.cylinder(r, z - 25, z + 25, 24, 2) for z in (-wide / 2, wide / 2)]
    item = Item("cable reels").add("wood", repeated(s.join(*discs), at))
    layer = r * u(0.75, 0.95)
    for matter, share in (("pvc", 0.55), ("copper", copper)):
        half = wide * share / 2
        item.add(matter, repeated(s.tube(layer, layer - core * r, -half, half, 24, 2), at))
    return [item], "85"
