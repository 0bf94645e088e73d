"""Names in order of path, each once, however many: what memory does not hold waits in files.

The order is that of a walk through folders: a folder's name is compared before what lies in it,
so `a/z` comes before `a-b`.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import count, groupby
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


def ordered(
    names: Iterable[str], folder: Path, key: Callable[[str], str] = by_path
) -> Iterator[str]:
    """Every name once, in order of path; of those that mean the same, the one that came first.

    Args:
        names: without line breaks; read once.
        folder: where the files are that hold what memory does not; they are gone afterwards.
        key: what names are compared by, the same for those that mean the same.
    """
    source, runs = iter(names), list[IO[str]]()
    try:
        while block := _firsts(source, key):
            inside = (block[place] for place in sorted(block))
            if not runs and len(block) < CHUNK:  # the usual list
                yield from inside
                return
            runs.append(_kept(inside, folder))
            block.clear()  # before the next is held
            if len(runs) == RUNS:
                whole = _kept(_merged(runs, key), folder)
                for run in runs:
                    run.close()
                runs = [whole]
        yield from _merged(runs, key)
    finally:
        for run in runs:
            run.close()


def _firsts(names: Iterator[str], key: Callable[[str], str]) -> dict[str, str]:
    """So many names as memory is to hold, by what they are compared by; fewer at the end."""
    found = dict[str, str]()
    for name in names:
        found.setdefault(key(name), name)
        if len(found) == CHUNK:
            break
    return found


def _merged(runs: list[IO[str]], key: Callable[[str], str]) -> Iterator[str]:
    """The names of sorted files, each once, as the first file has it; all are read through."""

    def marked(when: int, run: IO[str]) -> Iterator[tuple[str, int, str]]:
        return ((key(line[:-1]), when, line[:-1]) for line in run)

    for _, same in groupby(merge(*map(marked, count(), runs)), itemgetter(0)):
        yield next(same)[2]


def _kept(names: Iterable[str], folder: Path) -> IO[str]:
    """A file of names, a line each, to be read from its beginning; the caller closes it."""
    file = tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8", newline="\n")  # noqa: SIM115
    file.writelines(f"{name}\n" for name in names)
    file.seek(0)
    return file
