"""Pistols and revolvers: muzzle towards +x, grip towards -y, sizes in mm.

Proportions follow the published outlines of common service pistols and revolvers: overall length
150-230 mm, height 100-150 mm, slide 20-30 mm wide.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def _coil(x0: float, x1: float, radius: float, turns: int) -> np.ndarray:
    t = np.linspace(0, 1, turns * 8)
    a = t * turns * 2 * np.pi
    return np.stack([x0 + (x1 - x0) * t, radius * np.cos(a), radius * np.sin(a)], 1)


def _guard(x: float, y: float, w: float, h: float, bar: float, power: float) -> s.Mesh:
    outer, inner = (
        s.ellipse(w / 2, h / 2, 18, (x, y), power),
        s.ellipse(w / 2 - bar, h / 2 - bar, 18, (x, y), power),
    )
    return s.join(s.extrude(outer, -4.5, 4.5), s.hole(s.extrude(inner, -4.5, 4.5)))


def _cartridge(
    length: float, radius: float, axis: int, at: tuple[float, float, float]
) -> tuple[s.Mesh, s.Mesh]:
    case = s.tube(radius, 0.5, 0, 0.68 * length, 8, axis)
    lead = s.lathe(
        ((0.55 * length, radius * 0.9), (0.75 * length, radius * 0.9), (length, radius * 0.35)),
        8,
        axis,
    )
    return s.moved(case, *at), s.moved(lead, *at)


def pistol(rng: Rng) -> Item:
    """A self-loading pistol: hollow slide, barrel, spring, frame, grip with magazine."""
    u = rng.uniform
    item = Item("pistol", "gun")
    length, tall = u(135, 225), u(20, 34)
    wide = u(19, 29)
    wall = u(1.6, 4.5)
    metal = "steel" if rng.random() < 0.85 else "zinc"
    nose = u(0, 0.35) * tall if rng.random() < 0.5 else 0.0
    top = 0.0
    slide_at = s.box((length, tall, wide), (0, top + tall / 2, 0))
    if nose > 0:
        outline = np.array(
            [
                (-length / 2, 0),
                (length / 2, nose * 0.6),
                (length / 2, tall - nose * 0.4),
                (length / 2 - nose, tall),
                (-length / 2 + u(0, 8), tall),
            ]
        )
        slide_at = s.extrude(outline, -wide / 2, wide / 2, min(3.0, wide / 8))
    hollow = s.hole(
        s.box(
            (length - u(6, 30), tall - wall * u(1.3, 2.4), wide - 2 * wall),
            (u(-4, 6), tall / 2 - wall * 0.4, 0),
        )
    )
    cut = [hollow]
    if rng.random() < 0.8:
        cut.append(
            s.hole(
                s.box(
                    (u(22, 45), tall * u(0.3, 0.55), wide * 0.5),
                    (u(-5, 25), tall * 0.8, wide * 0.25),
                )
            )
        )
    item.add(metal, slide_at, *cut)
    barrel = u(0.55, 0.97) * length
    bore = u(4.0, 6.2)
    muzzle = length / 2 + (u(2, 30) if rng.random() < 0.35 else u(-3, 2))
    item.add(
        "steel",
        s.tube(
            bore + u(1.5, 3.5),
            u(1.5, 3.2),
            muzzle - barrel,
            muzzle,
            12,
            0,
            (0, tall * u(0.55, 0.7), 0),
        ),
    )
    item.add(
        "steel",
        s.box((u(22, 40), tall * 0.6, wide * 0.7), (muzzle - barrel, tall * 0.55, 0)),
        s.hole(
            s.cylinder(bore, muzzle - barrel - 25, muzzle - barrel + 25, 10, 0, (0, tall * 0.6, 0))
        ),
    )
    if rng.random() < 0.8:
        x1 = length / 2 - u(5, 15)
        item.wire(
            "steel",
            _coil(x1 - u(0.4, 0.6) * length, x1, u(3.5, 5.5), int(u(10, 22)))
            + np.array([0, tall * 0.2, 0]),
            u(0.5, 0.9),
        )
        item.add("steel", s.cylinder(u(1.5, 3), -length * 0.1, x1, 8, 0, (0, tall * 0.2, 0)))
    # frame
    polymer = rng.random() < 0.35
    body = "nylon" if polymer else pick(rng, ["steel", "steel", "aluminium", "zinc"])
    thick = wide * u(0.75, 1.0)
    front = u(-0.05, 0.48) * length
    rails = s.shell(
        (front + length / 2, u(8, 16), thick), u(1.5, 4.0), ((front - length / 2) / 2, -u(3, 7), 0)
    )
    item.add(body, rails)
    if polymer:
        item.add(
            "steel",
            s.box((u(40, 90), 2.5, thick * 0.8), (-length * 0.1, -2, 0)),
            s.box((14, 9, thick * 0.6), (-length * 0.2, -6, 0)),
        )
    # grip, raked backwards
    grip_w, grip_h, rake = u(38, 58), u(68, 112), u(0.08, 0.5)
    back = -length / 2 + u(-2, 16)
    lean = rake * grip_h
    outline = np.array(
        [
            (back, 0),
            (back + grip_w, 0),
            (back + grip_w - lean * 0.9, -grip_h),
            (back - lean, -grip_h - u(-4, 8)),
            (back - lean * 0.5 + u(-4, 4), -grip_h * 0.5),
            (back - u(0, 8), -grip_h * 0.2),
        ]
    )
    inner = outline.mean(0) + (outline - outline.mean(0)) * u(0.68, 0.86)
    depth = u(13, 17)
    item.add(
        body,
        s.extrude(outline, -thick / 2, thick / 2, 2.0),
        s.hole(s.extrude(inner, -depth / 2, depth / 2)),
    )
    if not polymer:
        panel = pick(rng, ["wood", "rubber", "abs", "nylon"])
        item.add(
            panel,
            s.extrude(inner, thick / 2, thick / 2 + u(3, 6)),
            s.extrude(inner, -thick / 2 - u(3, 6), -thick / 2),
        )
    # magazine
    if rng.random() < 0.85:
        w = grip_w * u(0.52, 0.68)
        tilt = np.arctan(rake)
        drop = u(0, 15) if rng.random() < 0.2 else 0.0
        centre = (back + grip_w * 0.5 - lean / 2 - drop * rake, -grip_h / 2 - 2 - drop, 0.0)
        box = s.shell((w, grip_h * u(0.95, 1.08), depth - 2), u(0.7, 1.1))
        base = s.box((w * 1.15, u(3, 9), thick * 0.9), (0, -grip_h / 2 - 2, 0))
        item.add("steel", s.moved(s.turned(box, -tilt), *centre))
        item.add(
            "nylon" if rng.random() < 0.5 else "steel", s.moved(s.turned(base, -tilt), *centre)
        )
        rounds = int(rng.integers(0, 13)) if rng.random() < 0.6 else 0
        cases, leads = [], []
        caliber = u(4.2, 5.6)
        for k in range(rounds):
            y = grip_h * 0.45 - k * caliber * u(1.5, 2.0)
            if y < -grip_h * 0.45:
                break
            a, b = _cartridge(w * 0.9, caliber, 0, (-w * 0.45, y, 0))
            cases.append(a)
            leads.append(b)
        if cases:
            item.add("brass", s.moved(s.turned(np.concatenate(cases), -tilt), *centre))
            item.add("lead", s.moved(s.turned(np.concatenate(leads), -tilt), *centre))
        if rounds < 8:
            t = np.linspace(0, 1, 18)
            low, high = -grip_h * 0.46, grip_h * (0.4 - 0.07 * rounds)
            zig = np.stack(
                [w * 0.35 * np.where(np.arange(18) % 2, 1, -1), low + (high - low) * t, 0 * t], 1
            )
            c, n = np.cos(tilt), np.sin(tilt)
            zig = zig @ np.array([[c, -n, 0], [n, c, 0], [0, 0, 1]]) + np.array(centre)
            item.wire("steel", zig, u(0.5, 0.8))
    gx = back + grip_w + u(10, 22)
    gh = u(28, 40)
    item.add(body, _guard(gx, -gh / 2 - 1, u(38, 60), gh, u(2.5, 5), u(2, 3.5)))
    item.add(
        "steel",
        s.sweep(
            np.array([(gx - 2, 0, 0), (gx + 2, -8, 0), (gx + 1, -16, 0), (gx + 4, -22, 0)]),
            s.ellipse(2.2, 3.5, 6),
        ),
    )
    item.add(
        "steel",
        s.box((u(5, 12), u(10, 22), u(6, 9)), (-length / 2 - u(-6, 4), u(4, tall), 0)),
        s.box((4, 4, 3), (length / 2 - 8, tall + 2, 0)),
        s.box((6, 4, 12), (-length / 2 + 8, tall + 1.5, 0)),
    )
    item.add("steel", s.box((u(14, 26), u(7, 14), thick * 0.7), (back + u(5, 22), -u(2, 9), 0)))
    return item


def revolver(rng: Rng) -> Item:
    """A revolver: barrel, cylinder with chambers, frame with window, grip on a tang."""
    u = rng.uniform
    item = Item("revolver", "gun")
    metal = "steel" if rng.random() < 0.85 else "zinc"
    cr, cl = u(16, 22), u(30, 45)
    chambers = int(rng.choice([5, 6, 6, 8]))
    bore = u(3.0, 5.6)
    barrel = u(45, 165)
    # cylinder about the x axis, centred at x = 0, its axis at y = 0
    parts = [s.cylinder(cr, -cl / 2, cl / 2, 18)]
    ring, chamber = cr * 0.63, min(bore + 0.6, cr * 0.27)
    turn = u(0, 1)
    loaded = rng.random() < 0.5
    brass, lead = [], []
    for k in range(chambers):
        a = turn + 2 * np.pi * k / chambers
        at = (0.0, ring * np.cos(a), ring * np.sin(a))
        parts.append(s.hole(s.cylinder(chamber, -cl / 2, cl / 2, 8, 0, at)))
        if loaded:
            case, tip = _cartridge(cl * 0.9, chamber, 0, (-cl / 2, at[1], at[2]))
            brass.append(case)
            lead.append(tip)
    item.add(metal, *parts)
    if brass:
        item.add("brass", *brass)
        item.add("lead", *lead)
    # frame plate around the cylinder
    t = u(11, 17)
    y1, y0 = cr + u(4, 9), -cr - u(4, 10)
    outline = s.rounded(cl + u(26, 40), y1 - y0, u(3, 10), (-u(0, 5), (y0 + y1) / 2))
    window = s.rounded(cl + 2, 2 * cr + 1, 2, (0, 0))
    item.add(metal, s.extrude(outline, -t / 2, t / 2, 2), s.hole(s.extrude(window, -t / 2, t / 2)))
    # barrel in line with the top chamber
    x0 = cl / 2 + 6
    by = ring * u(0.8, 1.0)
    outer = bore + u(2.5, 5)
    item.add(metal, s.tube(outer, outer - bore, x0, x0 + barrel, 14, 0, (0, by, 0)))
    if rng.random() < 0.6:
        shroud = u(0.4, 1.0) * barrel
        item.add(metal, s.box((shroud, u(6, 12), u(7, 12)), (x0 + shroud / 2, by - outer - 4, 0)))
        item.add("steel", s.cylinder(2.5, x0, x0 + shroud * 0.9, 8, 0, (0, 0, 0)))
    if rng.random() < 0.6:
        item.add(
            metal,
            s.box((barrel * u(0.7, 1), u(2, 6), u(4, 8)), (x0 + barrel / 2, by + outer + 2, 0)),
        )
    item.add(metal, s.box((u(8, 16), u(4, 9), 3), (x0 + barrel - 8, by + outer + 4, 0)))
    # grip
    gw, gh, rake = u(26, 46), u(62, 105), u(0.25, 0.75)
    bx = -cl / 2 - 14
    lean = rake * gh
    flare = u(0, 16)
    outline = np.array(
        [
            (bx - u(2, 10), y1 - 4),
            (bx + gw * 0.7, y0 + 4),
            (bx + gw * 0.75 - lean * 0.5, y0 - gh * 0.45),
            (bx + gw + flare - lean, y0 - gh),
            (bx - flare * 0.5 - lean, y0 - gh - u(-6, 6)),
            (bx - lean * 0.65, y0 - gh * 0.5),
            (bx - u(8, 14), y0 + 8),
        ]
    )
    centre = outline.mean(0)
    tang = u(7, 14)
    inner = centre + (outline - centre) * u(0.55, 0.8)
    item.add(
        metal,
        s.extrude(outline, -tang / 2, tang / 2),
        s.hole(s.extrude(inner, -tang / 2, tang / 2)),
    )
    panel = pick(rng, ["wood", "wood", "rubber", "abs"])
    grown = centre + (outline - centre) * u(0.95, 1.12)
    thick = u(24, 36)
    item.add(
        panel,
        s.extrude(grown, -thick / 2, thick / 2, 6),
        s.hole(s.extrude(outline, -tang / 2, tang / 2)),
    )
    gx = bx + gw + u(4, 14)
    gh2 = u(28, 38)
    item.add(metal, _guard(gx, y0 - gh2 / 2 + 5, u(36, 50), gh2, u(2.5, 4.5), u(2, 3)))
    item.add(
        "steel",
        s.sweep(
            np.array(
                [(gx - 4, y0 + 4, 0), (gx, y0 - 6, 0), (gx + 1, y0 - 14, 0), (gx + 6, y0 - 21, 0)]
            ),
            s.ellipse(2.2, 3.2, 6),
        ),
    )
    item.add(
        "steel",
        s.sweep(
            np.array([(bx + 4, y0 * 0.3, 0), (bx - 6, y1 - 6, 0), (bx - 14, y1 + u(0, 8), 0)]),
            s.ellipse(4.5, 4, 6),
        ),
    )
    return item


def gun(rng: Rng) -> Item:
    """One handgun."""
    return pistol(rng) if rng.random() < 0.68 else revolver(rng)
