"""Things that are lent one at a time, to whoever waits longest.

`queue.Queue` gives what comes back to whichever thread runs next: one that lends again at once is
that thread nearly always, and others would wait for as long as it has work.
"""

import queue
import threading
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Line(Generic[Thing]):
    """Those who wait, in order. Safe between threads.

    Args:
        idle: what there is to lend.
    """

    def __init__(self, idle: Iterable[Thing]) -> None:
        self._idle = deque(idle)  # empty while anybody waits
        self._waits: deque[queue.SimpleQueue[Thing]] = deque()  # one for each who does
        self._guard = threading.Lock()

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waits)

    def take(self, seconds: float | None) -> Thing:
        """The next thing, after those who came before.

        Args:
            seconds: how long to wait for it; None: as long as it takes.

        Raises:
            TimeoutError: it did not come.
        """
        with self._guard:
            if self._idle:
                return self._idle.popleft()
            mine: queue.SimpleQueue[Thing] = queue.SimpleQueue()
            self._waits.append(mine)
        try:
            return mine.get(timeout=seconds)
        except queue.Empty:
            with self._guard:
                if mine in self._waits:
                    self._waits.remove(mine)
                    raise TimeoutError from None
            return mine.get()  # it came at the last moment

    def give(self, thing: Thing) -> None:
        """Hand a thing on to whoever waits longest, or keep it for the next to come."""
        with self._guard:
            if self._waits:
                self._waits.popleft().put(thing)
            else:
                self._idle.append(thing)
