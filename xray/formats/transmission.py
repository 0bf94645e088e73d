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
        ScanError: the levels do not fit each other or the picture, or no beam was on.
    """
    few = [polarities.seen(plane) for plane in picture.planes]
    whites, darks = each(given.white, f"{name}: white"), each(given.dark, f"{name}: dark")
    said: list[str] = []
    polarity = given.polarity
    if polarity is None:
        polarity, guess = polarities.told(few, picture.polarity, whites[0], darks[0])
        said += guess
    attenuation = levels.is_attenuation(picture.planes, polarity)
    if not given.calibrated and (picture.transmission or attenuation):
        planes = [levels.from_floats(plane, polarity) for plane in picture.planes]
        if attenuation and not picture.transmission:
            said.append("floats over 1 with air near 0 were taken as -ln of transmission")
        elif picture.polarity is None and polarity == "air_bright":  # no header says so
            said.append(
                "floats up to 1 were taken as transmission, air being 1; pass white= if not"
            )
    else:
        full = picture.full or levels.top_of_scale(picture.planes)
        planes = []
        for n, plane in enumerate(picture.planes):
            level = levels.find(few[n], polarity, full, whites[n], darks[n], names[n])
            if whites[n] is None:
                levels.check_beam(plane, level, names[n])
            planes.append(levels.transmission(plane, level))
            which = ("first plane: ", "second plane: ")[n] if len(few) == 2 else ""
            said += [which + level.assumed] if level.assumed else []
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
