"""Metal that looks like threats: rods, bars, tools, machines, springs, racks; sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick
from .soft import smooth

Rng = np.random.Generator
METAL = ("steel", "steel", "stainless", "aluminium", "brass", "zinc")


def rods(rng: Rng) -> Item:
    """A bundle of rods, tubes or flat bars: needles, skewers, tripods, tent poles, rulers."""
    u = rng.uniform
    item = Item("rods")
    n = int(rng.integers(2, 22))
    length = u(120, 420)
    spread = u(4, 45)
    solids: dict[str, list[s.Mesh]] = {}
    matter = pick(rng, ["steel", "steel", "aluminium", "stainless", "wood", "abs"])
    fixed = rng.random() < 0.6
    r = u(1, 6)
    for _ in range(n):
        k = length * u(0.6, 1)
        size = r if fixed else u(1, 6)
        kind = rng.random()
        if kind < 0.45:
            m = s.cylinder(size, -k / 2, k / 2, 8)
        elif kind < 0.75:
            m = s.tube(size + 1, u(0.6, 1.5), -k / 2, k / 2, 8)
        else:
            m = s.box((k, size * 3, u(0.8, 3)))
        m = s.moved(s.turned(m, rng.normal(0, 0.07)), u(-20, 20), u(-1, 1) * spread, u(-15, 15))
        solids.setdefault(matter if fixed else pick(rng, METAL), []).append(m)
    for name, meshes in solids.items():
        item.add(name, *meshes)
    return item


def bar(rng: Rng) -> Item:
    """A flat or round bar: ruler, file, chisel, spatula, cutlery, handle tube."""
    u = rng.uniform
    item = Item("bar")
    length, w, t = u(90, 420), u(6, 34), u(1, 6)
    kind = rng.random()
    matter = pick(rng, METAL)
    if kind < 0.35:
        item.add(matter, s.box((length, w, t)))
    elif kind < 0.6:
        item.add(matter, s.tube(w / 2 + 3, u(0.8, 2), -length / 2, length / 2, 12))
    elif kind < 0.85:  # spoon or fork
        path = np.array([(0, 0, 0), (50, 0, 3), (115, 0, 0)])
        head = s.extrude(s.ellipse(u(20, 34), u(11, 22), 14, (-18, 0)), -0.8, 0.8)
        item.add("stainless", head, s.sweep(path, s.ellipse(4, 1.2, 8), np.array([0.8, 1.0, 2.0])))
        if rng.random() < 0.4:
            item.add(
                "stainless",
                s.hole(
                    s.boxes(
                        np.tile([22.0, 2.0, 1.6], (3, 1)),
                        np.array([(-32.0, y, 0) for y in (-5, 0, 5)]),
                    )
                ),
            )
            item.parts[0].mesh = np.concatenate([item.parts[0].mesh, item.parts.pop().mesh])
    else:
        item.add(matter, s.box((length * 0.6, w, t), (length * 0.3, 0, 0))).add(
            "wood", s.cylinder(11, -90, 0, 10)
        )
    return item


def sockets(rng: Rng) -> Item:
    """A socket set: rows of sockets, a ratchet, bits, in a moulded case."""
    u = rng.uniform
    item = Item("sockets")
    solids = []
    n = int(rng.integers(4, 15))
    pitch = u(16, 28)
    upright = rng.random() < 0.5
    for k in range(n):
        r = u(0.28, 0.48) * pitch
        h = u(22, 40)
        at = ((k - n / 2) * pitch, 0.0, 0.0)
        if upright:
            solids.append(s.tube(r, r * u(0.25, 0.45), -h / 2, h / 2, 12, 2, at))
        else:
            solids.append(s.tube(r, r * 0.35, -h / 2, h / 2, 10, 1, at))
    item.add("steel", *solids)
    if rng.random() < 0.7:
        item.merged(ratchet(rng).shifted(0, u(40, 80)))
    for k in range(int(rng.integers(0, 5))):
        item.add(
            "steel", s.cylinder(u(4, 8), -u(20, 60), u(20, 60), 8, 0, (u(-60, 60), -30 - 18 * k, 0))
        )
    if rng.random() < 0.5:
        item.add("polyethylene", s.shell((n * pitch + 40, u(150, 240), u(35, 60)), 2.5))
    return item


def ratchet(rng: Rng) -> Item:
    """A ratchet handle."""
    u = rng.uniform
    k = u(0.6, 1.2)
    head = s.cylinder(16 * k, -9 * k, 9 * k, 16, 2)
    arm = s.sweep(
        np.array([(10, 0, 0), (90, 0, 0), (100, 0, 0), (190, 0, 0)]) * k,
        s.ellipse(6 * k, 5 * k, 8),
        np.array([1.2, 1, 1.7, 1.7]),
    )
    return Item("ratchet").add("steel", head, arm, s.box((10 * k, 10 * k, 14 * k), (0, 0, 12 * k)))


def heap(rng: Rng) -> Item:
    """Loose hardware: bolts, nuts, screws, washers, brackets, castings."""
    u = rng.uniform
    item = Item("hardware")
    solids = []
    spread = u(15, 60)
    for _ in range(int(rng.integers(4, 26))):
        kind = rng.random()
        if kind < 0.5:
            length, r = u(12, 70), u(1.5, 5)
            m = s.join(s.cylinder(r, 0, length, 8), s.cylinder(r * 1.9, -r * 1.3, 0, 6))
        elif kind < 0.75:
            r = u(4, 14)
            m = s.tube(r, r * u(0.3, 0.55), -r * 0.25, r * 0.25, 10, 2)
        else:
            m = s.box((u(10, 60), u(8, 30), u(3, 16)))
        m = s.turned(s.turned(m, u(-1, 1), 1), u(0, 6.28))
        solids.append(s.moved(m, rng.normal(0, spread), rng.normal(0, spread), u(-20, 20)))
    return item.add(pick(rng, ["steel", "steel", "brass", "stainless"]), *solids)


def machine(rng: Rng) -> Item:
    """A dense machine: motor, drill, iron, lock, camera: stacked castings and coils."""
    u = rng.uniform
    item = Item("machine")
    r, h = u(16, 45), u(45, 130)
    item.add(
        "steel", s.tube(r, u(1.5, 5), -h / 2, h / 2, 18), s.cylinder(r * 0.2, -h * 0.8, h * 0.7, 10)
    )
    item.add("copper", s.tube(r * 0.8, r * u(0.1, 0.3), -h * 0.3, h * 0.3, 14))
    item.add("steel", s.tube(r * 0.5, r * 0.25, -h * 0.3, h * 0.3, 12))
    if rng.random() < 0.6:
        item.add(
            "aluminium",
            s.box((h * 0.5, r * 1.8, r * 1.8), (h * 0.7, 0, 0)),
            s.hole(s.cylinder(r * 0.7, h * 0.4, h, 12)),
        )
    if rng.random() < 0.6:
        path = np.array([(-h * 0.3, 0, 0), (-h * 0.35, -r * 2, 0), (-h * 0.45, -r * 4 - 20, 0)])
        item.add(
            "abs",
            s.sweep(path, s.ellipse(u(14, 22), u(12, 18), 10)),
            s.hole(s.sweep(path, s.ellipse(11, 9, 10))),
        )
    if rng.random() < 0.4:
        item.merged(heap(rng))
    return item


def spring(rng: Rng) -> Item:
    """A coil spring, a wire heater or a bracelet."""
    u = rng.uniform
    n = int(rng.integers(5, 22))
    t = np.linspace(0, 1, n * 9)
    r, length = u(4, 22), u(25, 130)
    a = 2 * np.pi * n * t
    return Item("spring").wire(
        "steel", np.stack([(t - 0.5) * length, r * np.cos(a), r * np.sin(a)], 1), u(0.5, 1.8)
    )


def hanger(rng: Rng) -> Item:
    """A clothes hanger or bent wire frame."""
    u = rng.uniform
    points = np.array(
        [(-u(150, 210), 0, 0), (0, u(60, 100), 0), (u(150, 210), 0, 0), (-u(140, 200), -5, 0)]
    )
    item = Item("hanger").wire(pick(rng, ["steel", "abs", "wood"]), points, u(1.5, 4))
    return item.wire(
        "steel",
        smooth(np.array([(0, 80, 0), (0, 105, 0), (22, 120, 0), (28, 145, 0), (5, 155, 0)]), 14),
        2.0,
    )


def grille(rng: Rng) -> Item:
    """Toothed or perforated metal: comb, grater, rack, bracket."""
    u = rng.uniform
    n = int(rng.integers(5, 26))
    w, h, t = u(50, 200), u(25, 110), u(1, 3)
    matter = pick(rng, [*METAL, "abs"])
    x = np.linspace(-w / 2, w / 2, n)
    fins = s.boxes(np.tile([w / n * 0.5, h, t], (n, 1)), np.stack([x, np.zeros(n), np.zeros(n)], 1))
    return Item("grille").add(
        matter, fins, s.box((w, 5, t * 1.5), (0, h / 2, 0)), s.box((w, 5, t * 1.5), (0, -h / 2, 0))
    )
