"""From a file's counts to transmission, by what its header and its reader say, else by itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xray.counts import Level, each
from xray.errors import ScanError
from xray.formats import levels, pairing
from xray.formats import polarity as polarities
from xray.formats.picture import Picture, Polarity, is_flat


@dataclass(frozen=True)
class Given:
    """What the caller says of a file.

    Attributes:
        white, dark: counts of air and of no beam.
        polarity: which end of the scale is air.
        order: which plane is which energy.
    """

    white: Level
    dark: Level
    polarity: Polarity | None
    order: bool

    @property
    def calibrated(self) -> bool:
        """Any of the levels was given."""
        return self.white is not None or self.dark is not None


def of(
    picture: Picture, name: str, names: tuple[str, ...], given: Given
) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Transmission of every plane, low energy first, and what had to be guessed.

    Args:
        picture: of counts, or of transmission already.
        name: of the file, for errors.
        names: of each plane, for errors.
        given: what the caller says.

    Raises:
        ScanError: the levels do not fit each other or the picture, one that cannot be guessed is
            missing, or no beam was on.
    """
    few = [polarities.seen(plane) for plane in picture.planes]
    whites, darks = each(given.white, f"{name}: white"), each(given.dark, f"{name}: dark")
    said: list[str] = []
    polarity = given.polarity
    if polarity is None:
        polarity, guess = polarities.told(few, picture.polarity, whites[0], darks[0])
        said += guess
    # A header that gives the scale says that they are counts, however small.
    attenuation = not picture.full and levels.is_attenuation(picture.planes, polarity)
    if not given.calibrated and (picture.transmission or attenuation):
        planes, logarithm = levels.from_floats(picture.planes, polarity)
        if logarithm:
            said.append("floats over 1 with air near 0 were taken as -ln of transmission")
        elif picture.polarity is None and polarity == "air_bright":  # no header says so
            said.append(
                "floats up to 1 were taken as transmission, air being 1; pass white= if not"
            )
    else:
        planes, found = _from_counts(picture, polarity, few, whites, darks, names)
        said += found
    for n, plane in enumerate(planes):
        if is_flat(plane):
            raise ScanError(
                f"{names[n]}: by its levels every pixel is {plane.flat[0]:g} of the beam; "
                "pass the counts of air and of no beam as white= and dark="
            )
    if len(planes) == 2:
        planes, doubt = pairing.low_first(planes, given.order)
        said += [doubt] if doubt else []
    return planes, said


def _from_counts(
    picture: Picture,
    polarity: Polarity,
    few: list[NDArray[np.float32]],
    whites: tuple[float | None, float | None],
    darks: tuple[float | None, float | None],
    names: tuple[str, ...],
) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Transmission of every plane by its levels, and which of these had to be guessed."""
    full = picture.full or (levels.top_of_scale(picture.planes),) * len(few)
    planes, said = list[NDArray[np.float32]](), list[str]()
    for n, plane in enumerate(picture.planes):
        if polarity == "air_dark" and not picture.full:
            levels.check_end(plane, whites[n], darks[n], names[n])
        level = levels.find(few[n], polarity, full[n], whites[n], darks[n], names[n])
        if whites[n] is None:
            levels.check_beam(plane, level, names[n])
        planes.append(levels.transmission(plane, level))
        which = ("first plane: ", "second plane: ")[n] if len(few) == 2 else ""
        said += [which + level.assumed] if level.assumed else []
    return planes, said
