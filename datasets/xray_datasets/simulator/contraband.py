"""What is hidden in containers, at its real size: y down, standing on y = 0, sizes in mm.

Each family gives separate things where each deserves a box of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import heavy
from . import shapes as s
from . import textures as tx
from .item import Item, pick
from .pistols import pistol
from .revolvers import revolver

Rng = np.random.Generator


def _stack(
    rng: Rng, size: tuple[float, float, float], most: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes and centres (n, 3) of equal things in a block that stands on the floor."""
    counts = [int(rng.integers(1, m + 1)) for m in most]
    axes = [(np.arange(n) - (n - 1) / 2) * c for n, c in zip(counts, size, strict=True)]
    at = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    at[:, 1] -= at[:, 1].max() + size[1] / 2
    return np.tile(np.array(size) * 0.98, (len(at), 1)), at


def weapons(rng: Rng) -> list[Item]:
    """One to six handguns, or long guns, in a heap or side by side."""
    u = rng.uniform
    long = rng.random() < 0.55
    out = []
    for k in range(int(rng.integers(1, 5))):
        item = rifle(rng) if long else (pistol(rng) if rng.random() < 0.7 else revolver(rng))
        item.label = "weapon"
        if not long:
            item = item.spun(u(0, 6.28))
        elif rng.random() < 0.25:
            item = item.spun(u(-0.6, 0.6))
        reach = max(abs(float(p.mesh[..., 1].max())) for p in item.parts if p.mesh is not None)
        out.append(item.shifted(u(-150, 150), -reach - k * 80, u(-200, 200)))
    return out


def rifle(rng: Rng) -> Item:
    """A long gun: barrel, receiver, stock, magazine, sights."""
    u = rng.uniform
    item, barrel, box = Item("rifle"), u(380, 620), u(220, 300)
    metal = "steel"
    item.add(metal, s.tube(u(9, 13), u(5, 8), box / 2, box / 2 + barrel, 12),
             s.shell((box, u(50, 65), u(32, 42)), u(2.5, 5)), s.box((box * 0.6, 18, 20)),
             s.tube(8, 2, box / 2, box / 2 + barrel * 0.7, 10, 0, (0, -22, 0)),
             s.box((10, 40, 6), (box / 2 + barrel - 20, -25, 0)))  # fmt: skip
    stock = pick(rng, ["wood", "nylon", "steel"])
    back = -box / 2 - u(200, 280)
    if stock == "steel":
        item.add("steel", s.box((240, 12, 12), (-box / 2 - 120, -10, 0)))
        item.add("steel", s.box((15, 110, 30), (-box / 2 - 235, 30, 0)))
    else:
        butt = [(-box / 2, -20), (back, -25), (back - 20, 85), (back + 60, 80), (-box / 2, 25)]
        item.add(stock, s.extrude(np.array(butt), -18, 18))
    item.add(stock if stock != "steel" else "nylon",
             s.extrude(np.array([(-60, 25), (-95, 120), (-60, 125), (-25, 30)]), -16, 16),
             s.box((barrel * 0.45, 45, 40), (box / 2 + barrel * 0.25, 5, 0)))  # fmt: skip
    bend = np.array([(20, 30, 0), (30, 100, 0), (55, 170, 0), (95, 225, 0)])
    item.add(
        "steel", s.sweep(bend, s.rounded(24, 60, 3)), s.hole(s.sweep(bend, s.rounded(21, 57, 3)))
    )
    item.add("brass", s.sweep(bend[:3], s.rounded(12, 40, 3)))
    return item


def narcotics(rng: Rng) -> list[Item]:
    """Bricks of a kilogram in a block, wrapped; a few of them or a whole pallet."""
    most = (3, 3, 3) if rng.random() < 0.55 else (7, 9, 8)
    sizes, at = _stack(rng, (205.0, 135.0, 62.0), most)
    item = Item("narcotics", "narcotics").add("cocaine", s.boxes(sizes, at))
    item.add("polyethylene", s.boxes(sizes, at), s.hole(s.boxes(sizes - 2.5, at)))
    return [item]


def cigarettes(rng: Rng) -> list[Item]:
    """Master cases of 50 cartons: tobacco and paper with foil."""
    most = (1, 2, 1) if rng.random() < 0.4 else (5, 4, 3)
    sizes, at = _stack(rng, (500.0, 380.0, 250.0), most)
    item = Item("cigarettes", "cigarettes")
    item.add("tobacco", s.boxes(sizes * 0.96, at), texture=tx.WEAVE, zoom=0.28)
    item.add("paper", s.boxes(sizes, at), s.hole(s.boxes(sizes - 12, at)))
    return [item.add("aluminium", s.boxes(sizes * (0.96, 0.96, 0.001), at))]


def currency(rng: Rng) -> list[Item]:
    """Banded notes in a block, 156 by 66 mm, 11 mm to the hundred."""
    sizes, at = _stack(rng, (158.0, 68.0, 110.0), (4, 6, 4))
    return [
        Item("banknotes", "currency").add("paper", s.boxes(sizes, at), texture=tx.STRIPES, zoom=0.7)
    ]


