"""How containers are loaded: which goods stand where, and what is hidden among them.

Shares: 55 % full, 25 % part-filled, 8 % empty; the rest hold one machine, car or heap. Something is
hidden in two of three.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import contraband, heavy, hulls, loads
from .item import Item

Rng = np.random.Generator
Room = tuple[float, float, float]
Goods = Callable[[Rng, str, Room, float], tuple[list[Item], str]]
LOADS = ("cartons", "sacks", "barrels", "timber", "rolls", "machines", "scrap", "vehicles",
         "household")  # fmt: skip
_SHARES = (0.34, 0.12, 0.1, 0.07, 0.08, 0.1, 0.06, 0.05, 0.08)
_BLOCKS = {
    "cartons": loads.cartons,
    "sacks": loads.sacks,
    "barrels": loads.barrels,
    "timber": loads.timber,
    "rolls": loads.rolls,
    "frozen": loads.frozen,
}


@dataclass(slots=True)
class Stowed:
    """Everything in and about one container, with what it is declared to carry.

    Attributes:
        items: the container first, goods, then what is hidden; in the world of fan.Fan.
        load: a word of LOADS, "frozen" or "empty".
        hs_chapter: of the load, two digits; "" when empty.
        fill: share of the length that goods take.
        density_kg_m3: of the goods, over the length that they take; 0 when empty.
    """

    items: list[Item]
    kind: str
    load: str
    hs_chapter: str
    fill: float
    density_kg_m3: float


@dataclass(frozen=True, slots=True)
class Draws:
    """What containers are loaded with.

    Attributes:
        fill: draws the share of the length that goods take.
        load: draws a word for them, by the kind of container.
        goods: makes them, in a room, along a share of its length.
        groups: draws how many groups of things are hidden.
        hidden: makes such a group.
    """

    fill: Callable[[Rng], float]
    load: Callable[[Rng, str], str]
    goods: Goods
    groups: Callable[[Rng], int]
    hidden: Callable[[Rng], list[Item]]


def stow(rng: Rng, hull: hulls.Hull, draws: Draws | None = None) -> Stowed:
    """Load a container about x = 0; without draws, with what is usual."""
    room, draws = hull.room_mm, draws or USUAL
    fill, load = draws.fill(rng), draws.load(rng, hull.kind)
    goods, chapter = ([], "") if fill == 0 else draws.goods(rng, load, room, fill)
    long = room[0] * fill
    start = (room[0] - long) / 2 * (-1 if rng.random() < 0.7 else 1)  # loads stand at one end
    for item in goods:
        item.shifted(start, 0)
    hidden = _hidden(rng, room, goods, draws)
    for item in goods:
        item.shifted(0, hull.floor_y_mm)
    for item in hidden:
        item.shifted(0, hull.floor_y_mm)
    name = load if fill else "empty"
    heavy_kg = sum(item.mass_g() for item in goods) / 1000
    return Stowed(
        [*hull.items, *goods, *hidden],
        hull.kind,
        name,
        chapter,
        round(fill, 2),
        round(heavy_kg / (long * room[1] * room[2] / 1e9), 1) if fill else 0.0,
    )


def _fill(rng: Rng) -> float:
    chance = rng.random()
    return 1.0 if chance < 0.62 else (0.0 if chance < 0.7 else float(rng.uniform(0.2, 0.8)))


def _load(rng: Rng, kind: str) -> str:
    return "frozen" if kind == "reefer" else LOADS[int(rng.choice(len(LOADS), p=_SHARES))]


def _groups(rng: Rng) -> int:
    return 0 if rng.random() < 0.33 else int(rng.choice([1, 2, 3], p=(0.6, 0.28, 0.12)))


def _goods(rng: Rng, load: str, room: Room, fill: float) -> tuple[list[Item], str]:
    """Goods about x = 0 along fill of the room, standing on y = 0."""
    long, high, wide = room[0] * fill, room[1] * float(rng.uniform(0.7, 0.97)), room[2]
    if load in _BLOCKS:
        return _BLOCKS[load](rng, (long, high, wide * float(rng.uniform(0.85, 0.97))))
    if load == "scrap":
        return [heavy.scrap(rng, (long, high, wide))], "72"
    if load == "household":
        return [heavy.household(rng, (long, room[1], wide))], "94"
    step = 5000.0 if load == "vehicles" else float(rng.uniform(1800, 3200))
    count = max(1, int(long / step))
    out = []
    for k in range(count):
        if load == "vehicles":
            item = heavy.car(rng)
        else:
            item = heavy.machine(rng, (min(step, long) * 0.9, high, wide))
        out.append(item.shifted((k - (count - 1) / 2) * step, 0, float(rng.uniform(-60, 60))))
    return out, "87" if load == "vehicles" else "84"


def _hidden(rng: Rng, room: Room, goods: list[Item], draws: Draws) -> list[Item]:
    """What is hidden: within the load or on the floor beside it, never in mid-air."""
    wanted = draws.groups(rng)
    load = _corners(goods)
    out: list[Item] = []
    for _ in range(wanted):
        group = draws.hidden(rng)
        corners = _corners(group)
        left, right = -room[0] / 2 - corners[:, 0].min(), room[0] / 2 - corners[:, 0].max()
        if len(load) and rng.random() < 0.8:
            left = max(left, load[:, 0].min() - corners[:, 0].min())
            right = min(right, load[:, 0].max() - corners[:, 0].max())
        x = float(rng.uniform(left, right)) if right > left else 0.0
        stands = group[0].label in ("person", "vehicle", "battery")
        spare = _top(load, x + corners[:, 0].min(), x + corners[:, 0].max()) + corners[:, 1].min()
        up = 0.0 if stands else float(rng.uniform(0, max(0.0, spare)))
        z = 0.0 if group[0].label == "vehicle" else float(rng.uniform(-0.3, 0.3)) * room[2]
        out += [item.shifted(x, -up, z) for item in group]
    return out


def _top(load: NDArray[np.float32], left: float, right: float) -> float:
    """Height of the lowest stretch of the load between two places; 0 where there is a gap."""
    if not len(load):
        return 0.0
    places = np.linspace(left, right, 5)
    near = np.abs(load[None, :, 0] - places[:, None]) < 400.0  # goods are smaller than this
    heights = np.where(near, -load[None, :, 1], 0.0).max(1)
    return float(heights.min())


def _corners(items: list[Item]) -> NDArray[np.float32]:  # (n, 3)
    meshes = [part.mesh for item in items for part in item.parts if part.mesh is not None]
    return (
        np.concatenate([m.reshape(-1, 3) for m in meshes])
        if meshes
        else np.zeros((0, 3), np.float32)
    )


USUAL = Draws(_fill, _load, _goods, _groups, contraband.draw)
