"""Patches of pictures: cut where there is something, clear of the picture's edge.

Plain air and belt are the same everywhere and would only drown what differs. The colour of air is
part of a palette, so a patch may show some.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xray_train.realism.palettes import Picture, air_of, content

SIDE_PX = 64
EDGE = 0.04  # of either side of a picture, from which no patch is cut: frames and writing
FILLED = 0.6  # share of a patch that must not be air
UNLIKE_AIR = 16  # of 255, in some channel
TRIES = 12  # for each patch wanted
KEPT = 16  # whole pictures of either side, for sheets


@dataclass(frozen=True)
class Shown:
    """A picture as networks would see it, and the bag that it shows."""

    pixels: Picture
    bag: str
    name: str
    real: bool


@dataclass(frozen=True)
class Patches:
    """N patches of one palette, and some of the pictures that they come from.

    Attributes:
        pixels: (N, SIDE_PX, SIDE_PX, 3).
        real: (N,) which are.
        bags: (N,) real ones and simulated ones never share one.
        scans: (N,) names.
        pictures: KEPT real ones and as many simulated ones at most, each of another bag.
    """

    pixels: NDArray[np.uint8]
    real: NDArray[np.bool_]
    bags: tuple[str, ...]
    scans: tuple[str, ...]
    pictures: tuple[Shown, ...]

    def counts(self, real: bool) -> dict[str, int]:
        """Patches, scans and bags of one side."""
        mine = [k for k, r in enumerate(self.real) if r == real]
        return {
            "patches": len(mine),
            "scans": len({self.scans[k] for k in mine}),
            "bags": len({self.bags[k] for k in mine}),
        }


def gathered(pictures: Iterable[Shown], each: int, rng: np.random.Generator) -> Patches:
    """Patches of all of these, so many of a picture at most."""
    pixels: list[Picture] = []
    owners: list[Shown] = []
    kept: dict[tuple[bool, str], Shown] = {}
    for picture in pictures:
        cuts = cut(picture.pixels, each, rng)
        pixels += cuts
        owners += [picture] * len(cuts)
        sides = [real for real, _ in kept]
        if cuts and sides.count(picture.real) < KEPT:
            kept.setdefault((picture.real, picture.bag), picture)
    return Patches(
        np.stack(pixels) if pixels else np.zeros((0, SIDE_PX, SIDE_PX, 3), np.uint8),
        np.array([o.real for o in owners], bool),
        tuple(f"{'real' if o.real else 'simulated'} {o.bag}" for o in owners),
        tuple(o.name for o in owners),
        tuple(kept.values()),
    )


def places(
    filled: NDArray[np.bool_], most: int, rng: np.random.Generator, side_px: int
) -> list[tuple[int, int]]:
    """Where patches may be cut, y and x: drawn at random, overlapping by half at most.

    filled: (H, W) what is not air.
    """
    bounds = [(round(EDGE * n), n - round(EDGE * n) - side_px) for n in filled.shape]
    taken: list[tuple[int, int]] = []
    if any(high < low for low, high in bounds):
        return taken
    for _ in range(TRIES * most):
        y, x = (int(rng.integers(low, high + 1)) for low, high in bounds)
        apart = all(max(abs(y - b), abs(x - a)) >= side_px // 2 for b, a in taken)
        if apart and filled[y : y + side_px, x : x + side_px].mean() >= FILLED:
            taken.append((y, x))
        if len(taken) == most:
            break
    return taken


def cut(
    picture: Picture, most: int, rng: np.random.Generator, side_px: int = SIDE_PX
) -> list[Picture]:
    """So many patches at most; none of a picture that is too small or all air."""
    filled = content(picture, air_of(picture), UNLIKE_AIR)
    return [
        picture[y : y + side_px, x : x + side_px].copy()
        for y, x in places(filled, most, rng, side_px)
    ]


def balanced(patches: Patches, rng: np.random.Generator) -> Patches:
    """As many of either side, those left out drawn at random."""
    sides = [np.flatnonzero(patches.real), np.flatnonzero(~patches.real)]
    least = min(map(len, sides))
    chosen = np.sort(np.concatenate([rng.permutation(side)[:least] for side in sides]))
    return Patches(
        patches.pixels[chosen],
        patches.real[chosen],
        _chosen(patches.bags, chosen),
        _chosen(patches.scans, chosen),
        patches.pictures,
    )


def _chosen(names: Sequence[str], places: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(names[k] for k in places)
