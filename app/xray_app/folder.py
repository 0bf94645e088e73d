"""A watched folder: whatever a scanner puts there becomes a case.

    FOLDER/bag.png           taken once it is complete: its size and time stand still, or it was
    FOLDER/bag.png.json      renamed into place; the file beside it says what the scan is of
    FOLDER/done/             where both go, with the case's number in `bag.png.case.json`
    FOLDER/failed/           where both go that cannot be taken, the reason in `bag.png.reason.txt`,
                             and a file of the second kind beside which nothing came

Names that begin with a dot or end in .part or .tmp are still being written. Only plain files are
taken: no links of any kind, nothing from beneath. Files are opened relative to the folder, so that
nobody can slip in a link between the look and the opening.
"""

import errno
import json
import logging
import os
import stat
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from xray.errors import RecipeError, XrayError
from xray_app.api.scans import keep_scan, read_about
from xray_app.cases import outage, register
from xray_app.cases.errors import Full, Refused
from xray_app.cases.register import NewView, Registered
from xray_app.service import Service
from xray_app.uploads import file_name

SENDER = "watched folder"
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
SIDECAR = ".json"
MAX_SIDECAR_BYTES = 65_536
ALONE_LOOKS = 600  # ten minutes, a look each second: a container's scan may take a few
ALONE = "{file} lay alone for ten minutes; if {scan} came before it, its case knows nothing of this"

log = logging.getLogger("xray_app.folder")


@dataclass
class Folder:
    """One watched folder.

    Attributes:
        path: the folder; `done` and `failed` are made in it.
        service: what keeps the cases.
    """

    path: Path
    service: Service
    _seen: dict[str, tuple[int, ...]] = field(default_factory=dict)  # name → sizes, times in ns
    _alone: dict[str, int] = field(default_factory=dict)  # file beside no scan → looks so far

    def __post_init__(self) -> None:
        for name in ("done", "failed"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
            if (self.path / name).is_symlink():
                raise RecipeError(f"{self.path / name} is a link; the watched folder has none")

    def look(self, stopping: threading.Event | None = None) -> int:
        """Take what is complete since the last look, until stopped; how many files became cases."""
        there, taken, failed = self._there(), 0, None
        for name in self._complete(there):
            if stopping is not None and stopping.is_set():
                return taken
            try:
                taken += self._take(name)
            except OSError as error:
                if outage.passes(error):
                    raise
                failed = error  # of this one's disk, say: the others are taken all the same
        self._give_up_alone(there)
        if failed is not None:
            raise failed
        return taken

    def _there(self) -> dict[str, tuple[int, int]]:
        """Name → size, time in ns, of all that lies in the folder."""
        there = {}
        with os.scandir(self.path) as entries:
            for entry in entries:
                about = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(about.st_mode):
                    there[entry.name] = (about.st_size, about.st_mtime_ns)
        return there

    def _complete(self, there: dict[str, tuple[int, int]]) -> list[str]:
        """Names whose size and time stood still between two looks, oldest first; those of the file
        beside too.
        """
        now = {
            name: (*about, *there.get(name + SIDECAR, ()))
            for name, about in there.items()
            if not name.startswith(".") and not name.lower().endswith((*UNFINISHED, SIDECAR))
        }
        still = [name for name, about in now.items() if self._seen.get(name) == about]
        self._seen = now
        return sorted(still, key=lambda name: (now[name][1], name))

    def _give_up_alone(self, there: Collection[str]) -> None:
        """Say which files are about no scan: it was taken before they came, or never came."""
        alone = [name for name in there if _is_alone(name, there)]
        self._alone = {name: self._alone.get(name, 0) + 1 for name in alone}
        for name in sorted(alone):
            if self._alone[name] >= ALONE_LOOKS:
                said = ALONE.format(file=name, scan=name[: -len(SIDECAR)])
                log.warning("in the watched folder: %s", said)
                self._move(name, "failed", ".reason.txt", said + "\n")

    def _take(self, name: str) -> bool:
        try:
            kept = self._register(name)
        except Full:
            return False  # it stays where it is until there is room
        except (XrayError, OSError) as error:
            if isinstance(error, OSError) and not _is_about(error, name):
                raise
            log.warning("a file in the watched folder was refused: %s", error)
            self._move(name, "failed", ".reason.txt", f"{error}\n")
            return False
        said = {"case": kept.case.id, "new": kept.new}
        self._move(name, "done", ".case.json", json.dumps(said) + "\n")
        return True

    def _register(self, name: str) -> Registered:
        register.check_room(self.service.database, self.service.queue.rules)
        about = read_about(self._sidecar(name))
        with self._open(name) as scan:
            most = self.service.settings.max_upload_bytes
            staged = self.service.contents.stage(scan, name, most)
        return keep_scan(self.service, about, [NewView(staged, file_name(name))], SENDER)

    def _sidecar(self, name: str) -> str:
        try:
            with self._open(name + SIDECAR) as said:
                return said.read(MAX_SIDECAR_BYTES + 1).decode()
        except FileNotFoundError:
            return "{}"
        except UnicodeDecodeError:
            raise Refused(f"{name}{SIDECAR} is not JSON in UTF-8") from None

    def _open(self, name: str) -> BinaryIO:
        with _opened(self.path) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not make us wait
            handle = os.open(name, flags, dir_fd=folder)
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1:
            os.close(handle)
            raise Refused(f"{name} is a link, a pipe or a device; only plain files are taken")
        return os.fdopen(handle, "rb")

    def _move(self, name: str, where: str, ending: str, said: str) -> None:
        """Put a file and what lies beside it elsewhere, with what is said of it: by the folders
        themselves, not by their paths, which somebody may have made a link of.
        """
        with _opened(self.path) as here, _opened(where, here) as there:
            free, number = name, 1
            while _is_there(free, there):
                number += 1
                free = f"{number}-{name}"
            for beside in ("", SIDECAR):
                if _is_there(name + beside, here):
                    os.rename(name + beside, free + beside, src_dir_fd=here, dst_dir_fd=there)
            if _is_there(free + ending, there):
                os.unlink(free + ending, dir_fd=there)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            handle = os.open(free + ending, flags, 0o644, dir_fd=there)
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(said)
        self._seen.pop(name, None)


def _is_about(error: OSError, name: str) -> bool:
    """Whether the file is at fault, or the one beside it; not the disk, nor another file."""
    ours = outage.passes(error) or error.errno == errno.EIO
    return error.filename in (name, name + SIDECAR) and not ours


def _is_alone(name: str, there: Collection[str]) -> bool:
    """Whether this is what is said of a scan, and neither the scan nor a part of it is there."""
    if name.startswith(".") or not name.lower().endswith(SIDECAR):
        return False
    scan = name[: -len(SIDECAR)]
    if name != scan + SIDECAR:
        return True
    beside = {scan, *(scan + ending for ending in UNFINISHED)}
    return not any(one in beside or one.startswith(f".{scan}") for one in there)


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
