"""JPEG, 8 bits, grey or colour, decoded by OpenCV (ITU-T T.81).

libjpeg fills what is missing from a cut-off file and calls it a picture, so the markers are
walked here up to the end mark first. JPEG has no checksums: damage inside the compressed data
that leaves the markers whole shows only as a spoiled picture, here as in every other reader.
"""

import re
import struct
from collections.abc import Iterator

import cv2
import numpy as np

from xray.errors import ScanError
from xray.formats import orientation
from xray.formats.colour import from_channels
from xray.formats.picture import Picture, check_size, damaged

MAGIC = b"\xff\xd8\xff"
MAX_PASSES = 100  # passes of a progressive file; encoders write 10, an attack writes thousands
FRAMES = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive"}
ODD_FRAMES = {  # T.81 table B.1: what libjpeg does not decode, and no scanner writes
    0xC3: "lossless",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF), "differential"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB), "arithmetic-coded"),
    0xF7: "JPEG-LS",
}
START_OF_SCAN, END, EXIF = 0xDA, 0xD9, 0xE1
ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # past stuffing, restarts


def decode(data: bytes, name: str) -> Picture:
    """The picture in a JPEG file.

    Raises:
        ScanError: the file is cut off, too large, or CMYK.
    """
    turn = _check(data, name)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise damaged(name, "JPEG", "OpenCV cannot decode it")
    if decoded.ndim == 3:
        decoded = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
    return from_channels(orientation.upright(decoded, turn))


def frame_size(data: bytes, name: str) -> tuple[int, int] | None:
    """Width and height in the first frame header, of any kind of JPEG; None where there is none."""
    for marker, content in _segments(data, name):
        if marker in FRAMES or marker in ODD_FRAMES:
            height, width = struct.unpack_from(">HH", content.ljust(5, b"\0"), 1)
            return width, height
    return None


def _check(data: bytes, name: str) -> int:
    """Walk all markers to the end mark; the orientation that EXIF gives."""
    passes, framed, turn = 0, False, 1
    for marker, content in _segments(data, name):
        if marker in FRAMES or marker in ODD_FRAMES:
            _check_frame(marker, content, name)
            framed = True
        elif marker == EXIF and content.startswith(b"Exif\0\0"):
            turn = orientation.of_exif(content[6:])
        elif marker == START_OF_SCAN:
            passes += 1
            if passes > MAX_PASSES:
                raise ScanError(f"{name}: a JPEG of over {MAX_PASSES} passes; export it as PNG")
    if not (framed and passes):
        raise damaged(name, "JPEG", "no picture before its end mark")
    return turn


def _segments(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Every marker that carries content, up to the end mark, stepping over compressed data."""
    at = 2
    while True:
        marker, at = _marker(data, at, name)
        if marker == END:
            return
        if marker in ALONE:
            continue
        content = _segment(data, at, name)
        yield marker, content
        at += 2 + len(content)
        if marker == START_OF_SCAN:
            at = _after_scan(data, at, name)


def _marker(data: bytes, at: int, name: str) -> tuple[int, int]:
    """The marker here, and where its content starts."""
    if data[at : at + 1] != b"\xff":
        if at >= len(data):
            raise damaged(name, "JPEG", f"it ends after {len(data)} bytes, before its end mark")
        raise damaged(name, "JPEG", f"no marker at byte {at}")
    while data[at : at + 1] == b"\xff":
        at += 1
    if at >= len(data):
        raise damaged(name, "JPEG", f"it ends after {len(data)} bytes, before its end mark")
    return data[at], at + 1


def _segment(data: bytes, at: int, name: str) -> bytes:
    (length,) = struct.unpack_from(">H", data, at) if at + 2 <= len(data) else (0,)
    if length < 2 or at + length > len(data):
        raise damaged(name, "JPEG", f"it ends after {len(data)} bytes, inside a header")
    return data[at + 2 : at + length]


def _after_scan(data: bytes, at: int, name: str) -> int:
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise damaged(name, "JPEG", f"it ends after {len(data)} bytes, before its end mark")
    return found.start()


def _check_frame(marker: int, content: bytes, name: str) -> None:
    if len(content) < 6:
        raise damaged(name, "JPEG", "the frame header is cut off")
    depth, height, width, components = struct.unpack_from(">BHHB", content)
    if marker in ODD_FRAMES or depth != 8:
        kind = ODD_FRAMES.get(marker, f"{depth}-bit")
        raise ScanError(f"{name}: a JPEG of the {kind} kind; expected 8 bits; export it as PNG")
    if components not in (1, 3):
        what = "CMYK" if components == 4 else f"of {components} components"
        raise ScanError(f"{name}: a JPEG {what}; expected grey or RGB; convert it to RGB")
    check_size(name, width, height)
