"""From two attenuations to an effective atomic number, and the class that officers call it by.

Behind water, aluminium and steel the ratio of the two attenuations is known at every depth
(`spectrum`), so a pair is placed between them: by its ratio, at its own depth. The effective atomic
numbers of the three are 7.4, 13 and 26 (water by Mayneord's power law); beyond them the line goes
on as far as LEAST and MOST. The beam of a scan is seldom stated: a table tells organic from metal
at any tube voltage from 120 to 180 kV, and its numbers are an aid to the eye, not a measurement.
Where nothing gets through, the ratio is that of two noises: such pixels count as steel, so that
nobody strips them away as organic.

What is shown in the browser and what is drawn here look into the same table.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray.material import OPAQUE_TRANSMISSION
from xray.spectrum import DEFAULT, spectrum

LEAST, MOST, STEP = 4.0, 35.5, 0.5  # effective atomic numbers that a table tells apart
DEPTHS, DEEPEST = 160, 8.0  # rows of a table: the mean of both -ln T, from 0
RATIOS, NARROWEST, WIDEST = 320, 0.9, 4.1  # its columns: -ln T low over -ln T high
ANCHORS = (("water", 7.4), ("aluminium", 13.0), ("steel", 26.0))
# Where officers' three colours change on baggage consoles: below is organic, above is metal.
ORGANIC_BELOW, METAL_FROM = 10.0, 18.0
THINNEST = 0.03  # mean -ln T under which noise alone makes the ratio
CARGO_MM = 3000.0  # longer than a baggage tunnel takes: a linac made the scan
CARGO_BEAM = "4/6 MV"


def beam(width_px: int, height_px: int, pixel_mm: float | None) -> str:
    """The name of the spectrum to take for a scan that does not state its beam.

    >>> beam(900, 600, None), beam(6000, 2000, 2.0)
    ('150 kV', '4/6 MV')
    """
    cargo = pixel_mm is not None and max(width_px, height_px) * pixel_mm > CARGO_MM
    return CARGO_BEAM if cargo else DEFAULT


@lru_cache(maxsize=8)
def table(name: str = DEFAULT) -> NDArray[np.uint8]:  # (DEPTHS, RATIOS)
    """Codes of the effective atomic number, LEAST + STEP * code, by depth and ratio.

    Raises:
        ScanError: no spectrum has this name.
    """
    made_by = spectrum(name)
    depth = (np.arange(DEPTHS) + 0.5) * DEEPEST / DEPTHS
    ratio = NARROWEST + (np.arange(RATIOS) + 0.5) * (WIDEST - NARROWEST) / RATIOS
    mm = np.geomspace(1e-3, 3e4, 1500)
    known = []  # ratio behind each anchor, by depth
    for material, _ in ANCHORS:
        low, high = made_by.behind(mm, material).T
        known.append(np.interp(depth, (low + high) / 2, low / high))
    numbers = np.array([number for _, number in ANCHORS])
    out = np.empty((DEPTHS, RATIOS))
    for row, ratios in enumerate(np.stack(known, 1)):
        out[row] = _along(ratio, ratios, numbers)
    out[depth > -np.log(OPAQUE_TRANSMISSION)] = numbers[-1]
    return np.rint((np.clip(out, LEAST, MOST) - LEAST) / STEP).astype(np.uint8)


def codes(low: ArrayLike, high: ArrayLike, name: str = DEFAULT) -> NDArray[np.uint8]:
    """Codes for attenuations -ln T at both energies, of one shape.

    >>> int(codes(1.2, 1.0)) * STEP + LEAST  # two centimetres or so of water
    7.0
    """
    a, b = np.asarray(low, np.float32), np.asarray(high, np.float32)
    ratio = a / np.maximum(b, np.float32(1e-3))
    row = (a + b) * np.float32(DEPTHS / (2 * DEEPEST))
    column = (ratio - np.float32(NARROWEST)) * np.float32(RATIOS / (WIDEST - NARROWEST))
    found = table(name)[
        np.clip(row, 0, DEPTHS - 1).astype(np.intp), np.clip(column, 0, RATIOS - 1).astype(np.intp)
    ]
    return np.asarray(found, np.uint8)


def _along(
    ratio: NDArray[np.float64], at: NDArray[np.float64], numbers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Numbers by ratio, through three points that rise (tubes) or fall (linacs: pairs)."""
    first, middle, last = at
    rises = last >= first
    lean = (numbers[1] - numbers[0]) / _apart(middle - first, rises)
    steep = (numbers[2] - numbers[1]) / _apart(last - middle, rises)
    before = (ratio < middle) if rises else (ratio > middle)
    return numbers[1] + (ratio - middle) * np.where(before, lean, steep)


def _apart(step: float, rises: bool) -> float:
    """Far behind steel the three meet: then a hair's breadth, on the right side, parts them."""
    return max(step, 1e-3) if rises else min(step, -1e-3)
