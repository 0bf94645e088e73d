"""Cargo that is no block of equal things: machines, scrap, vehicles, household goods; sizes in mm.

Things stand on y = 0, up is negative; a room is (length, height, width) about x = z = 0.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from . import textures as tx
from .item import Item, pick

Rng = np.random.Generator
Room = tuple[float, float, float]


def machine(rng: Rng, room: Room) -> Item:
    """A machine on a skid: bed, casing, motor, gears, shafts, cabinet."""
    u = rng.uniform
    w, h, d = room[0], min(room[1] * 0.92, u(1200, 2200)), min(room[2] * 0.9, u(900, 2000))
    item = Item("machine")
    item.add("wood", *[s.box((w * 0.96, 100, 100), (0, -50, z)) for z in (-d * 0.35, 0, d * 0.35)])
    item.add("steel", s.shell((w * 0.9, u(150, 350), d * 0.6), u(8, 20), (0, -260, 0)))
    for _ in range(int(rng.integers(2, 6))):  # casings
        size = (u(0.15, 0.5) * w, u(0.2, 0.6) * h, u(0.3, 0.9) * d)
        at = (u(-0.3, 0.3) * w, -u(0.25, 0.6) * h - 150, u(-0.1, 0.1) * d)
        item.add(pick(rng, ["steel", "steel", "aluminium"]), s.shell(size, u(2, 10), at))
    for _ in range(int(rng.integers(1, 4))):  # motors: windings about a core in a ribbed shell
        r, long = u(90, 190), u(250, 480)
        at = (u(-0.35, 0.35) * w, -u(0.25, 0.7) * h, u(-0.25, 0.25) * d)
        item.add("steel", s.tube(r, 14, -long / 2, long / 2, 18, 0, at),
                 s.cylinder(r * 0.5, -long * 0.35, long * 0.35, 14, 0, at))  # fmt: skip
        item.add("copper", s.tube(r * 0.85, r * 0.22, -long * 0.4, long * 0.4, 16, 0, at))
    for _ in range(int(rng.integers(2, 8))):  # gears, flanges and rollers, seen from the side
        r, t = u(60, 300), u(15, 90)
        at = (u(-0.4, 0.4) * w, -u(0.2, 0.85) * h, u(-0.3, 0.3) * d)
        item.add("steel", s.tube(r, r * u(0.2, 0.7), -t, t, 24, 2, at))
    shafts = [s.cylinder(u(20, 60), -u(0.2, 0.45) * w, u(0.2, 0.45) * w, 12, 0,
                         (0, -u(0.2, 0.8) * h, u(-0.3, 0.3) * d)) for _ in range(3)]  # fmt: skip
    posts = [
        s.shell((80, h - 120, 80), 6, (x * w, -h / 2, z * d))
        for x in (-0.42, 0.42)
        for z in (-0.4, 0.4)
    ]
    item.add("steel", *shafts, *posts, s.shell((w * 0.9, 80, d * 0.85), 5, (0, -h + 40, 0)))
    item.add("board", s.box((u(300, 600), u(400, 900), 6), (u(-0.3, 0.3) * w, -h * 0.6, d * 0.3)),
             texture=tx.BOARD, zoom=0.1)  # fmt: skip
    return item


def scrap(rng: Rng, room: Room) -> Item:
    """A heap of metal: bars, plates, pipes, blocks and cans, all turned anyhow."""
    u = rng.uniform
    item = Item("scrap")
    steel: list[s.Mesh] = []
    light: list[s.Mesh] = []
    slope = u(0.2, 0.8)
    for _ in range(int(room[0] / 1000 * rng.integers(60, 140))):
        x = u(-0.47, 0.47) * room[0]
        top = room[1] * slope * (0.6 + 0.4 * np.cos(3 * x / room[0]))
        kind = rng.random()
        long = float(np.exp(u(np.log(120), np.log(1500))))
        if kind < 0.35:
            mesh = s.box((long, u(10, 60), u(10, 60)))
        elif kind < 0.6:
            mesh = s.box((long, u(0.2, 0.8) * long, u(1, 6)))
        elif kind < 0.85:
            mesh = s.tube(u(15, 110), u(2, 8), -long / 2, long / 2, 12)
        else:
            mesh = s.shell((0.4 * long, 0.3 * long, 0.3 * long), u(3, 25))
        mesh = mesh @ s.rotation(*u(0, 6.28, 3)).T.astype(np.float32)
        moved = s.moved(mesh, x, -u(0.05, 1) * top, u(-0.42, 0.42) * room[2])
        for axis, least, most in ((0, -0.5, 0.5), (1, -1.0, -0.001), (2, -0.5, 0.5)):
            moved[..., axis] = np.clip(moved[..., axis], least * room[axis], most * room[axis])
        (light if rng.random() < 0.2 else steel).append(moved)
    item.add("steel", *steel)
    return item.add("aluminium", *light) if light else item


def car(rng: Rng, name: str = "car") -> Item:
    """A car seen from the side: sheet metal, engine, gearbox, wheels, seats, tank, battery."""
    u = rng.uniform
    item = Item(name, "vehicle")
    long, tall, wide = u(3700, 4900), u(1380, 1750), u(1620, 1850)
    x, back = long / 2, u(0.28, 0.48)
    outline = np.array([
        (-x, -330), (-x + 40, -760), (-x + 700, -900), (-x + 1450, -tall + 60), (-x + 1900, -tall),
        (x - long * back + 500, -tall), (x - 350, -1000), (x - 30, -900), (x, -380),
        (x - 200, -280), (-x + 200, -260),
    ])  # fmt: skip
    sheet, gap = u(0.8, 1.1), wide / 2
    inner = outline * (1 - 3 / long, 1 - 4 / tall)
    tub = s.join(
        s.extrude(outline, -gap, gap), s.hole(s.extrude(inner, -gap + 2 * sheet, gap - 2 * sheet))
    )
    sills = [s.shell((long * 0.55, 120, 100), 1.5, (0, -300, z)) for z in (-gap + 80, gap - 80)]
    item.add("steel", tub, *sills)
    for a, b in ((-x + 950, -x + 1500), (0.0, 30.0), (x - 500, x - long * back + 450)):
        for z in (-gap + 50, gap - 50):
            pillar = np.array([(a, -900, z), (b, -tall + 30, z)])
            item.add("steel", s.sweep(pillar, s.ellipse(40, 30, 8)),
                     s.hole(s.sweep(pillar, s.ellipse(38, 28, 8))))  # fmt: skip
    ex = -x + 650
    block = pick(rng, ["aluminium", "steel"])
    item.add(block, s.shell((u(400, 560), u(380, 480), u(350, 700)), u(25, 45), (ex, -640, 0)),
             *[s.hole(s.cylinder(40, -720, -560, 12, 1, (ex + k, 0, 0)))
               for k in (-142, -47, 47, 142)])  # fmt: skip
    item.add(
        "aluminium",
        s.shell((420, 280, 300), 18, (ex + 480, -520, 0)),
        s.box((30, 420, 650), (-x + 180, -600, 0)),
    )
    item.add("steel", s.tube(28, 2, -x + 900, x - 300, 10, 0, (0, -250, 150)),
             s.tube(110, 2, x - 900, x - 350, 14, 0, (0, -300, 300)),
             s.cylinder(55, -wide * 0.4, wide * 0.4, 12, 2, (x - 850, -310, 0)),
             s.cylinder(35, -wide * 0.4, wide * 0.4, 12, 2, (-x + 850, -310, 0)))  # fmt: skip
    item.add("lead", s.box((210, 130, 90), (-x + 420, -780, 450)))
    item.add("polyethylene", s.shell((500, 220, 800), 5, (x - 1200, -380, 0)))
    for sx in (-x + 850, x - 850):
        for z in (-gap + 110, gap - 110):
            r = 315.0
            item.add("rubber", s.tube(r, 90, -95, 95, 26, 2, (sx, -r, z)))
            item.add(
                block,
                s.tube(r - 90, 14, -85, 85, 20, 2, (sx, -r, z)),
                s.cylinder(r - 95, 40, 52, 18, 2, (sx, -r, z)),
            )
            item.add("steel", s.cylinder(140, -12, 12, 18, 2, (sx, -r, z * 0.93)))
    for sx in (-250.0, 650.0):
        for z in (-350, 350):
            item.add(
                "foam",
                s.box((520, 160, 500), (sx, -560, z)),
                s.box((140, 620, 500), (sx + 290, -850, z)),
            )
            item.add("steel", s.shell((480, 30, 460), 2, (sx, -470, z)))
    return item


def household(rng: Rng, room: Room) -> Item:
    """Furniture, appliances, boxes and bundles, as in a removal."""
    u = rng.uniform
    item = Item("household goods")
    for _ in range(int(room[0] / 1000 * rng.integers(9, 16))):
        x, z = u(-0.5, 0.5) * max(1.0, room[0] - 2000), u(-0.3, 0.3) * room[2]
        base = -u(0, 0.55) * room[1] * (rng.random() < 0.6)
        kind = int(rng.integers(0, 7))
        h = min(u(500, 1700), room[1] + base - 30)
        if h < 150:
            continue
        if kind == 0:  # cupboard
            item.add("wood", s.shell((u(500, 1100), h, u(400, 600)), 18, (x, base - h / 2, z)),
                     s.box((u(450, 900), 18, 380), (x, base - h * 0.5, z)))  # fmt: skip
        elif kind == 1:  # washing machine or fridge
            h = min(h, 850.0)
            item.add("steel", s.shell((600, h, 600), 1.0, (x, base - h / 2, z)),
                     s.tube(240, 2, -180, 180, 20, 2, (x, base - h * 0.55, z)),
                     s.cylinder(85, -90, 90, 12, 2, (x + 60, base - h * 0.2, z)))  # fmt: skip
            item.add("concrete", s.box((420, 90, 300), (x, base - h * 0.9, z)))
        elif kind == 2:  # mattress, sofa
            item.add(
                "foam",
                s.box((u(1400, 2000), min(h, 800), u(200, 800)), (x, base - min(h, 800) / 2, z)),
            )
            item.add("wood", s.box((1400, 60, 700), (x, base - 60, z)))
        elif kind == 3:  # table or chairs
            item.add("wood", s.box((u(700, 1500), 28, 700), (x, base - 740 * h / 1700, z)),
                     *[s.box((50, 740 * h / 1700, 50), (x + a, base - 370 * h / 1700, z + b))
                       for a in (-320, 320) for b in (-280, 280)])  # fmt: skip
        elif kind == 4:  # bicycle: two wheels and tubes
            item.add(
                "steel",
                *[s.tube(330, 12, -8, 8, 30, 2, (x + a, base - 340, z)) for a in (-500, 500)],
            )
            path = np.array(
                [
                    (x - 500, base - 340, z),
                    (x - 150, base - 850, z),
                    (x + 350, base - 820, z),
                    (x, base - 330, z),
                ]
            )
            item.wire("steel", path, 15.0)
        else:  # cartons with books, clothes, crockery
            size = (u(300, 600), min(u(250, 450), h), u(300, 500))
            item.add("paper", s.shell(size, 5, (x, base - size[1] / 2, z)))
            inside = (size[0] * 0.9, size[1] * u(0.5, 0.9), size[2] * u(0.15, 0.7))
            item.add(pick(rng, ["paper", "cotton", "ceramic", "glass", "abs", "zinc_cell", "food"]),
                     s.box(inside, (x, base - inside[1] / 2 - 8, z)),
                     texture=tx.CLOUD, zoom=0.2)  # fmt: skip
    return item
