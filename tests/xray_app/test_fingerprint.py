"""What a scan shows is known again in whatever file it comes, unless it was changed."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

import xray
from xray_app import fingerprint

Picture = NDArray[np.uint8]
RNG = np.random.default_rng(0)
GREY = np.full((60, 80), 242, np.uint8)
GREY[15:45, 20:60] = RNG.integers(1, 242, (30, 40))
COLOUR = np.full((60, 80, 3), 255, np.uint8)
COLOUR[15:45, 20:60] = RNG.integers(0, 256, (30, 40, 3))


def png(picture: NDArray[np.generic], level: int = 3) -> bytes:
    done, encoded = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, level])
    assert done
    return encoded.tobytes()


def tiff(picture: Picture, folder: Path) -> bytes:
    tifffile.imwrite(folder / "x.tif", picture, description="another scanner", compression="zlib")
    return (folder / "x.tif").read_bytes()


def shown(data: bytes) -> str | None:
    return fingerprint.of_pixels(xray.read(data))


@pytest.mark.parametrize("picture", [GREY, COLOUR], ids=("transmission", "colour"))
@pytest.mark.parametrize(
    "again",
    [
        lambda picture, _: png(picture, level=9),
        lambda picture, _: png(picture) + b"\0",
        lambda picture, folder: tiff(picture[..., ::-1] if picture.ndim == 3 else picture, folder),
        lambda picture, _: png(picture.astype(np.uint16) * 257),
        lambda picture, _: png(picture if picture.ndim == 3 else np.stack([picture] * 3, axis=2)),
    ],
    ids=("compressed anew", "a byte appended", "TIFF", "16 bits", "equal channels"),
)
def test_the_same_picture_in_another_file_is_the_same(
    picture: Picture, again: Callable[[Picture, Path], bytes], tmp_path: Path
) -> None:
    assert shown(png(picture)) == shown(again(picture, tmp_path))


def test_another_picture_size_or_encoding_is_another() -> None:
    spot = GREY.copy()
    spot[30, 30] ^= 0x40
    seen = [shown(png(one)) for one in (GREY, COLOUR, spot, GREY[:-1], np.fliplr(GREY[:, 1:]))]
    assert None not in seen
    assert len(set(seen)) == len(seen)


def test_rows_below_the_first_that_are_read_count_too() -> None:
    pixels = np.ones((2 * fingerprint.ROWS + 1, 2, 2), np.float32)
    scan = xray.Scan("tall", pixels, xray.Encoding.DUAL)
    assert fingerprint.of_pixels(scan) is None
    pixels[-1, -1, -1] = 0.5
    low = fingerprint.of_pixels(scan)
    pixels[-1, -1, -1] = 0.4
    assert None is not low != fingerprint.of_pixels(scan) is not None


@pytest.mark.parametrize("noise", [0.0, 0.001], ids=("even", "less than a step"))
def test_a_blank_scan_is_like_no_other(noise: float) -> None:
    pixels = np.full((6, 8, 1), 1.0, np.float32)
    pixels[2, 3] -= noise
    assert fingerprint.of_pixels(xray.Scan("air", pixels, xray.Encoding.SINGLE)) is None
    white = np.full((6, 8, 3), 255, np.uint8)
    assert fingerprint.of_pixels(xray.Scan("air", white, xray.Encoding.PSEUDOCOLOR)) is None
