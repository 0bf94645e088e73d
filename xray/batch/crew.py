"""The engine of one machine: a process for each core, replaced when it dies.

A process that dies at a scan (its memory ran out, its decoder crashed) is replaced and its shard
begun again; at the second death at the same scan, that scan is set aside. Where all are killed at
once, command and all, each scan that one was at is remembered, and set aside at the third time.
"""

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from xray.batch import child, marks
from xray.batch.inspecting import Settings, lines
from xray.batch.plan import Shard
from xray.batch.reach import Away
from xray.errors import ModelError

DEATHS = 2  # at one scan, and it is that scan's fault
ENDS = 3  # of all processes at once: the others that were at work were at some scan, too
Finished = tuple[int, list[str]]  # a shard's number and lines


def finished(
    shards: Iterable[Shard],
    settings: Settings,
    saw: Callable[[int], None],
    workers: int,
    at: Path | None = None,
) -> Iterator[Finished]:
    """Shards as they are done, in whatever order.

    Args:
        shards: what to do; taken as needed.
        settings: how.
        saw: hears how many scans more are being looked at, or less where some begin again.
        workers: how many processes.
        at: the folder that remembers which scan each is at; None: nothing is remembered.

    Raises:
        ModelError: processes die before they look at anything.
        Away: a scan cannot be reached.
    """
    source, again = iter(shards), deque[Shard]()
    died = _Died(Counter(), marks.counted(at))
    crew: list[_Member] = []
    try:
        while True:
            while len(crew) < workers:
                shard = again.popleft() if again else next(source, None)
                if shard is None:
                    break
                crew.append(_Member(settings, shard, died, at))
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
                    died.alone[member.shard.number, member.mourned()] += 1
                    continue
                if isinstance(said, int):
                    member.place = said
                    saw(1)
                    continue
                yield member.shard.number, _done(said)
                shard = again.popleft() if again else next(source, None)
                if shard is None:
                    crew.remove(member)
                    member.leave()
                else:
                    member.begin(shard)
    finally:
        for member in crew:
            member.leave()


def _done(said: "list[str] | Away") -> list[str]:
    """The lines of a shard; what kept a process from them, as an error of ours."""
    if isinstance(said, Away):
        raise said
    return said


class _Died(NamedTuple):
    """Deaths of one process, by shard and place, and of all at once, by a scan's id."""

    alone: Counter[tuple[int, int]]
    together: Counter[str]

    def deadly(self, shard: Shard) -> dict[int, str]:
        """The places of a shard not to be tried, and why."""
        why = "inspecting it ended the process {} times: too large, or its decoder crashed"
        all_at_once = "all processes were killed {} times while one inspected it: too large?"
        together = {
            place: all_at_once.format(ENDS)
            for place, item in enumerate(shard.items)
            if self.together[item.id] >= ENDS
        }
        alone = (p for p in range(len(shard.items)) if self.alone[shard.number, p] >= DEATHS)
        return together | dict.fromkeys(alone, why.format(DEATHS))


class _Member:
    """One process, and the shard that it is at."""

    def __init__(self, settings: Settings, shard: Shard, died: _Died, at: Path | None) -> None:
        context = multiprocessing.get_context("spawn")  # onnxruntime's threads survive no fork
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, settings, at), daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not be heard of
        self._died, self._at = died, at
        self.begin(shard)

    def begin(self, shard: Shard) -> None:
        """Hand it a shard."""
        self.shard, self.place = shard, -1
        with suppress(OSError):  # it died; that is heard of at the next wait
            self.pipe.send((shard, self._died.deadly(shard)))

    def mourned(self) -> int:
        """The place of the shard where it died."""
        self._ended()
        if self.place < 0 and self._died.alone[self.shard.number, -1] >= DEATHS:
            raise ModelError(
                "inspecting processes end before they look at a scan (exit code "
                f"{self._process.exitcode}); is there enough memory for each? Try fewer --workers"
            )
        return self.place

    def _ended(self) -> None:
        """It died alone: no mark of it is left."""
        self._process.join()
        if self._at is not None:
            marks.mark(self._at, self._process.pid or 0).unlink(missing_ok=True)

    def leave(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._ended()
        self.pipe.close()


def _work(pipe: "Connection[Any, Any]", settings: Settings, at: Path | None) -> None:
    """Inspect what comes through the pipe until the other end is closed."""
    mark = None if at is None else marks.Mark(at, os.getpid())
    child.settled(mark.gone if mark else lambda: None)
    works = mark.at if mark else lambda id: None
    detector = settings.detector()
    while True:
        shard, deadly = pipe.recv()
        try:
            said: list[str] | Away = lines(shard, detector, settings, pipe.send, deadly, works)
        except Away as error:
            said = error
            works(None)
        pipe.send(said)
