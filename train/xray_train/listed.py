"""The scans of some splits of a folder, each once, however often its lists name it."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from xray_datasets import layouts, voc
from xray_datasets.asked import LISTED
from xray_datasets.sample import Sample

Key = tuple[str, str]  # origin and id of a sample

log = logging.getLogger(__name__)


def read(
    root: Path, splits: Sequence[str], only: Collection[Key] | None = None
) -> Iterator[Sample]:
    """The samples of these splits, each once; [] reads all that is there.

    A scan that a file lists twice bears the marks of both: either alone would teach that the
    other's objects are not there.

    Args:
        root: the folder, or a COCO file.
        splits: to read.
        only: those that are wanted; None: all.
    """
    found: dict[Key, Sample] = {}
    twice = 0
    for sample in as_listed(root, splits):
        if only is None or key(sample) in only:
            first = found.setdefault(key(sample), sample)
            if first is not sample:
                found[key(sample)] = _joined(first, sample)
                twice += 1
    if twice:
        log.warning("%s: %d scans are listed twice; the marks of both were joined", root, twice)
    yield from found.values()


def as_listed(root: Path, splits: Sequence[str]) -> Iterator[Sample]:
    """As they are listed."""
    overlapping = splits and layouts.name(root) in LISTED
    asked = [voc.JOINT.join(splits)] if overlapping else splits
    for split in asked or (None,):
        yield from layouts.read(root, split)


def key(sample: Sample) -> Key:
    """What tells a scan from all others of its folder."""
    return sample.origin, sample.id


def apart(root: Path, examines: Iterable[Sample], teaches: Iterable[Sample]) -> list[Sample]:
    """Those that examine and are not in a list that teaches, too: of VOC's kind, lists overlap."""
    known = names_taught(root, teaches)
    return [sample for sample in examines if sample.id not in known]


def names_taught(root: Path, teaches: Iterable[Sample]) -> set[str]:
    """Names of those that teach, where another list may hold them, too."""
    return {sample.id for sample in teaches} if layouts.name(root) in LISTED else set()


def _joined(one: Sample, other: Sample) -> Sample:
    """One scan with the marks of both, each once; looked for was what was in both."""
    looked = [s.judged for s in (one, other) if s.judged is not None]
    return replace(
        one,
        annotations=tuple(dict.fromkeys(one.annotations + other.annotations)),
        ignored=tuple(dict.fromkeys(one.ignored + other.ignored)),
        rejected=tuple(dict.fromkeys(one.rejected + other.rejected)),
        judged=frozenset.intersection(*looked) if looked else None,
        exhaustive=one.exhaustive and other.exhaustive,
        meta={k: v for k, v in one.meta.items() if k != "visible_fraction"},  # a share a mark
    )
