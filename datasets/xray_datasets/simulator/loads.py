"""What containers carry, each by HS chapter: blocks of goods that stand on y = 0, up is negative.

A family takes the room it may fill, (length, height, width) in mm about x = z = 0, and gives items.
Chapters are those of the Harmonized System 2022. Bulk densities come from materials; goods that
hold air are thinner along the beam instead.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item

Rng = np.random.Generator
Room = tuple[float, float, float]


def grid(rng: Rng, room: Room, size: Room, shake: float = 6.0, lost: float = 0.0) -> np.ndarray:
    """Centres (n, 3) of things of one size, stacked from the floor; the topmost may be missing."""
    nx, ny, nz = (max(1, int(r // c)) for r, c in zip(room, size, strict=True))
    x = (np.arange(nx) - (nx - 1) / 2) * (room[0] / nx)
    y = -(np.arange(ny) + 0.5) * size[1]
    z = (np.arange(nz) - (nz - 1) / 2) * size[2]
    at = np.stack(np.meshgrid(x, y, z, indexing="ij"), -1)
    keep = np.ones((nx, ny, nz), bool)
    if ny > 1:
        keep[:, -1] = rng.random((nx, nz)) >= lost
    at = at[keep]
    return at + rng.uniform(-shake, shake, at.shape) * (1, 0, 1)


def repeated(mesh: s.Mesh, at: np.ndarray) -> s.Mesh:
    """The same thing at each of these places (n, 3)."""
    return (mesh[None] + at[:, None, None].astype(np.float32)).reshape(-1, 3, 3)


# content, share of the carton that it fills, texture, HS chapter
_IN_CARTONS = (
    ("cotton", 0.9, tx.WEAVE, "61"), ("dyed_cotton", 0.85, -1, "62"),
    ("rubber", 0.18, -1, "64"), ("abs", 0.15, tx.WEAVE, "95"), ("food", 0.7, tx.WEAVE, "19"),
    ("glass", 0.22, -1, "70"), ("ceramic", 0.55, -1, "69"), ("paper", 0.9, -1, "48"),
    ("board", 0.08, tx.BOARD, "85"), ("cream", 0.6, -1, "33"), ("water", 0.62, -1, "22"),
    ("zinc", 0.03, tx.WEAVE, "83"), ("steel", 0.06, tx.WEAVE, "73"), ("foam", 0.9, -1, "94"),
)  # fmt: skip


def cartons(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Cartons from wall to wall, all of one kind."""
    u = rng.uniform
    size = (u(320, 620), u(220, 480), u(320, 580))
    matter, share, texture, chapter = _IN_CARTONS[int(rng.integers(0, len(_IN_CARTONS)))]
    at = grid(rng, room, size, 7.0, u(0, 0.5))
    full = np.tile(np.array(size) - 6, (len(at), 1))
    hollow = np.tile(np.array(size) - 14, (len(at), 1))
    inside = hollow * (0.97, 0.95, share * u(0.7, 1.1))
    inside[:, 2] *= rng.uniform(0.92, 1.0, len(at))  # no two are packed alike
    item = Item("cartons").add("paper", s.boxes(full, at), s.hole(s.boxes(hollow, at)))
    item.add(matter, s.boxes(inside, at), texture=texture, zoom=float(u(0.05, 0.12)))
    return [item], chapter


