"""What the network sees: the one preprocessing, shared by training and scanner.

Every encoding becomes three planes of uint8, bright where there is air, so that a filter
learned on one encoding serves the next:

- DUAL: attenuation -ln T at the low energy, at the high one, and their ratio, each over a
  fixed range that the card states. The logarithm gives equal steps to equal contrast: linear
  transmission in 8 bits would lose everything behind 100 mm of steel.
- SINGLE: attenuation, then two constant planes.
- PSEUDOCOLOR: red, green, blue.

Nothing is ever stretched per image: the same thickness gives the same number in every scan.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.scan import Encoding
from xray.tiles import STRIDE_PX, Tile

Planes = NDArray[np.uint8]  # (H, W, 3)

# Rounding thresholds of an ordered dither (Bayer's 4x4): a contrast smaller than one of the 255
# steps survives in the mean of its neighbourhood, where plain rounding would erase it.
DITHER = (
    np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) + 0.5
) / 16

FLOOR = 1 / 65_535  # least transmission told from none: one step of a 16-bit detector
RATIO_GROUND = 0.05  # attenuation that pulls the ratio to 1 where there is nearly only air


@dataclass(frozen=True)
class Ranges:
    """The attenuation that each plane covers, from air-side to dense-side.

    The two energies may cover different ranges: since their ratio stands beside them, a low
    plane for thin loads and a high plane for thick ones together show fine steps over both.

    Attributes:
        low: -ln T_low, from and to.
        high: -ln T_high, from and to.
        ratio: -ln T_low / -ln T_high, from and to.
    """

    low: tuple[float, float] = (0.0, 6.0)
    high: tuple[float, float] = (0.0, 6.0)
    ratio: tuple[float, float] = (0.8, 2.4)

    def to_dict(self) -> dict[str, list[float]]:
        """Plain values for JSON."""
        return {"low": list(self.low), "high": list(self.high), "ratio": list(self.ratio)}

    @staticmethod
    def from_dict(values: dict[str, Any]) -> "Ranges":
        """The ranges that `to_dict` wrote."""
        return Ranges(**{k: (float(v[0]), float(v[1])) for k, v in values.items()})


# Tubes of 120-180 kV: 10 mm of steel attenuates by about 5 at the low energy.
KILOVOLT = Ranges()
# Linacs of 3-9 MV, steps of 0.0125 in both planes. 150 mm of steel attenuate by 5.0 at 2 MeV and
# by 3.9 at 4 MeV (NIST XCOM: 0.0426 and 0.0331 cm2/g), so the high plane covers the thick loads
# and the low plane what is thinner.
MEGAVOLT = Ranges(low=(0.0, 3.2), high=(2.4, 5.6), ratio=(0.9, 1.5))
RANGES = {"kilovolt": KILOVOLT, "megavolt": MEGAVOLT}


def prepare(pixels: NDArray[Any], encoding: Encoding, tile: Tile, ranges: Ranges) -> Planes:
    """One tile of a scan, ready for the network.

    Args:
        pixels: (H, W, C) of the whole scan, as in `Scan.pixels`.
        encoding: what the numbers mean.
        tile: the part to cut out, and the scale to bring it to.
        ranges: from the model's card.

    Returns:
        (h, w, 3), h and w multiples of 32, padded with air at the right and at the bottom.
    """
    scaled = resize(tile.cut(pixels), *tile.scaled_hw)
    return pad(planes(scaled, encoding, ranges), air(encoding, ranges))


def planes(pixels: NDArray[Any], encoding: Encoding, ranges: Ranges) -> Planes:
    """The three planes of pixels that are cut and scaled already.

    >>> half = np.full((1, 1, 1), np.exp(-3.0), np.float32)
    >>> planes(half, Encoding.SINGLE, Ranges(low=(0.0, 6.0))).tolist()
    [[[127, 255, 255]]]
    """
    if encoding is Encoding.PSEUDOCOLOR:
        return np.ascontiguousarray(pixels)
    attenuation = -np.log(np.maximum(pixels, FLOOR))  # (H, W, C)
    out = np.full((*pixels.shape[:2], 3), 255, np.uint8)
    out[..., 0] = _bright_air(attenuation[..., 0], ranges.low)
    if encoding is Encoding.DUAL:
        low, high = attenuation[..., 0], attenuation[..., 1]
        out[..., 1] = _bright_air(high, ranges.high)
        out[..., 2] = _bright_air((low + RATIO_GROUND) / (high + RATIO_GROUND), ranges.ratio)
    return out


def air(encoding: Encoding, ranges: Ranges) -> tuple[int, int, int]:
    """The three numbers of an empty tunnel."""
    one = np.ones((1, 1, 3 if encoding is Encoding.PSEUDOCOLOR else 2), np.float32)
    if encoding is Encoding.PSEUDOCOLOR:
        return (255, 255, 255)
    values = planes(one[..., : 1 if encoding is Encoding.SINGLE else 2], encoding, ranges)[0, 0]
    return (int(values[0]), int(values[1]), int(values[2]))


def resize(pixels: NDArray[Any], height_px: int, width_px: int) -> NDArray[Any]:
    """Scaled pixels, (H, W, C) -> (height_px, width_px, C).

    Averages transmission, as a coarser detector would, before any logarithm: means of two by two
    pixels as often as they fit, then linear between neighbours. Exact means for every factor
    (OpenCV's INTER_AREA) cost eight times as much and training does without them as well. A last
    odd row or column has no partner and is left out.
    """
    while pixels.shape[0] >= 2 * height_px and pixels.shape[1] >= 2 * width_px:
        rows, columns = pixels.shape[0] // 2, pixels.shape[1] // 2
        even = pixels[: 2 * rows, : 2 * columns]
        pixels = _scaled(even, rows, columns, cv2.INTER_AREA)
    if pixels.shape[:2] == (height_px, width_px):
        return pixels
    return _scaled(pixels, height_px, width_px, cv2.INTER_LINEAR)


def pad(image: Planes, fill: tuple[int, int, int]) -> Planes:  # (H, W, 3) -> (H', W', 3)
    """The picture with air added at the right and at the bottom, to multiples of 32."""
    below, right = (-image.shape[0]) % STRIDE_PX, (-image.shape[1]) % STRIDE_PX
    if not (below or right):
        return image
    padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT, value=fill)
    return np.asarray(padded, np.uint8)


def _scaled(pixels: NDArray[Any], rows: int, columns: int, how: int) -> NDArray[Any]:
    scaled: NDArray[Any] = cv2.resize(pixels, (columns, rows), interpolation=how)
    return scaled.reshape(rows, columns, pixels.shape[2])


def _bright_air(value: NDArray[np.float32], span: tuple[float, float]) -> NDArray[np.uint8]:
    scaled = (np.float32(span[1]) - value) * np.float32(255 / (span[1] - span[0]))
    rows, columns = scaled.shape[0] // 4 + 1, scaled.shape[1] // 4 + 1
    scaled += np.tile(DITHER, (rows, columns))[: scaled.shape[0], : scaled.shape[1]]
    return np.clip(scaled, 0, 255).astype(np.uint8)
