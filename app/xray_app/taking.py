"""Files of a watched folder, out of their senders' hands while they are taken.

    FOLDER/taking/7/bag.png          each scan in a folder of its own, with what is said of it, so
    FOLDER/taking/7/bag.png.json     that a scanner's next file of that name is another file
    FOLDER/taking/8.part/            until it is known to be all of what was seen

What a crash left there is taken by the next run; what was not known to be whole, given back. All of
it goes by the handles of the folders, not by their paths, which somebody may have made a link of.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xray.errors import RecipeError
from xray_app.cases.errors import Refused
from xray_app.uploads import MAX_NAME_BYTES, file_name

SIDECAR = ".json"
TAKING, DONE, FAILED = "taking", "done", "failed"
LONGEST_NAME_BYTES = 255  # NAME_MAX of Linux's file systems
REASON = ".reason.txt"
PART = ".part"
ANOTHER = "another {file} came while this one was being taken; put it there again by another name"
LEFT = "the service ended while {file} was being put away; the scan that it is about went before it"
Seen = tuple[int, ...]  # size in bytes and time in ns of a file, then of what lies beside it


class Taking:
    """What is being taken out of one watched folder.

    Args:
        path: the watched folder; `taking`, `done` and `failed` are made in it.

    Raises:
        RecipeError: one of those is a link.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        for name in (TAKING, DONE, FAILED):
            (path / name).mkdir(parents=True, exist_ok=True)
            if (path / name).is_symlink():
                raise RecipeError(f"{path / name} is a link; the watched folder has none")

    def held(self) -> list[str]:
        """The numbers of what is held, oldest first; ending in PART: not known to be whole."""
        with self._opened(TAKING) as (_, taking):
            return _numbers(taking)

    def hold(self, name: str, seen: Seen) -> str | None:
        """Take a file and what lies beside it out of its sender's hands.

        Returns:
            Its number; None: it is no longer what was seen, and stays where it was.
        """
        with self._opened(TAKING) as (here, taking):
            number = str(max(map(_count, _numbers(taking)), default=0) + 1)
            os.mkdir(number + PART, 0o700, dir_fd=taking)
            with _opened(number + PART, taking) as held:
                # What is said comes before its scan, so it goes first: the next scan's is later.
                for one in reversed(_both(name)):
                    with suppress(FileNotFoundError):
                        os.rename(one, one, src_dir_fd=here, dst_dir_fd=held)
                now = _about(name, held)
            if now == seen:
                os.rename(number + PART, number, src_dir_fd=taking, dst_dir_fd=taking)
                return number
        self.put_back(number + PART)
        return None

    def scan(self, number: str) -> str | None:
        """The name of the scan that is held; None: it is not known to be whole, or there is none,
        only what is said of one.
        """
        if number.endswith(PART):
            return None
        with self._opened(TAKING, number) as (*_, held):
            scans = (name for name in _names(held) if not name.lower().endswith(SIDECAR))
            return min(scans, default=None)

    def open(self, number: str, name: str) -> BinaryIO:
        """A file that is held, to be read.

        Raises:
            Refused: it is no plain file.
            OSError: by its bare name, where the file is at fault.
        """
        with self._opened(TAKING, number) as (*_, held):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait
            handle = os.open(name, flags, dir_fd=held)
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            os.close(handle)
            told = file_name(name)
            raise Refused(f"{told} is a link, a pipe or a device; only plain files are taken")
        return os.fdopen(handle, "rb")

    def put_back(self, number: str) -> None:
        """Give back what is not known to be held whole; where a name is taken by another, all of it
        fails. Of what was held whole and has lost its scan, the rest fails: it is of no other scan.
        """
        with self._opened(TAKING, number) as (here, _, held):
            names = sorted(_names(held), key=len)  # the scan, then what is said of it
            part = number.endswith(PART)
            if part and not any(_is_there(name, here) for name in names):
                for name in names:  # the next run gives back what a crash leaves of it
                    os.rename(name, name, src_dir_fd=held, dst_dir_fd=here)
            elif names:
                said = (ANOTHER if part else LEFT).format(file=names[0]) + "\n"
                with _opened(FAILED, here) as failed:
                    _move(_both(names[0]), names[0], held, failed, REASON, said)
        self._let_go(number)

    def put_away(self, number: str, name: str, where: str, ending: str, said: str) -> None:
        """Move a file that is held, and what lies beside it, to `done` or `failed`.

        Args:
            number: of what is held.
            name: the file.
            where: DONE or FAILED.
            ending: of the file that says what became of it.
            said: what that file says.
        """
        with self._opened(TAKING, number) as (here, _, held), _opened(where, here) as there:
            # The scan goes first: after a crash it is taken with what is said of it, or not again.
            _move(_both(name), name, held, there, ending, said)
        self._let_go(number)

    def _let_go(self, number: str) -> None:
        with self._opened(TAKING) as (_, taking):
            os.rmdir(number, dir_fd=taking)

    @contextmanager
    def _opened(self, *inner: str) -> Iterator[tuple[int, ...]]:
        """Handles of the folder and of those within it, each in the one before."""
        with ExitStack() as until:
            handles = [until.enter_context(_opened(self._path))]
            for name in inner:
                handles.append(until.enter_context(_opened(name, handles[-1])))
            yield tuple(handles)


def _move(names: Sequence[str], name: str, here: int, there: int, ending: str, said: str) -> None:
    """Move the files of these names that are there, by a name that is free, with what is said of
    them; that is written first, so that on a full disk they stay.
    """
    fits = len(os.fsencode(name)) <= MAX_NAME_BYTES
    first = free = name if fits else file_name(name)
    number = 1
    while _is_there(free, there):
        number += 1
        free = f"{number}-{first}"
    if _is_there(free + ending, there):
        os.unlink(free + ending, dir_fd=there)
    handle = os.open(free + ending, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=there)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as out:
        out.write(said)
    for one in names:
        if _is_there(one, here):
            ends = one.removeprefix(name)
            os.rename(one, free + ends, src_dir_fd=here, dst_dir_fd=there)


def _both(name: str) -> tuple[str, ...]:
    """A file and what may lie beside it: nothing can, where that name would be too long."""
    fits = len(os.fsencode(name + SIDECAR)) <= LONGEST_NAME_BYTES
    return (name, name + SIDECAR) if fits else (name,)


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _numbers(taking: int) -> list[str]:
    found = (name for name in _names(taking) if name.removesuffix(PART).isdecimal())
    return sorted(found, key=_count)


def _count(number: str) -> int:
    return int(number.removesuffix(PART))


def _about(name: str, folder: int) -> Seen:
    """Size and time of a file and of what lies beside it, as far as they are there."""
    seen: Seen = ()
    for one in _both(name):
        with suppress(FileNotFoundError):
            about = os.stat(one, dir_fd=folder, follow_symlinks=False)
            seen += (about.st_size, about.st_mtime_ns)
    return seen


@contextmanager
def _opened(folder: str | Path, within: int | None = None) -> Iterator[int]:
    """A folder's handle; within another one: no link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | (0 if within is None else os.O_NOFOLLOW)
    handle = os.open(folder, flags, dir_fd=within)
    try:
        yield handle
    finally:
        os.close(handle)


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
