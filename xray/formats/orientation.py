"""Which way up: the orientation of EXIF and TIFF (tag 274), 1 to 8.

| value | what it takes to stand upright         |
| ----- | -------------------------------------- |
| 1     | nothing                                |
| 2     | mirror left-right                      |
| 3     | half a turn                            |
| 4     | mirror top-bottom                      |
| 5     | mirror along the diagonal              |
| 6     | a quarter turn clockwise               |
| 7     | mirror along the other diagonal        |
| 8     | a quarter turn counter-clockwise       |
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

TAG = 274
_SHORT = 3  # the TIFF type of the tag's value


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:  # (H, W, ...)
    """The picture as it should be seen; what is no orientation is none.

    >>> upright(np.array([[1, 2], [3, 4]]), 6).tolist()
    [[3, 1], [4, 2]]
    """
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def of_exif(exif: bytes) -> int:
    """The orientation in an EXIF block (itself a small TIFF); 1 where it holds none.

    A broken block says nothing about the pixels, so it counts as none.
    """
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 10:
        return 1
    (start,) = struct.unpack_from(f"{order}I", exif, 4)
    if start + 2 > len(exif):
        return 1
    (entries,) = struct.unpack_from(f"{order}H", exif, start)
    for at in range(start + 2, min(start + 2 + 12 * entries, len(exif) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, at)
        if tag == TAG and kind == _SHORT and 1 <= value <= 8:
            return int(value)
    return 1
