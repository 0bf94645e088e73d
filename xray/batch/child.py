"""What every process that a batch starts does first."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable


def settled(last: Callable[[], None] = lambda: None) -> None:
    """Leave Ctrl-C to the command, and end with it, also when it is killed; one thread a process.

    So does one that is told to end: a closed terminal, `timeout`, a container that is stopped.
    OpenCV would start as many threads as the machine has cores, in each of as many processes.

    Args:
        last: what to do before the end with the command.
    """
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command ends us when it is interrupted
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # some systems have no terminals
            signal.signal(getattr(signal, name), lambda *_: _end(last))
    threading.Thread(target=_follow, args=(last,), daemon=True).start()


def _follow(last: Callable[[], None]) -> None:
    """End with the process that started us, also when it was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    _end(last)


def _end(last: Callable[[], None]) -> None:
    try:
        last()
    finally:
        os._exit(1)
