"""Knives: blade towards +x, handle towards -x, sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .blades import blade, handle
from .item import Item, pick

Rng = np.random.Generator


def kitchen(rng: Rng) -> Item:
    """A kitchen, bread, butcher's or paring knife."""
    u = rng.uniform
    item = Item("kitchen_knife", "knife")
    length = u(90, 360)
    height = length * u(0.09, 0.2) + u(4, 12)
    t = np.linspace(0, 1, 9)
    belly = u(1.3, 5)
    drop = u(-0.3, 0.6)
    spine = np.stack([length * t, height * 0.5 - drop * height * t**3], 1)
    edge = np.stack([length * t, -height * 0.5 + (height * (1 - drop)) * t**belly], 1)
    item.add("stainless", blade(spine, edge, u(1.2, 4.0), u(0.05, 0.5), u(0.45, 1.0)))
    if rng.random() < 0.35:
        item.add("stainless", s.box((u(6, 20), height * u(0.6, 1.0), u(5, 16)), (-4, 0, 0)))
    handle(rng, item, u(85, 145), min(height * 0.9, u(18, 32)))
    return item


def cleaver(rng: Rng) -> Item:
    """A cleaver: a broad plate with a small hole."""
    u = rng.uniform
    item = Item("cleaver", "knife")
    length, height = u(150, 340), u(60, 130)
    curve = u(0, 10)
    t = np.linspace(0, 1, 7)
    spine = np.stack([length * t, height / 2 - curve * t**2], 1)
    edge = np.stack([length * t + u(-8, 8) * t**4, -height / 2 + curve * (2 * t - 1) ** 2], 1)
    item.add("stainless", blade(spine, edge, u(1.8, 5.5), u(0.05, 0.3), u(0.6, 1.0)))
    if rng.random() < 0.5:
        item.add(
            "stainless",
            s.hole(s.cylinder(u(3, 7), -1.0, 1.0, 10, 2, (length * 0.92, height * 0.3, 0))),
        )
    handle(rng, item, u(95, 150), u(22, 36))
    shift = height * u(0.05, 0.3)
    for part in item.parts[1:]:
        if part.mesh is not None:
            part.mesh = part.mesh + np.array([0, shift, 0], np.float32)
    return item


def dagger(rng: Rng) -> Item:
    """A dagger, bayonet or hunting knife with a guard."""
    u = rng.uniform
    item = Item("dagger", "knife")
    length, height = u(90, 300), u(18, 42)
    t = np.linspace(0, 1, 9)
    if rng.random() < 0.5:
        spine = np.stack([length * t, height / 2 * (1 - t ** u(2, 5))], 1)
        edge = spine * np.array([1, -1])
    else:
        clip = np.clip((t - u(0.55, 0.75)) / 0.4, 0, 1)
        spine = np.stack([length * t, height / 2 * (1 - 0.8 * clip)], 1)
        edge = np.stack([length * t, -height / 2 + height * 0.6 * t ** u(3, 6)], 1)
    item.add("stainless", blade(spine, edge, u(2.5, 6.0), 0.6))
    item.add(
        pick(rng, ["stainless", "brass", "aluminium"]),
        s.box((u(4, 10), height * u(1.2, 2.4), u(8, 18)), (-3, 0, 0)),
    )
    handle(rng, item, u(90, 130), u(20, 30))
    if rng.random() < 0.4:
        item.add("stainless", s.box((u(8, 14), u(18, 28), u(14, 20)), (-u(100, 125), 0, 0)))
    return item


