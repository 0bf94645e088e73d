"""TIFF and BigTIFF through tifffile: 8 and 16 bits, float transmission, one page or two.

Two pages of grey, or one page with two samples a pixel, are the two energies. Pages that the file
marks as thumbnails or masks do not count.
"""

import importlib.util
import logging
import zlib
from io import BytesIO
from typing import Any

import numpy as np

from xray.errors import ScanError
from xray.formats import orientation
from xray.formats.colour import from_channels
from xray.formats.levels import TRANSMISSION_TOP
from xray.formats.picture import (
    Picture,
    Plane,
    Polarity,
    check_size,
    damaged,
    thinned,
)

MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MAX_PAGES = 8  # looked at; two energies, thumbnails and masks are fewer
NONE, DEFLATE = (1,), (8, 32946)  # values of tag 259: raw; zlib as Adobe's and the old one
BOUNDED = (5, 32773, 34925, 34926, 50000)  # LZW, PackBits, LZMA, ZSTD: decoded to a given size
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE = 0, 1, 2, 3  # values of tag 262
NOT_THE_PICTURE = 1 | 4  # bits of tag 254: a reduced copy, a mask
ALPHA = (1, 2)  # values of tag 338
TILE_STEP_PX = 16  # sides of tiles are multiples of it (TIFF 6.0, section 15)
MAX_TILE_PX = 2048 * 2048  # of a tile larger than its picture; writers seldom go beyond 1024 × 1024
MAX_SEGMENTS = 200_000  # strips or tiles: the largest scan in tiles of 64 × 64 has 100,000

_unheard = logging.NullHandler()  # or Python prints on the terminal what tifffile minds


def decode(data: bytes, name: str) -> Picture:
    """The picture, or the two energies, in a TIFF file.

    Raises:
        ScanError: the file is damaged, too large, of more than two pages, or of a kind that
            needs packages that are not installed.
    """
    import tifffile

    logging.getLogger("tifffile").addHandler(_unheard)
    with tifffile.TiffFile(BytesIO(data)) as file:
        pages = _pages(file, name)
        for page in pages:
            _check(page, data, name)
        pictures = [_page(page, name) for page in pages]
    if len(pictures) == 1:
        return pictures[0]
    return _two_energies(pictures, name)


def _pages(file: Any, name: str) -> list[Any]:
    found = []
    for number, page in enumerate(file.pages):
        if number == MAX_PAGES:
            raise ScanError(f"{name}: over {MAX_PAGES} pages; expected one, or two energies")
        if not int(page.subfiletype) & NOT_THE_PICTURE:
            found.append(page)
    if len(found) not in (1, 2):
        raise ScanError(
            f"{name}: {len(found)} pages; expected one, or two of low and high energy; "
            "save the views as files of their own"
        )
    return found


def _check(page: Any, data: bytes, name: str) -> None:
    """Header against limits, then every strip or tile against the file, before decoding."""
    sample_bytes = 1 if page.dtype is None else page.dtype.itemsize  # None is refused below
    width, height = int(page.imagewidth), int(page.imagelength)
    check_size(name, width, height, int(page.samplesperpixel) * sample_bytes)
    if page.imagedepth != 1 or page.photometric not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE):
        raise ScanError(
            f"{name}: a TIFF of photometric kind {page.photometric!s}; "
            "expected grey or RGB; convert it"
        )
    if (
        page.dtype is None
        or page.dtype.str[1:] not in ("u1", "u2", "f2", "f4", "f8")
        or page.bitspersample != 8 * page.dtype.itemsize  # packed: 12 bits a sample, and no gaps
    ):
        kind = f"{page.bitspersample} bits of sample format {page.sampleformat!s}"
        raise ScanError(f"{name}: a TIFF of {kind}; expected 8 or 16 bits unsigned, or float")
    if page.compression not in NONE + DEFLATE:
        _check_codecs(page, name)
    sizes = _segment_sizes(page, name)
    largest = max(sizes)  # the last strip may be filled up to the size of the others
    for start, count, size in zip(page.dataoffsets, page.databytecounts, sizes, strict=True):
        if start <= 0 or count <= 0 or start + count > len(data):
            raise damaged(name, "TIFF", f"pixel data up to byte {start + count} of {len(data)}")
        found = count
        if page.compression in DEFLATE:
            found = _inflated_size(data[start : start + count], largest, name)
        if found < size and page.compression in NONE + DEFLATE:
            raise damaged(name, "TIFF", f"a strip or tile of {found} bytes, {size} were expected")


def _check_codecs(page: Any, name: str) -> None:
    """Others, such as JPEG 2000, hold a picture of any size, whatever the header says."""
    if page.compression not in BOUNDED:
        codec = getattr(page.compression, "name", page.compression)
        raise ScanError(
            f"{name}: a TIFF compressed by {codec}; expected none, zlib, LZW, PackBits, ZSTD or "
            "LZMA; export it uncompressed"
        )
    if importlib.util.find_spec("imagecodecs") is None:  # tifffile finds it by itself
        raise ScanError(
            f"{name}: a TIFF compressed by {page.compression!s}; uncompressed and zlib are read "
            'as they are; for others run: pip install "xray-cargo[codecs]"'
        )


