"""Which threats there are, by label, and how often each is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .arms import axe, baton, dart, handcuffs, saw
from .edges import razor_blade, scissors, shuriken
from .illicit import cigarettes, currency, explosive, firework, narcotics, pressure_vessel
from .item import Item
from .knives import knife
from .longarms import gun_part, long_gun
from .pistols import pistol
from .revolvers import revolver
from .tools import hammer, pliers, screwdriver
from .wrenches import wrench

Rng = np.random.Generator


def gun(rng: Rng) -> Item:
    """One handgun; now and then a long gun as it fits into a bag."""
    kind = rng.random()
    if kind < 0.06:
        return long_gun(rng)
    return pistol(rng) if kind < 0.7 else revolver(rng)


# The share of the first nine decides what shipped weights learn best; the rest are rarer, as what
# most recipes take for background. Bullets, lighters, liquids and electronics are in the clutter.
FAMILIES: dict[str, tuple[Callable[[Rng], Item], float]] = {
    "gun": (gun, 0.21),
    "knife": (knife, 0.23),
    "wrench": (wrench, 0.18),
    "scissors": (scissors, 0.10),
    "pliers": (pliers, 0.05),
    "hammer": (hammer, 0.03),
    "screwdriver": (screwdriver, 0.03),
    "razor_blade": (razor_blade, 0.03),
    "shuriken": (shuriken, 0.02),
    "gun_part": (gun_part, 0.01),
    "explosive": (explosive, 0.01),
    "dart": (dart, 0.01),
    "axe": (axe, 0.01),
    "saw": (saw, 0.01),
    "baton": (baton, 0.01),
    "handcuffs": (handcuffs, 0.01),
    "firework": (firework, 0.01),
    "pressure_vessel": (pressure_vessel, 0.01),
    "narcotics": (narcotics, 0.01),
    "cigarettes": (cigarettes, 0.01),
    "currency": (currency, 0.01),
}
LABELS = tuple(FAMILIES)
_SHARES = np.array([share for _, share in FAMILIES.values()])
_SHARES = _SHARES / _SHARES.sum()


def draw(rng: Rng) -> Item:
    """One threat, its label drawn by share."""
    return of(LABELS[int(rng.choice(len(LABELS), p=_SHARES))], rng)


def of(label: str, rng: Rng) -> Item:
    """One threat of this label."""
    return FAMILIES[label][0](rng)
