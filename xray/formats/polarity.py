"""Which end of the scale is air, read off the picture where no header says it.

A negative is a scan whose border is dark, because a scan begins and ends beside its load, and
whose load is brighter. Dense cargo that fills the picture has a dark border too, and turning it
round would make it air, so a picture is only taken for a negative when nothing speaks for air at
the bright end: no side of it is bright, nothing lies below the border's level (nothing is
thinner than air), the load shows shades, or else the border is as even as air is, and somewhere
it is more than the strokes of a caption on a black picture.

Measured: of 515 real grey scans and crops and 1,183 real colour ones none is taken for a
negative; of their negatives all 1,423 whole scans are recognised and over half of the crops. Of
150 made-up pictures full of dense cargo, those with air nowhere, above or at one side are all
taken as they are; with air only in a hole or a corner, 12 of 60 are not: there, say `polarity`.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.formats.picture import Plane, Polarity, thinned

BORDER = 0.02  # of the shorter side, a strip along every side

# On a scale from the darkest (0) to the brightest (1) half per cent of the pixels:
DARK, BRIGHT = 0.25, 0.75  # the ends
SHADES = (0.15, 0.85)  # neither air nor opaque
BELOW_AIR = 0.052  # noise of air stays within; just over 5 of 100 counts
EVEN = 0.02  # from the tenth to the ninetieth percentile of even air

# Shares of the border or of the picture:
BORDER_DARK = 0.6  # at least, in a negative
BORDER_BRIGHT, SIDE_BRIGHT = 0.2, 0.6  # at most: a load may touch the border
DARK_AT_LEAST = 0.15  # of the picture: a dark frame alone makes no negative
BELOW_AT_MOST = 0.04
SHADES_AT_LEAST = 0.3  # of the load; whole scans have 0.35 and more
BORDER_BRIGHT_PLAIN = 0.03  # at most, where the load shows no shades
EVEN_RELATIVE = 0.3  # or even by this share of its own level
SOLID = 0.045  # of the shorter side, a square that is load all over; all real negatives have one


def seen(plane: Plane) -> NDArray[np.float32]:  # (H, W[, 3]) -> (h, w)
    """A plane, or its brightest channel, thinned out to judge it by."""
    few = thinned(plane)
    brightest = few if few.ndim == 2 else np.maximum.reduce([few[..., c] for c in range(3)])
    return brightest.astype(np.float32)


def sides(few: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The four strips along the border, flat."""
    depth = max(1, round(BORDER * min(few.shape)))
    return [s.ravel() for s in (few[:depth], few[-depth:], few[:, :depth], few[:, -depth:])]


def judged(few: NDArray[np.float32]) -> Polarity:  # (h, w)
    """Whether air is bright or dark, by the picture alone."""
    darkest, brightest = (float(v) for v in np.percentile(few, (0.5, 99.5)))
    span = brightest - darkest
    if span <= 0:
        return "air_bright"
    scaled = (few - darkest) / span
    strips = sides(scaled)
    border = np.concatenate(strips)
    dark = border[border <= DARK]
    bright_share = float(np.mean(border >= BRIGHT))
    if (
        len(dark) < BORDER_DARK * len(border)
        or bright_share > BORDER_BRIGHT
        or max(float(np.mean(strip >= BRIGHT)) for strip in strips) > SIDE_BRIGHT
        or np.mean(scaled <= DARK) < DARK_AT_LEAST
        or not _solid(scaled > SHADES[0])
    ):
        return "air_bright"
    tenth, air, ninetieth = (float(v) for v in np.percentile(dark, (10, 50, 90)))
    if np.mean(scaled < air - BELOW_AIR) > BELOW_AT_MOST:
        return "air_bright"
    load = scaled > SHADES[0]
    between = load & (scaled < SHADES[1])
    shades = int(np.count_nonzero(between)) / max(int(np.count_nonzero(load)), 1)
    level = max((air * span + darkest) / span, 0)
    even = ninetieth - tenth <= max(EVEN, EVEN_RELATIVE * level)
    plain = even and bright_share <= BORDER_BRIGHT_PLAIN
    return "air_dark" if shades >= SHADES_AT_LEAST or plain else "air_bright"


def _solid(load: NDArray[np.bool_]) -> bool:  # (h, w)
    """Whether there is more to a load than strokes: a square without a gap."""
    side = max(round(SOLID * min(load.shape)), 1)
    return bool(cv2.erode(load.view(np.uint8), np.ones((side, side), np.uint8)).any())


def told(
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
