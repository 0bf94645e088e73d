"""Threats in shapes of their own, for tests alone (reserved.py); sizes in mm.

Flat side to the beam, muzzle towards +x, y down. Proportions follow published outlines of the types
named.
"""

from __future__ import annotations

import numpy as np

from . import shapes as s
from .item import Item, pick

Rng = np.random.Generator


def machine_pistol(rng: Rng) -> Item:
    """A box of sheet steel, the magazine within a grip in its middle; as Ingram's or Gal's."""
    u = rng.uniform
    item = Item("machine pistol", "weapon")
    length, tall, wide = u(220, 300), u(42, 56), u(32, 42)
    item.add("steel", s.shell((length, tall, wide), u(1.2, 2.0)),
             s.box((length * u(0.4, 0.55), tall * 0.55, wide * 0.7), (-length * 0.12, 0, 0)),
             s.tube(u(9, 13), u(3, 5), length / 2, length / 2 + u(20, 70), 12),
             s.box((8, 14, 8), (length * 0.4, -tall / 2 - 7, 0)))  # fmt: skip
    grip, reach = u(40, 52), u(85, 110)
    x = u(-0.1, 0.08) * length
    item.add("steel", s.shell((grip, reach, wide * 0.85), u(1.2, 2.0), (x, (tall + reach) / 2, 0)))
    longer = reach * u(1.0, 1.7)
    item.add("steel", s.shell((grip * 0.7, longer, 22), 0.9, (x, (tall + longer) / 2, 0)))
    rounds = int(rng.integers(8, 22))
    at = np.array([(x, tall / 2 + longer * (k + 0.5) / rounds, 0) for k in range(rounds)])
    item.add("brass", s.boxes(np.tile((26.0, 4.0, 9.0), (rounds, 1)), at))
    return item


def target_pistol(rng: Rng) -> Item:
    """A long thin barrel, the magazine before the trigger, an anatomical grip of wood."""
    u = rng.uniform
    item = Item("target pistol", "weapon")
    barrel, box, tall = u(110, 150), u(90, 130), u(30, 40)
    item.add("steel", s.tube(u(7, 9), u(3.5, 5), box / 2, box / 2 + barrel, 12),
             s.shell((box, tall, u(24, 32)), u(4, 8)), s.box((12, 8, 6), (-box / 2, -tall / 2, 0)),
             s.box((6, 9, 4), (box / 2 + barrel - 8, -9, 0)))  # fmt: skip
    item.add("steel", s.shell((u(36, 46), u(40, 60), 20), 1.0, (box * 0.3, tall / 2 + 22, 0)))
    back, lean = -box / 2, u(25, 45)
    outline = [(back, 0), (back + 45, tall / 2), (back + 35 - lean, 110), (back - lean - 15, 105),
               (back - 25, 45)]  # fmt: skip
    item.add("wood", s.extrude(np.array(outline), -20, 20, 4.0))
    bow = np.array([(0, tall / 2, 0), (2, tall / 2 + 22, 0), (25, tall / 2 + 24, 0)])
    return item.add("steel", s.sweep(bow, s.ellipse(2.5, 4, 6)))


def derringer(rng: Rng) -> Item:
    """Two short barrels over each other on a bird's head grip: the smallest of arms."""
    u = rng.uniform
    item = Item("derringer", "weapon")
    length, bore = u(62, 90), u(4.5, 6.0)
    for y in (-bore * 1.6, bore * 1.6):
        item.add("steel", s.tube(bore + u(3, 4.5), u(3, 4.5), 0, length, 12, 0, (0, y, 0)))
    item.add(pick(rng, ["steel", "zinc"]), s.box((u(30, 40), 32, 17), (-14, 2, 0)))
    path = np.array([(-20, 5, 0), (-38, 25, 0), (-48, 52, 0), (-40, 64, 0)])
    item.add(pick(rng, ["wood", "nylon", "steel"]), s.sweep(path, s.ellipse(15, 11, 12)))
    return item.add("steel", s.box((9, 14, 7), (-30, -16, 0)), s.box((4, 16, 5), (-6, 24, 0)))


def shotgun(rng: Rng) -> Item:
    """Two barrels beside or over each other, or one over a magazine's tube, on a wooden stock."""
    u = rng.uniform
    item = Item("shotgun", "weapon")
    barrel, box = u(450, 720), u(160, 220)
    under = u(0.55, 1.0) if rng.random() < 0.6 else 0.97
    for y, share in ((-12.0, 1.0), (12.0, under)):
        item.add("steel", s.tube(u(11, 12.5), u(1.6, 2.6), box / 2, box / 2 + barrel * share, 14, 0,
                                 (0, y, 0)))  # fmt: skip
    item.add("steel", s.shell((box, 58, 38), u(5, 10)))
    fore = box / 2 + barrel * u(0.2, 0.35)
    item.add("wood", s.extrude(s.rounded(u(150, 230), 46, 12, (fore, 12)), -22, 22))
    back = -box / 2 - u(300, 370)
    butt = [(-box / 2, -18), (back, 25), (back - 6, 140), (back + 40, 138), (-box / 2, 26)]
    item.add("wood", s.extrude(np.array(butt), -20, 20))
    return item.add("steel", s.box((70, 4, 12), (-20, 50, 0)), s.box((6, 24, 6), (-25, 38, 0)))


