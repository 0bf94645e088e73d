"""Weapons without surroundings, to be laid into scans of containers by path length."""

from dataclasses import dataclass, replace
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.boxes import Boxes
from xray.projection import Threat, fitted, project
from xray.scan import Encoding, Scan
from xray_datasets.simulator import lone_weapon
from xray_datasets.simulator.lone import PAIR_MV
from xray_datasets.simulator.truth import WIDEN

LOADED = 0.85  # mean transmission under which a place holds more than a container's walls
OUTSIDE = 0.96  # and under which nine tenths of it must lie: two walls of 1.6 mm leave 0.92
HIDDEN = 0.02  # and under which nobody could see a weapon: behind 110 mm of steel
TRIES = 12  # places that are drawn for a weapon

Pair = NDArray[np.float32]  # (H, W, 2) transmission at the low and at the high energy


@dataclass(frozen=True)
class Taken:
    """How a picture was taken.

    Attributes:
        spectrum: name of its pulses, as `xray.spectrum` has them.
        pixel_mm: width of a pixel.
        photons: behind air, of a pixel.
        blur_px: standard deviation of the light's spread.
    """

    spectrum: str
    pixel_mm: float
    photons: float
    blur_px: float


class Weapons:
    """So many simulated weapons, each made when it is first drawn (40 ms)."""

    def __init__(self, number: int, most: int) -> None:
        """A stock of `number` weapons, of which at most `most` are laid into one picture."""
        self.number, self.most = number, most
        self.made: dict[int, Threat] = {}

    def laid(self, pair: Pair, taken: Taken, rng: np.random.Generator) -> tuple[Pair, Boxes]:
        """The picture with weapons where a load lies and something could be seen behind it.

        Args:
            pair: (H, W, 2).
            taken: how it was, so that a weapon is as sharp and as noisy as all else.
            rng: draws which weapons, how many, and where.

        Returns:
            the picture and a box around each, widened as those of the simulator are; it may reach
            out of the picture.
        """
        scan, found = Scan("tile", pair, Encoding.DUAL, pixel_mm=taken.pixel_mm), []
        for _ in range(int(rng.integers(1, self.most + 1))):
            sharp = fitted(self.draw(rng), scan)
            threat, margin_px = _spread(sharp, taken.blur_px)
            place = _place(scan, threat.mask, rng)
            if place is not None:
                scan, _ = project(
                    scan, threat, place, name=taken.spectrum, photons_at_air=taken.photons, rng=rng
                )
                found.append(_outline(sharp.mask, place[0] + margin_px, place[1] + margin_px))
        return scan.pixels, np.array(found, np.float32).reshape(-1, 4)

    def draw(self, rng: np.random.Generator) -> Threat:
        """One of them."""
        chosen = int(rng.integers(self.number))
        if chosen not in self.made:
            seeds = count(chosen, self.number)  # some poses leave nothing to see
            alone = next(one for seed in seeds if (one := lone_weapon(seed)) is not None)
            self.made[chosen] = Threat.from_pair(
                alone.label,
                alone.low,
                alone.high,
                spectrum=f"{PAIR_MV[0]}/{PAIR_MV[1]} MV",
                pixel_mm=alone.pixel_mm,
            )
        return self.made[chosen]


def _spread(threat: Threat, blur_px: float) -> tuple[Threat, int]:
    """As the light of a scintillator spreads; and the margin that it is given for that."""
    margin = int(np.ceil(2 * blur_px))
    wide = np.pad(threat.attenuation, ((margin, margin), (margin, margin), (0, 0)))
    soft = cv2.GaussianBlur(wide, (0, 0), blur_px) if blur_px > 0 else wide
    return replace(threat, attenuation=np.asarray(soft, np.float64)), margin


def _place(scan: Scan, mask: NDArray[np.bool_], rng: np.random.Generator) -> tuple[int, int] | None:
    """The corner of a place that suits, of a few that are drawn."""
    height, width = mask.shape
    if width > scan.width or height > scan.height or not mask.any():
        return None
    for _ in range(TRIES):
        x = int(rng.integers(scan.width - width + 1))
        y = int(rng.integers(scan.height - height + 1))
        behind = scan.high[y : y + height, x : x + width][mask]
        if HIDDEN < behind.mean() < LOADED and np.percentile(behind, 90) < OUTSIDE:
            return x, y
    return None


def _outline(mask: NDArray[np.bool_], x: int, y: int) -> tuple[float, float, float, float]:
    """A box as people draw it around what the mask shows, its corner being at x, y."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    width, height = np.ptp(columns) + 1, np.ptp(rows) + 1
    dx, dy = max(1.0, WIDEN * width), max(1.0, WIDEN * height)
    left, top = float(x + columns[0]), float(y + rows[0])
    return left - dx, top - dy, left + float(width) + dx, top + float(height) + dy
