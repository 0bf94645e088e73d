"""Behind an unknown display curve: does the high energy follow the low one as it does for real?

Real pairs are shown in 8 bits by a curve that nobody wrote down. One monotone curve per energy, of
two parameters, is fitted so that the median high attenuation at a given low attenuation is that of
simulated scans, over all pixels of one half of the pairs; the other half is judged.

What such a curve can hide: whatever is wrong alike for all that has the same low attenuation, such
as the spectrum's hardening, as far as two parameters bend. What it cannot: whether steel differs
from all else at the same low attenuation as much as it should, and whatever differs from pair to
pair. The scale of attenuation itself is hardly told by the relation of two energies: it is held by
the wish that, on the mean of both, curves be plain transmission. Gaps are in that scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from xray.errors import DataError

Values = NDArray[np.float64]
AIR = 0.1  # attenuation under which a pixel counts as air, belt, or noise of them
DEEPEST = 3.0  # low attenuation to which bins go: 8 bits tell 10 codes apart there
WIDE = 0.2  # of a bin of low attenuation
LEAST_PIXELS = 300  # in a bin, on either side: the median of fewer is not told
LEAST_BINS = 5  # that a curve is fitted to
LEAST_GROUPS = 3  # bags in a bin, on either side: fewer are one bag's affair
CODES = 128  # steps of brightness at which real medians are taken
LEAST_SHOWN = 1 / 255  # brightness, over air's, under which nothing is told apart
STEP_PX = 3  # pixels that are averaged, and the distance between two that count
GAUGE = 1e-2  # weight of the wish that both exponents' mean be 1, against squared attenuation
CALM = 1e-4  # and of the wish that floors be none
FLOORS = (-0.25, 0.06)  # brightness that nothing passes, over air's
FLOOR_SPREAD = 0.1  # of that


@dataclass(frozen=True, slots=True)
class Curve:
    """How a console shows transmission: brightness over air's = floor + (1 - floor) T^(1/exponent).

    Attributes:
        exponent: of plain transmission, 1.
        floor: brightness where nothing comes through; under 0, all darker is black.
    """

    exponent: float = 1.0
    floor: float = 0.0

    def attenuation(self, shown: NDArray[np.floating]) -> Values:
        """-ln T of brightness over air's, any shape.

        >>> Curve(2.0, 0.0).attenuation(np.array([1.0, 0.5])).round(3).tolist()
        [-0.0, 1.386]
        """
        passed = np.maximum((shown - self.floor) / (1 - self.floor), LEAST_SHOWN)
        return np.asarray(-self.exponent * np.log(passed), np.float64)

    def shown(self, transmission: NDArray[np.floating]) -> Values:
        """Brightness over air's, 0 and more, of transmission of any shape."""
        passed = np.maximum(transmission, 0) ** (1 / self.exponent)
        return np.asarray(np.maximum(self.floor + (1 - self.floor) * passed, 0), np.float64)


@dataclass(frozen=True, slots=True)
class Pixels:
    """Pixels of some scans: (N,) low and high, and the number (N,) of the bag that each is of.

    Real ones are brightness over air's, simulated ones attenuation.
    """

    low: Values
    high: Values
    group: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> "Pixels":
        """Those (N,) alone."""
        return Pixels(self.low[chosen], self.high[chosen], self.group[chosen])

    def mapped(self, low: Curve, high: Curve) -> "Pixels":
        """Brightness as attenuation."""
        return Pixels(low.attenuation(self.low), high.attenuation(self.high), self.group)


