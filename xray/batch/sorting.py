"""Names in order of path, each once, however many: what memory does not hold waits in files.

The order is that of a walk through folders: a folder's name is compared before what lies in it,
so `a/z` comes before `a-b`.
"""

import tempfile
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import IO

CHUNK = 500_000  # names sorted in memory at a time, about 150 MB of them
RUNS = 100  # sorted files open at a time; some systems allow a process 256


def by_path(name: str) -> str:
    r"""What names are compared by: the separator of folders comes before every letter.

    >>> sorted(["a-b", "a/z", "a"], key=by_path)
    ['a', 'a/z', 'a-b']
    """
    return name.replace("/", "\0")


def ordered(names: Iterable[str], folder: Path) -> Iterator[str]:
    """Every name once, in order of path.

    Args:
        names: without line breaks; read once.
        folder: where the files are that hold what memory does not; they are gone afterwards.
    """
    source, runs = iter(names), list[IO[str]]()
    try:
        while block := list(islice(source, CHUNK)):
            inside = sorted(set(block), key=by_path)
            if not runs and len(block) < CHUNK:  # the usual list
                yield from inside
                return
            runs.append(_kept(inside, folder))
            if len(runs) == RUNS:
                whole = _kept(_merged(runs), folder)
                for run in runs:
                    run.close()
                runs = [whole]
        yield from _merged(runs)
    finally:
        for run in runs:
            run.close()


def _merged(runs: list[IO[str]]) -> Iterator[str]:
    """The names of sorted files, each once; the files are read to their ends."""
    lines = ((line[:-1] for line in run) for run in runs)
    return map(itemgetter(0), groupby(merge(*lines, key=by_path)))


def _kept(names: Iterable[str], folder: Path) -> IO[str]:
    """A file of names, a line each, to be read from its beginning; the caller closes it."""
    file = tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8", newline="\n")  # noqa: SIM115
    file.writelines(f"{name}\n" for name in names)
    file.seek(0)
    return file
