"""Does a scan look like those that a model was made for? A photograph or a page of text does not.

A network answers whatever it is shown. So the picture is described by a few dozen statistics:
how much of it has which brightness, which colours lie in the dark and in the bright, how steep
its edges are at three scales, what its rim is like. Their mean and covariance over the scans that
the model was made for stand in its card; the distance of a scan from them is Mahalanobis (1936),
per statistic. No stranger was needed to fit it.
"""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray import tensors, tiles
from xray.scan import Encoding, Scan
from xray.tensors import Planes, Ranges

Statistics = NDArray[np.float32]  # (F,)
Grey = NDArray[np.uint8]  # (h, w)

SIDE_PX = 208  # of the picture that is described (xray.tiles): fine print and grain are gone
AREA = cv2.INTER_AREA  # averages, as a coarser detector would
NEARLY = 0.005  # how far a scale may lie from a half: a picture of 400 px has 1 px less
LEAST_PX = 32  # of its shorter side, so that a quarter of it still has a middle and a rim
STEPS = 8  # of brightness, 32 grey levels each
HUES = 12
SLOPES = (0, 1, 4, 12, 35, 90)  # grey levels a pixel, where each class begins: flat … cut out
SCALES = 3  # each half as large as the one before
STEEP, LEVEL = 8, 2  # grey levels a pixel: an edge that runs straight along the rows or columns
SEEN = 0.002  # share of pixels under which the colour of a brightness says nothing
RIM_PX = 6
THIRDS = np.full((1, 3), 1 / 3, np.float32)  # of each plane: its colours are counted apart
NEAR_MODE = 8  # grey levels
BRIGHTEST = 0.99  # share of the pixels that are darker than what counts as air


