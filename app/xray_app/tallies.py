"""Counts that one process keeps of what it did; with each start they begin anew.

Their forms are those of Prometheus, whose functions (`rate`, `increase`) know of such beginnings.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate


class Tally:
    """How often each of a few kinds of things happened. Safe between threads.

    >>> tally = Tally()
    >>> tally.add("2xx")
    >>> tally.counts
    {'2xx': 1}
    """

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._lock = threading.Lock()

    def add(self, kind: str) -> None:
        """It happened once more."""
        with self._lock:
            self._counts[kind] += 1

    @property
    def counts(self) -> Mapping[str, int]:
        """Kind → how often."""
        with self._lock:
            return dict(sorted(self._counts.items()))


class Histogram:
    """How many values lie up to each of a few bounds. Safe between threads.

    Args:
        bounds: in rising order, each counted with what lies at it.

    >>> histogram = Histogram((1.0, 10.0))
    >>> for value in (1.0, 7.0, 80.0):
    ...     histogram.add(value)
    >>> histogram.up_to, histogram.sum
    ({'1.0': 1, '10.0': 2, '+Inf': 3}, 88.0)
    """

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._lock = threading.Lock()
        self.sum = 0.0

    def add(self, value: float) -> None:
        """One more value."""
        with self._lock:
            self._counts[bisect_left(self._bounds, value)] += 1
            self.sum += value

    @property
    def up_to(self) -> Mapping[str, int]:
        """Bound → how many values lie up to it; the last one holds them all."""
        with self._lock:
            names = [*map(str, self._bounds), "+Inf"]
            return dict(zip(names, accumulate(self._counts), strict=True))
