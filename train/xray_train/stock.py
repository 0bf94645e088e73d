"""Threats without surroundings, to be laid over scans: real crops, and simulated ones.

All are kept as transmission per colour of some console, 8 bits, with the length of the object,
so that a razor blade stays smaller than a rifle wherever it is laid.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from xray_datasets.simulator import Lone, colour, lone
from xray_train.item import Item, Picture, air_of

EMPTY = 0.93  # transmission from which a pixel of a crop counts as air
CLEAN = 0.85  # share of a crop's rim that must be air for its outline to be that of the object
DENSE = 0.35  # transmission of what lies around an object, under which its crop says too little
FADE = 0.08  # of a crop's sides over which a cut without a mask fades out
LEAST_PX = 24  # shorter side of a box that is worth cutting out
SCAN_MM = 700.0  # what the longer side of a real scan shows, about: bags with some belt around
KINDS = ("baggage", "staged")  # of scenes that simulated threats lie and attenuate as in, in turns
RARELY = 0.3  # how often other labels than the common ones are projected, against those
LIGHT = 120  # brightness of a console's air; less is a negative, whose colours do not multiply
# Longest sides of single objects in pictures without a scale, from the objects themselves
LONG_MM = {"gun": 190.0, "razor_blade": 43.0, "shuriken": 90.0}


@dataclass(frozen=True, eq=False)
class Threat:
    """An object cut from its background, as transmission per colour, 8 bits."""

    label: int
    transmission: Picture  # (h, w, 3), 255 is air
    grey: bool  # taken at one energy: wants a tint
    long_mm: float = 200.0  # what the crop's longer side measures
    alone: bool = True  # nothing else in the crop: its outline is the object's


class Stock:
    """Threats by label; drawn by label first, so that a label with few crops is not rare.

    Simulated ones are made when they are first drawn: what a draw gives depends on the rng alone.
    """

    def __init__(
        self,
        threats: Sequence[Threat],
        wanted: Sequence[float],
        simulated: Mapping[int, str] | None = None,
        count: int = 0,
        seed: int = 0,
    ) -> None:
        """A stock of ready crops and of simulated threats to be made.

        Args:
            threats: ready crops.
            wanted: of each label index, how often relative to the others; a label without
                anything to draw is left out.
            simulated: label index → the simulator's name of it.
            count: simulated threats of each such label.
            seed: of the simulated ones.
        """
        self.simulated, self.count, self.seed = dict(simulated or {}), count, seed
        self.ready: dict[int, list[Threat]] = {}
        for threat in threats:
            self.ready.setdefault(threat.label, []).append(threat)
        self.labels = sorted({*self.ready, *(self.simulated if count else ())})
        shares = np.array([wanted[label] for label in self.labels], float)
        self.shares = shares / max(shares.sum(), 1e-9)
        self.made: dict[tuple[int, int], Threat] = {}

    def __len__(self) -> int:
        return sum(self._has(label) for label in self.labels)

    def draw(self, rng: np.random.Generator) -> Threat:
        """One threat."""
        label = self.labels[int(rng.choice(len(self.labels), p=self.shares))]
        mine, k = self.ready.get(label, []), int(rng.integers(self._has(label)))
        return mine[k] if k < len(mine) else self._simulated(label, k - len(mine))

    def _has(self, label: int) -> int:
        return len(self.ready.get(label, ())) + (self.count if label in self.simulated else 0)

    def _simulated(self, label: int, k: int) -> Threat:
        if (label, k) not in self.made:
            seeds = itertools.count(self.seed + k, self.count)  # some poses leave nothing to see
            name, kind = self.simulated[label], KINDS[k % len(KINDS)]
            alone = next(o for n in seeds if (o := lone(name, n, kind=kind)) is not None)
            rng = np.random.default_rng((self.seed, label, k))
            self.made[label, k] = from_lone(label, alone, rng)
        return self.made[label, k]


def cut(item: Item, index: int) -> Threat | None:
    """The object of this index, divided by what lies around it; None where that is too dense.

    An object on nearly nothing is cut along its outline. Any other keeps the clutter in its
    box, which fades out towards the sides so that no frame shows.
    """
    x1, y1, x2, y2 = np.rint(item.xyxy_px[index]).astype(int)
    crop = np.minimum(item.planes[y1:y2, x1:x2] / np.array(item.air, np.float32), 1)  # (h, w, 3)
    if min(crop.shape[:2]) < LEAST_PX:
        return None
    label = int(item.labels[index])
    long_mm = SCAN_MM * max(crop.shape[:2]) / max(item.planes.shape[:2])
    rim = np.concatenate((crop[0], crop[-1], crop[:, 0], crop[:, -1]))  # (R, 3)
    if np.mean(rim.mean(1) > 0.85) >= CLEAN:
        bright = np.where(crop.mean(2, keepdims=True) > 0.9, 1.0, crop)  # faint folds go
        return Threat(label, _bytes(bright), grey=False, long_mm=long_mm)
    around = np.percentile(rim, 75, axis=0)  # (3,)
    if around.mean() < DENSE:
        return None
    lone = np.minimum(crop / np.maximum(around, 0.05), 1)
    fade = np.minimum.outer(*(_ramp(n) for n in crop.shape[:2]))[..., None]  # (h, w, 1)
    faded = 1 - (1 - lone) * fade
    return Threat(label, _bytes(faded), grey=False, long_mm=long_mm, alone=False)


def from_grey(label: int, grey: NDArray[np.uint8], long_mm: float = 200.0) -> Threat:
    """A threat from a grey picture of one object on white."""
    air = max(float(np.percentile(grey, 95)), 128.0)
    transmission = np.minimum(grey / np.float32(air), 1)
    bright = np.where(transmission > EMPTY, 1.0, transmission)
    return Threat(label, np.repeat(_bytes(bright)[..., None], 3, axis=2), True, long_mm)


def from_lone(label: int, lone: Lone, rng: np.random.Generator) -> Threat:
    """A simulated threat in the colours of some console."""
    picture = colour(lone.low, lone.high, rng)
    while min(air := air_of(picture)) < LIGHT or picture[0].mean() < LIGHT:
        picture = colour(lone.low, lone.high, rng)
    crop = np.minimum(picture / np.array(air, np.float32), 1)
    bright = np.where(crop.mean(2, keepdims=True) > 0.96, 1.0, crop)
    long_mm = lone.pixel_mm * max(picture.shape[:2])
    return Threat(label, _bytes(bright), grey=False, long_mm=long_mm)


def looked(threat: Threat, rng: np.random.Generator) -> Picture:
    """Thinner or thicker, and in a console's blue for metal where the source was grey."""
    power = np.full(3, rng.uniform(0.5, 1.4))
    if threat.grey:  # consoles let blue through behind metal, red least
        tint = rng.uniform((1.2, 0.7, 0.25), (2.2, 1.2, 0.6))
        power *= tint * rng.uniform(0.6, 1.2)
    ramp = np.arange(256)[:, None] / 255  # (256, 1)
    curves = np.rint(255 * ramp**power).astype(np.uint8)  # (256, 3)
    return np.asarray(cv2.LUT(threat.transmission, curves[:, None]), np.uint8)


def _ramp(length: int) -> NDArray[np.float32]:
    """0 at both ends, 1 from a little way in."""
    near = np.arange(length, dtype=np.float32)
    return np.minimum(1, np.minimum(near, near[::-1]) / (FADE * length))


def _bytes(transmission: NDArray[np.float32]) -> Picture:
    return np.asarray(np.rint(transmission * 255), np.uint8)
