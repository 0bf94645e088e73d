"""Which threats there are, by label, and how often each is drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .edges import razor_blade, scissors, shuriken
from .item import Item
from .knives import knife
from .pistols import pistol
from .revolvers import revolver
from .tools import hammer, pliers, screwdriver
from .wrenches import wrench

Rng = np.random.Generator


def gun(rng: Rng) -> Item:
    """One handgun."""
    return pistol(rng) if rng.random() < 0.68 else revolver(rng)


FAMILIES: dict[str, tuple[Callable[[Rng], Item], float]] = {
    "gun": (gun, 0.24),
    "knife": (knife, 0.26),
    "wrench": (wrench, 0.21),
    "scissors": (scissors, 0.11),
    "pliers": (pliers, 0.06),
    "hammer": (hammer, 0.03),
    "screwdriver": (screwdriver, 0.04),
    "razor_blade": (razor_blade, 0.03),
    "shuriken": (shuriken, 0.02),
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
