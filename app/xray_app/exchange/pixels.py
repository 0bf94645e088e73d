"""What a scan shows, without what its file says of anybody: the pictures of an export.

Colour becomes 8-bit PNG, transmission float TIFF, an energy a file. What is written is read again:
a scan that its header alone makes one would teach the opposite, so it is left out.

Scans are opened in this process: it is an administrator's command that ends with its work, and no
service waits for it. `xray.read` bounds pixels and bytes.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from sqlalchemy import RowMapping

import xray
from xray import Encoding, Scan
from xray.errors import DataError, ScanError
from xray_app.cases.contents import Contents

GONE = "scans that went by their age"
UNREAD = "scans that cannot be read"
ALONE = "scans that their pixels alone do not tell, such as air at the dark end"


class LeftOut(Exception):
    """Why a scan does not leave."""


def write(view: RowMapping, contents: Contents, folder: Path, stem: str) -> dict[str, str]:
    """Write the pixels of a view; the names of the files, as COCO has them.

    Raises:
        LeftOut: the scan is gone, cannot be read, or would be read as something else.
        DataError: the disk takes no more.
    """
    hashes = [view[column] for column in ("sha256", "high_sha256") if view[column]]
    sources = [contents.path(sha256) for sha256 in hashes]
    if not all(source.exists() for source in sources):
        raise LeftOut(GONE)
    try:
        scan = _read(sources)
    except ScanError:
        raise LeftOut(UNREAD) from None
    paths = _written(scan, folder, stem)
    if not _shows_the_same(paths, scan):
        for path in paths:
            path.unlink()
        raise LeftOut(ALONE)
    return dict(zip(("file_name", "high_file_name"), (p.name for p in paths), strict=False))


def _read(files: Sequence[Path]) -> Scan:
    return xray.read(files[0], high=files[1] if len(files) > 1 else None)


def _written(scan: Scan, folder: Path, stem: str) -> list[Path]:
    if scan.encoding is Encoding.PSEUDOCOLOR:
        path = folder / f"{stem}.png"
        if not cv2.imwrite(str(path), cv2.cvtColor(scan.pixels, cv2.COLOR_RGB2BGR)):
            raise DataError(f"{path}: cannot be written; is the disk full?")
        return [path]
    planes: list[NDArray[np.float32]] = list(np.moveaxis(scan.pixels, 2, 0))
    paths = [folder / f"{stem}{energy}.tif" for energy in ("", "-high")[: len(planes)]]
    for path, plane in zip(paths, planes, strict=True):
        tifffile.imwrite(path, np.ascontiguousarray(plane), metadata=None, software=False)
    return paths


def _shows_the_same(paths: Sequence[Path], scan: Scan) -> bool:
    try:
        again = _read(paths)
    except ScanError:
        return False
    return again.encoding is scan.encoding and np.array_equal(again.pixels, scan.pixels)