def joined(parts: Sequence[Pixels]) -> Pixels:
    """All of these."""
    none = Pixels(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    every = (none, *parts)
    return Pixels(
        np.concatenate([p.low for p in every]),
        np.concatenate([p.high for p in every]),
        np.concatenate([p.group for p in every]),
    )


def thinned(planes: NDArray[np.floating], group: int) -> Pixels:
    """Means of STEP_PX x STEP_PX pixels of two planes (H, W, 2), each once: noise is less there."""
    height, width = planes.shape[:2]
    few = (max(1, width // STEP_PX), max(1, height // STEP_PX))
    small = cv2.resize(np.asarray(planes, np.float32), few, interpolation=cv2.INTER_AREA)
    flat = small.reshape(-1, 2).astype(np.float64)
    return Pixels(flat[:, 0], flat[:, 1], np.full(len(flat), group, np.int64))


def medians(pixels: Pixels, edges: Values) -> Values:  # (bins, 4)
    """Low and high, the medians in each bin of low; pixels; bags. nan where there are none."""
    place = np.digitize(pixels.low, edges) - 1
    order = np.argsort(place, kind="stable")
    cuts = np.searchsorted(place[order], np.arange(len(edges)))
    rows = np.full((len(edges) - 1, 4), np.nan)
    for k, (start, end) in enumerate(pairwise(cuts)):
        mine = order[start:end]
        rows[k, 2:] = len(mine), len(np.unique(pixels.group[mine]))
        if len(mine):
            rows[k, :2] = np.median(pixels.low[mine]), np.median(pixels.high[mine])
    return rows


def fit(real: Pixels, simulated: Pixels) -> tuple[Curve, Curve, float]:
    """The curves of low and high that bring real medians to simulated ones.

    Args:
        real: brightness over air's.
        simulated: attenuation.

    Returns:
        both curves, and the root mean square of what is left, in attenuation.

    Raises:
        DataError: too few pixels of too few depths.
    """
    shown = medians(real, np.linspace(0.02, 0.97, CODES))
    told = medians(simulated, np.arange(AIR / 2, DEEPEST + WIDE, WIDE / 4))
    shown, told = shown[_enough(shown)], told[_enough(told)]
    if len(shown) < LEAST_BINS or len(told) < LEAST_BINS:
        raise DataError(
            f"a display curve wants pixels of {LEAST_BINS} depths on either side, there are "
            f"{len(shown)} of real pairs and {len(told)} of simulated ones; give more scans"
        )
    spread = 1 / shown[:, 0]  # even in attenuation, not in brightness

    def left(values: Values) -> float:
        low, high = _curves(values)
        a, b = low.attenuation(shown[:, 0]), high.attenuation(shown[:, 1])
        there = (a >= told[0, 0]) & (a <= min(told[-1, 0], DEEPEST))
        gap = (b - np.interp(a, told[:, 0], told[:, 1]))[there]
        if not there.any():
            return np.inf
        return float(np.average(gap**2, weights=spread[there]))

    def cost(values: Values) -> float:
        floors = np.clip(values[[1, 3]], *FLOORS) / FLOOR_SPREAD
        scale = (values[0] + values[2]) / 2  # logarithm of the mean exponent
        return left(values) + GAUGE * float(scale**2) + CALM * float((floors**2).sum())

    starts = [np.array([np.log(s), 0.0, np.log(s), 0.0]) for s in (0.8, 1.0, 1.25)]
    tries = [
        minimize(cost, start, method="Nelder-Mead", options={"maxiter": 2000, "xatol": 1e-4})
        for start in starts
    ]
    best = min(tries, key=lambda found: float(found.fun)).x
    return (*_curves(best), float(np.sqrt(left(best))))


def _curves(values: Values) -> tuple[Curve, Curve]:
    a, b, c, d = values.tolist()
    exponents = np.exp(np.clip((a, c), -1.0, 1.0))
    floors = np.clip((b, d), *FLOORS)
    return (
        Curve(float(exponents[0]), float(floors[0])),
        Curve(float(exponents[1]), float(floors[1])),
    )


def _enough(rows: Values) -> NDArray[np.bool_]:
    """Which bins have pixels enough, of bags enough; of fewer, where there are no more."""
    bags = min(LEAST_GROUPS, int(rows[:, 3].max(initial=0)))
    return np.asarray((rows[:, 2] >= LEAST_PIXELS) & (rows[:, 3] >= bags))


def compared(real: Pixels, simulated: Pixels) -> list[dict[str, float]]:
    """Bin by bin of low attenuation: median high attenuation, real and simulated, and the gap.

    Both in attenuation. Each median is brought to the middle of its bin along its own ratio of
    high to low, for pixels need not lie alike within a bin.
    """
    edges = np.arange(AIR, DEEPEST + WIDE / 2, WIDE)
    ours, theirs = medians(real, edges), medians(simulated, edges)
    rows = []
    for k in np.flatnonzero(_enough(ours) & _enough(theirs)):
        middle, a, b = (edges[k] + edges[k + 1]) / 2, ours[k], theirs[k]
        highs = [float(row[1] / row[0] * middle) for row in (a, b)]
        rows.append(
            {
                **{"low": round(float(middle), 3)},
                **{"real": round(highs[0], 4), "simulated": round(highs[1], 4)},
                **{"gap": round(highs[0] - highs[1], 4)},
                **{"real_pixels": int(a[2]), "simulated_pixels": int(b[2])},
                **{"real_bags": int(a[3]), "simulated_bags": int(b[3])},
            }
        )
    return rows
