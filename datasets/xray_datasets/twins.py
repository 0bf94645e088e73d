"""The same physical bag in several scans, found by what it looks like.

A bag that is scanned again lies elsewhere on the belt, is turned, or comes as a part of the first
picture, so neither equal bytes nor a hash of the whole finds it. Local features do (ORB: Rublee
et al., ICCV 2011): two scans show the same bag when at least INLIERS of them lie on each other
under one affine map, found by RANSAC.

Not all pairs are compared. Of each feature's 256 bits, TABLES small random sets are words
(locality-sensitive hashing: Indyk and Motwani, STOC 1998); scans that share rare words are
candidates, and each is compared with its best CANDIDATES. So time grows with the number of scans,
not with its square; memory is 60 KB a scan.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.render import pseudocolor
from xray.scan import Scan
from xray_datasets.sample import Sample

INLIERS = 20  # features on each other under one map, as the groups of development's scans
FEATURES = 1500  # at most, of a scan; with 1000 at 640 pixels a third of the twins are missed
SIDE_PX = 800  # scans are shrunk to this long side
RATIO = 0.8  # a match must be this much nearer than the next best (Lowe, IJCV 2004)
NEAR_PX = 6.0  # how far a feature may lie from where the map puts it
LEAST_SCALE, MOST_SCALE = 0.4, 2.5  # of the map: the same scanner enlarges little
TABLES = 12
RARE = 12  # a word that more features have than this tells nothing
CANDIDATES = 10  # that each scan is compared with
LEAST_SHARED = 3  # words

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Features:
    """Local features of one scan.

    Attributes:
        xy_px: (N, 2) float32, on the shrunken picture.
        bits: (N, 32) uint8, 256 bits each.
    """

    xy_px: NDArray[np.float32]
    bits: NDArray[np.uint8]


def features(scan: Scan) -> Features:
    """The strongest local features of a scan, as it would be shown."""
    grey = cv2.cvtColor(pseudocolor(scan), cv2.COLOR_RGB2GRAY)
    scale = SIDE_PX / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    orb: Any = cv2.ORB.create(nfeatures=FEATURES)  # typed as if there were always a feature
    points, bits = orb.detectAndCompute(grey, None)
    if bits is None:
        return Features(np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8))
    return Features(np.array([p.pt for p in points], np.float32), np.asarray(bits, np.uint8))


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
    if len(best) < INLIERS:
        return 0
    of_a = a.xy_px[[match.queryIdx for match in best.values()]]
    of_b = b.xy_px[[match.trainIdx for match in best.values()]]
    cv2.setRNGSeed(0)  # the same scans, the same answer
    found_map: Any = cv2.estimateAffine2D(
        of_a, of_b, method=cv2.RANSAC, ransacReprojThreshold=NEAR_PX
    )
    affine, inliers = found_map
    if affine is None:
        return 0
    most, least = np.linalg.svd(affine[:, :2], compute_uv=False)
    return int(inliers.sum()) if least >= LEAST_SCALE and most <= MOST_SCALE else 0


def candidates(scans: Sequence[Features]) -> list[Pair]:
    """Pairs of places that may show the same bag, by the rare words that they share."""
    owner = np.repeat(np.arange(len(scans)), [len(one.bits) for one in scans])
    if not len(owner):
        return []
    bits = np.unpackbits(np.concatenate([one.bits for one in scans]), axis=1)  # (N, 256)
    size = int(np.clip(np.ceil(np.log2(len(owner))), 12, 30))  # bits a word: about one feature each
    rng = np.random.default_rng(0)
    votes: dict[int, int] = {}
    for _ in range(TABLES):
        chosen = bits[:, rng.choice(256, size, replace=False)]
        words = chosen @ (1 << np.arange(size, dtype=np.int64))
        for code, count in _sharing(words, owner, len(scans)):
            votes[code] = votes.get(code, 0) + count
    return _best(votes, len(scans))


def _sharing(
    words: NDArray[np.int64], owner: NDArray[np.int64], count: int
) -> Iterator[tuple[int, int]]:
    """Pairs of scans, as first · count + second, with how many rare words they share."""
    order = np.lexsort((owner, words))
    words, owner = words[order], owner[order]
    _, many = np.unique(words, return_counts=True)
    rare = np.repeat(many <= RARE, many)
    words, owner = words[rare], owner[rare]
    codes = []
    for step in range(1, RARE):
        same = (words[step:] == words[:-step]) & (owner[step:] != owner[:-step])
        codes.append(owner[:-step][same] * count + owner[step:][same])
    found, votes = np.unique(np.concatenate(codes), return_counts=True)
    return zip(found.tolist(), votes.tolist(), strict=True)


def _best(votes: dict[int, int], count: int) -> list[Pair]:
    """Of every scan the pairs with most votes."""
    of_scan: dict[int, list[tuple[int, int]]] = {}
    for code, number in votes.items():
        if number >= LEAST_SHARED:
            for scan in divmod(code, count):
                of_scan.setdefault(scan, []).append((-number, code))
    kept = {code for mine in of_scan.values() for _, code in sorted(mine)[:CANDIDATES]}
    return [divmod(code, count) for code in sorted(kept)]


def twins(scans: Sequence[Features]) -> Iterator[tuple[Pair, int]]:
    """Pairs of places that show the same bag, and how many features say so."""
    for first, second in candidates(scans):
        count = shared(scans[first], scans[second])
        if count >= INLIERS:
            yield (first, second), count


def regrouped(samples: Iterable[Sample]) -> list[Sample]:
    """The samples, where those that show the same bag bear one group: the first one's.

    Groups that the samples already have stay together, and are joined where a bag of one is seen
    in another. Every scan is opened once.
    """
    samples = list(samples)
    names = [sample.group or f"{sample.origin}\0{sample.id}" for sample in samples]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    parent = [first[name] for name in names]

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for (a, b), _ in twins([features(sample.scan) for sample in samples]):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [replace(s, group=names[root(place)]) for place, s in enumerate(samples)]
