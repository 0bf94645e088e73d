"""Things that are lent one at a time, to whoever waits longest.

`queue.Queue` gives what comes back to whichever thread runs next: one that lends again at once is
that thread nearly always, and others would wait for as long as it has work. Of several lanes those
in which somebody waits have their turns alike: many who wait in one do not outnumber the others.
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
        lanes: how many there are to wait in; they count from 0.
    """

    def __init__(self, idle: Iterable[Thing], lanes: int = 1) -> None:
        self._idle = deque(idle)  # empty while anybody waits
        # In each lane, one for each who does.
        self._waits = tuple(deque[queue.SimpleQueue[Thing]]() for _ in range(lanes))
        self._turn = 0  # the lane that is looked into first
        self._guard = threading.Lock()

    @property
    def length(self) -> int:
        """How many wait."""
        return sum(map(len, self._waits))

    def take(self, seconds: float | None, lane: int = 0) -> Thing:
        """The next thing, after those who came into this lane before.

        Args:
            seconds: how long to wait for it; None: as long as it takes.
            lane: the one to wait in.

        Raises:
            TimeoutError: it did not come.
        """
        with self._guard:
            if self._idle:
                return self._idle.popleft()
            mine: queue.SimpleQueue[Thing] = queue.SimpleQueue()
            self._waits[lane].append(mine)
        try:
            return mine.get(timeout=seconds)
        except queue.Empty:
            with self._guard:
                if mine in self._waits[lane]:
                    self._waits[lane].remove(mine)
                    raise TimeoutError from None
            return mine.get()  # it came at the last moment

    def give(self, thing: Thing) -> None:
        """Hand a thing on to whoever waits longest in the lane whose turn it is, or keep it for the
        next to come.
        """
        with self._guard:
            count = len(self._waits)
            for lane in (number % count for number in range(self._turn, self._turn + count)):
                if self._waits[lane]:
                    self._waits[lane].popleft().put(thing)
                    self._turn = (lane + 1) % count
                    return
            self._idle.append(thing)
