"""Threats laid into simulated scenes by transmission, before a console shows them.

They are shown by the console that shows all else, noise and edges included; laid over its picture
they would be known by their colours. Over a spectrum transmissions do not multiply, so what lies
behind a threat comes out too dark (`xray.projection` says by how much): the exact way takes longer
than all else that a scan needs here. Things that networks take for threats are laid in with them
and have no label.
"""

from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.boxes import Boxes, clip
from xray_datasets.simulator import LABELS, Lone, lone
from xray_datasets.simulator.lone import ALIKE
from xray_train.item import Labels
from xray_train.mixing import HIDDEN, LONGEST, MARGIN
from xray_train.recipe import Recipe
from xray_train.stock import EMPTY, KINDS, RARELY

ALIKE_SHARE = 0.35  # of what is laid in
LARGER = (0.8, 1.4)  # than its own size, so that no size is learned by heart
THICKER = (0.6, 1.4)  # factor of -ln T
LEAST_PX = 4  # of the shorter side; less of a thing shows nothing
TRIES = 4  # places that are drawn for a thing

Plane = NDArray[np.float32]  # (H, W) transmission, air 1


class Laid:
    """Simulated threats of the recipe's labels, each made when it is first drawn (30 ms)."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        index = {i: label for i, label in enumerate(recipe.labels) if label in LABELS}
        wanted = np.array([1.0 if index[i] in recipe.common else RARELY for i in index])
        self.names = [*index.values(), *ALIKE]
        self.labels = [*index, *[-1] * len(ALIKE)]
        threats = (1 - ALIKE_SHARE) * wanted / max(wanted.sum(), 1e-9)
        shares = np.concatenate((threats, np.full(len(ALIKE), ALIKE_SHARE / len(ALIKE))))
        self.shares = shares / shares.sum()
        self.made: dict[tuple[str, int], Lone] = {}

    def into(
        self, low: Plane, high: Plane, pixel_mm: float, rng: np.random.Generator
    ) -> tuple[Plane, Plane, Boxes, Labels]:
        """The scene with some more things in it; boxes and labels of the threats among them.

        Args:
            low, high: transmissions.
            pixel_mm: width of their pixels.
            rng: to draw from.
        """
        low, high = low.copy(), high.copy()
        boxes, labels = list[tuple[float, ...]](), list[int]()
        for _ in range(int(rng.integers(1, self.recipe.project_most + 1))):
            label, thing = self._draw(rng)
            turned = _turned(thing, pixel_mm, LONGEST * min(low.shape), rng)
            at = None if turned is None else _place(high, turned[1].shape, rng)
            if turned is None or at is None:
                continue
            (y, x), (height, width) = at, turned[1].shape
            low[y : y + height, x : x + width] *= turned[0]
            high[y : y + height, x : x + width] *= turned[1]
            if label >= 0:
                across, down = MARGIN * width, MARGIN * height
                boxes.append((x - across, y - down, x + width + across, y + height + down))
                labels.append(label)
        found = clip(np.array(boxes, np.float32).reshape(-1, 4), *low.shape)
        return low, high, found, np.array(labels, np.int64)

    def _draw(self, rng: np.random.Generator) -> tuple[int, Lone]:
        which = int(rng.choice(len(self.names), p=self.shares))
        name, k = self.names[which], int(rng.integers(self.recipe.project_simulated))
        if (name, k) not in self.made:
            seeds = count(self.recipe.seed + k, self.recipe.project_simulated)
            kind = KINDS[k % len(KINDS)]  # some poses leave nothing to see
            found = (one for n in seeds if (one := lone(name, n, kind=kind)) is not None)
            self.made[name, k] = next(found)
        return self.labels[which], self.made[name, k]


def _turned(
    thing: Lone, pixel_mm: float, longest_px: float, rng: np.random.Generator
) -> tuple[Plane, Plane] | None:
    """Mirrored, scaled, thicker or thinner, turned any way, and cut to what is left of it."""
    height, width = thing.high.shape
    scale = thing.pixel_mm / pixel_mm * float(np.exp(rng.uniform(*np.log(LARGER))))
    scale = min(scale, longest_px / max(height, width))
    reach = int(np.ceil(np.hypot(height, width) * scale)) + 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(0, 360), scale)
    matrix[:, 2] += (reach - width) / 2, (reach - height) / 2
    mirrored, power = rng.random() < 0.5, rng.uniform(*THICKER)
    pair = np.stack((thing.low, thing.high), -1)  # (h, w, 2)
    pair = np.minimum(pair[:, ::-1] if mirrored else pair, 1) ** np.float32(power)
    turned = cv2.warpAffine(pair, matrix, (reach, reach), borderValue=(1.0, 1.0))
    inked = turned[..., 1] < EMPTY
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if min(len(rows), len(columns)) < LEAST_PX:
        return None
    cut = np.asarray(turned[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], np.float32)
    return cut[..., 0], cut[..., 1]


def _place(high: Plane, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[int, int] | None:
    """Row and column of a place on the load, and not behind a wall; None: none was found."""
    height, width = shape
    for _ in range(TRIES):
        y, x = (int(rng.integers(max(n, 0) + 1)) for n in np.subtract(high.shape, shape))
        behind = high[y : y + height, x : x + width]
        if behind.shape == (height, width) and HIDDEN < float(behind.mean()) < EMPTY:
            return y, x
    return None