def batteries(rng: Rng) -> list[Item]:
    """Lithium packs in a frame, or starter batteries of lead."""
    if rng.random() < 0.55:
        sizes, at = _stack(rng, (160.0, 110.0, 220.0), (8, 3, 4))
        item = Item("lithium batteries", "battery").add(
            "cell", s.boxes(sizes * (0.92, 0.9, 0.8), at)
        )
        return [item.add("aluminium", s.boxes(sizes, at), s.hole(s.boxes(sizes - 4, at)))]
    sizes, at = _stack(rng, (245.0, 195.0, 178.0), (5, 3, 4))
    item = Item("starter batteries", "battery")
    plates = [at + np.array([k * 0.155 * 245.0, 20, 0]) for k in range(-2, 4)]
    item.add("lead", *[s.boxes(sizes * (0.1, 0.6, 0.22), p - (19, 0, 0)) for p in plates])
    return [
        item.add("polypropylene", s.boxes(sizes, at), s.hole(s.boxes(sizes - 6, at))).add(
            "water", s.boxes(sizes * (0.9, 0.7, 0.5), at)
        )
    ]


def person(rng: Rng) -> list[Item]:
    """One to four people, standing, sitting or lying: flesh as water, bones as chalk."""
    return [
        _body(rng).shifted(k * rng.uniform(350, 700), 0, rng.uniform(-400, 400))
        for k in range(int(rng.integers(1, 5)))
    ]


# joints (x, y) in heads' widths of a person 1000 tall: hip, knee, foot, shoulder, elbow, hand, head
_POSES = {
    "standing": ((0, -530), (10, -280), (0, -20), (0, -820), (-20, -650), (10, -490), (0, -930)),
    "sitting": (
        (0, -70),
        (250, -260),
        (290, -20),
        (-40, -380),
        (60, -230),
        (190, -210),
        (-20, -490),
    ),
    "lying": ((0, -70), (260, -80), (500, -50), (-290, -75), (-150, -70), (0, -75), (-400, -75)),
}


def _body(rng: Rng) -> Item:
    pose = pick(rng, list(_POSES))
    size = rng.uniform(1.55, 1.85)
    joints = np.array(_POSES[pose]) * size * (1.0 if rng.random() < 0.5 else -1.0, 1.0)
    hip, knee, foot, shoulder, elbow, hand, head = joints
    item = Item(f"{pose} person", "person")
    flesh, bone = [], []

    def limb(a: np.ndarray, b: np.ndarray, z: float, r: float) -> None:
        path = np.array([(*a, z), (*((a + b) / 2), z), (*b, z)])
        flesh.append(s.sweep(path, s.ellipse(r, r, 12), np.array([1.0, 1.05, 0.75])))
        bone.append(s.sweep(path, s.ellipse(r * 0.22, r * 0.22, 8)))

    for side in (-1, 1):
        limb(hip, knee, side * 95, 78 * size / 1.7)
        limb(knee, foot, side * 95, 56 * size / 1.7)
        limb(shoulder, elbow, side * 200, 48 * size / 1.7)
        limb(elbow, hand, side * 210, 38 * size / 1.7)
    trunk = np.array([(*(hip + (shoulder - hip) * t), 0.0) for t in (-0.08, 0.2, 0.6, 0.95, 1.05)])
    flesh.append(s.sweep(trunk, s.ellipse(115, 165, 16), np.array([0.75, 1.0, 1.0, 0.9, 0.4])))
    flesh.append(s.hole(s.sweep(trunk[2:4], s.ellipse(60, 100, 12))))  # lungs
    bone.append(s.sweep(trunk, s.ellipse(18, 18, 8)))
    flesh.append(s.ellipsoid(88, 112, 76, (*head, 0), 14))
    bone += [
        s.ellipsoid(78, 92, 68, (*head, 0), 12),
        s.hole(s.ellipsoid(72, 86, 62, (*head, 0), 12)),
    ]
    item.add("water", *flesh).add("stone", *bone)
    return item.add(
        "cotton",
        s.sweep(trunk, s.ellipse(135, 185, 16)),
        s.hole(s.sweep(trunk, s.ellipse(116, 166, 16))),
    )


def car(rng: Rng) -> list[Item]:
    """A car behind other goods."""
    return [heavy.car(rng, "hidden car")]


FAMILIES: tuple[tuple[Callable[[Rng], list[Item]], float], ...] = (
    (weapons, 0.28), (narcotics, 0.24), (cigarettes, 0.14), (currency, 0.1), (batteries, 0.1),
    (person, 0.11), (car, 0.03),
)  # fmt: skip
_SHARES = np.cumsum([share for _, share in FAMILIES])


def draw(rng: Rng) -> list[Item]:
    """Something hidden, drawn by share."""
    return FAMILIES[int(np.searchsorted(_SHARES, rng.random() * _SHARES[-1]))][0](rng)
