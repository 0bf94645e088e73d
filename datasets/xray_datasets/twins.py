"""The same physical bag in several scans, found by what it looks like.

A bag that is scanned again lies elsewhere on the belt, is turned, or comes as a part of the first
picture, so neither equal bytes nor a hash of the whole finds it. Local features do (ORB: Rublee
et al., ICCV 2011): two scans show the same bag when at least INLIERS of them lie on each other
under one affine map, found by RANSAC.

Not all pairs are compared. Of each feature's 256 bits, TABLES small random sets are words
(locality-sensitive hashing: Indyk and Motwani, STOC 1998); scans that share rare words are
candidates, and each is compared with its best CANDIDATES. So time grows with the number of scans,
not with its square: 0.3 s a scan. Features take 60 KB of memory a scan, and words that are shared
100 KB more (measured with 946 real scans, of 1,450 features each).
"""

import logging
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
BLOCK = 16  # scans whose votes are counted at a time

SCAN_S, SCAN_KB = 0.3, 160  # time and memory of one scan, see above
LARGE = 2000  # scans from which it is said what they will take

Pair = tuple[int, int]

log = logging.getLogger(__name__)


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
    many = [len(one.bits) for one in scans]
    total = sum(many)
    if not total:
        return []
    owner = np.repeat(np.arange(len(scans), dtype=np.int32), many)  # (N,)
    size = int(np.clip(np.ceil(np.log2(total)), 12, 30))  # bits a word: about one feature each
    rng = np.random.default_rng(0)
    tables = (rng.choice(256, size, replace=False) for _ in range(TABLES))
    votes = [_sharing(_words(scans, total, chosen), owner, len(scans)) for chosen in tables]
    return _best(*_counted(votes, len(scans)), len(scans))


def _words(
    scans: Sequence[Features], total: int, chosen: NDArray[np.int64]
) -> NDArray[np.uint32]:  # (N,)
    """The chosen bits of every feature as a number, scan by scan: packed, bits stay small."""
    words, at = np.empty(total, np.uint32), 0
    for one in scans:
        mine = words[at : at + len(one.bits)]
        mine[:] = 0
        for place, bit in enumerate(chosen):
            found = one.bits[:, bit >> 3] >> (7 - (bit & 7)) & 1  # as np.unpackbits counts them
            mine |= found.astype(np.uint32) << np.uint32(place)
        at += len(one.bits)
    return words


def _sharing(
    words: NDArray[np.uint32], owner: NDArray[np.int32], count: int
) -> NDArray[np.unsignedinteger[Any]]:
    """A code for each rare word that two scans share, in order: first · count + second."""
    order = np.argsort(words, kind="stable")  # of equal words, owners stay in order
    words, owner = words[order], owner[order]
    starts = np.flatnonzero(np.r_[True, words[1:] != words[:-1]])
    many = np.diff(starts, append=len(words))
    rare = np.repeat((many > 1) & (many <= RARE), many)
    words, owner = words[rare], owner[rare]
    kind = np.uint32 if count < 1 << 16 else np.uint64
    codes = []
    for step in range(1, RARE):
        same = (words[step:] == words[:-step]) & (owner[step:] != owner[:-step])
        codes.append(
            owner[:-step][same].astype(kind) * kind(count) + owner[step:][same].astype(kind)
        )
    found = np.concatenate(codes)
    found.sort()
    return found


def _counted(
    votes: Sequence[NDArray[np.unsignedinteger[Any]]], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # (P,), (P,)
    """The codes that have votes enough, in order, and how many; some scans at a time."""
    codes, numbers = [], []
    for first in range(0, count, BLOCK):
        ends = np.array((first * count, min(first + BLOCK, count) * count), votes[0].dtype)
        parts = [mine[slice(*np.searchsorted(mine, ends))] for mine in votes]
        code, number = np.unique(np.concatenate(parts), return_counts=True)
        enough = number >= LEAST_SHARED
        codes.append(code[enough].astype(np.int64))
        numbers.append(number[enough])
    return np.concatenate(codes), np.concatenate(numbers)


def _best(codes: NDArray[np.int64], votes: NDArray[np.int64], count: int) -> list[Pair]:
    """Of every scan the pairs with most votes."""
    kept = set[int]()
    first, second = codes // count, codes % count
    turn = np.argsort(second, kind="stable")
    of_first = np.searchsorted(first, np.arange(count + 1))
    of_second = np.searchsorted(second[turn], np.arange(count + 1))
    for scan in range(count):
        mine = np.r_[of_first[scan] : of_first[scan + 1]]
        theirs = turn[of_second[scan] : of_second[scan + 1]]
        places = np.concatenate((theirs, mine))
        best = np.lexsort((codes[places], -votes[places]))[:CANDIDATES]
        kept.update(codes[places[best]].tolist())
    return [divmod(code, count) for code in sorted(kept)]


def twins(scans: Sequence[Features]) -> Iterator[tuple[Pair, int]]:
    """Pairs of places that show the same bag, and how many features say so.

    What a large set will take is said in the log before it starts.
    """
    _tell(len(scans))
    yield from _twins(scans)


def _twins(scans: Sequence[Features]) -> Iterator[tuple[Pair, int]]:
    for first, second in candidates(scans):
        count = shared(scans[first], scans[second])
        if count >= INLIERS:
            yield (first, second), count


def takes(count: int) -> str:
    """What so many scans will take.

    >>> takes(30_000)
    '30,000 scans: about 150 min on one core, and 4.8 GB of memory'
    """
    minutes, memory_gb = count * SCAN_S / 60, count * SCAN_KB / 1e6
    return f"{count:,} scans: about {minutes:.0f} min on one core, and {memory_gb:.1f} GB of memory"


def _tell(count: int) -> None:
    if count >= LARGE:
        log.warning("the same bag is sought in %s", takes(count))


def regrouped(samples: Iterable[Sample]) -> list[Sample]:
    """The samples, where those that show the same bag bear one group: the first one's.

    Groups that the samples already have stay together, and are joined where a bag of one is seen
    in another. Every scan is opened once. What a large set will take is said in the log first.
    """
    samples = list(samples)
    _tell(len(samples))
    names = [sample.group or f"{sample.origin}\0{sample.id}" for sample in samples]
    first = {name: place for place, name in reversed(list(enumerate(names)))}
    parent = [first[name] for name in names]

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for (a, b), _ in _twins([features(sample.scan) for sample in samples]):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [replace(s, group=names[root(place)]) for place, s in enumerate(samples)]
