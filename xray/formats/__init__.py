"""Files become scans: one small module a format, chosen by the first bytes, never by the name.

`read` opens the file, pairs energies, and turns counts into transmission. Whatever it had to
guess stands as a sentence in `scan.assumed`; whatever it cannot take is a `ScanError`.
"""

from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats import colour, levels, pairing
from xray.formats import polarity as polarity_of
from xray.formats.picture import Picture, Polarity, is_flat
from xray.formats.source import Source, opened
from xray.scan import Encoding, Scan

__all__ = ["Polarity", "Source", "read"]

Level = float | tuple[float, float] | None  # one for both planes, or one each


def read(
    source: Source,
    *,
    high: Source | None = None,
    encoding: Encoding | str | None = None,
    white: Level = None,
    dark: Level = None,
    polarity: Polarity | None = None,
    pixel_mm: float | None = None,
    scanner: str | None = None,
    view: str | None = None,
    id: str | None = None,
) -> Scan:
    """A scan from a file: 8- or 16-bit PNG, JPEG, TIFF, or DICOM; one energy, two, or colour.

    Args:
        source: a path, or the bytes of a file.
        high: the high-energy picture, where the two energies are two files.
        encoding: what the scan must be; None: whatever the file holds. Only grey can be taken
            as something else, as the pseudo-colour of a console that shows grey.
        white: the count of air, or a pair for the two planes. None: read off the picture.
        dark: the count with the beam off; None: the end of the scale.
        polarity: "air_bright" or "air_dark"; None: by the header, else by the picture.
        pixel_mm, scanner, view: in place of what the file says.
        id: what reports call the scan; None: the file's name without its ending.

    Raises:
        ScanError: the file is missing, damaged, too large, without contrast, or not what was
            asked for.
    """
    wanted = _wanted(encoding)
    if polarity is not None and polarity not in get_args(Polarity):
        raise ScanError(f"polarity must be one of {get_args(Polarity)}, got {polarity!r}")
    file = opened(source, id)
    picture = file.picture
    if high is not None:
        picture = pairing.paired(file, opened(high, None))
    _check(picture, file.name, wanted, white is not None or dark is not None)
    pixels: NDArray[Any]
    if picture.coloured:
        found, pixels, said = _colours(picture, polarity)
    else:
        told = high is not None
        planes, said = _transmission(picture, file.name, white, dark, polarity, told)
        found = Encoding.SINGLE if len(planes) == 1 else Encoding.DUAL
        pixels = np.stack(planes, axis=-1) if len(planes) == 2 else planes[0][..., None]
        if wanted is Encoding.PSEUDOCOLOR:
            found = wanted
            pixels = np.repeat(np.rint(pixels * 255).astype(np.uint8), 3, axis=2)
    return Scan(
        file.id,
        pixels,
        found,
        pixel_mm=pixel_mm or picture.pixel_mm,
        view=view or picture.view,
        acquired_at=picture.acquired_at,
        scanner=scanner or picture.scanner,
        meta={
            "assumed": (*picture.assumed, *said),
            "format": file.format,
            "file": file.name,
            **({"dicom": picture.uids} if picture.uids else {}),
        },
    )


def _wanted(encoding: Encoding | str | None) -> Encoding | None:
    try:
        return None if encoding is None else Encoding(encoding)
    except ValueError:
        known = ", ".join(Encoding)
        raise ScanError(f"encoding must be one of {known}, got {encoding!r}") from None


def _check(picture: Picture, name: str, wanted: Encoding | None, calibrated: bool) -> None:
    """What the file holds against what was asked for."""
    planes = len(picture.planes)
    if picture.coloured and wanted in (Encoding.SINGLE, Encoding.DUAL):
        raise ScanError(
            f"{name}: a colour picture holds no transmission, but {wanted} was asked for; "
            "export the raw scan in grey"
        )
    if picture.coloured and calibrated:
        raise ScanError(f"{name}: a colour picture has no white or dark level; leave them out")
    if wanted is Encoding.DUAL and planes == 1:
        raise ScanError(
            f"{name}: 1 plane, but --high was not given; "
            "pass the high-energy image (high=) or a 2-page TIFF"
        )
    if planes == 2 and wanted in (Encoding.SINGLE, Encoding.PSEUDOCOLOR):
        raise ScanError(f"{name}: 2 planes, but {wanted} was asked for; pass one of them alone")
    for number, plane in enumerate(picture.planes, start=1):
        if is_flat(plane):
            which = f"plane {number}: " if planes == 2 else ""
            raise ScanError(
                f"{name}: {which}every pixel is {plane.flat[0]:g}; expected a scan; "
                "was the beam on when it was taken?"
            )


def _colours(
    picture: Picture, polarity: Polarity | None
) -> tuple[Encoding, NDArray[np.uint8], list[str]]:
    rgb = picture.planes[0]
    if (polarity or polarity_of.judged(polarity_of.seen(rgb))) == "air_bright":
        return Encoding.PSEUDOCOLOR, rgb, []
    rgb, how = colour.positive(rgb)
    why = "as told" if polarity else 'pass polarity="air_bright" if it was none'
    return Encoding.PSEUDOCOLOR, rgb, [f"the background is black, a negative: {how}; {why}"]


def _transmission(
    picture: Picture, name: str, white: Level, dark: Level, polarity: Polarity | None, told: bool
) -> tuple[list[NDArray[np.float32]], list[str]]:
    """Transmission of every plane, low energy first, and what had to be guessed."""
    few = [polarity_of.seen(plane) for plane in picture.planes]
    whites, darks = _each(white, name), _each(dark, name)
    said: list[str] = []
    if polarity is None:
        polarity, guess = polarity_of.told(few, picture.polarity, whites[0], darks[0])
        said += guess
    if (
        white is None
        and dark is None
        and (picture.transmission or levels.is_attenuation(picture.planes, polarity))
    ):
        planes = [levels.from_floats(plane, polarity) for plane in picture.planes]
    else:
        full = picture.full or levels.top_of_scale(picture.planes)
        planes = []
        for n, plane in enumerate(picture.planes):
            level = levels.find(few[n], polarity, full, whites[n], darks[n], name)
            planes.append(levels.transmission(plane, level))
            which = ("first plane: ", "second plane: ")[n] if len(few) == 2 else ""
            said += [which + level.assumed] if level.assumed else []
    for plane in planes:
        if is_flat(plane):
            raise ScanError(
                f"{name}: white and dark leave every pixel at {plane.flat[0]:g}; check them"
            )
    if len(planes) == 2:
        planes, doubt = pairing.low_first(planes, told)
        said += [doubt] if doubt else []
    return planes, said


def _each(level: Any, name: str) -> tuple[float | None, float | None]:
    """A level for each of two planes."""
    pair = level if isinstance(level, (tuple, list)) else (level, level)
    if len(pair) != 2 or not all(v is None or np.isfinite(v) for v in pair):
        raise ScanError(f"{name}: a level must be one number, or two for low and high; got {level}")
    return pair[0], pair[1]
