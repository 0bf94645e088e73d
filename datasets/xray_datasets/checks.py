"""What is wrong with a data set, before hours of training find out."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from xray.errors import XrayError
from xray.scan import Scan
from xray_datasets.findings import Findings, count_boxes
from xray_datasets.sample import Sample


def check(
    samples: Iterable[tuple[str, Sample]],
    *,
    open_scans: bool = True,
    findings: Findings | None = None,
) -> Findings:
    """Look at every sample, each with the name of its split.

    Found are: scans that cannot be opened or are of another size than their annotations say,
    boxes that had to be clipped, dropped or stand there twice, names that come twice in a split,
    and what is in two splits at once: the same group, or the very same picture.

    Args:
        samples: (split, sample), in any order.
        open_scans: also open every scan, which takes most of the time.
        findings: where the reader of the samples notes what it leaves out; what is found here is
            added.
    """
    found = Findings() if findings is None else findings
    groups: dict[str, str] = {}
    pictures: dict[bytes, tuple[str, str]] = {}
    seen: set[tuple[str, str]] = set()
    for split, sample in samples:
        where = f"{split} {sample.id}"
        found.scans += 1
        found.boxes += len(sample.annotations)
        _boxes(found, sample, where)
        if (split, sample.id) in seen:
            found.add("scans listed twice in a split", where)
        seen.add((split, sample.id))
        if sample.group and groups.setdefault(sample.group, split) != split:
            found.add("groups in two splits", f"{sample.group}: {groups[sample.group]}, {split}")
        if open_scans:
            _scan(found, sample, split, where, pictures)
    return found


def _boxes(found: Findings, sample: Sample, where: str) -> None:
    count_boxes(found, sample, where)
    if max(Counter(sample.annotations).values(), default=0) > 1:
        found.add("scans with the same box twice", where)


def _scan(
    found: Findings,
    sample: Sample,
    split: str,
    where: str,
    pictures: dict[bytes, tuple[str, str]],
) -> None:
    try:
        scan = sample.scan
    except (XrayError, OSError) as error:
        found.add("scans that cannot be opened", f"{where}: {error}")
        return
    said = sample.meta.get("size_hw", (scan.height, scan.width))
    if said != (scan.height, scan.width):
        found.add("scans of another size than annotated", f"{where}: {_size(scan)}")
    first, place = pictures.setdefault(_digest(scan), (split, where))
    if first != split:
        found.add("the same picture in two splits", f"{place} = {where}")


def _size(scan: Scan) -> str:
    return f"{scan.width}×{scan.height} pixels"


def _digest(scan: Scan) -> bytes:
    return hashlib.blake2b(scan.pixels.tobytes(), digest_size=16).digest()
