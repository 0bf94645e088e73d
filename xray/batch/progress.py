"""How far a batch has come, its rate and the time left: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE_SECONDS = 30.0  # between lines in a log


@contextmanager
def shown(total: int, already: int, what: str = "") -> Iterator[Callable[[int], None]]:
    """Show progress on standard error; gives what is to be told of every scan.

    Args:
        total: how many scans there are.
        already: how many of them an earlier run has done.
        what: before the number, where it is not the scans themselves that are done.
    """
    yield from (_bar if sys.stderr.isatty() else _lines)(total, already, what)


def _bar(total: int, already: int, what: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total, completed=already, rate="")

        def saw(more: int) -> None:
            speed = progress.tasks[0].speed
            progress.update(task, advance=more, rate=f"{speed:.1f} scans/s" if speed else "")

        yield saw


def _lines(total: int, already: int, what: str) -> Iterator[Callable[[int], None]]:
    done, start = already, time.monotonic()
    due = start + LINE_SECONDS

    def saw(more: int) -> None:
        nonlocal done, due
        done += more
        now = time.monotonic()
        if now >= due:
            due = now + LINE_SECONDS
            rate = (done - already) / (now - start)
            print(what + line(done, total, rate), file=sys.stderr)

    yield saw


def line(done: int, total: int, rate: float) -> str:
    """Progress in words.

    >>> line(500, 2000, 12.5)
    '500 of 2000 scans, 12.5 a second, 2 min left'
    >>> line(0, 2000, 0.0)
    '0 of 2000 scans'
    """
    if rate <= 0:
        return f"{done} of {total} scans"
    left_s = (total - done) / rate
    left = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} min"
    left = left if left_s < 5400 else f"{left_s / 3600:.1f} h"
    return f"{done} of {total} scans, {rate:.1f} a second, {left} left"
