"""A scan: the value that everything here is about.

Transmission is I/I0: 1.0 is air, 0.0 is what no ray came through. Rows run down, columns to
the right, and the picture stands upright: whatever the file said about turning it has been done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xray import counts
from xray.counts import NOISE, Level, by, ends, is_number
from xray.errors import ScanError

MAX_PIXEL_MM = 1000  # a pitch of a metre is a wrong unit
MAX_SIDE_PX = 32_768  # a 20 m container at 0.6 mm a pixel; a longer side is a broken header


class Encoding(StrEnum):
    """What the numbers of a scan mean."""

    PSEUDOCOLOR = "pseudocolor"  # RGB as a console shows it, uint8
    SINGLE = "single"  # transmission at one energy, float32
    DUAL = "dual"  # transmission at the low and at the high energy, float32


CHANNELS = {Encoding.PSEUDOCOLOR: 3, Encoding.SINGLE: 1, Encoding.DUAL: 2}
DTYPES = {Encoding.PSEUDOCOLOR: np.uint8, Encoding.SINGLE: np.float32, Encoding.DUAL: np.float32}


@dataclass(frozen=True, eq=False)
class Scan:
    """One picture of one thing, from one view.

    Attributes:
        id: what the scan is called in reports and errors.
        pixels: (H, W, C). PSEUDOCOLOR: uint8 RGB, C = 3. SINGLE: float32 transmission, C = 1.
            DUAL: float32 transmission, C = 2, low energy first.
        encoding: what the numbers mean; its name ("dual") will do.
        pixel_mm: width of a pixel in the plane of the belt, in millimetres, where known: over 0,
            under 1000.
        view: the scanner's name of this view ("top", "side"), where there are several.
        acquired_at: when it was taken, UTC.
        scanner: maker, model and serial number, as the scanner says them.
        meta: anything else; `meta["assumed"]` lists what the reader had to guess.

    Raises:
        ScanError: there is no such encoding, or the pixels are not what it asks for; transmission
            may leave 0 to 1 by noise, and by no more. Or the pitch or the time cannot be.
    """

    id: str
    pixels: NDArray[Any]
    encoding: Encoding
    pixel_mm: float | None = None
    view: str | None = None
    acquired_at: datetime | None = None
    scanner: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", _encoding(self.id, self.encoding))
        _check_pixels(self.id, self.pixels, self.encoding)
        _check_pitch(self.id, self.pixel_mm)
        if self.acquired_at is not None and self.acquired_at.tzinfo is None:
            raise ScanError(f"scan {self.id}: acquired_at has no time zone; give it in UTC")

    @property
    def height(self) -> int:
        """Rows, in pixels."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns, in pixels."""
        return int(self.pixels.shape[1])

    @property
    def low(self) -> NDArray[np.float32]:  # (H, W)
        """Transmission at the low energy, or at the only one."""
        self._must_be_transmission()
        return self.pixels[..., 0]

    @property
    def high(self) -> NDArray[np.float32]:  # (H, W)
        """Transmission at the high energy, or at the only one."""
        self._must_be_transmission()
        return self.pixels[..., -1]

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the reader had to guess, a sentence each."""
        return tuple(self.meta.get("assumed", ()))

    @staticmethod
    def from_arrays(
        low: ArrayLike,
        high: ArrayLike | None = None,
        *,
        id: str = "scan",
        white: Level = None,
        dark: Level = None,
        pixel_mm: float | None = None,
        view: str | None = None,
        acquired_at: datetime | None = None,
        scanner: str | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> "Scan":
        """A scan from an integrator's buffers: detector counts or transmission.

        Args:
            low: (H, W) counts or transmission at the low energy, or at the only one.
            high: (H, W) the same at the high energy, pixel for pixel.
            white: the count of unattenuated air, or a pair for two rows of detectors. Needed for
                counts; floats without it are taken as transmission already, which is said.
            dark: the count with the beam off, or a pair; None: 0, which is said.

        Raises:
            ScanError: shapes differ, a number is not finite, counts came without `white`, or a
                plane has the same value everywhere, as it has when the beam is off.
        """
        planes, said = counts.transmission(id, low, high, white, dark)
        meta = dict(meta or {})
        meta["assumed"] = (*meta.get("assumed", ()), *said)
        return Scan(
            id,
            np.stack(planes, axis=-1),
            Encoding.DUAL if high is not None else Encoding.SINGLE,
            pixel_mm=pixel_mm,
            view=view,
            acquired_at=acquired_at,
            scanner=scanner,
            meta=meta,
        )

    def _must_be_transmission(self) -> None:
        if self.encoding is Encoding.PSEUDOCOLOR:
            raise ScanError(f"scan {self.id}: a pseudo-colour picture holds no transmission")


def _encoding(id: str, encoding: str) -> Encoding:
    try:
        return Encoding(encoding)
    except ValueError:
        known = ", ".join(Encoding)
        raise ScanError(f"scan {id}: encoding must be one of {known}, got {encoding!r}") from None


def _check_pitch(id: str, pixel_mm: float | None) -> None:
    if pixel_mm is None or (is_number(pixel_mm) and 0 < pixel_mm < MAX_PIXEL_MM):
        return
    raise ScanError(
        f"scan {id}: pixel_mm must lie over 0 and under {MAX_PIXEL_MM}, got {pixel_mm!r}"
    )


def _check_pixels(id: str, pixels: NDArray[Any], encoding: Encoding) -> None:
    want, dtype = CHANNELS[encoding], np.dtype(DTYPES[encoding])
    shape = np.shape(pixels)
    if len(shape) != 3 or shape[2] != want:
        raise ScanError(f"scan {id}: {encoding} pixels must be (H, W, {want}), got {shape}")
    found = getattr(pixels, "dtype", type(pixels).__name__)
    if found != dtype:
        raise ScanError(f"scan {id}: {encoding} pixels must be {dtype}, got {found}")
    if 0 in shape or max(shape) > MAX_SIDE_PX:
        raise ScanError(f"scan {id}: sides must be 1 to {MAX_SIDE_PX} pixels, got {by(pixels)}")
    if dtype == np.float32:
        least, most = ends(id, pixels)
        if least < -NOISE or most > 1 + NOISE:
            raise ScanError(
                f"scan {id}: {encoding} pixels must be transmission, 0 to 1, got {least:g} to "
                f"{most:g}; counts go to Scan.from_arrays with white="
            )
