"""Pictures on disk: which there are, how large they are, and how to open one as a scan."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import tifffile

from xray.errors import DataError
from xray.scan import Encoding, Scan

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp")

# Start-of-frame markers: those that carry the size of a JPEG (ITU-T T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def opener(
    path: Path,
    high: Path | None = None,
    *,
    white: float | None = None,
    pixel_mm: float | None = None,
    view: str | None = None,
) -> Callable[[], Scan]:
    """What opens this picture, or this pair of low and high energy, as a scan.

    It can be sent to another process, and reads nothing before it is called.
    """
    return partial(_open, path, high=high, white=white, pixel_mm=pixel_mm, view=view)


def _open(path: Path, **how: object) -> Scan:
    for file in (path, how["high"]):
        if isinstance(file, Path) and not file.is_file():
            raise DataError(f"{file}: no such file, though the data set names it")
    return _read(path, **how)


def _read(path: Path, high: object = None, white: object = None, **how: object) -> Scan:
    # Stands in for xray.read until that is there.
    if isinstance(high, Path):
        low, top = (cv2.imread(str(p), cv2.IMREAD_UNCHANGED) for p in (path, high))
        if low is None or top is None:
            raise DataError(f"{path}: not a picture that can be read")
        level = float(str(white)) if white else float(low.max())
        return Scan.from_arrays(low, top, id=path.name, white=level)
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise DataError(f"{path}: not a picture that can be read")
    rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return Scan(path.name, np.asarray(rgb, np.uint8), Encoding.PSEUDOCOLOR)


def by_stem(folder: Path) -> dict[str, Path]:
    """The pictures in this folder and below, by their path without the ending."""
    found: dict[str, Path] = {}
    for path in sorted(_walk(folder)):
        stem = path.relative_to(folder).with_suffix("").as_posix()
        if stem in found:
            raise DataError(
                f"{path}: {found[stem].name} has the same name; annotations cannot say which"
            )
        found[stem] = path
    return found


def size_hw(path: Path) -> tuple[int, int]:
    """Height and width in pixels, from the file's first bytes where that is enough.

    Raises:
        DataError: there is no such file.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file, though the data set names it")
    with path.open("rb") as file:
        start = file.read(26)
        if start[:8] == b"\x89PNG\r\n\x1a\n":
            width, height = struct.unpack(">II", start[16:24])
            return height, width
        if start[:2] == b"\xff\xd8":
            found = _jpeg_hw(file)
            if found is not None:
                return found
    if start[:4] in (b"II*\0", b"MM\0*"):
        with tifffile.TiffFile(path) as tiff:
            height, width = tiff.pages[0].shape[:2]
            return height, width
    scan = _read(path)
    return scan.height, scan.width


def _jpeg_hw(file: BinaryIO) -> tuple[int, int] | None:
    """None where the picture may be turned (EXIF), or the markers make no sense."""
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], struct.unpack(">H", head[2:])[0]
        if marker == 0xE1:
            return None
        if marker in _FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return height, width
        file.seek(length - 2, 1)
    return None


def _walk(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
