"""Where things lie: bags across the picture, goods within, threats anywhere, also over edges.

Goods lie beside rather than on each other, as far as a bag's depth asks for it: without that,
heaps of metal grow so dark that nobody could tell what is in them.

Sizes: single bags fill a picture of 480-900 mm; belt views show 2-5 bags in 1100-2400 mm. Things
lie flat or tilted, no higher than a bag is deep. The world is that of fan.Fan: x along the belt.

How full bags are and how plainly threats lie in them is a Manner: as in traffic, or as people pack
them for data sets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from . import clutter, hardware, luggage, threats, tools, wrenches
from .item import Item
from .shapes import rotation

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Manner:
    """How bags are packed.

    Attributes:
        alone: share of scenes with a single bag; the others are belt views.
        sparse: share of bags with few goods, of single ones and of those on belts.
        few, many: goods of a sparse bag and of any other of 600 by 400 mm.
        hardware: how often bars, rods and heaps of metal lie among the goods, against `clutter`.
        faintest: least of what scales the attenuation of a whole scene's metal, 1.1 at most.
        benign: share of scenes without a threat.
        threats: how likely one, two, three … lie in any other.
        flat: share of threats whose flat side faces the beam but for a few degrees.
        lean: standard deviation of those degrees, and of how far most others lean, radians.
        free: share that lies any way at all.
        threat_metal: factor of attenuation of a threat's metal, beside that of the scene.
    """

    alone: float = 0.72
    sparse: tuple[float, float] = (0.2, 0.28)
    few: tuple[float, float] = (5, 14)
    many: tuple[float, float] = (28, 70)
    hardware: float = 1.0
    faintest: float = 0.3
    benign: float = 0.3
    threats: tuple[float, ...] = (0.5, 0.32, 0.18)
    flat: float = 0.6
    lean: tuple[float, float] = (0.18, 0.5)
    free: float = 0.12
    threat_metal: tuple[float, float] = (0.45, 1.2)


TRAFFIC = Manner()
STAGED = Manner(
    alone=0.85,
    sparse=(0.6, 0.6),
    few=(4, 16),
    many=(18, 50),
    hardware=0.35,
    faintest=0.5,
    benign=0.15,
    threats=(0.35, 0.3, 0.2, 0.15),
    flat=0.78,
    lean=(0.12, 0.4),
    free=0.07,
    threat_metal=(0.75, 1.2),
)
MANNERS = {"baggage": TRAFFIC, "parcel": TRAFFIC, "staged": STAGED}


@dataclass(slots=True)
class Placed:
    """An item and how it lies: rotation, place of its centre in mm, attenuation factors.

    The factors multiply how strongly metal, and all else, attenuates; masses are without them.
    """

    item: Item
    turn: NDArray[np.float64]  # (3, 3)
    x_mm: float
    y_mm: float
    z_mm: float
    metal_factor: float
    soft_factor: float
    threat: bool = False


@dataclass(slots=True)
class Packed:
    """All things of a scene.

    Attributes:
        things: in the world of fan.Fan.
        width_mm: of the picture.
        goods: how many lie in each bag.
        theme: of the goods, of the last bag.
        middle_y_mm: of the world, in the middle of the picture.
    """

    things: list[Placed]
    width_mm: float
    goods: tuple[int, ...]
    theme: str
    middle_y_mm: float = 0.0


def lie(
    rng: Rng,
    item: Item,
    x: float,
    y: float,
    scene: float,
    threat: bool = False,
    manner: Manner = TRAFFIC,
) -> Placed:
    """An item at x, y mm, turned and tilted; scene: how much metal attenuates in this scene."""
    how = manner if threat else TRAFFIC
    chance = rng.random()
    tilt, roll = rng.normal(0, how.lean[0] if chance < how.flat else how.lean[1], 2)
    if chance > 1 - how.free:
        tilt, roll = rng.uniform(-np.pi / 2, np.pi / 2, 2)
    height = _half_height_mm(item, rotation(0, tilt, roll)[2])
    if height > DEEP_MM:  # it would stand out of the bag
        tilt, roll = tilt * DEEP_MM / height, roll * DEEP_MM / height
    if rng.random() < 0.5:
        roll += np.pi  # the other side up
    spin = rng.uniform(0, 2 * np.pi)
    metal = scene * rng.uniform(*how.threat_metal)
    return Placed(
        item,
        rotation(spin, tilt, roll),
        x,
        y,
        rng.uniform(-90, 90),
        metal,
        rng.uniform(0.6, 1.2),
        threat,
    )


DEEP_MM = 140.0  # half of what a bag is deep
OFF_MM = 300.0  # how far off the middle of a belt, which is a metre wide at most, a bag may lie


def metal_of_scene(rng: Rng, manner: Manner = TRAFFIC) -> float:
    """By how much the attenuation of a whole scene's metal is multiplied."""
    return float(np.exp(rng.uniform(np.log(manner.faintest), np.log(1.1))))


