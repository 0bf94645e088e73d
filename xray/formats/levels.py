"""From counts to transmission: which end of the scale is air, and the count that it has.

A raw scan seldom carries its calibration, so both are read off the picture where nobody says
them. The border decides, because a scan begins before its load does: none of 515 real
grey scans and crops and of 1,183 real colour ones is taken for a negative, and all whole scans
among their negatives are recognised. Crops without air at the border are taken as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats.picture import Plane, Polarity, thinned

BORDER = 0.02  # of the shorter side, a strip along every side
NEAR_END = 0.25  # of the range between the darkest and the brightest half per cent
MOSTLY = 0.6  # of the border must lie near the dark end of a negative,
HARDLY = 0.2  # this much at most near the bright end,
AT_LEAST = 0.15  # and this much of the whole: a dark frame alone makes no negative
AIR = 0.85  # brighter than this share of the brightest half per cent may be air
ENOUGH_BORDER = 0.05  # of the border must be air to read the white level there
TRANSMISSION_TOP = 1.2  # noise lifts air a little over 1; counts are far higher
MAX_ATTENUATION = 20.0  # exp(-20) is beyond the range of every detector
SCALES = (255, 1023, 4095, 16383, 65535)  # the tops of 8- to 16-bit detectors


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


def seen(plane: Plane) -> NDArray[np.float32]:  # (H, W[, 3]) -> (h, w)
    """A plane, or its brightest channel, thinned out to judge it by."""
    few = thinned(plane)
    brightest = few if few.ndim == 2 else np.maximum.reduce([few[..., c] for c in range(3)])
    return brightest.astype(np.float32)


def judged(few: NDArray[np.float32]) -> Polarity:  # (h, w)
    """Whether air is bright or dark, by the border and the histogram."""
    dark, bright = np.percentile(few, (0.5, 99.5))
    near = NEAR_END * (bright - dark)
    border = few[_border(few.shape)]
    is_negative = (
        np.mean(border <= dark + near) >= MOSTLY
        and np.mean(border >= bright - near) <= HARDLY
        and np.mean(few <= dark + near) >= AT_LEAST
    )
    return "air_dark" if is_negative else "air_bright"


def polarity(
    few: Sequence[NDArray[np.float32]],
    header: Polarity | None,
    white: float | None,
    dark: float | None,
) -> tuple[Polarity, tuple[str, ...]]:
    """Which end of the scale is air, and whether that had to be guessed.

    Args:
        few: the planes, thinned out by `seen`.
        header: what the file says.
        white, dark: what the caller says of their levels, which tells it too.
    """
    if white is not None and dark is not None:
        return ("air_bright" if white > dark else "air_dark"), ()
    if header is not None:
        return header, ()
    votes = {judged(plane) for plane in few}
    if len(votes) == 2:
        return "air_bright", ("the planes disagree whether air is bright; it was taken as bright",)
    vote = votes.pop()
    if white is not None:
        middle = float(np.mean([np.percentile(plane, (0.5, 99.5)) for plane in few]))
        return (vote if white < middle else "air_bright"), ()
    if vote == "air_dark":
        return vote, (
            'the border is dark: a negative, and turned; pass polarity="air_bright" if it is none',
        )
    return vote, ('air was taken to be bright; pass polarity="air_dark" for a negative',)


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
        ScanError: the two are one, or the wrong way round for the polarity.
    """
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


def from_floats(plane: Plane, air: Polarity) -> NDArray[np.float32]:  # (H, W)
    """Transmission from floats that need no levels: itself, its negative, or attenuation."""
    if air == "air_bright":
        values = plane
    elif float(plane.max()) <= TRANSMISSION_TOP:
        values = 1 - plane
    else:
        values = np.exp(-plane)
    clipped: NDArray[np.float32] = np.clip(values, 0, 1)
    return clipped


def is_attenuation(planes: Sequence[Plane], air: Polarity) -> bool:
    """Floats where air is nothing and steel a few: -ln of transmission."""
    return air == "air_dark" and all(
        plane.dtype.kind == "f" and float(plane.max()) <= MAX_ATTENUATION for plane in planes
    )


def top_of_scale(planes: Sequence[Plane]) -> float:
    """The top of the smallest usual scale that holds every count."""
    brightest = max(float(plane.max()) for plane in planes)
    return next((float(top) for top in SCALES if brightest <= top), brightest)


def _border(shape: tuple[int, ...]) -> NDArray[np.bool_]:  # (h, w)
    depth = max(1, round(BORDER * min(shape)))
    inside = np.zeros(shape, bool)
    inside[depth:-depth, depth:-depth] = True
    return ~inside


def _air(few: NDArray[np.float32], dark: float, polarity: Polarity) -> tuple[float, str]:
    """The count of air, and where it was found."""
    beam = (few - np.float32(dark)) * (1 if polarity == "air_bright" else -1)
    air = beam >= AIR * np.percentile(beam, 99.5)
    border = _border(few.shape)
    at_border = air & border
    if np.count_nonzero(at_border) >= ENOUGH_BORDER * np.count_nonzero(border):
        return float(np.median(few[at_border])), "the air at the border"
    return float(np.median(few[air])), "the brightest parts, for no air shows at the border"
