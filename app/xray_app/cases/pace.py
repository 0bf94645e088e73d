"""How fast cases are inspected: who would wait longer than anybody will is turned away at once."""

import threading
from collections import deque
from statistics import median

LAST = 32  # cases that the pace is taken from: enough for a mixture, soon forgotten
FIRST = 4  # of which so many must be known: the first are slower, since caches are empty
FEWEST = 2  # cases that may wait for each process, however slow it is


class Pace:
    """What the last cases took. Safe between threads.

    Args:
        processes: how many inspect side by side.

    >>> pace = Pace(processes=2)
    >>> for seconds in (0.5, 0.5, 0.5, 60.0):
    ...     pace.add(seconds)
    >>> pace.holds(30.0)
    120
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._seconds = deque[float](maxlen=LAST)
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """A case took so long, with the wait for a process that others than cases had meanwhile."""
        with self._lock:
            self._seconds.append(seconds)

    def holds(self, longest_s: float) -> int | None:
        """Cases of which the last is begun within this time; None: too few were inspected to say.

        By the median, so that one damaged scan that held a process for minutes changes nothing.
        """
        with self._lock:
            if len(self._seconds) < FIRST:
                return None
            typical_s = max(1e-3, median(self._seconds))
        return max(FEWEST * self._processes, int(longest_s / typical_s * self._processes))
