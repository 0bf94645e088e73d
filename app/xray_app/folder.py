"""A watched folder: whatever a scanner puts there becomes a case.

    FOLDER/bag.png           taken once it is complete: its size and time stand still, or it was
    FOLDER/bag.png.json      renamed into place; the file beside it says what the scan is of
    FOLDER/taking/           where both lie meanwhile: the next scan may have the same name
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
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from xray.errors import XrayError
from xray_app.api.scans import keep_scan, read_about
from xray_app.cases import outage, register
from xray_app.cases.errors import Full, Refused
from xray_app.cases.register import NewView, Registered
from xray_app.service import Service
from xray_app.taking import DONE, FAILED, REASON, SIDECAR, Seen, Taking
from xray_app.uploads import file_name

SENDER = "watched folder"
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
MAX_SIDECAR_BYTES = 65_536
ALONE_LOOKS = 600  # ten minutes, a look each second: a container's scan may take a few
ALONE = "{file} lay alone for ten minutes; if {scan} came before it, its case knows nothing of this"

log = logging.getLogger("xray_app.folder")


@dataclass
class Folder:
    """One watched folder.

    Attributes:
        path: the folder; `taking`, `done` and `failed` are made in it.
        service: what keeps the cases.
    """

    path: Path
    service: Service
    _taking: Taking = field(init=False)
    _seen: dict[str, Seen] = field(default_factory=dict)  # by name
    _alone: dict[str, int] = field(default_factory=dict)  # file beside no scan → looks so far

    def __post_init__(self) -> None:
        self._taking = Taking(self.path)

    def look(self, stopping: threading.Event | None = None) -> int:
        """Take what was being taken, then what is complete since the last look, until stopped; how
        many files became cases.
        """
        there, taken, failed = self._there(), 0, None
        held = [partial(self._finish, number) for number in self._taking.held()]
        for take in (*held, *(partial(self._take, name) for name in self._complete(there))):
            if stopping is not None and stopping.is_set():
                return taken
            try:
                taken += take()
            except Exception as error:  # of this one's disk, say: the others are taken all the same
                if outage.passes(error):
                    raise
                failed = error
        self._give_up_alone(there)
        if failed is not None:
            raise failed
        return taken

    def _there(self) -> dict[str, Seen]:
        """Name → size, time in ns, of all that lies in the folder."""
        there = dict[str, Seen]()
        with os.scandir(self.path) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # renamed meanwhile
                    about = entry.stat(follow_symlinks=False)
                    if not stat.S_ISDIR(about.st_mode):
                        there[entry.name] = (about.st_size, about.st_mtime_ns)
        return there

    def _complete(self, there: dict[str, Seen]) -> list[str]:
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
        due = sorted(name for name in alone if self._alone[name] >= ALONE_LOOKS)
        now = self._there() if due else {}  # to take the others may have taken a while
        for name in due:
            if not (name in now and _is_alone(name, now)):
                continue
            number = self._taking.hold(name, now[name])
            if number is not None:
                said = ALONE.format(file=file_name(name), scan=file_name(name[: -len(SIDECAR)]))
                log.warning("in the watched folder: %s", Refused(said))
                self._taking.put_away(number, name, FAILED, REASON, said + "\n")

    def _take(self, name: str) -> bool:
        try:
            self._check_room()
        except Full:
            return False  # it stays where it is until there is room
        number = self._taking.hold(name, self._seen.pop(name))
        return number is not None and self._finish(number)

    def _finish(self, number: str) -> bool:
        """Whether what is held became a case."""
        name = self._taking.scan(number)
        if name is None:
            self._taking.put_back(number)
            return False
        try:
            kept = self._register(number, name)
        except Full:
            return False  # it is taken again at the next look
        except (XrayError, OSError) as error:
            if isinstance(error, OSError) and not _is_about(error, name):
                raise
            log.warning("a file in the watched folder was refused: %s", error)
            self._taking.put_away(number, name, FAILED, REASON, f"{error}\n")
            return False
        said = json.dumps({"case": kept.case.id, "new": kept.new}) + "\n"
        self._taking.put_away(number, name, DONE, ".case.json", said)
        return True

    def _check_room(self) -> None:
        register.check_room(self.service.database, self.service.queue.rules)

    def _register(self, number: str, name: str) -> Registered:
        self._check_room()
        about = read_about(self._sidecar(number, name))
        with self._taking.open(number, name) as scan:
            most = self.service.settings.max_upload_bytes
            staged = self.service.contents.stage(scan, file_name(name), most)
        return keep_scan(self.service, about, [NewView(staged, file_name(name))], SENDER)

    def _sidecar(self, number: str, name: str) -> str:
        try:
            with self._taking.open(number, name + SIDECAR) as said:
                return said.read(MAX_SIDECAR_BYTES + 1).decode()
        except FileNotFoundError:
            return "{}"
        except UnicodeDecodeError:
            raise Refused(f"{file_name(name)}{SIDECAR} is not JSON in UTF-8") from None


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
