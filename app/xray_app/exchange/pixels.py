"""What a scan shows, without what its file says of anybody: the pictures of an export.

Scans are strangers' files. Another process opens them and writes their pixels; here is only looked
at whether what it says it wrote is there.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import RowMapping

from xray.errors import DataError, XrayError
from xray_app.cases.contents import Contents

GONE = "scans that went by their age"
CHANGED = "scans whose files were changed on the disk since they came in"
UNREAD = "scans that cannot be read"
ALONE = "scans that their pixels alone do not tell, such as air at the dark end"
BROKE_OFF = "scans that took too long or too much to read"
WHY = {"unread": UNREAD, "alone": ALONE}

Ask = Callable[[Mapping[str, Any]], dict[str, Any]]


class LeftOut(Exception):
    """Why a scan does not leave."""


def write(
    view: RowMapping, contents: Contents, folder: Path, stem: str, ask: Ask
) -> dict[str, str]:
    """Write the pixels of a view; the names of the files, as COCO has them.

    Args:
        ask: what `inspectors.bare` answers, from a process of its own.

    Raises:
        LeftOut: the scan is gone or changed, cannot be read, or would be read as something else.
        DataError: the disk takes no more.
    """
    hashes = [view[column] for column in ("sha256", "high_sha256") if view[column]]
    sources = [contents.path(sha256) for sha256 in hashes]
    if not all(source.exists() for source in sources):
        raise LeftOut(GONE)
    if not all(map(contents.is_whole, hashes)):
        raise LeftOut(CHANGED)
    with TemporaryDirectory(dir=folder, prefix="unfinished-") as temporary:
        asked = {"files": list(map(str, sources)), "folder": temporary, "stem": stem}
        try:
            said = ask(asked)
        except XrayError:  # it was killed, or died
            raise LeftOut(BROKE_OFF) from None
        if said.get("why") == "unwritten":
            raise DataError(f"{folder}: pictures cannot be written; is the disk full?")
        names = _names(said, Path(temporary), stem)
        for name in names:
            (Path(temporary) / name).replace(folder / name)
    return dict(zip(("file_name", "high_file_name"), names, strict=False))


def _names(said: Mapping[str, Any], folder: Path, stem: str) -> list[str]:
    """The names that were written, if they are those that can be and their files are there."""
    if said.get("why") is not None:
        raise LeftOut(WHY.get(str(said["why"]), BROKE_OFF))
    low, high = f"{stem}.tif", f"{stem}-high.tif"
    names = said.get("names")
    if names not in ([f"{stem}.png"], [low], [low, high]):
        raise LeftOut(BROKE_OFF)
    files = [folder / name for name in names]
    if any(file.is_symlink() or not file.is_file() for file in files):
        raise LeftOut(BROKE_OFF)
    return list(names)
