"""Decided cases as Parquet: the rows of the CSV, with their types, for those who calculate."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xray.errors import DataError, MissingExtra
from xray_app.cases.database import Database
from xray_app.exchange.export import COLUMNS, reviewed, row_of

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 1000  # rows in memory


def as_parquet(database: Database, out: Path) -> int:
    """Write the live cases that officers closed, a row each; how many.

    Raises:
        DataError: the file is there already.
        MissingExtra: pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as parquet
    except ModuleNotFoundError:
        raise MissingExtra("an export as Parquet", "parquet") from None
    if out.exists():
        raise DataError(f"{out} is there already; name a new file")
    schema, count = _schema(), 0
    rows: list[dict[str, Any]] = []
    with database.read() as connection, parquet.ParquetWriter(out, schema) as writer:
        for one in reviewed(connection):
            values = [str(v) if isinstance(v, StrEnum) else v for v in row_of(one)]
            rows.append(dict(zip(COLUMNS, values, strict=True)))
            count += 1
            if len(rows) == AT_ONCE:
                _write(writer, schema, rows)
                rows = []
        _write(writer, schema, rows)
    return count


def _write(writer: Any, schema: "pa.Schema", rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa

    writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema() -> "pa.Schema":
    import pyarrow as pa

    other = {"received_at": pa.timestamp("us", "UTC"), "score": pa.float64(), "found": pa.bool_()}
    return pa.schema([(name, other.get(name, pa.string())) for name in COLUMNS])
