"""What fills a bag: every family of ordinary things and themes that weigh them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from . import electronics, hardware, soft, sundries, tools, vessels
from .item import Item

Rng = np.random.Generator

FAMILIES = (
    soft.garment, soft.shoe, soft.book, soft.packet, soft.carton, soft.toy,
    vessels.bottle, vessels.flask, vessels.can, vessels.pot, vessels.cosmetics,
    electronics.laptop, electronics.board, electronics.drive, electronics.phone,
    electronics.battery, electronics.charger, electronics.cable, electronics.earphones,
    sundries.lighter, sundries.bullets, sundries.umbrella,
    hardware.rods, hardware.bar, hardware.sockets, hardware.ratchet, hardware.heap,
    hardware.machine, sundries.keys, sundries.coins, sundries.buckle, sundries.zipper,
    sundries.glasses, hardware.spring, hardware.hanger, hardware.grille,
    tools.hex_keys,
)  # fmt: skip
_NAMES = [f.__name__ for f in FAMILIES]

# Relative weight of each family, by theme; a family that is not named weighs 0.3.
_THEMES: dict[str, dict[str, float]] = {
    "travel": {
        "garment": 7,
        "shoe": 1.5,
        "cosmetics": 2.5,
        "charger": 1,
        "cable": 2,
        "buckle": 5,
        "zipper": 4,
        "bottle": 1.2,
        "packet": 2,
        "umbrella": 0.9,
        "book": 1.2,
        "coins": 0.8,
        "phone": 0.6,
        "keys": 0.7,
        "glasses": 0.7,
    },
    "office": {
        "book": 3,
        "laptop": 0.8,
        "cable": 3,
        "charger": 2,
        "phone": 1.2,
        "bar": 1.5,
        "buckle": 4,
        "zipper": 3,
        "umbrella": 1,
        "board": 1,
        "bottle": 1,
        "garment": 2,
        "keys": 1,
        "coins": 1,
        "rods": 0.8,
    },
    "tools": {
        "heap": 3,
        "hex_keys": 2.5,
        "sockets": 1.2,
        "ratchet": 1.5,
        "rods": 2.2,
        "bar": 3.5,
        "machine": 2,
        "buckle": 3,
        "cable": 2,
        "grille": 1,
        "spring": 1.2,
        "garment": 2,
        "battery": 1,
        "drive": 0.8,
        "zipper": 1.5,
    },
    "food": {
        "packet": 6,
        "can": 2,
        "bottle": 3,
        "flask": 1.2,
        "pot": 1.5,
        "bar": 2,
        "carton": 0.7,
        "garment": 2,
        "buckle": 3,
        "zipper": 2,
        "rods": 0.6,
    },
    "electronics": {
        "board": 3,
        "drive": 2,
        "laptop": 0.9,
        "phone": 1.4,
        "battery": 2,
        "charger": 3,
        "cable": 5,
        "earphones": 1.5,
        "heap": 1,
        "machine": 1,
        "buckle": 3,
        "rods": 0.8,
        "garment": 1.5,
    },
    "mixed": dict.fromkeys(_NAMES, 1.0)
    | {"garment": 4, "buckle": 4, "zipper": 3, "cable": 2, "packet": 2, "laptop": 0.5},
}
HARDWARE = {"bar", "rods", "heap", "sockets", "ratchet", "machine", "spring", "grille", "hex_keys"}
THEMES = tuple(_THEMES)


@cache
def _shares(theme: str, hardware: float) -> NDArray[np.float64]:  # of the families, summed up
    weights = _THEMES[theme]
    row = [weights.get(n, 0.3) * (hardware if n in HARDWARE else 1) for n in _NAMES]
    return np.cumsum(np.array(row) / sum(row))


def draw(rng: Rng, theme: str, hardware: float = 1.0) -> Item:
    """One ordinary thing.

    Args:
        rng: to draw from.
        theme: one of THEMES.
        hardware: how often HARDWARE is drawn, against what the theme says.
    """
    k = int(np.searchsorted(_shares(theme, hardware), rng.random()))
    return FAMILIES[min(k, len(FAMILIES) - 1)](rng)