def throwing(rng: Rng) -> Item:
    """A throwing or boot knife: blade, horns and a handle of bars, cut from one plate."""
    u = rng.uniform
    item = Item("throwing_knife", "knife")
    length, height, thick = u(65, 190), u(14, 34), u(2.2, 5.5)
    t = np.linspace(0, 1, 9)
    widest = u(0.0, 0.5)  # of the length: where a leaf is
    leaf = (
        height / 2 * (1 - np.abs((t - widest) / np.where(t < widest, 2.5, 1 - widest)) ** u(1, 3))
    )
    spine = np.stack([length * t, leaf], 1)
    edge = spine * np.array([1, -1 if rng.random() < 0.7 else -u(0.2, 0.8)])
    item.add("stainless", blade(spine, edge, thick, u(0.05, 0.6), u(0.4, 1.0)))
    grip, out = length * u(0.45, 1.0), height * u(0.4, 0.95)
    flat = s.rounded(u(3, 6), thick, thick * 0.2)
    for horn in range(int(rng.integers(0, 3))):  # swept to the blade or away from it
        back = u(-0.8, 0.8) * height
        for side in (1, -1):
            path = np.array(
                [(-2 - 9 * horn, 0, 0), (-2 - 9 * horn + back, side * out * u(1, 1.6), 0)]
            )
            item.add("stainless", s.sweep(path, flat, np.array([1.3, 0.5])))
    bars, splay = int(rng.integers(1, 4)), u(0.1, 1.1)
    for k in range(bars):
        y = (k - (bars - 1) / 2) * out * (0.9 if bars > 1 else 0)
        far = y * splay + (u(-0.15, 0.15) * out if bars == 1 else 0)
        path = np.array([(4, y * 0.4, 0), (-grip * 0.25, y, 0), (-grip * u(0.8, 1.05), far, 0)])
        item.add(
            "stainless",
            s.sweep(path, flat * (2.2 if bars == 1 else 1), np.array([1, 1, u(0.5, 1)])),
        )
    if rng.random() < 0.5:
        r = u(5, 13)
        ring = s.extrude(s.ellipse(r, r, 16, (-grip - r * 0.5, 0)), -thick / 2, thick / 2)
        hole = s.hole(
            s.extrude(s.ellipse(r * 0.6, r * 0.6, 12, (-grip - r * 0.5, 0)), -thick, thick)
        )
        item.add("stainless", ring, hole)
    return item


def folding(rng: Rng) -> Item:
    """A folding or multi-tool knife, opened or shut."""
    u = rng.uniform
    item = Item("folding_knife", "knife")
    length, height, grip = u(55, 125), u(14, 30), u(75, 140)
    t = np.linspace(0, 1, 8)
    spine = np.stack([length * t, height * 0.45 - height * u(0, 0.5) * t**3], 1)
    edge = np.stack([length * t, -height * 0.5 + height * 0.7 * t ** u(1.6, 4)], 1)
    cutting = blade(spine, edge, u(1.8, 3.5), u(0.05, 0.5), u(0.45, 1.0))
    item.add(
        "stainless",
        s.turned(cutting, float(rng.choice([0, 0, 0, 0.5, 1.5, 2.1, 2.5, 3.1])) + u(-0.2, 0.2)),
    )
    width = u(14, 26)
    metal = pick(rng, ["stainless", "aluminium", "titanium", "abs", "nylon", "brass"])
    outline = s.rounded(grip, width, width * u(0.2, 0.45), (-grip / 2 + 8, 0))
    gap = u(3, 7)
    cheek = u(1.2, 5)
    item.add(
        metal,
        s.extrude(outline, gap / 2, gap / 2 + cheek),
        s.extrude(outline, -gap / 2 - cheek, -gap / 2),
    )
    if metal not in ("stainless",):
        liner = outline * np.array([0.95, 0.85])
        item.add(
            "stainless",
            s.extrude(liner, gap / 2 - 1.2, gap / 2),
            s.extrude(liner, -gap / 2, -gap / 2 + 1.2),
        )
    for k in range(int(rng.integers(2, 5))):
        item.add(
            "stainless", s.cylinder(u(1.5, 4), -gap, gap, 8, 2, (6 - k * grip * 0.28, u(-3, 3), 0))
        )
    if rng.random() < 0.35:  # a multi-tool: more leaves in the handle
        for k in range(int(rng.integers(2, 6))):
            leaf = s.box(
                (u(35, 75), u(5, 11), u(1, 2.2)),
                (-grip * 0.45 + u(-8, 8), u(-3, 3), -gap / 2 + k * gap / 4),
            )
            item.add("stainless", leaf)
    return item


def utility(rng: Rng) -> Item:
    """A cutter with snap-off blade in a plastic or metal sleeve."""
    u = rng.uniform
    item = Item("utility_knife", "knife")
    grip, width = u(110, 165), u(18, 32)
    out = u(10, 70)
    outline = np.array(
        [(0, -width * 0.3), (out, -width * 0.3), (out - u(4, 10), width * 0.22), (0, width * 0.22)]
    )
    item.add(
        "steel",
        s.extrude(outline, -0.35, 0.35),
        s.box((grip * 0.8, width * 0.5, 0.6), (-grip * 0.4, 0, 0)),
    )
    metal = pick(rng, ["abs", "abs", "zinc", "aluminium"])
    item.add(metal, s.shell((grip, width, u(9, 18)), u(1.5, 3.2), (-grip / 2, 0, 0)))
    item.add("stainless", s.box((grip * u(0.6, 0.95), width * 0.62, 1.2), (-grip / 2, 0, 3)))
    return item


def knife(rng: Rng) -> Item:
    """One knife."""
    kinds = (kitchen, cleaver, dagger, throwing, folding, utility)
    return kinds[int(rng.choice(6, p=(0.40, 0.09, 0.15, 0.13, 0.15, 0.08)))](rng)