def bullpup(rng: Rng) -> Item:
    """A short rifle with its magazine behind the grip, in a plastic body."""
    u = rng.uniform
    item = Item("bullpup", "weapon")
    body, barrel = u(430, 520), u(180, 260)
    x = body / 2
    outline = [(-x, -45), (x - 120, -45), (x, -20), (x, 25), (-x * 0.2, 35), (-x, 95)]
    outer = np.array(outline)
    inner = outer.mean(0) + (outer - outer.mean(0)) * 0.88
    item.add("nylon", s.extrude(outer, -25, 25), s.hole(s.extrude(inner, -20, 20)),
             s.extrude(np.array([(20, 30), (5, 125), (40, 130), (60, 30)]), -16, 16))  # fmt: skip
    item.add("steel", s.tube(u(9, 11), u(5.5, 7), 0, x + barrel, 12),
             s.shell((u(190, 240), 46, 34), u(2.5, 5), (-x * 0.45, 0, 0)),
             s.box((u(200, 280), 14, 16), (x * 0.2, -75, 0)),
             s.box((14, 36, 14), (x * 0.55, -58, 0)))  # fmt: skip
    bend = np.array([(-x * 0.5, 30, 0), (-x * 0.47, 110, 0), (-x * 0.36, 195, 0)])
    item.add("steel", s.sweep(bend, s.rounded(24, 62, 3)),
             s.hole(s.sweep(bend, s.rounded(21, 59, 3))))  # fmt: skip
    return item.add("brass", s.sweep(bend, s.rounded(13, 42, 3)))


def cakes(rng: Rng) -> Item:
    """Narcotics as round cakes in columns, where training knows bricks in a block."""
    u = rng.uniform
    item = Item("narcotics in cakes", "narcotics")
    r, thick = u(70, 110), u(35, 60)
    columns, layers = int(rng.integers(2, 6)), int(rng.integers(2, 7))
    at = [((k - columns / 2) * (2 * r + 8) + u(-5, 5), -n * (thick + 3), u(-25, 25))
          for k in range(columns) for n in range(layers)]  # fmt: skip
    item.add("cocaine", *[s.cylinder(r, -thick, 0, 18, 1, one) for one in at])
    return item.add("polyethylene", *[s.tube(r + 1.5, 1.5, -thick, 0, 18, 1, one) for one in at])


def crouching(rng: Rng) -> Item:
    """A person crouching with the head on the knees, a pose that training never draws."""
    size = rng.uniform(1.55, 1.85)
    mirrored = 1.0 if rng.random() < 0.5 else -1.0
    joints = np.array([(-70, -70), (150, -255), (60, -25), (70, -330), (190, -200), (130, -60)])
    hip, knee, foot, shoulder, elbow, hand = joints * size * (mirrored, 1.0)
    item = Item("crouching person", "person")
    flesh, bone = [], []
    limbs = ((hip, knee, 78), (knee, foot, 56), (shoulder, elbow, 48), (elbow, hand, 38))
    for a, b, r in limbs:
        for z in (-105.0, 105.0):
            path = np.array([(*a, z), (*((a + b) / 2), z), (*b, z)])
            flesh.append(s.sweep(path, s.ellipse(r, r, 12), np.array([1.0, 1.05, 0.75])))
            bone.append(s.sweep(path, s.ellipse(r * 0.22, r * 0.22, 8)))
    bent = (hip + shoulder) / 2 + np.array([-60 * mirrored, -40])
    trunk = np.array([(*hip, 0.0), (*bent, 0.0), (*shoulder, 0.0)])
    head = shoulder + np.array([95 * mirrored, -15])
    flesh += [s.sweep(trunk, s.ellipse(115, 165, 16), np.array([0.9, 1.0, 0.7])),
              s.ellipsoid(112, 92, 76, (*head, 0), 14)]  # fmt: skip
    bone += [s.sweep(trunk, s.ellipse(18, 18, 8)), s.ellipsoid(98, 80, 68, (*head, 0), 12),
             s.hole(s.ellipsoid(92, 74, 62, (*head, 0), 12))]  # fmt: skip
    return item.add("water", *flesh).add("stone", *bone)
