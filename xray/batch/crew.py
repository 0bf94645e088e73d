"""The engine of one machine: a process for each core, replaced when it dies.

A process that dies at a scan (its memory ran out, its decoder crashed) is replaced and its shard
begun again; at the second death at the same scan, that scan is set aside.
"""

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from xray.batch.inspecting import Settings, lines
from xray.batch.plan import Shard
from xray.errors import ModelError

DEATHS = 2  # at one scan, and it is that scan's fault
Finished = tuple[int, list[str]]  # a shard's number and lines


def finished(
    shards: Iterable[Shard], settings: Settings, saw: Callable[[int], None], workers: int
) -> Iterator[Finished]:
    """Shards as they are done, in whatever order.

    Args:
        shards: what to do; taken as needed.
        settings: how.
        saw: hears how many scans more are being looked at, or less where some begin again.
        workers: how many processes.

    Raises:
        ModelError: processes die before they look at anything.
    """
    source, again = iter(shards), deque[Shard]()
    deaths: Counter[tuple[int, int]] = Counter()
    crew: list[_Member] = []
    try:
        while True:
            while len(crew) < workers:
                shard = again.popleft() if again else next(source, None)
                if shard is None:
                    break
                crew.append(_Member(settings, shard, deaths))
            if not crew:
                return
            ready = wait([member.pipe for member in crew])
            for member in [m for m in crew if m.pipe in ready]:
                try:
                    said = member.pipe.recv()
                except (EOFError, OSError):
                    crew.remove(member)
                    again.append(member.shard)
                    saw(-member.place - 1)
                    deaths[member.shard.number, member.mourned()] += 1
                    continue
                if isinstance(said, int):
                    member.place = said
                    saw(1)
                    continue
                yield member.shard.number, said
                shard = again.popleft() if again else next(source, None)
                if shard is None:
                    crew.remove(member)
                    member.leave()
                else:
                    member.begin(shard)
    finally:
        for member in crew:
            member.leave()


class _Member:
    """One process, and the shard that it is at."""

    def __init__(self, settings: Settings, shard: Shard, deaths: Counter[tuple[int, int]]) -> None:
        context = multiprocessing.get_context("spawn")  # onnxruntime's threads survive no fork
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, settings), daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not be heard of
        self._deaths = deaths
        self.begin(shard)

    def begin(self, shard: Shard) -> None:
        """Hand it a shard."""
        self.shard, self.place = shard, -1
        again = [
            place
            for place in range(len(shard.items))
            if self._deaths[shard.number, place] >= DEATHS
        ]
        why = f"inspecting it ended the process {DEATHS} times: too large, or its decoder crashed"
        with suppress(OSError):  # it died; that is heard of at the next wait
            self.pipe.send((shard, dict.fromkeys(again, why)))

    def mourned(self) -> int:
        """The place of the shard where it died."""
        self._process.join()
        if self.place < 0 and self._deaths[self.shard.number, -1] >= DEATHS:
            raise ModelError(
                "inspecting processes end before they look at a scan (exit code "
                f"{self._process.exitcode}); is there enough memory for each? Try fewer --workers"
            )
        return self.place

    def leave(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(pipe: "Connection[Any, Any]", settings: Settings) -> None:
    """Inspect what comes through the pipe until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command ends us when it is interrupted
    threading.Thread(target=_follow, daemon=True).start()
    detector = settings.detector()
    while True:
        shard, deadly = pipe.recv()
        pipe.send(lines(shard, detector, settings, pipe.send, deadly))


def _follow() -> None:
    """End with the process that started us, also when it was killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
