"""The same physical bag in several scans, found by `features`.

Not all pairs are compared. Of each feature's 256 bits, TABLES small random sets are words
(locality-sensitive hashing: Indyk and Motwani, STOC 1998); scans that share rare words are
candidates, and each is compared with its best CANDIDATES. So time grows with the number of scans,
not with its square: 0.3 s a scan. Features take 60 KB of memory a scan, and words that are shared
100 KB more (measured with 946 real scans, of 1,450 features each).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.errors import XrayError
from xray_datasets.features import INLIERS, Features, features, shared
from xray_datasets.findings import UNREADABLE, Findings
from xray_datasets.sample import Sample

TABLES = 12
RARE = 12  # a word that more features have than this tells nothing
CANDIDATES = 10  # that each scan is compared with
LEAST_SHARED = 3  # words
BLOCK = 16  # scans whose votes are counted at a time

SCAN_S, SCAN_KB = 0.3, 160  # time and memory of one scan, see above
LARGE = 2000  # scans from which it is said what they will take

Pair = tuple[int, int]
Shown = Callable[[Sequence[Any], str], Iterable[Any]]  # the things, while somebody sees how many

log = logging.getLogger(__name__)


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


def unseen(things: Iterable[Any], _what: str) -> Iterable[Any]:
    """The things, while nobody sees how many."""
    return things


def twins(scans: Sequence[Features], shown: Shown = unseen) -> Iterator[tuple[Pair, int]]:
    """Pairs of places that show the same bag, and how many features say so.

    Features take most of the time: who takes them says before what that will take, see `tell`.

    Args:
        scans: the features of each.
        shown: gives things back one by one, and shows how far the work is.
    """
    for first, second in shown(candidates(scans), "comparing scans"):
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


def tell(count: int, more: bool = False) -> None:
    """Say in the log what many scans will take, while it can still be broken off.

    Args:
        count: of the scans; few are not worth a word.
        more: whether these are but the first.
    """
    if count >= LARGE:
        first = f"{count:,} scans and more, of which each takes {SCAN_S} s and {SCAN_KB} KB"
        log.warning(
            "the same bag is sought in %s; --no-twins leaves that out, --split takes a part",
            first if more else takes(count),
        )


def regrouped(
    samples: Iterable[Sample], findings: Findings | None = None, shown: Shown = unseen
) -> list[Sample]:
    """The samples, where those that show the same bag bear one group.

    Groups that the samples already have stay together, and are joined where a bag of one is seen
    in another. A scan without a group that is like no other keeps none. Every scan is opened once.
    What a large set will take is said in the log first.

    Args:
        samples: all of them.
        findings: where given, scans that cannot be opened are left out and noted there; otherwise
            the first is an error.
        shown: gives things back one by one, and shows how far the work is.
    """
    asked = list(samples)
    tell(len(asked))
    samples, seen = list[Sample](), list[Features]()
    for sample in shown(asked, "looking for features"):
        try:
            seen.append(features(sample.scan))
        except (XrayError, OSError) as error:
            if findings is None:
                raise
            findings.add(UNREADABLE, f"{sample.id}: {error}")
        else:
            samples.append(sample)
    first: dict[str, int] = {}
    parent = [first.setdefault(sample.bag, place) for place, sample in enumerate(samples)]

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for (a, b), _ in twins(seen, shown):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    bags: dict[int, list[Sample]] = {}
    for place, sample in enumerate(samples):
        bags.setdefault(root(place), []).append(sample)
    names = {place: _name(mine) for place, mine in bags.items()}
    return [replace(s, group=names[root(place)]) for place, s in enumerate(samples)]


def _name(bag: Sequence[Sample]) -> str:
    """The group of a bag: the first that was written down; else the first scan's, if of several."""
    alone = "" if len(bag) == 1 else f"{bag[0].origin} {bag[0].id}"
    return next((one.group for one in bag if one.group), alone)
