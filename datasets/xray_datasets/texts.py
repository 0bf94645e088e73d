"""Texts of data sets: UTF-8, with or without the mark of byte order that editors put first.

Another encoding is never guessed: CP949 and GB 2312 read each other's bytes, as other words.
"""

import json
import re
from pathlib import Path
from typing import Any

from xray.errors import DataError

MAC = "._"  # begins the names of what a Mac leaves beside each file on a foreign disk (AppleDouble)
FLAG = re.compile(r"\s+(?:-1|0|1)$")  # whether a class is shown, behind a name in lists of VOC


def read(path: Path) -> str:
    """All of a file.

    Raises:
        DataError: it is not in UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not in UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from None


def lines(path: Path) -> list[str]:
    """Its lines, without their ends."""
    return read(path).splitlines()


def document(path: Path) -> Any:
    """What its JSON holds.

    Raises:
        DataError: it is not in UTF-8, or not JSON.
    """
    try:
        return json.loads(read(path))
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from None


def listed(text: str) -> list[str]:
    r"""The names of a list, a name a line; blanks belong to a name.

    A 1, 0 or -1 behind the name is no part of it where every line has one.

    >>> listed("bag 01\nbag 1"), listed("bag 01  1\nbag 02 -1")
    (['bag 01', 'bag 1'], ['bag 01', 'bag 02'])
    """
    found = [line.strip() for line in text.splitlines() if line.strip()]
    flagged = all(FLAG.search(line) for line in found)
    return [FLAG.sub("", line) for line in found] if flagged else found


def below(folder: Path, ending: str) -> list[Path]:
    """The files of this ending in a folder and below, in order, but for what a Mac leaves there."""
    return sorted(p for p in folder.rglob(f"*{ending}") if not p.name.startswith(MAC))