def frozen(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Frozen goods: a dense block of cartons with narrow gaps."""
    u = rng.uniform
    size = (u(380, 600), u(140, 240), u(280, 400))
    at = grid(rng, room, size, 3.0, u(0, 0.3))
    solid = np.tile(np.array(size) - (5, 7, 12), (len(at), 1))
    matter, chapter = (("cream", "02"), ("fruit", "03"), ("fruit", "08"))[int(rng.integers(0, 3))]
    item = Item("frozen")
    solid[:, 2] *= rng.uniform(0.9, 1.0, len(at))
    item.add(matter, s.boxes(solid, at))
    item.add("paper", s.boxes(solid * (1, 1, 0.02), at))
    return [item], chapter


def pallets(room: Room, size: tuple[float, float]) -> tuple[Item, np.ndarray]:
    """Pallets in rows of two, and where their decks are (n, 3)."""
    across, deep = size
    count = max(1, int(room[0] // (across + 30)))
    x = (np.arange(count) - (count - 1) / 2) * (room[0] / count)
    at = np.array([(a, 0.0, z) for a in x for z in (-deep / 2 - 15, deep / 2 + 15)])
    boards = [
        ((across, 22, 100), (0, -133, z)) for z in np.linspace(-deep / 2 + 50, deep / 2 - 50, 6)
    ]
    blocks = [((140, 90, 100), (x0, -78, z)) for x0 in (-across / 2 + 70, 0, across / 2 - 70)
              for z in (-deep / 2 + 50, 0, deep / 2 - 50)]  # fmt: skip
    runners = [((across, 22, 100), (0, -11, z)) for z in (-deep / 2 + 50, 0, deep / 2 - 50)]
    one = s.join(*[s.box(size3, where) for size3, where in (*boards, *blocks, *runners)])
    return Item("pallets").add("wood", repeated(one, at)), at - np.array([0.0, 144.0, 0.0])


_SACKS = (("grain", "10"), ("sugar", "17"), ("wood", "12"), ("stone", "25"), ("salt", "31"),
          ("food", "11"), ("concrete", "25"), ("polyethylene", "39"))  # fmt: skip


def sacks(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Sacks on pallets."""
    u = rng.uniform
    base, decks = pallets(room, (1200.0, min(1000.0, room[2] / 2 - 60)))
    matter, chapter = _SACKS[int(rng.integers(0, len(_SACKS)))]
    tall, layers = u(110, 170), int(min(room[1] - 250, u(700, 1700)) // 150)
    share = u(0.35, 0.7) if matter in ("stone", "salt", "concrete") else u(0.75, 0.95)
    bag = s.extrude(s.rounded(585, tall, tall * 0.45), -230, 230, 60)
    at = []
    for deck in decks:
        for k in range(layers):
            for x in (-300, 300):
                for z in (-240, 240):
                    rise = -(k + 0.5) * tall * 0.93
                    at.append(deck + np.array([x + u(-20, 20), rise, z + u(-10, 10)]))
    shares = rng.uniform(0.85, 1.0, len(at)) * share  # no two are packed alike
    mesh = np.concatenate([bag * np.array([1, 1, k], np.float32) + row.astype(np.float32)
                           for k, row in zip(shares, at, strict=True)])  # fmt: skip
    goods = Item("sacks").add(matter, mesh)
    return [base, goods], chapter


def barrels(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Drums of 200 litres in one or two layers, steel or plastic, nearly full."""
    u = rng.uniform
    r, tall = 290.0, 880.0
    at = grid(rng, (room[0], min(room[1], tall * (2.2 if rng.random() < 0.6 else 1.1)), room[2]),
               (2 * r + 10, tall + 20, 2 * r + 4), 4.0)  # fmt: skip
    steel = rng.random() < 0.65
    wall = 1.2 if steel else 6.0
    outer, inner = (
        s.cylinder(r, -tall / 2, tall / 2, 16, 1),
        s.cylinder(r - wall, -tall / 2 + wall, tall / 2 - wall, 16, 1),
    )
    level = -tall / 2 + tall * (1 - u(0.86, 0.97))
    liquid = s.cylinder(r - wall - 1, level, tall / 2 - wall, 16, 1)
    matter, chapter = (
        ("oil", "27"),
        ("water", "20"),
        ("alcohol", "29"),
        ("cream", "32"),
        ("salt", "28"),
    )[int(rng.integers(0, 5))]
    item = Item("barrels").add(
        "steel" if steel else "polyethylene", repeated(s.join(outer, s.hole(inner)), at)
    )
    if steel:
        rings = s.join(*[s.tube(r + 9, 12, y, y + 14, 16, 1) for y in (-tall / 6, tall / 6)])
        item.add("steel", repeated(rings, at))
    return [item.add(matter, repeated(liquid, at))], chapter


def timber(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Logs along the container, or bundles of planks."""
    u = rng.uniform
    item = Item("timber")
    if rng.random() < 0.5:
        r, bunches = u(110, 190), int(rng.integers(1, 3))
        stack = (room[0], room[1] * u(0.7, 1.0), room[2])
        at = grid(rng, stack, (room[0] / bunches, 1.8 * r, 2 * r), 12)
        half = (room[0] / bunches - 120) / 2
        logs = [s.cylinder(r * u(0.75, 1), -half * u(0.85, 1), half * u(0.85, 1), 12, 0, tuple(row))
                for row in at]  # fmt: skip
        return [item.add("wood", *logs)], "44"
    size = (min(room[0], u(2400, 4800)), u(28, 60), u(120, 240))
    at = grid(
        rng,
        (room[0], room[1] * u(0.7, 1.0), room[2]),
        (size[0] + 60, size[1] + u(2, 16), size[2] + 10),
        5,
        u(0, 0.4),
    )
    item.add("wood", s.boxes(np.tile(size, (len(at), 1)), at))
    return [item], "44"


def rolls(rng: Rng, room: Room) -> tuple[list[Item], str]:
    """Reels of paper standing, coils of steel lying, or stacks of tyres."""
    u = rng.uniform
    kind = rng.random()
    if kind < 0.4:
        r, tall = u(400, 560), u(900, 1200)
        at = grid(rng, (room[0], tall * 1.05, room[2]), (2 * r + 20, tall, 2 * r + 10))
        reel = s.tube(r, r - 45, -tall / 2, tall / 2, 24, 1)
        return [Item("paper reels").add("paper", repeated(reel, at))], "48"
    if kind < 0.6:
        r, wide = u(420, 620), u(700, 1250)
        at = grid(
            rng, (room[0], 2 * r + 1, wide * 1.1), (room[0] / int(rng.integers(2, 5)), 2 * r, wide)
        )
        coil = s.tube(r, r - u(230, 280), -wide / 2, wide / 2, 28, 2)
        return [Item("steel coils").add("steel", repeated(coil, at))], "72"
    r, tall = u(290, 420), u(190, 260)
    at = grid(rng, room, (2 * r + 8, tall, 2 * r + 8), 10.0, u(0, 0.6))
    tyre = s.join(s.tube(r, 22, -tall / 2, tall / 2, 18, 1),
                  s.tube(r, r * 0.38, -tall / 2, -tall / 2 + 14, 18, 1),
                  s.tube(r, r * 0.38, tall / 2 - 14, tall / 2, 18, 1))  # fmt: skip
    cord = s.tube(r - 8, 1.5, -tall / 2 + 15, tall / 2 - 15, 18, 1)
    return [Item("tyres").add("rubber", repeated(tyre, at)).add("steel", repeated(cord, at))], "40"
