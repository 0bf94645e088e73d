"""The two forms of a file of reports: columns of Parquet, and lines of JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from xray.errors import MissingExtra, RecipeError

GROUP = 4096  # rows that Parquet compresses together

Row = tuple[str, dict[str, Any], str]  # id, report, and the report's canonical text


class Format(StrEnum):
    """How the reports are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


class Sink(Protocol):
    """Takes the reports of one file."""

    def __call__(self, reports: list[Row]) -> None:
        """Write some more."""


def known(format: str | None) -> Format:
    """The format of this name; of none, Parquet where pyarrow is installed.

    Raises:
        RecipeError: there is none of this name.
        MissingExtra: its packages are not installed.
    """
    installed = find_spec("pyarrow") is not None
    if format is None:
        return Format.PARQUET if installed else Format.JSONL
    if format not in list(Format):
        raise RecipeError(f"--format must be one of {', '.join(Format)}, got {format!r}")
    if format == Format.PARQUET and not installed:
        raise MissingExtra("xray batch --format parquet", "parquet")
    return Format(format)


@contextmanager
def opened(path: Path, format: Format) -> Iterator[Sink]:
    """A file to put reports into."""
    with (_parquet if format is Format.PARQUET else _jsonl)(path) as sink:
        yield sink


def texts(path: Path, format: Format) -> Iterator[str]:
    """The canonical text of each report in a file, in its order."""
    if format is Format.JSONL:
        with path.open(encoding="utf-8", newline="\n") as lines:
            yield from (line.removesuffix("\n") for line in lines)
        return
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(GROUP, columns=["report"]):
            yield from batch.column(0).to_pylist()


def canonical(report: dict[str, Any]) -> str:
    """A report as text, as `Report.canonical` has it."""
    return json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@contextmanager
def _jsonl(path: Path) -> Iterator[Sink]:
    with path.open("wb") as file:
        yield lambda reports: file.writelines(text.encode() + b"\n" for _, _, text in reports)


@contextmanager
def _parquet(path: Path) -> Iterator[Sink]:
    import pyarrow as pa
    from pyarrow import parquet

    found = pa.struct(
        {
            "label": pa.string(),
            "score": pa.float64(),
            "xyxy_px": pa.list_(pa.float64()),
            "alarming": pa.bool_(),
            "material": pa.string(),
            "mass_g": pa.float64(),
        }.items()
    )
    columns = pa.schema(
        {
            "id": pa.string(),
            "outcome": pa.string(),
            "reasons": pa.list_(pa.string()),
            "detections": pa.list_(found),
            "opaque_px": pa.float64(),
            "eligible": pa.bool_(),
            "width_px": pa.int32(),
            "height_px": pa.int32(),
            "assumed": pa.list_(pa.string()),
            "embedding": pa.list_(pa.float32()),
            "report": pa.string(),
        }.items()
    )
    with parquet.ParquetWriter(path, columns, compression="zstd") as writer:
        yield lambda reports: writer.write_table(
            pa.Table.from_pylist([_row(*one) for one in reports], columns)
        )


def _row(id: str, report: dict[str, Any], text: str) -> dict[str, Any]:
    """What people ask for as columns, and the whole as text."""
    return {
        **report,
        "id": id,
        "opaque_px": sum(region["area_px"] for region in report["opaque"]),
        "eligible": report["clearance"]["eligible"],
        "report": text,
    }
