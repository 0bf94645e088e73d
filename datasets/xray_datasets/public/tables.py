"""Tables as pandas writes them in JSON: a list of records, or column by column; packed or not."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xray.errors import DataError

Row = Mapping[str, Any]

ASKED = "please tell us what this means"


def path(root: Path, name: str) -> Path | None:
    """The file of this table, or None."""
    files = (root / f"{name}.json.gz", root / f"{name}.json")
    return next((path for path in files if path.is_file()), None)


def rows(root: Path, name: str, *needed: str) -> list[Row]:
    """The rows of a table.

    Args:
        root: the folder that it is in.
        name: of the table, without ending.
        needed: the columns that every row must have; image_id must also hold something.

    Raises:
        DataError: there is no such table, or a row is not what it should be; shows its columns.
    """
    file = path(root, name)
    if file is None:
        raise DataError(f"{root}: no {name}.json.gz or {name}.json")
    found = _parsed(file)
    columns = isinstance(found, dict) and all(isinstance(v, dict) for v in found.values())
    if not columns and not isinstance(found, list):
        raise DataError(f"{file}: expected a list of rows, or columns of values, met {found!r:.60}")
    rows = found if isinstance(found, list) else _turned(found)
    for row in rows:
        if not isinstance(row, dict) or any(column not in row for column in needed):
            met = ", ".join(sorted(row)) if isinstance(row, dict) else f"{row!r:.60}"
            raise DataError(
                f"{file}: a row has the columns {met}; expected {', '.join(needed)}; {ASKED}"
            )
        if "image_id" in needed and not isinstance(row["image_id"], int | float | str):
            raise DataError(f"{file}: a row has no image_id, {row!r:.200}; {ASKED}")
    return rows


def _parsed(file: Path) -> Any:
    data = file.read_bytes()
    try:
        return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except (ValueError, OSError, EOFError) as error:
        raise DataError(f"{file}: cannot be read as JSON ({error})") from None


def _turned(columns: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    """Rows, from pandas' own form: column → row → value."""
    rows: dict[str, dict[str, Any]] = {}
    for column, values in columns.items():
        for number, value in values.items():
            rows.setdefault(number, {})[column] = value
    return list(rows.values())
