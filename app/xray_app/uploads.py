"""Uploaded files between their arrival and their inspection, in a folder that is ours alone.

Gradio's own upload fields are not used: mounted in another application, Gradio 6.31 takes any path
of this machine for an uploaded file. Here a file is known by a key that only its sender has.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

from xray.errors import ScanError
from xray.formats.source import HEAD_BYTES, check_kind

MAX_WAITING = 8  # files that nobody asked to inspect yet; the oldest go first
MAX_NAME_BYTES = 200  # file systems take 255


class TooLarge(ScanError):
    """A file is larger than what is taken."""


class Inbox:
    """Files that wait to be inspected. Safe between threads.

    Args:
        folder: where they lie; nobody else may write there.
        max_bytes: largest file that is taken.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._folder = folder
        self._waiting: OrderedDict[str, Path] = OrderedDict()
        self._lock = threading.Lock()

    async def receive(self, name: str, chunks: AsyncIterator[bytes]) -> str:
        """Keep a file and say its key.

        Raises:
            TooLarge: it is larger than what is taken.
            ScanError: it is no picture of a kind that is read.
        """
        key = secrets.token_urlsafe(16)
        file = self._folder / key / file_name(name)
        file.parent.mkdir(mode=0o700)
        try:
            with file.open("wb") as out:
                async for chunk in chunks:
                    out.write(chunk)
                    if out.tell() > self.max_bytes:
                        raise TooLarge(
                            f"{file.name} is larger than the desk takes, "
                            f"at most {self.max_bytes / 2**20:.0f} MB"
                        )
            with file.open("rb") as kept:
                check_kind(kept.read(HEAD_BYTES), file.name)
        except BaseException:
            discard(file)
            raise
        with self._lock:
            self._waiting[key] = file
            surplus = max(0, len(self._waiting) - MAX_WAITING)
            old = [self._waiting.popitem(last=False)[1] for _ in range(surplus)]
        for stale in old:
            discard(stale)
        return key

    def take(self, keys: tuple[str, ...]) -> tuple[Path, ...]:
        """The files with these keys, which wait no longer: whoever takes them discards them.

        Raises:
            ScanError: one of them is not here, or no longer.
        """
        with self._lock:
            if not all(key in self._waiting for key in keys) or len(set(keys)) != len(keys):
                raise ScanError("the upload has left the desk's memory; add the scan again")
            return tuple(self._waiting.pop(key) for key in keys)


def discard(file: Path) -> None:
    """Delete a received file and the folder that was made for it."""
    file.unlink(missing_ok=True)
    file.parent.rmdir()


def file_name(given: str) -> str:
    r"""What a browser says a file is called, as a name that is safe to write and to show.

    >>> file_name("../../etc/passwd"), file_name("C:\\scans\\bag 1.png"), file_name("/")
    ('passwd', 'bag 1.png', 'scan')
    """
    bare = PurePosixPath(given.replace("\\", "/")).name
    printable = "".join(letter for letter in bare if letter.isprintable())
    short = printable.encode("utf-8", "ignore")[-MAX_NAME_BYTES:].decode("utf-8", "ignore")
    return short if short.strip(". ") else "scan"
