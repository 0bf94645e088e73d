"""What every format module hands over: the planes as the file holds them, and what it says of them.

Each module has the same shape: `decode(data, name) -> Picture`. It checks the header against the
limits here before it decodes a pixel, and knows nothing of white levels: that is `levels`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.scan import MAX_SIDE_PX

MAX_PIXELS = 400_000_000  # a 20 m container at 0.6 mm a pixel, 7 m high; 1.6 GB as float32
MAX_DECODED_BYTES = 4 * MAX_PIXELS  # that size as float32, or as RGB with alpha
MAX_FILE_BYTES = 8 * MAX_PIXELS + 2**24  # two float32 planes of that size, and a header

Polarity = Literal["air_bright", "air_dark"]
Plane = NDArray[Any]  # (H, W) counts or transmission; or (H, W, 3) uint8 RGB


@dataclass(frozen=True)
class Picture:
    """One file, opened.

    Attributes:
        planes: one (H, W) plane, or two of one size, or one (H, W, 3) uint8 RGB picture.
        transmission: the numbers are I/I0 already.
        full: the count at the top of the detector's scale, of each plane; none: to be guessed.
        polarity: whether air has the highest or the lowest count; None: to be guessed.
        pixel_mm, view, acquired_at, scanner: where the file says so.
        uids: the DICOM identifiers of the file, by keyword, for reports that refer to it.
        assumed: what the module had to guess, a sentence each.
    """

    planes: tuple[Plane, ...]
    transmission: bool = False
    full: tuple[float, ...] = ()
    polarity: Polarity | None = None
    pixel_mm: float | None = None
    view: str | None = None
    acquired_at: datetime | None = None
    scanner: str | None = None
    uids: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    @property
    def coloured(self) -> bool:
        """An RGB picture, which holds no transmission."""
        return self.planes[0].ndim == 3


def check_size(name: str, width: int, height: int, pixel_bytes: int) -> None:
    """Refuse a size that no scanner makes, before memory is taken for it.

    Args:
        pixel_bytes: that a pixel takes once it is decoded, all channels together.
    """
    if width < 1 or height < 1:
        raise ScanError(f"{name}: the header says {width}×{height} pixels; the file is damaged")
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise ScanError(
            f"{name}: the header says {width}×{height} pixels; at most {MAX_SIDE_PX} a side and "
            f"{MAX_PIXELS // 1_000_000} megapixels are read; cut the scan into parts"
        )
    if width * height * pixel_bytes > MAX_DECODED_BYTES:
        raise ScanError(
            f"{name}: the header says {width}×{height} pixels of {pixel_bytes} bytes; at most "
            f"{MAX_DECODED_BYTES // 1_000_000} MB are decoded; cut the scan into parts"
        )


def is_flat(plane: Plane) -> bool:
    """Whether every pixel is the same; a few tell it of nearly every plane that is not."""
    return all(bool((part == part[0, 0]).all()) for part in (thinned(plane), plane))


def thinned(plane: Plane) -> Plane:  # (H, W, ...) -> (h, w, ...)
    """At most 160 rows or columns on the shorter side: enough to judge a picture by."""
    step = -(-min(plane.shape[:2]) // 160)
    return np.ascontiguousarray(plane[::step, ::step])


def damaged(name: str, kind: str, what: str) -> ScanError:
    """The error for a file that was one of ours before something happened to it."""
    return ScanError(
        f"{name}: damaged or cut-off {kind} file: {what}; copy it again from its source"
    )
