"""A process that writes what scans show, without what their files say of anybody.

Colour becomes 8-bit PNG, transmission float TIFF, an energy a file. What is written is read again:
a scan that its header alone makes one would teach the opposite, so nothing of it is left.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

import xray
from xray import Encoding, Scan
from xray.errors import ScanError
from xray_app.inspectors.serving import run


def written(request: dict[str, Any]) -> dict[str, Any]:
    """Write the pixels of a scan; the names of the files, or why there are none.

    Args:
        request: `files`, one or the low- and the high-energy one; the `folder` to write into and
            how names begin there (`stem`).
    """
    try:
        scan = _read([Path(file) for file in request["files"]])
    except ScanError:
        return {"why": "unread"}
    try:
        paths = _written(scan, Path(request["folder"]), request["stem"])
    except OSError:
        return {"why": "unwritten"}
    if not _shows_the_same(paths, scan):
        return {"why": "alone"}
    return {"why": None, "names": [path.name for path in paths]}


def _read(files: Sequence[Path]) -> Scan:
    return xray.read(files[0], high=files[1] if len(files) > 1 else None)


def _written(scan: Scan, folder: Path, stem: str) -> list[Path]:
    if scan.encoding is Encoding.PSEUDOCOLOR:
        path = folder / f"{stem}.png"
        if not cv2.imwrite(str(path), cv2.cvtColor(scan.pixels, cv2.COLOR_RGB2BGR)):
            raise OSError
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


if __name__ == "__main__":
    run(written, imported="xray.formats")
