"""A scan's transmission as the viewer in the browser takes it: a short header, then the planes.

Little-endian throughout. Header, 24 bytes: "XPL1", width and height of the planes in pixels
(uint32), number of planes (uint16), pixels of the scan in one pixel of the planes, along a side
(uint16), millimetres of a scan pixel (float32, 0 where unknown), 4 bytes of nothing. Then each
plane, low energy first, rows from the top: transmission times 65,535 as uint16.

Planes are packed where the file was read, by the process that inspects; whoever serves them never
opens a file that came from outside.
"""

import gzip
import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.scan import Encoding, Scan

MAGIC = b"XPL1"
HEADER = struct.Struct("<4sIIHHf4x")
FULL = 65_535  # transmission of air
MOST_PX = 32_000_000  # larger scans are averaged: a browser tab holds the planes twice
PAYS = 0.6  # planes are compressed where that leaves less than this share; noise leaves more
TRIED_BYTES = 2**18  # from the middle, to see whether it would


def pack(scan: Scan) -> bytes:
    """The planes of a scan, gzipped where that pays; nothing for a pseudo-colour picture."""
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return b""
    step = 1
    while scan.width * scan.height > MOST_PX * step**2:
        step += 1
    planes = [_counts(scan.pixels[..., n], step) for n in range(scan.pixels.shape[2])]
    height, width = planes[0].shape
    header = HEADER.pack(MAGIC, width, height, len(planes), step, scan.pixel_mm or 0.0)
    raw = header + b"".join(plane.astype("<u2").tobytes() for plane in planes)
    middle = raw[len(raw) // 2 :][:TRIED_BYTES]
    if len(gzip.compress(middle, 1)) > PAYS * len(middle):
        return raw
    return gzip.compress(raw, 1, mtime=0)


def is_gzipped(start: bytes) -> bool:
    """Whether planes that begin so are compressed."""
    return start[:2] == b"\x1f\x8b"


def _counts(plane: NDArray[np.float32], step: int) -> NDArray[np.uint16]:
    size = (plane.shape[1] // step, plane.shape[0] // step)
    whole = plane[: size[1] * step, : size[0] * step]
    mean = cv2.resize(whole, size, interpolation=cv2.INTER_AREA) if step > 1 else plane
    return np.rint(np.clip(mean, 0, 1) * FULL).astype(np.uint16)
