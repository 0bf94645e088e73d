"""Self-loading pistols: muzzle towards +x, grip towards -y, sizes in mm.

Proportions follow the published outlines of common service pistols: overall length 150-230 mm,
height 100-150 mm, slide 19-29 mm wide. The slide is hollow, as in real ones: barrel, recoil spring
and, in the grip, magazine with its spring and rounds can be seen through it.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick
from .revolvers import guard
from .sundries import cartridge

Rng = np.random.Generator


def _coil(x0: float, x1: float, radius: float, turns: int) -> np.ndarray:
    t = np.linspace(0, 1, turns * 8)
    a = t * turns * 2 * np.pi
    return np.stack([x0 + (x1 - x0) * t, radius * np.cos(a), radius * np.sin(a)], 1)


def pistol(rng: Rng) -> Item:
    """A self-loading pistol: hollow slide, barrel, spring, frame, grip with magazine."""
    u = rng.uniform
    item = Item("pistol", "gun")
    length, tall, wide = u(135, 225), u(20, 34), u(19, 29)
    slide(rng, item, length, tall, wide)
    barrel(rng, item, length, tall, wide)
    body = "nylon" if rng.random() < 0.35 else pick(rng, ["steel", "steel", "aluminium", "zinc"])
    thick = wide * u(0.75, 1.0)
    frame(rng, item, body, length, thick)
    grip_w, grip_h, rake = u(38, 58), u(68, 112), u(0.08, 0.5)
    back = -length / 2 + u(-2, 16)
    depth = u(13, 17)
    grip(rng, item, body, (back, grip_w, grip_h, rake), thick, depth)
    if rng.random() < 0.85:
        magazine(rng, item, (back, grip_w, grip_h, rake), thick, depth)
    _small_parts(rng, item, body, back + grip_w, length, tall)
    item.add("steel", s.box((u(14, 26), u(7, 14), thick * 0.7), (back + u(5, 22), -u(2, 9), 0)))
    return item


def slide(rng: Rng, item: Item, length: float, tall: float, wide: float) -> None:
    """A box or a wedge, hollowed out, mostly with an ejection port."""
    u = rng.uniform
    wall = u(1.6, 4.5)
    metal = "steel" if rng.random() < 0.85 else "zinc"
    nose = u(0, 0.35) * tall if rng.random() < 0.5 else 0.0
    slide_at = s.box((length, tall, wide), (0, tall / 2, 0))
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


def barrel(rng: Rng, item: Item, length: float, tall: float, wide: float) -> None:
    """Barrel, chamber, recoil spring on its rod."""
    u = rng.uniform
    reach = u(0.55, 0.97) * length
    bore = u(4.0, 6.2)
    muzzle = length / 2 + (u(2, 30) if rng.random() < 0.35 else u(-3, 2))
    item.add(
        "steel",
        s.tube(
            bore + u(1.5, 3.5),
            u(1.5, 3.2),
            muzzle - reach,
            muzzle,
            12,
            0,
            (0, tall * u(0.55, 0.7), 0),
        ),
    )
    item.add(
        "steel",
        s.box((u(22, 40), tall * 0.6, wide * 0.7), (muzzle - reach, tall * 0.55, 0)),
        s.hole(
            s.cylinder(bore, muzzle - reach - 25, muzzle - reach + 25, 10, 0, (0, tall * 0.6, 0))
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


def frame(rng: Rng, item: Item, body: str, length: float, thick: float) -> None:
    """What the slide runs on."""
    u = rng.uniform
    front = u(-0.05, 0.48) * length
    rails = s.shell(
        (front + length / 2, u(8, 16), thick), u(1.5, 4.0), ((front - length / 2) / 2, -u(3, 7), 0)
    )
    item.add(body, rails)
    if body == "nylon":  # steel rails within the plastic
        item.add(
            "steel",
            s.box((u(40, 90), 2.5, thick * 0.8), (-length * 0.1, -2, 0)),
            s.box((14, 9, thick * 0.6), (-length * 0.2, -6, 0)),
        )


def grip(
    rng: Rng,
    item: Item,
    body: str,
    shape: tuple[float, float, float, float],
    thick: float,
    depth: float,
) -> None:
    """The grip, raked backwards, with panels; shape: back edge, width, height, rake."""
    u = rng.uniform
    back, grip_w, grip_h, rake = shape
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
    item.add(
        body,
        s.extrude(outline, -thick / 2, thick / 2, 2.0),
        s.hole(s.extrude(inner, -depth / 2, depth / 2)),
    )
    if body != "nylon":
        panel = pick(rng, ["wood", "rubber", "abs", "nylon"])
        item.add(
            panel,
            s.extrude(inner, thick / 2, thick / 2 + u(3, 6)),
            s.extrude(inner, -thick / 2 - u(3, 6), -thick / 2),
        )


def magazine(
    rng: Rng, item: Item, shape: tuple[float, float, float, float], thick: float, depth: float
) -> None:
    """A steel box in the grip with rounds, a spring or both."""
    u = rng.uniform
    back, grip_w, grip_h, rake = shape
    lean = rake * grip_h
    w = grip_w * u(0.52, 0.68)
    tilt = np.arctan(rake)
    drop = u(0, 15) if rng.random() < 0.2 else 0.0
    centre = (back + grip_w * 0.5 - lean / 2 - drop * rake, -grip_h / 2 - 2 - drop, 0.0)
    box = s.shell((w, grip_h * u(0.95, 1.08), depth - 2), u(0.7, 1.1))
    base = s.box((w * 1.15, u(3, 9), thick * 0.9), (0, -grip_h / 2 - 2, 0))
    item.add("steel", s.moved(s.turned(box, -tilt), *centre))
    item.add("nylon" if rng.random() < 0.5 else "steel", s.moved(s.turned(base, -tilt), *centre))
    rounds = int(rng.integers(0, 13)) if rng.random() < 0.6 else 0
    cases, leads = [], []
    caliber = u(4.2, 5.6)
    for k in range(rounds):
        y = grip_h * 0.45 - k * caliber * u(1.5, 2.0)
        if y < -grip_h * 0.45:
            break
        a, b = cartridge(w * 0.9, caliber, 0, (-w * 0.45, y, 0))
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


def _small_parts(rng: Rng, item: Item, body: str, front: float, length: float, tall: float) -> None:
    """Trigger in its guard, hammer, sights; front: the grip's front edge."""
    u = rng.uniform
    gx = front + u(10, 22)
    gh = u(28, 40)
    item.add(body, guard(gx, -gh / 2 - 1, u(38, 60), gh, u(2.5, 5), u(2, 3.5)))
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
