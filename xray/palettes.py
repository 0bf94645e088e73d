"""Colours of consoles: effective atomic number and brightness to red, green and blue.

Every maker has palettes of their own, and officers are trained on one. Three kinds cover the field:
three colours on white, as most baggage consoles have; finer steps, for telling metals and organics
apart among themselves; and muted ones on grey, as container consoles have. Each is a few ramps from
dark to bright, given at effective atomic numbers and blended between them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xray.atomic import LEAST, MOST, STEP

Rgb = tuple[int, int, int]
Ramp = tuple[Rgb, Rgb, Rgb, Rgb, Rgb]  # at brightness 0, 1/4, 1/2, 3/4 and 1
LEVELS = 256
_WHITE = (255, 255, 255)

# Medians of published pictures of baggage consoles, by hue and brightness.
_ORANGE: Ramp = ((8, 4, 0), (84, 60, 17), (176, 127, 33), (227, 187, 124), _WHITE)
_GREEN: Ramp = ((0, 8, 2), (26, 85, 40), (80, 160, 82), (164, 212, 151), _WHITE)
_BLUE: Ramp = ((0, 4, 12), (16, 78, 122), (58, 148, 205), (158, 202, 231), _WHITE)
# Steps between them for the finer palette.
_BROWN: Ramp = ((8, 2, 0), (92, 40, 18), (186, 92, 44), (232, 168, 130), _WHITE)
_YELLOW: Ramp = ((6, 5, 0), (88, 78, 12), (182, 164, 34), (232, 221, 124), _WHITE)
_TEAL: Ramp = ((0, 7, 8), (12, 84, 84), (40, 158, 156), (146, 212, 208), _WHITE)
_VIOLET: Ramp = ((6, 0, 14), (66, 34, 124), (126, 88, 204), (190, 172, 232), _WHITE)
# Muted ones on light grey.
_PAPER = (236, 236, 232)
_TAN: Ramp = ((10, 8, 5), (86, 70, 48), (158, 134, 96), (206, 190, 160), _PAPER)
_MOSS: Ramp = ((6, 9, 7), (58, 78, 62), (118, 142, 118), (182, 198, 178), _PAPER)
_SLATE: Ramp = ((5, 7, 12), (48, 62, 88), (102, 122, 152), (174, 186, 202), _PAPER)


@dataclass(frozen=True)
class Palette:
    """Ramps at effective atomic numbers, ascending.

    Attributes:
        name: of the palette, in the page's own words.
        ramps: number and ramp; below the first and above the last, these hold.
    """

    name: str
    ramps: tuple[tuple[float, Ramp], ...]


PALETTES = (
    Palette(
        "Three colours",
        ((9.0, _ORANGE), (11.0, _GREEN), (17.0, _GREEN), (19.0, _BLUE)),
    ),
    Palette(
        "Fine steps",
        (
            *((6.5, _BROWN), (8.0, _ORANGE), (9.5, _YELLOW), (11.5, _GREEN), (14.5, _GREEN)),
            *((17.0, _TEAL), (20.0, _BLUE), (25.0, _BLUE), (30.0, _VIOLET)),
        ),
    ),
    Palette(
        "Muted",
        ((9.0, _TAN), (11.0, _MOSS), (17.0, _MOSS), (19.0, _SLATE)),
    ),
)


@lru_cache(maxsize=len(PALETTES))
def colours(palette: Palette = PALETTES[0]) -> NDArray[np.uint8]:  # (codes, LEVELS, 3)
    """Red, green and blue by the code of `atomic.codes` and brightness 0 to 255.

    >>> colours()[0, 255].tolist()
    [255, 255, 255]
    """
    numbers = np.array([number for number, _ in palette.ramps])
    stops = np.array([ramp for _, ramp in palette.ramps], np.float64)  # (K, 5, 3)
    level = np.arange(LEVELS) / (LEVELS - 1) * (stops.shape[1] - 1)
    ramps = np.stack(
        [[np.interp(level, np.arange(5), ramp[:, c]) for c in range(3)] for ramp in stops]
    )  # (K, 3, LEVELS)
    known = np.arange(LEAST, MOST + STEP / 2, STEP)
    place = np.interp(known, numbers, np.arange(len(numbers)))
    first = np.minimum(place.astype(int), max(len(numbers) - 2, 0))
    share = (place - first)[:, None, None]
    blended = ramps[first] * (1 - share) + ramps[np.minimum(first + 1, len(ramps) - 1)] * share
    return np.rint(blended).astype(np.uint8).transpose(0, 2, 1).copy()
