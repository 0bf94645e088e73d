"""What is kept from training, in one list: a test made of it says how far a model carries.

Nothing named here is in loads, contraband, linac.PAIRS_MV or what Detector.draw_for_containers
draws, so no pool can hold it: pools are filled by kinds.simulate, which does not know this module.
A scan of this list has a load, a pair of pulses and a detector of it, and what it hides is of it.
Hulls, the fan and where things lie are drawn as always.

Scans of odd seeds hide one thing, those of even seeds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from . import cargo, hulls, stowage
from . import unusual_arms as arms
from . import unusual_loads as loads
from .item import Item
from .scanner import Detector
from .scene import Simulated

Rng = np.random.Generator

SMALL_ARMS: tuple[tuple[Callable[[Rng], Item], float], ...] = (
    (arms.machine_pistol, 0.36), (arms.target_pistol, 0.38), (arms.derringer, 0.26),
)  # fmt: skip
OTHERS: tuple[tuple[Callable[[Rng], Item], float], ...] = (
    (arms.shotgun, 0.3), (arms.bullpup, 0.3), (arms.cakes, 0.2), (arms.crouching, 0.2),
)  # fmt: skip
SMALL_SHARE = 0.6  # of the scans that hide something; the rest hide one of OTHERS
LOADS: dict[str, Callable[[Rng, stowage.Room], tuple[list[Item], str]]] = {
    "tiles": loads.tiles,
    "pipes": loads.pipes,
    "tanks": loads.tanks,
    "bulk": loads.bulk,
    "reels": loads.reels,
}
PAIRS_MV = ((3, 5), (5, 9))
BITS = (10, 20)  # of converters; those of CT data acquisition have 20
# Dim and bright scanners: photons at air, blur in pixels, electronic noise, each from and to.
DIM = {"photons_at_air": (8e3, 1.5e4), "blur_px": (0.75, 0.95), "electronic": (4e-4, 6e-4)}
BRIGHT = {"photons_at_air": (2e5, 4e5), "blur_px": (0.15, 0.3), "electronic": (1e-5, 3e-5)}
SCATTER = (0.006, 0.009)  # share of the signal, from and to


def told() -> dict[str, list[str]]:
    """The list, for cards: kind of thing to what there is of it."""

    def span(name: str, unit: str) -> str:
        (a, b), (c, d) = DIM[name], BRIGHT[name]
        low, high = sorted(((a, b), (c, d)))
        return f"{low[0]:g} to {low[1]:g} or {high[0]:g} to {high[1]:g} {unit}"

    families = [family for family, _ in (*SMALL_ARMS, *OTHERS)]
    return {
        "threats": [family.__name__.replace("_", " ") for family in families],
        "loads": list(LOADS),
        "energies": [f"{low}/{high} MV" for low, high in PAIRS_MV],
        "detectors": [
            span("photons_at_air", "photons a pixel behind air"),
            span("blur_px", "px of blur"),
            span("electronic", "of air as electronic noise"),
            f"{SCATTER[0]:g} to {SCATTER[1]:g} of the signal as scatter",
            f"converters of {' or '.join(map(str, BITS))} bits",
        ],
    }


def simulate(seed: int, wide_px: int | None = None) -> Simulated:
    """One scan of the list; the same seed gives the same bytes.

    Args:
        seed: of everything that is drawn; odd: one thing is hidden.
        wide_px: columns, 2000 by default.
    """
    return cargo.scan(_THREATS if seed % 2 else _BENIGN, seed, wide_px)


def hidden(rng: Rng) -> list[Item]:
    """One thing, its lowest corner on y = 0."""
    families = SMALL_ARMS if rng.random() < SMALL_SHARE else OTHERS
    shares = np.array([share for _, share in families])
    item = families[int(rng.choice(len(families), p=shares / shares.sum()))][0](rng)
    if item.label == "weapon":
        item = item.spun(rng.uniform(0, 2 * np.pi))
    lowest = max(float(p.mesh[..., 1].max()) for p in item.parts if p.mesh is not None)
    return [item.shifted(0, -lowest)]


def detector(rng: Rng, high_photons: float) -> Detector:
    """A scanner either dimmer or brighter than any that teaches."""
    usual = Detector.draw_for_containers(rng, high_photons)
    drawn = {name: float(np.exp(rng.uniform(*np.log(ends)))) for name, ends in
             (DIM if rng.random() < 0.5 else BRIGHT).items()}  # fmt: skip
    return replace(
        usual,
        **drawn,  # type: ignore[arg-type]
        scatter=float(rng.uniform(*SCATTER)),
        bits=int(rng.choice(BITS)),
    )


def _fill(rng: Rng) -> float:
    return 1.0 if rng.random() < 0.7 else float(rng.uniform(0.3, 0.8))


def _load(rng: Rng, kind: str) -> str:
    return list(LOADS)[int(rng.integers(len(LOADS)))]


def _goods(rng: Rng, load: str, room: stowage.Room, fill: float) -> tuple[list[Item], str]:
    long, high, wide = room[0] * fill, room[1] * float(rng.uniform(0.7, 0.97)), room[2]
    return LOADS[load](rng, (long, high, wide * float(rng.uniform(0.85, 0.97))))


def _stow(hides: bool, rng: Rng, hull: hulls.Hull, number: int) -> stowage.Stowed:
    groups = int(hides and number == 0)
    draws = stowage.Draws(_fill, _load, _goods, lambda rng: groups, hidden)
    return stowage.stow(rng, hull, draws)


_BENIGN, _THREATS = (
    cargo.Draws(
        "container-reserved",
        23,
        partial(_stow, hides),
        tuple((pair, 1 / len(PAIRS_MV)) for pair in PAIRS_MV),
        detector,
    )
    for hides in (False, True)
)
