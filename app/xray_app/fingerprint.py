"""What a scan shows, as one hash, to find it again when it is handed in under another name.

The hash is of what was read from a file, so it withstands whatever leaves the picture alone: bytes
appended, other metadata, another container or compression without loss, grey as equal channels,
8-bit counts written as 16. It does not withstand a picture that is changed in one pixel by more
than a step: lossy compression, cropping, turning, mirroring, noise.
"""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.scan import Scan

# Over this, transmission is rounded: 8-bit counts over a white level of 8 bits never fall between
# two steps of a power of two by less than 3e-6, which is 30 times what floats err by.
STEPS = 256
ROWS = 512  # at a time: a container scan is not copied whole


def of_pixels(scan: Scan) -> str | None:
    """SHA-256 of encoding, size, and the values of the upright scan: 8-bit colour as it is,
    transmission in steps of 1/256. None: it has one value everywhere, as every blank scan has.
    """
    height, width, planes = scan.pixels.shape
    seal = hashlib.sha256(f"{scan.encoding} {height} {width} {planes}".encode())
    first = _values(scan.pixels[:1, :1])
    is_blank = True
    for top in range(0, height, ROWS):
        values = _values(scan.pixels[top : top + ROWS])
        is_blank = is_blank and bool((values == first).all())
        seal.update(values.tobytes())
    return None if is_blank else seal.hexdigest()


def _values(pixels: NDArray[Any]) -> NDArray[Any]:  # (h, W, C) -> (h, W, C)
    if pixels.dtype == np.uint8:
        return pixels
    return np.rint(np.clip(pixels, 0, 1) * STEPS).astype("<u2")
