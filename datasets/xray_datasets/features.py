"""The same physical bag in two scans, found by what it looks like.

A bag that is scanned again lies elsewhere on the belt, is turned, or comes as a part of the first
picture, so neither equal bytes nor a hash of the whole finds it. Local features do (ORB: Rublee
et al., ICCV 2011): two scans show the same bag when at least INLIERS of them lie on each other
under one affine map, found by RANSAC. What a console writes into the margin of every picture, its
name, a date, a ruler, stays where it is whatever the bag does: there, features that keep their
place say nothing.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.render import pseudocolor
from xray.scan import Scan

INLIERS = 20  # features on each other under one map, as the groups of development's scans
FEATURES = 1500  # at most, of a scan; with 1000 at 640 pixels a third of the twins are missed
SIDE_PX = 800  # scans are shrunk to this long side
RATIO = 0.8  # a match must be this much nearer than the next best (Lowe, IJCV 2004)
NEAR_PX = 6.0  # how far a feature may lie from where the map puts it
MARGIN = 0.15  # of each side: two lines of text over a bag take a tenth
LEAST_SCALE, MOST_SCALE = 0.4, 2.5  # of the map: the same scanner enlarges little


@dataclass(frozen=True, eq=False)
class Features:
    """Local features of one scan.

    Attributes:
        xy_px: (N, 2) float32, on the shrunken picture.
        bits: (N, 32) uint8, 256 bits each.
        wh_px: size of the shrunken picture.
        scale: by which it was shrunken.
    """

    xy_px: NDArray[np.float32]
    bits: NDArray[np.uint8]
    wh_px: tuple[int, int]
    scale: float = 1.0


def features(scan: Scan) -> Features:
    """The strongest local features of a scan, as it would be shown."""
    grey = cv2.cvtColor(pseudocolor(scan), cv2.COLOR_RGB2GRAY)
    scale = min(SIDE_PX / max(grey.shape), 1.0)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    orb: Any = cv2.ORB.create(nfeatures=FEATURES)  # typed as if there were always a feature
    points, bits = orb.detectAndCompute(grey, None)
    xy = np.array([p.pt for p in points], np.float32).reshape(-1, 2)
    bits = np.empty((0, 32), np.uint8) if bits is None else np.asarray(bits, np.uint8)
    return Features(xy, bits, (grey.shape[1], grey.shape[0]), scale)


def shared(a: Features, b: Features) -> int:
    """How many features of two scans lie on each other under one affine map; 0: hardly any."""
    if min(len(a.bits), len(b.bits)) < INLIERS:
        return 0
    best: dict[int, cv2.DMatch] = {}  # the nearest of those that match the same feature of b
    for found in cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(a.bits, b.bits, k=2):
        first, second = found
        if first.distance < RATIO * second.distance:
            other = best.get(first.trainIdx)
            if other is None or first.distance < other.distance:
                best[first.trainIdx] = first
    places = np.array([(m.queryIdx, m.trainIdx) for m in best.values()], np.intp).reshape(-1, 2)
    of_a, of_b = a.xy_px[places[:, 0]], b.xy_px[places[:, 1]]  # (M, 2)
    bag = ~_written_over(of_a, of_b, a, b)
    of_a, of_b = of_a[bag], of_b[bag]
    if len(of_a) < INLIERS:
        return 0
    cv2.setRNGSeed(0)  # the same scans, the same answer
    found_map: Any = cv2.estimateAffine2D(
        of_a, of_b, method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX
    )
    affine, inliers = found_map
    if affine is None:
        return 0
    most, least = np.linalg.svd(affine[:, :2], compute_uv=False)
    return int(inliers.sum()) if least >= LEAST_SCALE and most <= MOST_SCALE else 0


def _written_over(
    of_a: NDArray[np.float32], of_b: NDArray[np.float32], a: Features, b: Features
) -> NDArray[np.bool_]:  # (M, 2), (M, 2) -> (M,)
    """Which matches lie in the margin of both, as far from two of its sides, before shrinking."""
    wh_a, wh_b = np.array(a.wh_px, np.float32), np.array(b.wh_px, np.float32)
    moved = of_a / a.scale - of_b / b.scale  # from the left and the top
    grown = wh_a / a.scale - wh_b / b.scale  # with it, from the right and the bottom
    near = NEAR_PX / min(a.scale, b.scale)
    stays = np.minimum(abs(moved), abs(moved - grown)).max(1) <= near
    return stays & _in_margin(of_a, wh_a) & _in_margin(of_b, wh_b)


def _in_margin(xy_px: NDArray[np.float32], wh_px: NDArray[np.float32]) -> NDArray[np.bool_]:
    share = xy_px / wh_px  # (M, 2)
    return np.asarray((np.minimum(share, 1 - share) < MARGIN).any(1))
