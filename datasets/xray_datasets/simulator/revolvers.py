"""Revolvers: muzzle towards +x, grip towards -y, sizes in mm."""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick
from .sundries import cartridge

Rng = np.random.Generator


def guard(x: float, y: float, w: float, h: float, bar: float, power: float) -> s.Mesh:
    """A trigger guard: a flat ring about (x, y)."""
    outer, inner = (
        s.ellipse(w / 2, h / 2, 18, (x, y), power),
        s.ellipse(w / 2 - bar, h / 2 - bar, 18, (x, y), power),
    )
    return s.join(s.extrude(outer, -4.5, 4.5), s.hole(s.extrude(inner, -4.5, 4.5)))


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
            case, tip = cartridge(cl * 0.9, chamber, 0, (-cl / 2, at[1], at[2]))
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
    item.add(metal, guard(gx, y0 - gh2 / 2 + 5, u(36, 50), gh2, u(2.5, 4.5), u(2, 3)))
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