@dataclass(frozen=True, eq=False)
class Familiar:
    """What scans of one encoding look like to a model.

    Attributes:
        centre: (F,) mean of the statistics.
        whitening: (F, F) lower triangle; `whitening @ (statistics - centre)` has unit covariance.
        limit: distance over which a scan is a stranger.
        refused: name of a set of scans that taught nothing → share over the limit.
    """

    centre: Statistics
    whitening: NDArray[np.float32]
    limit: float
    refused: Mapping[str, float] = field(default_factory=dict)

    def distance(self, found: Statistics) -> float:
        """Root mean square of the whitened statistics: about 1 for a scan of the usual kind."""
        away = self.whitening @ (found - self.centre)
        return float(np.sqrt(np.mean(away * away)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them back."""
        rows = np.tril_indices(len(self.centre))
        return {
            "centre": _text(self.centre),
            "whitening": _text(self.whitening[rows]),
            "limit": self.limit,
            "refused": dict(self.refused),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Familiar":
        """What `to_dict` wrote.

        Raises:
            ValueError, KeyError, TypeError: it did not.
        """
        centre = _numbers(values["centre"])
        whitening = np.zeros((len(centre), len(centre)), np.float32)
        whitening[np.tril_indices(len(centre))] = _numbers(values["whitening"])
        limit, refused = float(values["limit"]), dict(values["refused"])
        if not np.isfinite(centre).all() or not np.isfinite(whitening).all() or not limit > 0:
            raise ValueError("familiar must hold finite numbers and a limit over 0")
        return Familiar(centre, whitening, limit, refused)


def stranger(familiar: Familiar, planes: Planes, encoding: Encoding) -> str | None:
    """Why this scan is none of what the model was made for; None: it is.

    Args:
        familiar: from the card, for the scan's encoding.
        planes: (H, W, 3) of the whole scan.
        encoding: of the scan.
    """
    found = statistics(planes, encoding)
    if len(found) != len(familiar.centre):
        return "the card describes familiar scans as another version does: export the model again"
    if (distance := familiar.distance(found)) <= familiar.limit:
        return None
    return (
        f"unlike the scans that the model was made for "
        f"(distance {distance:.1f}, at most {familiar.limit:.1f})"
    )


def whole(scan: Scan, ranges: Ranges) -> Planes:  # -> (H, W, 3)
    """A scan that the network sees in tiles, small enough to be described; no air added."""
    (tile,) = tiles.whole(scan.height, scan.width, 2 * SIDE_PX)
    small = tensors.resize(scan.pixels, *tile.scaled_hw)
    return tensors.planes(small, scan.encoding, ranges)


def statistics(planes: Planes, encoding: Encoding) -> Statistics:
    """What a picture is like, whatever it shows.

    Args:
        planes: (H, W, 3) of the whole scan, of any size, without air added.
        encoding: of the scan. SINGLE has its picture in the first plane alone.
    """
    planes = _small(planes)
    if encoding is Encoding.SINGLE:
        planes = np.repeat(planes[..., :1], 3, axis=2)
    grey = np.asarray(cv2.transform(planes, THIRDS), np.uint8)  # (h, w)
    return np.array([*_colours(planes, grey), *_edges(grey), *_layout(grey)], np.float32)


def _small(planes: Planes) -> Planes:
    """At SIDE_PX; where that is half, by whole pixels, an odd one left out: ten times faster."""
    height, width = planes.shape[:2]
    scale = min(tiles.whole_scale(height, width, SIDE_PX), 1.0)
    rows, columns = (max(LEAST_PX, round(scale * length)) for length in (height, width))
    if abs(scale - 0.5) < NEARLY and min(height, width) >= 2 * LEAST_PX:
        rows, columns = height // 2, width // 2
        planes = planes[: 2 * rows, : 2 * columns]
    return np.asarray(cv2.resize(planes, (columns, rows), interpolation=AREA), np.uint8)


def _colours(planes: Planes, grey: Grey) -> list[float]:
    hue, _, brightest = cv2.split(cv2.cvtColor(planes, cv2.COLOR_RGB2HSV))
    red, green, blue = cv2.split(planes)
    colour = cv2.subtract(brightest, cv2.min(cv2.min(red, green), blue))  # 0 is grey
    levels = np.arange(256) / 255
    by_step = _histogram((grey, colour), (STEPS, 256), (256, 256))  # (STEPS, 256)
    by_hue = _histogram((hue, colour), (HUES, 256), (180, 256))  # (HUES, 256)
    share = by_step.sum(axis=1)
    within = np.where(share > SEEN, by_step @ levels / np.maximum(share, SEEN), 0)
    return [*np.sqrt(share), *within, *np.sqrt(by_hue @ levels)]


def _edges(grey: Grey) -> list[float]:
    found: list[float] = []
    for scale in range(SCALES):
        if scale:
            grey = np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=AREA), np.uint8)
        across = cv2.absdiff(grey[:-1, 1:], grey[:-1, :-1])  # (h-1, w-1)
        down = cv2.absdiff(grey[1:, :-1], grey[:-1, :-1])
        steepest = _histogram((cv2.max(across, down),), (256,), (256,))  # (256,)
        found += np.sqrt(np.add.reduceat(steepest, SLOPES)).tolist()
        for steep, level in ((across, down), (down, across)):
            found += [float(np.mean((steep > STEEP) & (level < LEVEL)))]
        if not scale:
            found += [math.log1p(abs(cv2.mean(across)[0] - cv2.mean(down)[0]))]
    return found


def _layout(grey: Grey) -> list[float]:
    smooth = cv2.GaussianBlur(grey, (0, 0), 2)
    grain = [cv2.Laplacian(picture, cv2.CV_16S) for picture in (grey, smooth)]
    share = _histogram((grey,), (256,), (256,))  # (256,)
    mode = int(share.argmax())
    near = share[max(0, mode - NEAR_MODE + 1) : mode + NEAR_MODE].sum()
    height, width = grey.shape
    inner = grey[height // 4 : height - height // 4, width // 4 : width - width // 4]
    rim = (grey[:RIM_PX], grey[-RIM_PX:], grey[:, :RIM_PX], grey[:, -RIM_PX:])
    return [
        *(math.log1p(cv2.norm(one, cv2.NORM_L1) / one.size) for one in grain),
        *(mode / 255, float(near)),
        *(sum(cv2.mean(part)[0] for part in rim) / 4 / 255, cv2.mean(inner)[0] / 255),
        int(np.searchsorted(np.cumsum(share), BRIGHTEST)) / 255,
        float(cv2.meanStdDev(grey)[1].item()) / 128,
    ]


def _histogram(
    planes: Sequence[Any], bins: Sequence[int], reach: Sequence[int]
) -> NDArray[np.float64]:
    """Shares of the pixels, as many dimensions as planes."""
    ranges = [edge for most in reach for edge in (0, most)]
    counts = cv2.calcHist(list(planes), list(range(len(planes))), None, list(bins), ranges)
    return np.asarray(counts, np.float64).reshape(bins) / planes[0].size


def _text(numbers: NDArray[np.float32]) -> str:
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")


def _numbers(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