def _half_height_mm(item: Item, up: NDArray[np.float64]) -> float:
    solids = [part.mesh.reshape(-1, 3) for part in item.parts if part.mesh is not None]
    lines = [points for part in item.parts for points, _ in part.wires]
    return max(float(np.abs(points @ up).max()) for points in (*solids, *lines))


REACH_MM = 65.0  # how far around its centre a thing weighs on its neighbours, one sigma
TRIES = 5  # places that are weighed against each other


class _Load:
    """Mass per area so far, at any place."""

    def __init__(self, rng: Rng) -> None:
        self.rng, self.xy, self.mass = rng, np.zeros((0, 2)), np.zeros(0)

    def place(self, item: Item, draw: Callable[[], tuple[float, float]]) -> tuple[float, float]:
        """The lightest of a few places; now and then just any."""
        tries = 1 if self.rng.random() < 0.2 else TRIES
        places = np.array([draw() for _ in range(tries)])  # (T, 2)
        away = ((places[:, None] - self.xy[None]) ** 2).sum(-1)  # (T, N)
        weight = np.exp(-away / (2 * REACH_MM**2)) @ self.mass  # (T,)
        x, y = places[int(weight.argmin())].tolist()
        self.xy = np.vstack((self.xy, (x, y)))
        self.mass = np.append(self.mass, item.mass_g())
        return x, y


def _bundle(rng: Rng, threat: Placed, scene: float) -> list[Placed]:
    """Other tools beside a tool, most of them along it, as in a roll or a box."""
    spin = float(np.arctan2(threat.turn[1, 0], threat.turn[0, 0]))
    rolled = rng.random() < 0.5  # side by side and on each other, all one way
    along, across, spread = (30, 20, 0.08) if rolled else (38, 38, 0.2)
    out = []
    for _ in range(int(rng.integers(4, 15) if rolled else rng.integers(2, 11))):
        make = _TOOLS[int(rng.integers(0, len(_TOOLS)))]
        a, b = rng.normal(0, along), rng.normal(0, across)
        x = threat.x_mm + a * np.cos(spin) - b * np.sin(spin)
        y = threat.y_mm + a * np.sin(spin) + b * np.cos(spin)
        other = lie(rng, make(rng), float(x), float(y), scene)
        if rolled or rng.random() < 0.75:
            turn = rotation(
                spin + rng.normal(0, spread) + np.pi * rng.integers(0, 2), *rng.normal(0, 0.15, 2)
            )
            other.turn = turn
        out.append(other)
    return out


_TOOLS = (wrenches.wrench, wrenches.wrench, tools.screwdriver, tools.hex_keys, tools.pliers,
          hardware.bar,
          hardware.ratchet, hardware.heap, hardware.sockets, hardware.rods)  # fmt: skip


