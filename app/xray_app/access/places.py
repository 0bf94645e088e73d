"""So many at a time; whoever finds no place is turned away instead of being kept waiting.

Requests are answered by a few threads (AnyIO's 40) that all routes share. What strangers can ask
for and takes long may have some of them, never all: a hundred sign-ins must not stop the service.

Nor may one address have them all. Behind a proxy that does not say for whom it asks, everybody is
one address (`api.signing.peer_of`): there, only how many there are in all is a limit.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from xray_app.cases.errors import Full

RETRY_AFTER_S = 2


class Places:
    """Places for one kind of work. Safe between threads.

    Args:
        most: how many there are.
        each: how many of them one address may hold.
        taken: what whoever finds none is told.
    """

    def __init__(self, most: int, each: int, taken: str) -> None:
        self._most, self._each, self._taken = most, each, taken
        self._held = Counter[str]()  # by address
        self._lock = threading.Lock()

    @contextmanager
    def one(self, peer: str = "") -> Iterator[None]:
        """Hold a place.

        Args:
            peer: the address that asks; empty: nobody knows whose it is, and any place will do.

        Raises:
            Full: all are taken, or all that this address may hold.
        """
        with self._lock:
            crowded = self._held.total() >= self._most
            if crowded or (peer and self._held[peer] >= self._each):
                raise Full(self._taken, RETRY_AFTER_S)
            self._held[peer] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= Counter((peer,))  # keeps no address that holds none
