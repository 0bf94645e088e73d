"""From an integrator's buffers to transmission: detector counts, or transmission already.

A buffer has no header and need not show air at its border, so nothing is read off the picture
here: the level of air is told, or the numbers are transmission.
"""

from math import isfinite
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray.errors import ScanError

NOISE = 0.2  # of the beam: noise lifts air over 1 and sinks steel under 0; counts are far off

AS_THEY_ARE = "floats were taken as transmission already; pass white= and dark= for counts"
NO_DARK = "dark level 0; pass dark= to set it"

Level = float | tuple[float, float] | NDArray[Any] | None  # one for both planes, or one each


def transmission(
    id: str, low: ArrayLike, high: ArrayLike | None, white: Level, dark: Level
) -> tuple[list[NDArray[np.float32]], list[str]]:  # (H, W) -> one or two (H, W)
    """Transmission of one plane or two, and what was assumed; `Scan.from_arrays` says of what.

    Raises:
        ScanError: shapes differ, a number is not finite, counts came without `white`, or a plane
            has the same value everywhere.
    """
    planes = [np.asarray(p) for p in (low, high) if p is not None]
    if len(planes) == 2 and planes[0].shape != planes[1].shape:
        raise ScanError(
            f"scan {id}: low is {by(planes[0])} and high is {by(planes[1])}; "
            "both energies must be of one size"
        )
    whites, darks = each(white, f"scan {id}: white"), each(dark, f"scan {id}: dark")
    found = [_plane(id, plane, whites[n], darks[n]) for n, plane in enumerate(planes)]
    if None in whites[: len(planes)]:
        return found, [AS_THEY_ARE]
    return found, [NO_DARK] if None in darks[: len(planes)] else []


def each(level: Level, what: str) -> tuple[float | None, float | None]:
    """A level for each of two planes.

    Raises:
        ScanError: it is neither a number nor a pair, or not finite; `what` opens the sentence.
    """
    plain = level.tolist() if isinstance(level, np.ndarray) else level
    pair = plain if isinstance(plain, tuple | list) else (plain, plain)
    if len(pair) != 2 or not all(v is None or is_number(v) for v in pair):
        got = f"{len(pair)} of them" if len(pair) > 2 else repr(plain)
        raise ScanError(f"{what} must be one number, or two for low and high, got {got}")
    return pair[0], pair[1]


def is_number(value: object) -> bool:
    """A finite number, Python's or numpy's."""
    return isinstance(value, Real) and isfinite(float(value))


def ends(id: str, pixels: NDArray[np.float32]) -> tuple[float, float]:
    """The least and the greatest, where all are finite."""
    least, most = float(pixels.min()), float(pixels.max())  # a single NaN makes both NaN
    if not (np.isfinite(least) and np.isfinite(most)):
        broken = int(np.count_nonzero(~np.isfinite(pixels)))
        raise ScanError(
            f"scan {id}: {broken} of {pixels.size} pixels are NaN or infinite; expected counts "
            "with white=, or transmission, 0 to 1; mend or mask them first"
        )
    return least, most


def by(pixels: NDArray[Any]) -> str:
    """Width × height, for errors."""
    return "×".join(str(n) for n in pixels.shape[1::-1])


def _plane(
    id: str, counts: NDArray[Any], white: float | None, dark: float | None
) -> NDArray[np.float32]:
    plane = _numbers(id, counts, counted=white is not None)
    least, most = ends(id, plane) if plane.size else (0.0, 1.0)  # of no size: the scan tells
    if white is None and (least < -NOISE or most > 1 + NOISE):
        raise ScanError(
            f"scan {id}: floats without white are taken as transmission, 0 to 1, but these run "
            f"from {least:g} to {most:g}; pass the count of unattenuated air, white=..."
        )
    white, dark = 1.0 if white is None else white, dark or 0.0
    if not white > dark:
        raise ScanError(f"scan {id}: white {white} must lie above dark {dark}")
    per_count = 1 / (white - dark)
    darkest, brightest = (min(max((end - dark) * per_count, 0), 1) for end in (least, most))
    if darkest == brightest:
        raise ScanError(
            f"scan {id}: from {least:g} to {most:g}, with white {white:g} and dark {dark:g}, every "
            f"pixel is {darkest:g} of the beam; expected a scan; was the beam on?"
        )
    scaled = (plane - np.float32(dark)) * np.float32(per_count)
    return np.clip(scaled, 0, 1, out=scaled)  # noise lifts air a little over 1


def _numbers(id: str, counts: NDArray[Any], counted: bool) -> NDArray[np.float32]:
    if counts.ndim != 2 or counts.dtype.kind not in "iubf":
        raise ScanError(
            f"scan {id}: a plane must be (H, W) numbers, got {counts.shape} of type {counts.dtype}"
        )
    if not counted and counts.dtype.kind != "f":
        raise ScanError(
            f"scan {id}: counts of type {counts.dtype} came without white; "
            "pass the count of unattenuated air, white=..."
        )
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and counted as such
        return counts.astype(np.float32)
