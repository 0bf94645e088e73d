"""The JSON of a COCO file, and whether it holds what it has to.

What is looked at once here, `reading` trusts: every image has a number and a name, every mark an
image and a category, every category a number and a name.
"""

from collections.abc import Callable, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import texts

NEEDED = ("images", "annotations", "categories")


def document(path: Path) -> dict[str, Any]:
    """The JSON itself, when it is a COCO file.

    Raises:
        DataError: it is none; says what it holds, and what was expected.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected the JSON of a COCO data set")
    found = texts.document(path)
    if not isinstance(found, dict):
        raise DataError(f"{path}: not a COCO file, it holds no object of {', '.join(NEEDED)}")
    lacking = [key for key in NEEDED if key not in found]
    if lacking:
        raise DataError(f"{path}: not a COCO file, it has no {' and no '.join(lacking)}")
    whole(found, str(path))
    return found


def categories(path: Path) -> list[str]:
    """The names of the categories of a file."""
    return list(dict.fromkeys(c["name"] for c in document(path)["categories"]))


def mentions(path: Path, *words: str) -> bool:
    """Whether all of these stand in quotes in a file, which may be too large to be parsed."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        return all(text.find(f'"{word}"'.encode()) >= 0 for word in words)


def whole(document: Mapping[str, Any], where: str) -> None:
    """See that every entry has what samples are made of.

    Raises:
        DataError: names the first that has not, with its keys and those that were expected.
    """
    for kind, expected in _EXPECTED.items():
        rows = document[kind]
        if not isinstance(rows, list):
            raise DataError(f"{where}: {kind} must be a list, got {rows!r:.60}")
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                raise DataError(f"{where}: {kind} must hold objects, got {row!r:.60}")
            wrong = [key for key, (fits, _) in expected.items() if not fits(row.get(key))]
            if wrong:
                key = wrong[0]
                got = repr(row[key])[:60] if key in row else f"the keys {', '.join(row)}"
                raise DataError(
                    f"{where}: {kind}[{number}] must have {key}, {expected[key][1]}; got {got}. "
                    "If this is what a public data set holds, please tell us"
                )


def box(row: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """x, y, width and height of a mark in pixels, or None where that is not what it has."""
    try:
        x, y, w, h = map(float, row.get("bbox") or ())
    except (TypeError, ValueError):
        return None
    return x, y, w, h


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _is_id(value: object) -> bool:
    return isinstance(value, int | float | str)


def _or_none(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


_ID = (_is_id, "a number or a text")
_NAME = (_is_name, "a text")
_SIZE = (_or_none(_is_number), "a number of pixels where it is given")
_EXPECTED: Mapping[str, Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "images": {
        **{"id": _ID, "file_name": _NAME, "width": _SIZE, "height": _SIZE},
        "high_file_name": (_or_none(_is_name), "a text where it is given"),
    },
    "annotations": {
        **{"image_id": _ID, "category_id": _ID},
        "visible_fraction": (_or_none(_is_number), "a number where it is given"),
    },
    "categories": {"id": _ID, "name": _NAME},
}
