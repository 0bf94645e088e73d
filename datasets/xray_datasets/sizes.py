"""How large pictures are, from their first bytes where that is enough."""

import struct
from functools import partial
from pathlib import Path
from typing import BinaryIO

import tifffile

from xray.errors import DataError, XrayError
from xray.formats import read
from xray.scan import Scan
from xray_datasets.sample import Sample

TURNED = 5  # orientations from here on lie on their side (TIFF 6.0, Orientation)

# Start-of-frame markers: those that carry the size of a JPEG (ITU-T T.81, table B.1).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size_hw(path: Path) -> tuple[int, int]:
    """Height and width in pixels, as it is shown upright.

    Raises:
        XrayError: there is no such file, or it cannot be opened.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file, though the data set names it")
    try:
        found = _told_hw(path)
    except (struct.error, ValueError, LookupError, AttributeError):
        found = None  # its beginning is broken; whoever opens it says how
    if found is not None:
        return found
    scan = read(path)
    return scan.height, scan.width


def measured(path: Path) -> tuple[int, int] | None:
    """The same, or None where it cannot be opened."""
    try:
        return size_hw(path)
    except (XrayError, OSError):
        return None


def broken(path: Path, id: str, origin: str, group: str = "") -> Sample:
    """The sample of a picture that has no size: nothing is marked in it, and opening it raises.

    So whoever opens scans tells of it with all others that cannot be opened.
    """
    return Sample(id, partial(_refuse, path), group=group, origin=origin)


def _refuse(path: Path) -> Scan:
    size_hw(path)  # says what is wrong
    raise DataError(f"{path}: could not be opened when its marks were read; try again")


def _told_hw(path: Path) -> tuple[int, int] | None:
    """What the beginning of the file says; None where it does not."""
    with path.open("rb") as file:
        start = file.read(26)
        if start[:8] == b"\x89PNG\r\n\x1a\n":
            width, height = struct.unpack(">II", start[16:24])
            return height, width
        if start[:2] == b"\xff\xd8":
            return _jpeg_hw(file)
    if start[:4] not in (b"II*\0", b"MM\0*"):
        return None
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages.first
        tag = page.tags.get("Orientation")
        size = (page.imagelength, page.imagewidth)
        return size[::-1] if tag is not None and tag.value >= TURNED else size


def _jpeg_hw(file: BinaryIO) -> tuple[int, int] | None:
    """None where the picture may be turned (EXIF), or the markers make no sense."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], struct.unpack(">H", head[2:])[0]
        if marker == 0xE1:
            return None
        if marker in FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return height, width
        file.seek(length - 2, 1)
    return None
