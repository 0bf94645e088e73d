"""Memory of processes, as the kernel counts it, and how it grows."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np

OWN = os.getpid()


def resident_mb(pid: int) -> float:
    """Memory of one process, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def most_mb(pid: int) -> float:
    """The most that a process ever had, in MiB; looks between two moments may miss it."""
    said = Path(f"/proc/{pid}/status").read_text()
    return float(said.partition("VmHWM:")[2].split()[0]) / 1024


def tree_mb(pid: int) -> float:
    """Memory of a process and of what it started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text().split()]
    return resident_mb(pid) + sum(tree_mb(int(child)) for child in children)


def slope(samples: list[tuple[float, float]]) -> float:
    """What memory grows by: the straight line of least squares through (moment, MiB)."""
    moments, sizes = zip(*samples, strict=True)
    return float(np.polyfit(moments, sizes, 1)[0])


class Watch:
    """Looks at processes while a test goes on.

    Args:
        measures: name → what it takes now, in MiB.
    """

    def __init__(self, **measures: Callable[[], float]) -> None:
        self._measures = measures
        self.seen: dict[str, list[float]] = {name: [] for name in measures}

    def look(self) -> None:
        for name, measure in self._measures.items():
            self.seen[name].append(measure())

    def grown(self, name: str) -> float:
        """MiB between the second fifth of the looks, when caches are full, and the last one."""
        seen = self.seen[name]
        fifth = max(1, len(seen) // 5)
        return float(np.median(seen[-fifth:]) - np.median(seen[fifth : 2 * fifth]))

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {seen[-1]:.0f} MiB in the end, {self.grown(name):+.1f} grown"
            for name, seen in self.seen.items()
        )


@contextmanager
def watched(pid: int, every_s: float) -> Iterator[list[tuple[float, float]]]:
    """Minutes and MiB of a process and what it started: at once, now and then, and in the end."""
    over, began = threading.Event(), time.monotonic()
    seen: list[tuple[float, float]] = []

    def look() -> None:
        seen.append(((time.monotonic() - began) / 60, tree_mb(pid)))

    def go_on() -> None:
        while not over.wait(every_s):
            look()

    look()
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(go_on)
        try:
            yield seen
        finally:
            over.set()
        job.result()
    look()
