"""Files that are needed for a moment, in the data folder where TMPDIR names a folder in it.

A container's /tmp may be memory, which scans that come in would fill; its volume begins empty, and
what a service that was killed left there stays.
"""

import os
import shutil
import time
from pathlib import Path

DAY_SECONDS = 86_400


def ours(data_dir: Path) -> Path | None:
    """The folder that TMPDIR names, where it lies in the data folder; None: others use it too."""
    named = Path(os.environ.get("TMPDIR") or "/")
    return named if data_dir.resolve() in named.resolve().parents else None


def make(data_dir: Path) -> None:
    """Make the folder where it is ours, before anything asks `tempfile` for one."""
    if folder := ours(data_dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def clear(data_dir: Path) -> None:
    """Delete what services that were killed left in the folder where it is ours.

    What is younger than a day may be of this service, or of a command beside it.
    """
    folder = ours(data_dir)
    for left in folder.glob("xray-*") if folder else ():
        if time.time() - left.stat().st_mtime > DAY_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
