"""JPEG, 8 bits, grey or colour, decoded by OpenCV (ITU-T T.81).

libjpeg fills what is missing from a cut-off file and calls it a picture, so the markers are
walked here up to the end mark first. Where data are missing before the end mark, the last blocks
come out even; such a picture is decoded again with other bytes in the place of the mark: if they
show, the data had ended too early. Progressive files are not tried so, for libjpeg reads them up
to the mark before it decodes; there, every bit of every coefficient must have had its pass.

Several pictures in one file are refused, for a second view or load would be passed over: another
picture behind the end mark, or more than one in a multi-picture list (CIPA DC-007). Thumbnails
stand in segments before the mark; other bytes behind it are let be.

JPEG has no checksums: other damage inside the compressed data shows only as a spoiled picture,
here as in every other reader.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats import orientation
from xray.formats.colour import from_channels
from xray.formats.picture import Picture, check_size, damaged

MAGIC = b"\xff\xd8\xff"
COARSE = "the progressive JPEG lacks passes: fine detail is missing; copy it again from its source"
MAX_BEHIND = 100  # beginnings of pictures behind the end mark: more are none by chance
MAX_PASSES = 100  # passes of a progressive file; encoders write 10, an attack writes thousands
FRAMES = {0xC0: "baseline", 0xC1: "extended", 0xC2: "progressive"}
ODD_FRAMES = {  # T.81 table B.1: what libjpeg does not decode, and no scanner writes
    0xC3: "lossless",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF), "differential"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB), "arithmetic-coded"),
    0xF7: "JPEG-LS",
}
PROGRESSIVE = 0xC2
COEFFICIENTS = 64  # of a block
PROBE = bytes(n * 97 % 251 for n in range(1, 252)) * 16  # 4 kB without 0xFF, no two alike nearby
START_OF_SCAN, END, EXIF, LIST = 0xDA, 0xD9, 0xE1, 0xE2
ALONE = frozenset((0x01, *range(0xD0, 0xD8)))  # markers without a length
# Tag 0xB001 of a list: one LONG, the number of pictures (DC-007 5.2.3.2), in either byte order.
_LISTED = re.compile(rb"\x01\xb0\x04\0\x01\0\0\0(.{4})|\xb0\x01\0\x04\0\0\0\x01(.{4})", re.DOTALL)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # past stuffing, restarts


def decode(data: bytes, name: str) -> Picture:
    """The picture in a JPEG file.

    Raises:
        ScanError: the file is cut off, too large, CMYK, or of several pictures.
    """
    turn, lacking, end = _check(data, name)
    decoded = _pixels(data)
    if decoded is None:
        raise damaged(name, "JPEG", "OpenCV cannot decode it")
    corner = decoded[-2:, -2:]
    if end and (corner == corner[0, 0]).all():
        probed = _pixels(data[:end].rstrip(b"\xff") + PROBE)
        if probed is None or not np.array_equal(decoded, probed):
            raise damaged(name, "JPEG", "its data end before the picture does")
    if decoded.ndim == 3:
        decoded = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
    picture = from_channels(orientation.upright(decoded, turn))
    return replace(picture, assumed=(*picture.assumed, COARSE)) if lacking else picture


def _pixels(data: bytes) -> NDArray[Any] | None:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def frame_size(data: bytes, name: str, start: int = 0) -> tuple[int, int] | None:
    """Width and height in the first frame header, of any kind of JPEG; None where there is none."""
    for marker, content, _ in _segments(data, name, start):
        if marker in FRAMES or marker in ODD_FRAMES:
            height, width = struct.unpack_from(">HH", content.ljust(5, b"\0"), 1)
            return width, height
    return None


def _check(data: bytes, name: str) -> tuple[int, bool, int]:
    """Walk all markers to the end mark.

    Returns:
        the orientation that EXIF gives, whether a progressive file lacks passes, and where the
        data of a file of one pass end, else 0.
    """
    frame, frame_marker, turn = b"", 0, 1
    passes: list[bytes] = []
    end = 0
    for marker, content, start in _segments(data, name):
        _check_alone(data, marker, content, start, name)
        if marker in FRAMES or marker in ODD_FRAMES:
            _check_frame(marker, content, name)
            frame, frame_marker = content, marker
        elif marker == EXIF and content.startswith(b"Exif\0\0"):
            turn = orientation.of_exif(content[6:])
        elif marker == END:
            end = start
        elif marker == START_OF_SCAN:
            passes.append(content)
            if len(passes) > MAX_PASSES:
                raise ScanError(f"{name}: a JPEG of over {MAX_PASSES} passes; export it as PNG")
    if not (frame and passes):
        raise damaged(name, "JPEG", "no picture before its end mark")
    if frame_marker == PROGRESSIVE:
        return turn, _lacks(frame, passes), 0
    return turn, False, end if len(passes) == 1 else 0


def _check_alone(data: bytes, marker: int, content: bytes, start: int, name: str) -> None:
    """Refuse a file whose list, or whose bytes behind the end mark, hold another picture."""
    listed = marker == LIST and content.startswith(b"MPF\0") and _listed(content) > 1
    if listed or (marker == END and _followed(data, start, name)):
        raise ScanError(
            f"{name}: a JPEG of several pictures; expected one; export each as a file of its own"
        )


def _followed(data: bytes, end: int, name: str) -> bool:
    """Whether another picture begins behind the end mark, whole or cut off."""
    starts = (found.start() for found in re.compile(MAGIC).finditer(data, end))
    return any(n >= MAX_BEHIND or _begins(data, name, start) for n, start in enumerate(starts))


def _begins(data: bytes, name: str, start: int) -> bool:
    try:
        return frame_size(data, name, start) is not None
    except ScanError:
        return False


def _listed(content: bytes) -> int:
    """How many pictures a multi-picture list names; 0 where it does not say."""
    found = _LISTED.search(content)
    if found is None:
        return 0
    little, big = found.groups()
    return int.from_bytes(little, "little") if little else int.from_bytes(big, "big")


def _lacks(frame: bytes, passes: list[bytes]) -> bool:
    """Whether any coefficient never came down to its last bit (T.81 G.1.1 and B.2.3)."""
    bit: dict[tuple[int, int], int] = {}
    for content in passes:
        count = content[0] if content else 0
        if len(content) < 4 + 2 * count:
            return True
        first, last, approximation = content[1 + 2 * count : 4 + 2 * count]
        for component in content[1 : 1 + 2 * count : 2]:
            for k in range(first, min(last + 1, COEFFICIENTS)):
                bit[component, k] = approximation & 15
    components = frame[6 : 6 + 3 * frame[5] : 3]
    return any(bit.get((c, k)) != 0 for c in components for k in range(COEFFICIENTS))


def _segments(data: bytes, name: str, picture: int = 0) -> Iterator[tuple[int, bytes, int]]:
    """Every marker, its content and where it stands, up to the end mark; compressed data not."""
    at = picture + 2
    while True:
        start = at
        marker, at = _marker(data, at, name)
        if marker == END:
            yield END, b"", start
            return
        if marker in ALONE:
            continue
        content = _segment(data, at, name)
        yield marker, content, start
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
    check_size(name, width, height, components)
