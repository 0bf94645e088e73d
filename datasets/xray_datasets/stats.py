"""How much of what a data set holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from xray_datasets.sample import Sample


@dataclass
class Count:
    """What there is of one label.

    Attributes:
        boxes, ignored: marked objects, and regions that count neither for nor against.
        scans, groups: that show at least one of its boxes.
        sides_px: the root of every box's area.
    """

    boxes: int = 0
    ignored: int = 0
    scans: int = 0
    groups: set[str] = field(default_factory=set)
    sides_px: list[float] = field(default_factory=list)

    @property
    def sides(self) -> tuple[float, float, float] | None:
        """A small, a middling and a large one: 10th, 50th and 90th percentile, in pixels."""
        if not self.sides_px:
            return None
        small, middle, large = np.percentile(self.sides_px, (10, 50, 90)).tolist()
        return small, middle, large


@dataclass
class Stats:
    """What there is in one split."""

    scans: int = 0
    empty: int = 0
    groups: set[str] = field(default_factory=set)
    labels: dict[str, Count] = field(default_factory=dict)


def count(samples: Iterable[Sample]) -> Stats:
    """Count everything; no scan is opened."""
    stats = Stats()
    for sample in samples:
        stats.scans += 1
        stats.empty += not sample.annotations
        stats.groups.add(sample.bag)
        for thing in sample.annotations:
            one = stats.labels.setdefault(thing.label, Count())
            x1, y1, x2, y2 = thing.xyxy_px
            one.boxes += 1
            one.sides_px.append(((x2 - x1) * (y2 - y1)) ** 0.5)
        for label in {thing.label for thing in sample.annotations}:
            stats.labels[label].scans += 1
            stats.labels[label].groups.add(sample.bag)
        for region in sample.ignored:
            stats.labels.setdefault(region.label, Count()).ignored += 1
    return stats
