"""Which scan each process is at, kept on the disk: where all of them are killed at once, with the
command, as a machine's or a container's last memory does it, nobody else could tell afterwards.

A process that ends alone, or with the command alone, leaves no mark; a mark that is found at the
start is of a scan that all were killed at.
"""

import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

from xray.batch.files import whole_file

COUNTS = "counts.json"


class Mark:
    """Where one process is.

    Args:
        folder: of all marks.
        process: its number.
    """

    def __init__(self, folder: Path, process: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = mark(folder, process)
        self._file = self._path.open("wb", buffering=0)

    def at(self, id: str | None) -> None:
        """It begins with a scan, or with none."""
        self._file.seek(0)
        self._file.write(json.dumps(id).encode() + b"\n")

    def gone(self) -> None:
        """It ends, and no scan is to blame."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def mark(folder: Path, process: int) -> Path:
    """The file of a process."""
    return folder / f"{process}.at"


def counted(folder: Path | None) -> Counter[str]:
    """How often all processes were killed while one was at a scan, by its id."""
    counts = Counter[str]()
    if folder is None or not folder.is_dir():
        return counts
    with suppress(FileNotFoundError, ValueError):
        counts.update(json.loads((folder / COUNTS).read_text(encoding="utf-8")))
    found = sorted(folder.glob("*.at"))
    for path in found:
        with suppress(ValueError):  # it had not begun
            counts.update([json.loads(path.read_bytes().partition(b"\n")[0]) or ""])
    if found:
        del counts[""]
        with whole_file(folder / COUNTS) as file:
            file.write(json.dumps(counts).encode() + b"\n")
    for path in found:
        path.unlink()
    return counts
