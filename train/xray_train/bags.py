"""Which scans show the same bag, where nobody wrote it down.

Ten scans of one bag are one bag to every promise. Folders of plain COCO, VOC or YOLO name no bags,
so these are sought by likeness: first copies, then scans of a bag by `xray_datasets.twins`, which
takes no word that many features share for a sign, and so cannot find copies by the dozen. A bag
seen from another side may pass for another: of 141 scans of development that show 51 bags, this
makes 58. So groups that are written down are worth more.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xray.errors import DataError
from xray.scan import Scan
from xray_datasets import twins
from xray_datasets.features import INLIERS, Features, features, shared
from xray_datasets.sample import Sample

# Scans that are compared at most: a quarter of an hour on one core, and 120 MB.
MOST = 2000
SCAN_S = 900 / MOST
LONG = 60  # scans from which it is said how long that takes: half a minute
FEW = 3  # scans a bag, from which likeness may have been misled
TELLING = 32  # features whose first byte lies under it tell copies: one in eight

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bags:
    """Scans with a bag each, and how many were told by whom.

    Attributes:
        samples: the scans, all with a group.
        named: how many had one.
        alike: how many bags the others were found to show; None: nobody sought.
    """

    samples: tuple[Sample, ...]
    named: int
    alike: int | None

    @property
    def doubt(self) -> str:
        """What to think of where likeness found few bags in many scans; else nothing."""
        lacking = len(self.samples) - self.named
        if self.alike is None or lacking < FEW * self.alike:
            return ""
        return (
            "; if these scans show more bags than that, they share something that is none, such as "
            "a console's header or frame: crop it, or say --ungrouped if each shows another bag"
        )

    @property
    def said(self) -> str:
        """The counts, a sentence."""
        count = len(self.samples)
        if self.named == count:
            return f"{count} scans, all with a group"
        rest = (
            "the rest taken for a bag each (--ungrouped)"
            if self.alike is None
            else f"the rest grouped by likeness into {self.alike}"
        )
        return f"{count} scans, {self.named} with a group, {rest}"


def bags(
    samples: Sequence[Sample], ungrouped: bool = False, shown: twins.Shown = twins.unseen
) -> Bags:
    """Every scan with its bag: the one that is written down, else the first scan's like it.

    Args:
        samples: scans; a bag of one is joined with another's that it is seen in.
        ungrouped: seek nothing: every scan without a group shows another bag, as somebody knows.
        shown: gives things back one by one, and shows how far the work is. How long it takes is
            said in the log before.

    Raises:
        DataError: more than MOST scans, and some without a group.
    """
    lacking = [place for place, sample in enumerate(samples) if not sample.group]
    named = len(samples) - len(lacking)
    if ungrouped or not lacking:
        return Bags(tuple(replace(s, group=s.bag) for s in samples), named, None)
    if len(samples) > MOST:
        raise DataError(
            f"{len(lacking)} of {len(samples)} scans do not say which bag they show, and at most "
            f"{MOST} scans can be compared to find out; write the groups down (COCO: group of an "
            "image), give fewer scans, or say --ungrouped if each of them shows another bag"
        )
    if len(samples) >= LONG:
        log.warning(
            "seeking which of %s scans show the same bag takes about %.0f min on one core; "
            "--ungrouped leaves that out, if each of them shows another",
            *(f"{len(samples):,}", max(1, len(samples) * SCAN_S / 60)),
        )
    parent = _joined(samples, shown)
    names = [samples[_root(parent, place)].bag for place in range(len(samples))]
    found = tuple(replace(s, group=name) for s, name in zip(samples, names, strict=True))
    return Bags(found, named, len({names[place] for place in lacking}))


def _joined(samples: Sequence[Sample], shown: twins.Shown) -> list[int]:
    """For every scan the place of one before it that shows the same bag, or its own."""
    first: dict[str, int] = {}
    parent = [first.setdefault(s.bag, place) for place, s in enumerate(samples)]
    signs: dict[bytes, int] = {}
    apart: dict[int, Features] = {}  # of scans that are no copy of one before
    for place, sample in enumerate(shown(samples, "seeking the same bags")):
        scan = sample.scan
        found = features(scan)
        mine = _signs(scan, found)
        copied = _copied(mine, found, signs, apart)
        if copied is None:
            apart[place] = found
            signs |= {sign: place for sign in mine if sign not in signs}
        else:
            _join(parent, copied, place)
    places = list(apart)
    for (a, b), _ in twins.twins(list(apart.values()), shown):
        _join(parent, places[a], places[b])
    return parent


def _signs(scan: Scan, found: Features) -> list[bytes]:
    """Its pixels, and some of its features: the same ones of the same picture."""
    pixels = hashlib.sha256(f"{scan.pixels.shape}".encode() + scan.pixels.tobytes()).digest()
    return [pixels, *(bits.tobytes() for bits in found.bits if bits[0] < TELLING)]


def _copied(
    mine: Sequence[bytes],
    found: Features,
    signs: dict[bytes, int],
    apart: dict[int, Features],
) -> int | None:
    """The scan before it of the same pixels, or with features that are equal and lie as its own."""
    if mine[0] in signs:
        return signs[mine[0]]
    ((best, count),) = Counter(signs[s] for s in mine[1:] if s in signs).most_common(1) or [(0, 0)]
    if count >= twins.LEAST_SHARED and shared(found, apart[best]) >= INLIERS:
        return best
    return None


def _join(parent: list[int], a: int, b: int) -> None:
    low, high = sorted((_root(parent, a), _root(parent, b)))
    parent[high] = low


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        place = parent[place]
    return place
