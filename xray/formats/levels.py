"""From counts to transmission: the count of air and that of no beam.

A raw scan seldom carries its calibration, so the level of air is read off the picture where
nobody says it: at the border, because a scan begins before its load does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats.picture import Plane, Polarity
from xray.formats.polarity import sides

AIR = 0.85  # brighter than this share of the brightest half per cent may be air
ENOUGH_BORDER = 0.05  # of the border must be air to read the white level there
TRANSMISSION_TOP = 1.2  # noise lifts air a little over 1; counts are far higher
MAX_ATTENUATION = 20.0  # exp(-20) is beyond the range of every detector
SCALES = (255, 1023, 4095, 16383, 65535)  # the tops of 8- to 16-bit detectors
UNDER_ZERO = 0.02  # of the brightest count: noise takes corrected counts of no beam no lower
LEAST_COUNTS = 8  # between air and no beam: with fewer, the noise of a dark detector is a picture


@dataclass(frozen=True)
class Levels:
    """The counts of air and of no beam; white lies below dark in a negative.

    Attributes:
        white, dark: the levels.
        assumed: what of them was guessed, a sentence or nothing.
    """

    white: float
    dark: float
    assumed: str = ""


def find(
    few: NDArray[np.float32],
    polarity: Polarity,
    full: float,
    white: float | None,
    dark: float | None,
    name: str,
) -> Levels:
    """White and dark level of a plane: what was given, and a guess for the rest.

    Raises:
        ScanError: the two are one, or the wrong way round for the polarity; or no beam is not at
            0, and it was not said where.
    """
    least, most = float(few.min()), float(few.max())
    if dark is None and polarity == "air_bright" and least < -UNDER_ZERO * max(most, 0):
        raise ScanError(
            f"{name}: counts from {least:g} to {most:g}, so 0 is not the count of no beam; pass "
            "it as dark="
        )
    assumed = ""
    end = 0.0 if polarity == "air_bright" else full
    if dark is None and white is not None:
        assumed = f"dark level {end:g} of {full:g}, the end of the scale; pass dark= to set it"
    dark = end if dark is None else dark
    if white is None:
        white, where = _air(few, dark, polarity)
        assumed = (
            f"white level {white:g} of {full:g}, {where}, and dark level {dark:g}; "
            "pass white= and dark= to set them"
        )
    if white == dark or (white > dark) != (polarity == "air_bright"):
        raise ScanError(
            f"{name}: white level {white:g} and dark level {dark:g} do not fit polarity "
            f"{polarity}; white must lie {'above' if polarity == 'air_bright' else 'below'} dark"
        )
    return Levels(white, dark, assumed)


def transmission(plane: Plane, levels: Levels) -> NDArray[np.float32]:  # (H, W)
    """(count - dark) / (white - dark), within 0 and 1."""
    per_count = 1 / (levels.white - levels.dark)
    scaled: NDArray[np.float32] = np.multiply(plane, np.float32(per_count), dtype=np.float32)
    scaled -= np.float32(levels.dark * per_count)
    return np.clip(scaled, 0, 1, out=scaled)


def from_floats(
    planes: Sequence[Plane], air: Polarity
) -> tuple[list[NDArray[np.float32]], bool]:  # (H, W) each
    """Transmission from floats that need no levels, and whether they were -ln of it.

    Where air is dark they are that or a negative, and all planes of a scan are the same: the high
    energy of a thin load stays below the top of transmission where the low one does not.
    """
    logarithm = air == "air_dark" and any(float(p.max()) > TRANSMISSION_TOP for p in planes)
    if logarithm:
        values = [np.exp(-plane) for plane in planes]
    else:
        values = [plane if air == "air_bright" else 1 - plane for plane in planes]
    return [np.clip(value, 0, 1) for value in values], logarithm


def check_beam(plane: Plane, levels: Levels, name: str) -> None:
    """Refuse counts whose air, as it was read off the picture, is no beam's.

    Raises:
        ScanError: hardly a count lies between the two levels.
    """
    counts = abs(levels.white - levels.dark)
    if plane.dtype.kind == "u" and counts < LEAST_COUNTS:
        raise ScanError(
            f"{name}: the brightest parts lie {counts:g} counts from no beam; expected at least "
            f"{LEAST_COUNTS}; was the beam on when it was taken? If so, pass white="
        )


def check_end(plane: Plane, white: float | None, dark: float | None, name: str) -> None:
    """Refuse floats with dark air whose white level alone is known: they end nowhere.

    Raises:
        ScanError: no beam may be at any number.
    """
    if plane.dtype.kind == "f" and white is not None and dark is None:
        raise ScanError(
            f"{name}: white level {white:g} without a dark level, but air is dark and floats up to "
            f"{float(plane.max()):g} have no scale that would end at no beam; pass dark= too, or "
            "leave white= out if they are -ln of transmission or its negative"
        )


def is_attenuation(planes: Sequence[Plane], air: Polarity) -> bool:
    """Floats where air is nothing and steel a few: -ln of transmission."""
    return air == "air_dark" and all(
        plane.dtype.kind == "f" and float(plane.max()) <= MAX_ATTENUATION for plane in planes
    )


def top_of_scale(planes: Sequence[Plane]) -> float:
    """The top of the smallest usual scale that holds every count."""
    brightest = max(float(plane.max()) for plane in planes)
    return next((float(top) for top in SCALES if brightest <= top), brightest)


def _air(few: NDArray[np.float32], dark: float, polarity: Polarity) -> tuple[float, str]:
    """The count of air, and where it was found."""
    sign = 1 if polarity == "air_bright" else -1
    beam = (few - np.float32(dark)) * sign
    if beam.max() <= 0:
        return float(few.max() if sign > 0 else few.min()), "the brightest pixel"
    enough = AIR * np.percentile(beam, 99.5)
    border = np.concatenate(sides(beam))
    at_border = border[border >= enough]
    if len(at_border) >= ENOUGH_BORDER * len(border):
        air, where = at_border, "the air at the border"
    else:
        air, where = beam[beam >= enough], "the brightest parts, for no air shows at the border"
    return dark + sign * float(np.median(air)), where
