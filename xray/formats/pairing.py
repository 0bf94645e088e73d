"""Two energies: joining two files, and telling which plane is which."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats import levels
from xray.formats.picture import Picture, Polarity, thinned
from xray.formats.polarity import judged, seen
from xray.formats.source import Opened, Source

LOAD = 0.9  # transmission under which a pixel shows something other than air
TELLING = 0.002  # mean transmission by which the low energy must be darker to be told


def check_apart(low: Source, high: Source) -> None:
    """Whether the two energies are two files, or two folders of them; bytes are not compared.

    Raises:
        ScanError: they are one, or the disk does not say.
    """
    if not isinstance(low, str | PathLike) or not isinstance(high, str | PathLike):
        return
    first, second = Path(low), Path(high)
    try:
        same = first.exists() and second.exists() and first.samefile(second)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise ScanError(f"{first} and {second}: cannot be opened ({reason})") from None
    if same:
        raise ScanError(f"{low}: {high} is the same; expected the high energy there")


def paired(low: Opened, high: Opened, air: Polarity | None = None) -> Picture:
    """One picture of two files.

    Args:
        low, high: the files, of one grey plane each.
        air: which end of the scale is air, where the caller says so.

    Raises:
        ScanError: either holds colour or two planes, or their sizes or depths differ.
    """
    for file in (low, high):
        if file.picture.coloured or len(file.picture.planes) != 1:
            what = "colour" if file.picture.coloured else "two planes already"
            raise ScanError(
                f"{file.name}: holds {what}; a low and high pair is one grey plane each"
            )
    first, second = low.picture, high.picture
    if first.planes[0].shape != second.planes[0].shape:
        sizes = " and ".join("×".join(map(str, p.planes[0].shape[::-1])) for p in (first, second))
        raise ScanError(
            f"{low.name} and {high.name}: {sizes} pixels; both energies must be of one size"
        )
    one, other = first.planes[0].dtype, second.planes[0].dtype
    if one != other and one.kind == other.kind == "u":
        bits = f"{8 * one.itemsize} and {8 * other.itemsize}"
        raise ScanError(
            f"{low.name} and {high.name}: {bits} bits a pixel; both energies must be of one depth; "
            "export them anew"
        )
    if first.transmission != second.transmission and not _logarithms(low, high, air):
        raise ScanError(f"{low.name} and {high.name}: one holds transmission, the other counts")
    # Not by their names: those differ from place to place, and what was assumed does not.
    both = (("low", low), ("high", high))
    said = [f"{name}: {s}" for name, file in both for s in file.picture.assumed]
    return Picture(
        (*first.planes, *second.planes),
        transmission=first.transmission and second.transmission,
        full=(*first.full, *second.full) if first.full and second.full else (),
        polarity=first.polarity if first.polarity == second.polarity else None,
        pixel_mm=first.pixel_mm or second.pixel_mm,
        view=first.view or second.view,
        acquired_at=first.acquired_at or second.acquired_at,
        scanner=first.scanner or second.scanner,
        uids=first.uids,
        assumed=tuple(said),
    )


def _logarithms(low: Opened, high: Opened, air: Polarity | None) -> bool:
    """Whether both may be -ln of transmission; that of a thin load looks like transmission."""
    planes = [file.picture.planes[0] for file in (low, high)]
    return all(levels.is_attenuation([plane], air or judged(seen(plane))) for plane in planes)


def low_first(
    planes: list[NDArray[np.float32]], told: bool
) -> tuple[list[NDArray[np.float32]], str | None]:
    """The planes, low energy first, and what had to be guessed.

    Matter takes more of the low energy away (photoelectric absorption falls with energy), so the
    plane that is darker where there is a load is the low one.

    Args:
        planes: transmission at the two energies, (H, W) each.
        told: whether the caller said which is which; then they stay, and a doubt is spoken.
    """
    few = [thinned(plane) for plane in planes]
    load = np.minimum(*few) < LOAD
    first, second = (float(np.mean(plane, where=load)) if load.any() else 1.0 for plane in few)
    if told:
        if first > second + TELLING:
            return planes, (
                f"the plane given as high energy is the darker one ({second:.3f} against "
                f"{first:.3f} of the beam behind the load); the two may be swapped"
            )
        return planes, None
    if abs(first - second) < TELLING:
        return planes, "the planes are equally dark; the first was taken as low energy"
    if first < second:
        return planes, "the first plane is the darker one and was taken as low energy"
    return planes[::-1], "the second plane is the darker one and was taken as low energy"
