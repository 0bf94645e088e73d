"""What a batch leaves: reports by path, what was set aside, and a summary.

`reports/` holds the canonical reports in files of at most 100,000, `set_aside.jsonl` an id and a
reason a line, `summary.json` the counts. Written from the ledger, they are the same whatever the
engine, the number of workers and how often the batch was broken off.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

from xray.batch.files import placed, whole_file
from xray.batch.plan import Plan
from xray.errors import MissingExtra, RecipeError

SCHEMA = "xray.batch.summary/1"
SUMMARY, ASIDE, REPORTS = "summary.json", "set_aside.jsonl", "reports"
A_FILE = 100_000  # reports, 50 to 200 MB
A_GROUP = 4096  # rows that Parquet compresses together

Line = dict[str, Any]  # of the ledger


class Format(StrEnum):
    """How the reports are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


class Sink(Protocol):
    """Takes the reports of one file."""

    def __call__(self, reports: list[tuple[str, dict[str, Any], str]]) -> None:
        """Write some more: id, report, and the report's canonical text."""


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


def write(lines: Iterable[Line], plan: Plan, format: Format) -> None:
    """Write everything, the summary last."""
    tally, digest = _Tally(), hashlib.sha256()
    with whole_file(plan.out / ASIDE) as aside:

        def reports() -> Iterator[tuple[str, dict[str, Any], str]]:
            for line in lines:
                tally.add(line)
                report = line.get("report")
                if report is None:
                    aside.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                    continue
                text = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                digest.update(text.encode() + b"\n")
                yield line["id"], report, text

        _in_files(reports(), plan.out / REPORTS, format)
    summary = {
        "schema": SCHEMA,
        "source": plan.source,
        "settings": plan.settings,
        "scans": plan.scans,
        **tally.said(),
        "sha256": digest.hexdigest(),
    }
    with whole_file(plan.out / SUMMARY) as file:
        file.write(json.dumps(summary, indent=1, ensure_ascii=False).encode() + b"\n")


class _Tally:
    """Counts for the summary."""

    def __init__(self) -> None:
        self._aside = 0
        self._outcomes: Counter[str] = Counter()
        self._found: Counter[str] = Counter()
        self._alarming: Counter[str] = Counter()
        self._scans: Counter[str] = Counter()

    def add(self, line: Line) -> None:
        """One more scan."""
        report = line.get("report")
        if report is None:
            self._aside += 1
            return
        self._outcomes[report["outcome"]] += 1
        self._found.update(d["label"] for d in report["detections"])
        self._alarming.update(d["label"] for d in report["detections"] if d["alarming"])
        self._scans.update({d["label"] for d in report["detections"]})

    def said(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "inspected": self._outcomes.total(),
            "set_aside": self._aside,
            "outcomes": dict(sorted(self._outcomes.items())),
            "labels": {
                label: {
                    "found": self._found[label],
                    "alarming": self._alarming[label],
                    "scans": self._scans[label],
                }
                for label in sorted(self._found)
            },
        }


def _in_files(
    reports: Iterator[tuple[str, dict[str, Any], str]], folder: Path, format: Format
) -> None:
    opened = _parquet if format is Format.PARQUET else _jsonl
    folder.mkdir(exist_ok=True)
    number = 0
    while first := list(islice(reports, 1)):
        rest = chain(first, islice(reports, A_FILE - 1))
        with placed(folder / f"{number:05}.{format}") as path, opened(path) as sink:
            while group := list(islice(rest, A_GROUP)):
                sink(group)
        number += 1


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
