"""What several commands ask for, and how they show that they are at it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import track

from xray.errors import DataError
from xray_datasets.asked import Asked
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample

Thing = TypeVar("Thing")

Root = Annotated[Path, typer.Argument(help="Folder of the data set, or a COCO file.")]
Splits = Annotated[list[str] | None, typer.Option("--split", help="Split; may be repeated.")]
SourceName = Annotated[
    str | None,
    typer.Option(
        "--source", help="Public data set that this is, or whose words these are; see list."
    ),
]
Words = Annotated[
    list[str] | None,
    typer.Option("--map", help="Class=label; nothing after = leaves the class out."),
]
Own = Annotated[bool, typer.Option(help="Keep the data set's own words as labels.")]
Twins = Annotated[
    bool, typer.Option(help="Seek the same bag in other scans: some 0.3 s and 160 KB a scan.")
]


NOTHING = "not one scan is there to be looked at: does it list its pictures, and are they there?"


def by_split(asked: Asked, findings: Findings) -> dict[str, list[Sample]]:
    """The scans that are asked for, by their splits.

    A file that cannot be used costs its own scan alone; a class that nobody knows may be in every
    scan, and is asked about first.

    Args:
        asked: which scans.
        findings: where is noted what is left out, see `tell`.

    Raises:
        DataError: there is none, or a class has no label.
    """
    asked.check_classes()
    found: dict[str, list[Sample]] = {}
    for name, sample in asked.samples(findings):
        found.setdefault(name, []).append(sample)
    if not found:
        why = "".join(f"\n  {problem}" for problem in findings.problems)
        raise DataError(f"{asked.root}: {NOTHING}{why}")
    return found


def tell(findings: Findings) -> None:
    """Say on the standard error what was left out, and what a reader of figures should know."""
    for sentence in (*findings.problems, *findings.notes):
        typer.echo(sentence, err=True)


def progress(things: Iterable[Thing], what: str) -> Iterator[Thing]:
    """The things one by one, with a bar on the standard error."""
    yield from track(things, what, console=Console(stderr=True), transient=True)
