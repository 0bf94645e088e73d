"""What is wrong with a data set, before hours of training find out."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from xray.errors import XrayError
from xray.scan import Scan
from xray_datasets import twins
from xray_datasets.features import Features, features
from xray_datasets.findings import Findings, count_boxes
from xray_datasets.sample import Sample

LEAK = "the same bag in two splits, by what it looks like"
LOOSE = "the same bag in two groups of a split, by what it looks like"


@dataclass(frozen=True)
class Place:
    """Where a scan stands."""

    split: str
    id: str
    group: str

    def __str__(self) -> str:
        return f"{self.split} {self.id}"


@dataclass
class Seen:
    """What was met so far: the split of a group, the place of a picture, features of each scan."""

    splits: dict[str, str] = field(default_factory=dict)
    pictures: dict[bytes, Place] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    features: list[Features] = field(default_factory=list)


def check(
    samples: Iterable[tuple[str, Sample]],
    *,
    open_scans: bool = True,
    find_twins: bool = False,
    findings: Findings | None = None,
) -> Findings:
    """Look at every sample, each with the name of its split.

    Found are: scans that cannot be opened or are of another size than their annotations say,
    boxes that had to be clipped, dropped or stand there twice, names that come twice in a split,
    and what is in two splits at once: the same group, the very same picture, the same bag.

    Args:
        samples: (split, sample), in any order.
        open_scans: also open every scan, which takes most of the time.
        find_twins: also seek the same bag in other scans, see `twins`; of scans that are opened.
        findings: where the reader of the samples notes what it leaves out; what is found here is
            added.
    """
    found = Findings() if findings is None else findings
    seen, names = Seen(), set[tuple[str, str]]()
    for split, sample in samples:
        place = Place(split, sample.id, sample.bag)
        found.scans += 1
        found.boxes += len(sample.annotations)
        _boxes(found, sample, place)
        if (split, sample.id) in names:
            found.add("scans listed twice in a split", str(place))
        names.add((split, sample.id))
        first = seen.splits.setdefault(sample.group, split) if sample.group else split
        if first != split:
            found.add("groups in two splits", f"{sample.group}: {first}, {split}")
        scan = _opened(found, sample, place) if open_scans else None
        if scan is not None:
            _picture(found, scan, place, seen)
            if find_twins:
                seen.places.append(place)
                seen.features.append(features(scan))
                if len(seen.features) == twins.LARGE:
                    twins.tell(twins.LARGE, more=True)
    _leaks(found, seen)
    return found


def _boxes(found: Findings, sample: Sample, place: Place) -> None:
    count_boxes(found, sample, str(place))
    if max(Counter(sample.annotations).values(), default=0) > 1:
        found.add("scans with the same box twice", str(place))


def _opened(found: Findings, sample: Sample, place: Place) -> Scan | None:
    try:
        scan = sample.scan
    except (XrayError, OSError) as error:
        found.add("scans that cannot be opened", f"{place}: {error}")
        return None
    if sample.meta.get("size_hw", (scan.height, scan.width)) != (scan.height, scan.width):
        size = f"{scan.width}×{scan.height} pixels"
        found.add("scans of another size than annotated", f"{place}: {size}")
    return scan


def _picture(found: Findings, scan: Scan, place: Place, seen: Seen) -> None:
    digest = hashlib.blake2b(scan.pixels.tobytes(), digest_size=16).digest()
    first = seen.pictures.setdefault(digest, place)
    if first.split != place.split:
        found.add("the same picture in two splits", f"{first} = {place}")


def _leaks(found: Findings, seen: Seen) -> None:
    """Twins that the data set does not know of."""
    for (a, b), shared in twins.twins(seen.features):
        one, other = seen.places[a], seen.places[b]
        where = f"{one} = {other}, {shared} features"
        if one.split != other.split:
            found.add(LEAK, where)
        elif one.group != other.group:
            found.note(LOOSE, where)
