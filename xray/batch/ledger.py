"""Which shards are done: each is one file that is there as a whole or not at all.

A line of it is `{"id": ..., "report": ...}`, the report in its canonical form, or
`{"id": ..., "reason": ...}` for a scan that was set aside. Where what was set aside is to be done
again, the shard moves over to `again/` until it is.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xray.batch.files import whole_file
from xray.batch.folder import AGAIN, AT, LOCK, SHARDS
from xray.batch.plan import Plan, Shard
from xray.errors import DataError, RecipeError

A_FOLDER = 1000  # shards; file systems slow down over folders with many more


class Ledger:
    """The shards of a batch.

    Args:
        plan: of the batch.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder, self._before = plan.out / SHARDS, plan.out / AGAIN
        self._at = plan.out / AT

    def has(self, number: int) -> bool:
        """Whether this shard is done."""
        return _in(self._folder, number).exists()

    def write(self, number: int, lines: Sequence[str]) -> None:
        """Say that a shard is done, and what came of it, or of those of it that were left."""
        before, fresh = _in(self._before, number), iter(lines)
        if before.exists():
            lines = [next(fresh, "") if _aside(line) else line for line in _lines(before)]
        with whole_file(_in(self._folder, number)) as file:
            for line in lines:
                file.write(line.encode() + b"\n")
        before.unlink(missing_ok=True)

    def left(self, shard: Shard) -> Shard:
        """What of a shard is to be done: all of it, or what was set aside before."""
        before = _in(self._before, shard.number)
        if not before.exists():
            return shard
        said = zip(shard.items, _lines(before), strict=True)
        return Shard(shard.number, tuple(item for item, line in said if _aside(line)))

    def kept(self, number: int) -> int:
        """How many scans of a shard that is left have their reports from before."""
        before = _in(self._before, number)
        return sum(not _aside(line) for line in _lines(before)) if before.exists() else 0

    def again(self, number: int) -> None:
        """Have what was set aside of a shard done again, if anything was."""
        path = _in(self._folder, number)
        if path.exists() and any(map(_aside, _lines(path))):
            before = _in(self._before, number)
            before.parent.mkdir(parents=True, exist_ok=True)
            path.replace(before)

    def lines(self, part: int) -> Iterator[dict[str, Any]]:
        """What came of every scan of a part, in the order of the plan, one shard held at a time.

        Raises:
            DataError: a shard is damaged.
        """
        for shard in self._plan.work(part):
            path = _in(self._folder, shard.number)
            try:
                lines = [json.loads(line) for line in _lines(path)]
                same = [line["id"] for line in lines] == [item.id for item in shard.items]
            except (ValueError, KeyError, TypeError):
                same = False
            if not same:
                raise DataError(f"{path}: damaged; delete it and run the same command again")
            yield from lines

    def drop(self, part: int) -> None:
        """Away with the shards of a part: its results hold all that was in them."""
        for number in self._plan.shards_of(part):
            _in(self._folder, number).unlink(missing_ok=True)
            _in(self._before, number).unlink(missing_ok=True)

    def clear(self) -> None:
        """Away with all shards."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.rmtree(self._before, ignore_errors=True)
        self.forgive()

    def forgive(self) -> None:
        """No scan is to blame for what ended processes."""
        shutil.rmtree(self._at, ignore_errors=True)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Nobody else works on this batch; whoever is killed lets go of it."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a") as file:  # what somebody keeps under this name stays
        with suppress(ImportError):  # Windows has no such locks
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RecipeError(f"{out}: another xray batch is at work there") from None
        yield


def _in(folder: Path, number: int) -> Path:
    return folder / f"{number // A_FOLDER:03}" / f"{number:06}.jsonl"


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode().split("\n")[:-1]


def _aside(line: str) -> bool:
    return "reason" in json.loads(line)
