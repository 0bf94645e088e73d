"""How many scans a second workers inspect, by the stamps that each of them leaves.

What reaches the command says little of that: a worker's first shard would count without its time,
and Ray hands out what was done long before. So each process writes down when it had inspected a
scan. Only the time in which all of them are at work counts: from when the last one has inspected
its first shard until the first one inspects no more.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xray.batch import Settings
from xray.detector import Detector
from xray.report import Report
from xray.scan import Scan

SHARD = 16  # scans: as long as a worker warms up; `xray batch` takes no smaller shards


@dataclass(frozen=True)
class Stamping(Settings):
    """Settings whose detectors write down when they had inspected a scan.

    Attributes:
        stamps: folder for a file of each process.
    """

    stamps: Path = Path()

    def detector(self) -> Detector:
        found = super().detector()
        inspect, file = found.inspect, self.stamps / f"{os.getpid()}.txt"

        def stamped(scan: Scan, min_score: float | None = None) -> Report:
            report = inspect(scan, min_score)
            with file.open("a") as stamps:
                stamps.write(f"{time.time()}\n")
            return report

        # Of this one detector, so that whoever calls it is measured as they stand.
        found.inspect = stamped  # type: ignore[method-assign]
        return found


def left(folder: Path) -> list[list[float]]:
    """The stamps of each process, in seconds, in the order of their files."""
    files = sorted(folder.glob("*.txt"))
    return [[float(line) for line in file.read_text().splitlines()] for file in files]


def rate(stamps: Sequence[Sequence[float]], workers: int) -> float:
    """Scans a second while every worker is at work.

    Args:
        stamps: when each process had inspected a scan, in seconds, ascending.
        workers: how many processes there should be.

    Raises:
        ValueError: there are fewer, or one of them has inspected too little.

    >>> steady = [float(k) for k in range(100)]
    >>> rate([steady, [k + 10.5 for k in steady]], 2)  # the second begins later
    2.0
    """
    if len(stamps) != workers or min(map(len, stamps), default=0) <= SHARD:
        counts = ", ".join(str(len(each)) for each in stamps) or "none"
        raise ValueError(
            f"expected {workers} processes that inspect more than {SHARD} scans each, got scans of "
            f"each: {counts}; is the archive large enough, and can its scans be read?"
        )
    begin = max(each[SHARD - 1] for each in stamps)
    end = min(each[-1] for each in stamps)
    if end <= begin:
        raise ValueError(
            f"the {workers} processes were never at work at the same time; take a larger archive"
        )
    return sum(begin < at <= end for each in stamps for at in each) / (end - begin)
