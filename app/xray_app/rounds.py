"""Work done again and again beside the service, in a thread of its own."""

import logging
import threading
from collections.abc import Callable

EVERY_SECONDS = 1.0

log = logging.getLogger("xray_app.rounds")


class Rounds:
    """Does one thing again and again, from entering to leaving; a round that fails does not end it.

    Args:
        name: of what is done.
        once: does it.
        stopping: set when it is left; those that share one end together.
        every_s: seconds from the end of one to the next.
    """

    def __init__(
        self,
        name: str,
        once: Callable[[], object],
        stopping: threading.Event | None = None,
        every_s: float = EVERY_SECONDS,
    ) -> None:
        self._name, self._once, self._every_s = name, once, every_s
        self._stopping = stopping or threading.Event()
        self._thread = threading.Thread(target=self._work, name=name)

    def __enter__(self) -> "Rounds":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self._once()
            except Exception:  # a database or a disk that is away must not end the rounds
                log.exception(f"{self._name} failed; trying again")  # a name of our own
