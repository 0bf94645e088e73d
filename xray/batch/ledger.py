"""Which shards are done: each is one file that is there as a whole or not at all.

A line of it is `{"id": ..., "report": ...}`, the report in its canonical form, or
`{"id": ..., "reason": ...}` for a scan that was set aside.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xray.batch.files import whole_file
from xray.batch.plan import Plan
from xray.errors import DataError, RecipeError

LOCK = ".lock"
A_FOLDER = 1000  # shards; file systems slow down over folders with many more


class Ledger:
    """The shards of a batch.

    Args:
        plan: of the batch.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._folder = plan.out / "shards"

    def has(self, number: int) -> bool:
        """Whether this shard is done."""
        return self._path(number).exists()

    def write(self, number: int, lines: Sequence[str]) -> None:
        """Say that a shard is done, and what came of it."""
        with whole_file(self._path(number)) as file:
            for line in lines:
                file.write(line.encode() + b"\n")

    def lines(self) -> Iterator[dict[str, Any]]:
        """What came of every scan, in the order of the plan, one shard held at a time.

        Raises:
            DataError: a shard is damaged.
        """
        for shard in self._plan.work():
            path = self._path(shard.number)
            try:
                lines = [json.loads(line) for line in path.read_bytes().splitlines()]
                same = [line["id"] for line in lines] == [item.id for item in shard.items]
            except (ValueError, KeyError, TypeError):
                same = False
            if not same:
                raise DataError(f"{path}: damaged; delete it and run the same command again")
            yield from lines

    def clear(self) -> None:
        """Away with the shards: the results hold all that was in them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number // A_FOLDER:03}" / f"{number:06}.jsonl"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Nobody else works on this batch; whoever is killed lets go of it."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("w") as file:
        with suppress(ImportError):  # Windows has no such locks
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RecipeError(f"{out}: another xray batch is at work there") from None
        yield
