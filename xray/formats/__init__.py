"""Files become scans: one small module a format, chosen by the first bytes, never by the name.

`read` opens the file, pairs energies, and turns counts into transmission. Whatever it had to
guess stands as a sentence in `scan.assumed`; whatever it cannot take is a `ScanError`.
"""

from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from xray.counts import Level
from xray.errors import ScanError
from xray.formats import colour, pairing, transmission
from xray.formats import polarity as polarities
from xray.formats.picture import Picture, Polarity, is_flat
from xray.formats.source import Opened, Source, opened
from xray.scan import Encoding, Scan

__all__ = ["Polarity", "Source", "read"]

BRIGHT = (
    'the background is bright and was taken as air; pass polarity="air_dark" if it is a negative'
)


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
    try:
        if high is not None:
            pairing.check_apart(source, high)
        file = opened(source, id)
        picture, names = file.picture, _names(file)
        if high is not None:
            other = opened(high, None)
            picture, names = pairing.paired(file, other, polarity), (file.name, other.name)
        given = transmission.Given(white, dark, polarity, high is not None)
        _check(picture, file.name, wanted, given.calibrated)
        _check_shown(picture, names)
        if picture.coloured:
            found = Encoding.PSEUDOCOLOR
            pixels, said = _positive(picture, polarity)
        else:
            found, pixels, said = _grey(picture, file, names, wanted, given)
    except MemoryError:
        what = id or (source if isinstance(source, str | Path) else "scan")
        raise ScanError(f"{what}: needs more memory than there is; cut the scan in parts") from None
    return Scan(
        file.id,
        pixels,
        found,
        pixel_mm=picture.pixel_mm if pixel_mm is None else pixel_mm,
        view=picture.view if view is None else view,
        acquired_at=picture.acquired_at,
        scanner=picture.scanner if scanner is None else scanner,
        meta={
            "assumed": (*picture.assumed, *said),
            "format": file.format,
            "file": file.name,
            **({"dicom": picture.uids} if picture.uids else {}),
        },
    )


def _grey(
    picture: Picture,
    file: Opened,
    names: tuple[str, ...],
    wanted: Encoding | None,
    given: transmission.Given,
) -> tuple[Encoding, NDArray[Any], list[str]]:
    """Transmission of one energy or two, or on request the picture of a console that shows grey."""
    planes, said = transmission.of(picture, file.name, names, given)
    if len(planes) == 2:
        return Encoding.DUAL, np.stack(planes, axis=-1), said
    pixels = planes[0][..., None]
    if wanted is Encoding.PSEUDOCOLOR:
        return wanted, np.repeat(np.rint(pixels * 255).astype(np.uint8), 3, axis=2), said
    untold = wanted is None and not given.calibrated and file.format != "dicom"
    if untold and picture.planes[0].dtype == np.uint8:
        said.append(
            "8-bit grey was taken as linear transmission; "
            "pass encoding='pseudocolor' for a console's picture"
        )
    return Encoding.SINGLE, pixels, said


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


def _names(file: Opened) -> tuple[str, ...]:
    """What errors call each plane of a file."""
    planes = len(file.picture.planes)
    return tuple(f"{file.name}: plane {n + 1}" if planes == 2 else file.name for n in range(planes))


def _check_shown(picture: Picture, names: tuple[str, ...]) -> None:
    for plane, name in zip(picture.planes, names, strict=True):
        if is_flat(plane):
            raise ScanError(
                f"{name}: every pixel is {plane[0, 0].tolist()}; expected a scan; "
                "was the beam on when it was taken?"
            )


def _positive(picture: Picture, polarity: Polarity | None) -> tuple[NDArray[np.uint8], list[str]]:
    """The picture on a white background, and what had to be guessed."""
    rgb = picture.planes[0]
    if (polarity or polarities.judged(polarities.seen(rgb))) == "air_bright":
        return rgb, [] if polarity else [BRIGHT]
    rgb, how = colour.positive(rgb)
    why = "as told" if polarity else 'pass polarity="air_bright" if it was none'
    return rgb, [f"the background is black, a negative: {how}; {why}"]
