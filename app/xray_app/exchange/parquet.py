"""Tables of decided cases as Parquet: the rows of the CSV, with their types, to calculate with."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xray.errors import DataError, MissingExtra
from xray_app.cases.database import Database
from xray_app.exchange.export import Table, reviewed

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 1000  # rows in memory


def as_parquet(database: Database, out: Path, table: Table) -> int:
    """Write a table of the live cases that officers closed; how many rows.

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
    schema, count = _schema(table), 0
    rows: list[dict[str, Any]] = []
    with database.read() as connection, parquet.ParquetWriter(out, schema) as writer:
        for one in reviewed(connection):
            for row in table.rows(one):
                values = (str(v) if isinstance(v, StrEnum) else v for v in row)
                rows.append(dict(zip(table.columns, values, strict=True)))
                count += 1
            if len(rows) >= AT_ONCE:
                _write(writer, schema, rows)
                rows = []
        _write(writer, schema, rows)
    return count


def _write(writer: Any, schema: "pa.Schema", rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa

    writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema(table: Table) -> "pa.Schema":
    import pyarrow as pa

    other = {"received_at": pa.timestamp("us", "UTC"), "found": pa.bool_()}
    other |= dict.fromkeys(("view", "finding"), pa.int32())
    other |= dict.fromkeys(("score", "x1_px", "y1_px", "x2_px", "y2_px"), pa.float64())
    return pa.schema([(name, other.get(name, pa.string())) for name in table.columns])