def _bag(
    rng: Rng, kind: str, cx: float, cy: float, size: float, scene: float, belt: bool, wanted: int
) -> tuple[list[Placed], int, str]:
    """One bag about a centre: shell, goods, the threats wanted; how many goods; their theme."""
    manner = MANNERS[kind]
    long, short = size, size * rng.uniform(0.55, 0.85)
    style = (
        luggage.carton
        if kind == "parcel"
        else luggage.KINDS[int(rng.choice(4, p=(0.36, 0.36, 0.18, 0.10)))]
    )
    shell = style(rng, short, long)
    lean = (
        rng.normal(0, 0.12) + float(rng.choice([0, np.pi / 2, np.pi, -np.pi / 2]))
        if rng.random() < 0.75
        else rng.uniform(0, 6.28)
    )
    turn = rotation(lean, rng.normal(0, 0.06), rng.normal(0, 0.06))
    scale_metal = scene * rng.uniform(0.6, 1.2)
    placed = [Placed(shell, turn, cx, cy, 0.0, scale_metal, rng.uniform(0.5, 1.2))]
    if rng.random() < 0.6:
        fill = luggage.wadding(rng, short * 0.95, long * 0.95)
        placed.append(Placed(fill, turn, cx, cy, 0.0, 1.0, rng.uniform(0.5, 1.3)))
    theme = clutter.THEMES[int(rng.integers(0, len(clutter.THEMES)))]
    area = long * short / 2.4e5  # 1 = a bag of 600 by 400 mm
    sparse = rng.random() < manner.sparse[belt]
    count = rng.uniform(*(manner.few if sparse else manner.many))
    # bags on belts are smaller, and no less full for that
    count = int(count * min(1.2, max(0.3, np.sqrt(area) if belt else area)))
    hot = rng.uniform(-0.3, 0.3, 2)  # goods crowd somewhere
    crowd = rng.uniform(0.2, 0.36)

    def somewhere(spread: float) -> tuple[float, float]:
        if rng.random() < 0.3:
            a, b = np.clip(hot + rng.normal(0, crowd * 0.6, 2), -0.46, 0.46)
        else:
            a, b = rng.uniform(-0.46, 0.46, 2)
        p = turn[:2, :2] @ np.array([a * short * spread, b * long * spread])
        return cx + float(p[0]), cy + float(p[1])

    load = _Load(rng)
    for _ in range(count):
        item = clutter.draw(rng, theme, manner.hardware)
        spread = 1.08 if item.name in ("buckle", "zip") else 0.9
        x, y = load.place(item, partial(somewhere, spread))
        placed.append(lie(rng, item, x, y, scene))
    for _ in range(wanted):
        item = threats.draw(rng)
        x, y = load.place(item, partial(somewhere, float(rng.choice([0.7, 0.9, 1.15]))))
        threat = lie(rng, item, x, y, scene, threat=True, manner=manner)
        if (
            threat.item.label in ("wrench", "pliers", "screwdriver", "hammer")
            and rng.random() < 0.45
        ):
            placed.extend(_bundle(rng, threat, scene))
        placed.append(threat)
    return placed, count, theme


def pack(rng: Rng, kind: str) -> Packed:
    """A scene of one bag or of a belt with several, in the manner of its kind."""
    manner = MANNERS[kind]
    scene = metal_of_scene(rng, manner)
    benign, shares = rng.random() < manner.benign, manner.threats
    wanted = 0 if benign else int(rng.choice(np.arange(1, len(shares) + 1), p=shares))
    if rng.random() < manner.alone:
        width = rng.uniform(480, 900)
        size = width * rng.uniform(0.68, 1.08)
        placed, count, theme = _bag(
            rng,
            kind,
            rng.normal(0, 0.04) * width,
            rng.normal(0, 0.04) * width,
            size,
            scene,
            False,
            wanted,
        )
        return Packed(placed, width, (count,), theme)
    bags = int(rng.integers(2, 6))
    width = rng.uniform(420, 560) * bags
    if rng.random() < 0.3:
        width *= 0.75  # crowded
    where = rng.integers(0, bags, wanted)
    placed, goods, theme = [], [], ""
    middle = rng.uniform(-0.2, 0.2) * width  # screens show the belt higher or lower
    for k in range(bags):
        size = rng.uniform(300, 640)
        x = ((k + 0.5) / bags - 0.5 + rng.normal(0, 0.03)) * width
        y = float(np.clip(rng.normal(0, 0.08) * width, -OFF_MM, OFF_MM))
        more, count, theme = _bag(rng, kind, x, y, size, scene, True, int((where == k).sum()))
        placed.extend(more)
        goods.append(count)
    return Packed(placed, width, tuple(goods), theme, middle)
