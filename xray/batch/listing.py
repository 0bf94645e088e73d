"""What lies in a folder or stands in a list: every scan once, in order of path.

Links to folders are followed, each folder is walked once. What can be seen at once to be no scan
(a dead link, a folder that may not be opened) is listed with the reason, never left out silently.
"""

import codecs
import errno
import os
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from xray.batch import reach
from xray.batch.sorting import by_path, ordered
from xray.errors import RecipeError

# What a link may be that is no fault of the disk's or the share's.
NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES})
FOLDERS = 4096  # whose links are remembered, of those that a list climbs out of


class Item(NamedTuple):
    """A scan to inspect.

    Attributes:
        id: what its report calls it: its path within the folder, or as the list has it first.
        path: its file.
        why: the reason to set it aside unseen; empty: inspect it.
    """

    id: str
    path: str
    why: str = ""


def found(source: Path, out: Path) -> Iterator[Item]:
    """Every scan of a folder, or of a list of files, in order of path.

    Args:
        source: the folder or the list.
        out: the folder of the results, which is left out; big lists are sorted in it.

    Raises:
        RecipeError: the list is not text.
        OSError: a folder cannot be listed, and not because it is forbidden.
    """
    return _Walk(source, out).items() if source.is_dir() else _listed(source, out)


class _Walk:
    """Every file in a folder, by path; hidden ones and the results themselves left out."""

    def __init__(self, folder: Path, out: Path) -> None:
        self._folder = folder.resolve()
        self._seen = {_identity(out)} if out.exists() else set()

    def items(self) -> Iterator[Item]:
        self._seen.add(_identity(self._folder))
        return self._below(str(self._folder), "")

    def _below(self, at: str, within: str) -> Iterator[Item]:
        try:
            with os.scandir(at) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except PermissionError as error:
            if not within or reach.closed(self._folder):  # all of it: a login that ended
                raise
            why = f"{at}: the folder cannot be opened ({error.strerror}); nothing in it was seen"
            yield Item(_shown(within), at, _shown(why))
            return
        for entry in inside:
            name = within + entry.name
            if entry.name.startswith("."):
                continue
            if why := _dead(entry):
                yield Item(_shown(name), entry.path, _shown(why))
            elif entry.is_dir():
                if self._goes_into(entry):
                    yield from self._below(entry.path, f"{name}/")
            elif entry.is_file():
                yield Item(_shown(name), entry.path)

    def _goes_into(self, entry: "os.DirEntry[str]") -> bool:
        """Whether a folder has not been walked, nor will be under its own name."""
        if entry.is_symlink():
            target = Path(entry.path).resolve()
            if target.is_relative_to(self._folder):
                below = target.relative_to(self._folder).parts
                if not any(part.startswith(".") for part in below):
                    return False
        identity = _identity(Path(entry.path))
        new = identity not in self._seen
        self._seen.add(identity)
        return new


def _dead(entry: "os.DirEntry[str]") -> str:
    """Why a link leads nowhere; nothing where it leads somewhere, or is none."""
    if entry.is_symlink():
        try:
            Path(entry.path).stat()
        except OSError as error:
            if error.errno not in NOWHERE:
                raise
            return f"{entry.path}: a link to {Path(entry.path).readlink()} ({error.strerror})"
    return ""


def _identity(folder: Path) -> tuple[int, int]:
    said = folder.stat()
    return said.st_dev, said.st_ino


def place(path: str, folder: str = "") -> str:
    """What names of a list are compared by: the same for every spelling of a file, by path.

    A step back out of a folder is taken where the folder leads, which may be by a link. The last
    part stays as it is: a link beside its file is a name of its own.

    Args:
        path: as the list has it.
        folder: where it begins, if it is no whole path.
    """
    odd = "/." in path or "//" in path or path[0] == "." or path[-1] == "/"
    if os.sep == "/" and not odd:  # as nearly all of millions are; the rest takes 5 times as long
        return by_path(path if path[0] == "/" else f"{folder}/{path}")
    whole = os.path.join(folder, path)  # noqa: PTH118  (quicker, and what `os.path.split` takes)
    if ".." in path:
        at, last = os.path.split(whole)
        whole = os.path.join(_real(at), last)  # noqa: PTH118
    return by_path(os.path.normpath(whole))


@lru_cache(FOLDERS)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _listed(file: Path, out: Path) -> Iterator[Item]:
    """Every path in a list of files, one a line, from the list's own folder on."""
    folder = file.parent.resolve()
    try:
        for name in ordered(_names(file), out, partial(place, folder=str(folder))):
            yield Item(name, str(folder / name))
    except UnicodeError:
        raise RecipeError(
            f"{file}: expected a folder, or a text file with the path of a scan on each line, in "
            "UTF-8; save it so"
        ) from None


def _names(file: Path) -> Iterator[str]:
    """The lines of a list, without those that are empty.

    Raises:
        UnicodeError: it is neither UTF-8 nor UTF-16 that says so.
    """
    with file.open("rb") as start:
        wide = start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    with file.open(encoding="utf-16" if wide else "utf-8-sig", newline="\n") as lines:
        for line in lines:
            name = line.removesuffix("\n").removesuffix("\r")
            if "\0" in name:  # UTF-16 that does not say so, or no text at all
                raise UnicodeError
            if name.strip():
                yield name


def _shown(name: str) -> str:
    """A file's name as text, also where its bytes are none."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