def _segment_sizes(page: Any, name: str) -> list[int]:
    """Bytes that every strip or tile must hold once it is decompressed."""
    together = int(page.planarconfig) == 1
    samples = int(page.samplesperpixel)
    width, height = int(page.imagewidth), int(page.imagelength)
    across, row_px, rows = 1, width, min(int(page.rowsperstrip or height), height)
    if page.is_tiled:
        row_px, rows = int(page.tilewidth), int(page.tilelength)
        _check_tile(row_px, rows, width, height, name)
        across = -(-width // row_px)
    wanted = across * -(-height // rows) * (1 if together else samples)
    if not wanted == len(page.dataoffsets) == len(page.databytecounts) or wanted > MAX_SEGMENTS:
        raise damaged(name, "TIFF", f"{len(page.dataoffsets)} of {wanted} strips or tiles")
    row = row_px * page.dtype.itemsize * (samples if together else 1)
    down = [rows if page.is_tiled else min(rows, height - top) for top in range(0, height, rows)]
    return [row * n for n in down for _ in range(across)] * (1 if together else samples)


def _check_tile(across: int, down: int, width: int, height: int, name: str) -> None:
    """A tile is decoded whole: one that lies mostly beyond the picture takes memory for nothing."""
    padded = [-(-side // TILE_STEP_PX) * TILE_STEP_PX for side in (width, height)]
    most = max(padded[0] * padded[1], MAX_TILE_PX)
    if across < 1 or down < 1 or across * down > most:
        raise ScanError(
            f"{name}: tiles of {across}×{down} pixels in a picture of {width}×{height}; expected "
            f"1 to {most} pixels a tile; export it with smaller tiles, or in strips"
        )


def _inflated_size(segment: bytes, limit: int, name: str) -> int:
    """Bytes that come out, at most `limit`: tifffile itself would inflate without end."""
    stream = zlib.decompressobj()
    try:
        found = len(stream.decompress(segment, limit + 1))
    except zlib.error as error:
        raise damaged(name, "TIFF", f"pixel data cannot be inflated ({error})") from None
    if found > limit:
        raise damaged(name, "TIFF", f"a strip or tile inflates beyond its {limit} bytes")
    return found


def _page(page: Any, name: str) -> Picture:
    pixels = page.asarray(maxworkers=1)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if pixels.ndim == 3 and int(page.planarconfig) == 2:
        pixels = np.moveaxis(pixels, 0, -1)
    tag = page.tags.get(orientation.TAG)
    pixels = orientation.upright(pixels, int(tag.value) if tag is not None else 1)
    if pixels.dtype.kind == "f":
        return _float(pixels, name)
    if page.photometric == PALETTE and pixels.ndim == 2:
        pixels = np.moveaxis(page.colormap[:, pixels] >> 8, 0, -1).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 2 and not set(page.extrasamples) & set(ALPHA):
        picture = _two_energies([Picture((pixels[..., n],)) for n in range(2)], name)
    elif pixels.ndim == 3 and pixels.shape[2] > 4:
        raise ScanError(f"{name}: {pixels.shape[2]} samples a pixel; expected grey, RGB or two")
    else:
        picture = from_channels(pixels)
    if page.photometric != WHITE_IS_ZERO or picture.coloured:
        return picture
    said = "the TIFF is of the kind where 0 is white, so air was taken to have the lowest count"
    polarity: Polarity = "air_dark"
    return Picture(picture.planes, polarity=polarity, assumed=(*picture.assumed, said))


def _float(pixels: Plane, name: str) -> Picture:
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        return _two_energies([_float(pixels[..., n], name) for n in range(2)], name)
    if pixels.ndim != 2:
        raise ScanError(f"{name}: float samples in colour; float is read as grey transmission")
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and counted next
        pixels = np.ascontiguousarray(pixels, np.float32)
    broken = int(np.count_nonzero(~np.isfinite(pixels)))
    if broken:
        raise ScanError(
            f"{name}: {broken} of {pixels.size} pixels are NaN or infinite; expected "
            "transmission, 0 to 1; mend or mask them first"
        )
    top = float(np.percentile(thinned(pixels), 99.9))
    return Picture((pixels,), transmission=top <= TRANSMISSION_TOP)


def _two_energies(pictures: list[Picture], name: str) -> Picture:
    first, second = (p.planes[0] for p in pictures)
    if any(p.coloured or len(p.planes) != 1 for p in pictures) or first.dtype != second.dtype:
        raise ScanError(
            f"{name}: two pages of different kinds ({first.dtype}, {second.dtype}); "
            "expected low and high energy, both grey"
        )
    if first.shape != second.shape:
        sizes = " and ".join(f"{p.shape[1]}×{p.shape[0]}" for p in (first, second))
        raise ScanError(f"{name}: two pages of {sizes} pixels; both energies must be of one size")
    return Picture(
        (np.ascontiguousarray(first), np.ascontiguousarray(second)),
        transmission=all(p.transmission for p in pictures),
        polarity=pictures[0].polarity,
        assumed=tuple(dict.fromkeys(said for p in pictures for said in p.assumed)),
    )
