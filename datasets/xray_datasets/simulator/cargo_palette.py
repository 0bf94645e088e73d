"""A container scan as its consoles show it: grey, inverted, or coloured by the class of matter.

Two pulses of MV tell organic (orange), mineral (green), metal (blue) and heavy metal (purple)
apart, and only where enough is in the beam: noise in the ratio is averaged away, and what is thin
stays grey.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.spectrum import spectrum

_HUES = np.array([(235, 140, 40), (70, 160, 70), (40, 100, 200), (120, 50, 160)], np.float64)
FAMILIES = ("grey", "inverted", "coloured")
_SHARES = (0.6, 0.12, 0.28)
_DEEPEST = 9.0  # -ln T that counts as opaque


@dataclass(frozen=True, slots=True)
class CargoConsole:
    """One console; scale and exponent as of consoles.Console, edge the gain of edges."""

    family: str
    scale: float
    exponent: float
    edge: float

    @staticmethod
    def draw(rng: np.random.Generator) -> CargoConsole:
        """Some console."""
        family = FAMILIES[int(rng.choice(3, p=_SHARES))]
        scale, exponent = float(rng.uniform(1.6, 3.2)), float(rng.uniform(0.7, 1.0))
        edge = float(rng.uniform(0.2, 1.0)) if rng.random() < 0.5 else 0.0
        return CargoConsole(family, scale, exponent, edge)

    def parameters(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def paint(
    low: NDArray[np.float32], high: NDArray[np.float32], console: CargoConsole, mv: str
) -> NDArray[np.uint8]:  # (H, W, 3)
    """The picture by a console that knows the pulses; mv: such as "4/6"."""
    depth = np.clip(-np.log(np.maximum(high, np.float32(1e-4))), 0, _DEEPEST)
    bright = np.exp(-((depth / console.scale) ** console.exponent))
    if console.edge:
        bright = bright + console.edge * (bright - cv2.GaussianBlur(bright, (0, 0), 2.0))
    bright = np.clip(bright, 0, 1).astype(np.float32)
    if console.family != "coloured":
        grey = 1 - bright if console.family == "inverted" else bright
        grey = np.rint(255 * grey).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    index, sure = _index(low, high, mv)
    k = np.clip(index, 0, 2.999).astype(np.int64)
    part = (index - k)[..., None]
    hue = _HUES[k] * (1 - part) + _HUES[k + 1] * part
    tint = hue / hue.max(-1, keepdims=True)
    mixed = sure[..., None] * tint + (1 - sure[..., None])
    light = bright[..., None]
    return np.rint(255 * (light * light + (1 - light) * light * mixed)).astype(np.uint8)


def _index(
    low: NDArray[np.float32], high: NDArray[np.float32], mv: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place between water 0, aluminium 1 and steel 2, up to 3; and how sure, 0 to 1."""
    beam = spectrum(f"{mv} MV")
    a, b = (
        -np.log(np.clip(cv2.blur(p, (9, 9)), 1e-4, 1.0)).astype(np.float64) for p in (low, high)
    )
    depths, ratios = np.linspace(0.05, _DEEPEST, 60), []
    for name, longest in (("water", 4000.0), ("aluminium", 2000.0), ("steel", 600.0)):
        behind = beam.behind(np.geomspace(longest / 1e3, longest, 80), name)
        ratios.append(np.interp(depths, behind[:, 1], behind[:, 0] / behind[:, 1]))
    at = np.clip((b - depths[0]) / (depths[1] - depths[0]), 0, len(depths) - 1).astype(np.int64)
    water, aluminium, steel = (row[at] for row in ratios)
    found = a / np.maximum(b, 0.02)
    first = (water - found) / np.maximum(water - aluminium, 1e-4)
    second = 1 + (aluminium - found) / np.maximum(aluminium - steel, 1e-4)
    sharp = -np.log(np.clip(high, 1e-4, 1.0))
    even = np.clip(1.5 - 5 * np.abs(sharp - b) / np.maximum(b, 0.1), 0, 1)  # not across an edge
    sure = np.clip((b - 0.1) * 4, 0, 1) * np.clip((6.0 - b), 0, 1) * even
    heavy = 2 + np.clip((second - 3.5) * 2, 0, 1)  # well beyond steel; noise alone reaches near it
    return np.where(first < 1, np.clip(first, 0, 1), np.where(second < 2, second, heavy)), sure
