"""What is wrong with a data set, before hours of training find out."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from xray.errors import XrayError
from xray.scan import Scan
from xray_datasets.sample import Sample

EXAMPLES = 3  # named for each kind of problem; the rest is counted


@dataclass
class Findings:
    """What a check met; `problems` is empty where all is well.

    Attributes:
        scans, boxes: how many were looked at.
        kinds: what is wrong → where.
    """

    scans: int = 0
    boxes: int = 0
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, where: str) -> None:
        """Note one problem."""
        self.kinds.setdefault(kind, []).append(where)

    @property
    def problems(self) -> list[str]:
        """One sentence for each kind of problem, with its first places."""
        return [
            f"{kind}: {len(places)} (" + ", ".join(places[:EXAMPLES])
            + (", ...)" if len(places) > EXAMPLES else ")")
            for kind, places in self.kinds.items()
        ]  # fmt: skip


def check(samples: Iterable[tuple[str, Sample]], *, open_scans: bool = True) -> Findings:
    """Look at every sample, each with the name of its split.

    Found are: scans that cannot be opened or are of another size than their annotations say,
    boxes that had to be clipped, dropped or stand there twice, names that come twice in a split,
    and what is in two splits at once: the same group, or the very same picture.

    Args:
        samples: (split, sample), in any order.
        open_scans: also open every scan, which takes most of the time.
    """
    found = Findings()
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
    if sample.meta.get("dropped"):
        found.add("scans with boxes dropped, which lie beside the picture or have no area", where)
    if sample.meta.get("clipped"):
        found.add("scans with boxes clipped, which reach past the edge", where)
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
