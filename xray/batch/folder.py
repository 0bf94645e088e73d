"""The folder of a batch: the names that it needs there, and whether they are free.

What stands under them is written over and, at the end, deleted: nobody else's may stand there.
"""

import json
import os
from pathlib import Path

from xray.errors import RecipeError

LOCK = ".lock"
WORK, PLAN = "work.jsonl", "plan.json"
SHARDS, AGAIN = "shards", "again"
AT = "at"  # where processes say which scan they are at
PARTS, REPORTS = "parts", "reports"
ASIDE, SUMMARY = "set_aside.jsonl", "summary.json"

NEEDED = (SHARDS, AGAIN, AT, PARTS, REPORTS, WORK, ASIDE, SUMMARY)
A_LINE = 65_536  # bytes; a line of work holds two paths, of 4,096 bytes each on Linux


def check_apart(source: Path, out: Path) -> None:
    """Whether the results go elsewhere than the scans come from; a folder among these will do.

    Raises:
        RecipeError: both are the same.
    """
    if source.resolve() == out.resolve():
        raise RecipeError(
            f"--out {out}: what is to be inspected itself; expected another folder, which may lie "
            "in it, for the results"
        )


def check_free(out: Path) -> None:
    """Whether a folder without a plan can be that of a new batch.

    The list of work is written before the plan, so one of ours may stand there alone: the batch was
    killed in between.

    Raises:
        RecipeError: it holds what a batch would write over.
    """
    held = [name for name in NEEDED if os.path.lexists(out / name)]
    if WORK in held and _of_work(out / WORK):
        held.remove(WORK)
    if held:
        raise RecipeError(
            f"{out}: holds {', '.join(held)}, which a batch would write over, and no plan of one "
            f"({PLAN}); take another --out, or move them away"
        )


def _of_work(path: Path) -> bool:
    """Whether a file begins as a list of work does: an id and a path."""
    try:
        with path.open("rb") as lines:
            first = json.loads(lines.readline(A_LINE))
    except (OSError, ValueError):
        return False
    return isinstance(first, list) and len(first) in (2, 3) and {*map(type, first)} == {str}
