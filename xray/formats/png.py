"""PNG, 8 and 16 bits, decoded by OpenCV (ISO/IEC 15948).

libpng returns half a picture for half a file and complains on the user's terminal, of faults and
of harmless side information alike. So every chunk is checked here by its CRC first, up to the
end mark, and only what makes the pixels is handed on.
"""

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from xray.errors import ScanError
from xray.formats import orientation
from xray.formats.colour import from_channels
from xray.formats.picture import Picture, check_size, damaged

MAGIC = b"\x89PNG\r\n\x1a\n"
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
PALETTE = 3
CHANNELS = {0: 1, 2: 3, PALETTE: 4, 4: 4, 6: 4}  # decoded: OpenCV makes RGBA of grey with alpha


def decode(data: bytes, name: str) -> Picture:
    """The picture in a PNG file.

    Raises:
        ScanError: the file is damaged, too large, or animated.
    """
    parts: dict[bytes, bytes] = {}
    pixels: list[bytes] = []
    for kind, content in _chunks(data, name):
        if kind == b"IDAT":
            pixels.append(content)
        elif kind == b"acTL":
            raise ScanError(f"{name}: an animated PNG; expected one picture; export one frame")
        else:
            parts.setdefault(kind, content)
    header = parts.get(b"IHDR", b"")
    if len(header) != 13 or not pixels:
        raise damaged(name, "PNG", "no header or no pixels")
    _check_header(header, name)
    slim = _rebuilt(header, parts, pixels, name)
    decoded = cv2.imdecode(np.frombuffer(slim, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise damaged(name, "PNG", "OpenCV cannot decode it")
    if decoded.ndim == 3:
        order = cv2.COLOR_BGR2RGB if decoded.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
        decoded = cv2.cvtColor(decoded, order)
    turn = orientation.of_exif(parts.get(b"eXIf", b""))
    return from_channels(orientation.upright(decoded, turn))


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk up to IEND, its CRC checked."""
    at = len(MAGIC)
    while True:
        if at + 12 > len(data):
            raise damaged(name, "PNG", f"it ends after {len(data)} bytes, before its end mark")
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            raise damaged(name, "PNG", f"it ends after {len(data)} of at least {end} bytes")
        kind, content = data[at + 4 : at + 8], data[at + 8 : end - 4]
        if zlib.crc32(data[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise damaged(name, "PNG", f"checksum of chunk {kind!r} at byte {at} does not match")
        if kind == b"IEND":
            return
        yield kind, content
        at = end


def _check_header(header: bytes, name: str) -> None:
    width, height, depth, colour, method, filtering, interlace = struct.unpack(">IIBBBBB", header)
    if depth not in DEPTHS.get(colour, ()) or method or filtering or interlace > 1:
        raise damaged(name, "PNG", "the header holds values that PNG does not know")
    check_size(name, width, height, CHANNELS[colour] * max(depth // 8, 1))


def _rebuilt(header: bytes, parts: dict[bytes, bytes], pixels: list[bytes], name: str) -> bytes:
    """The same PNG without side information: a bad colour profile is nothing to complain of."""
    kept = [(b"IHDR", header)]
    if header[9] == PALETTE:
        colours = 2 ** header[8]
        palette = parts.get(b"PLTE", b"")[: 3 * colours]
        if not palette or len(palette) % 3:
            raise damaged(name, "PNG", f"a palette of {len(palette)} bytes")
        # Filled up with black, so that every index has a colour.
        kept.append((b"PLTE", palette.ljust(3 * colours, b"\0")))
        if 0 < len(parts.get(b"tRNS", b"")) <= colours:
            kept.append((b"tRNS", parts[b"tRNS"]))
    kept += [(b"IDAT", content) for content in pixels] + [(b"IEND", b"")]
    return MAGIC + b"".join(_chunk(*chunk) for chunk in kept)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
