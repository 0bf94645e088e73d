"""Where reports go: the screen, JSON, COCO results, DICOS files, pictures with findings drawn."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xray.card import Card
    from xray.worklist import Done


class Format(StrEnum):
    """What comes out."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    COCO = "coco"
    DICOS = "dicos"


def write(
    done: Iterable["Done"], format: Format, out: Path | None, single: bool, card: "Card"
) -> None:
    """Write reports, those of table and jsonl as they come.

    Args:
        done: what was inspected.
        format: how.
        out: the file; None: standard output. For dicos and many scans, a folder.
        single: one file was asked for: JSON is an object then, and a list otherwise.
        card: of the model that spoke.
    """
    if format is Format.DICOS and out is not None:
        _threat_reports(done, out, single)
        return
    with _opened(out) as file:
        if format is Format.TABLE:
            _tables(done, file)
        elif format is Format.JSONL:
            for _, _, report in done:
                print(json.dumps(report.to_dict()), file=file, flush=True)
        elif format is Format.COCO:
            print(json.dumps(_coco(done, card), indent=2), file=file)
        else:
            reports = [report.to_dict() for _, _, report in done]
            if reports or not single:
                print(json.dumps(reports[0] if single else reports, indent=2), file=file)


def overlaid(done: Iterable["Done"], folder: Path) -> Iterator["Done"]:
    """Draw the findings into a picture of every scan, on its way through."""
    import cv2

    from xray import render

    for item in done:
        drawn = render.overlay(render.pseudocolor(item.scan), item.report)
        path = folder / f"{item.job.id}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(cv2.imencode(".png", drawn[..., ::-1])[1]))
        yield item


def watched(done: Iterable["Done"], total: int) -> Iterator["Done"]:
    """A progress bar on standard error, where that is a terminal and there is time to watch it."""
    if total < 2 or not sys.stderr.isatty():
        yield from done
        return
    from rich.console import Console
    from rich.progress import Progress

    # A descriptor of its own: while a decoder is overheard, the common one leads elsewhere.
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8") as terminal,
        Progress(
            console=Console(file=terminal, force_terminal=True),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as progress,
    ):
        yield from progress.track(done, total, description="inspecting")


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield sys.stdout
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as file:
        yield file


def _tables(done: Iterable["Done"], file: IO[str]) -> None:
    from rich.console import Console

    from xray import console

    screen = Console(file=file)
    for job, _, report in done:
        console.show_report(screen, str(job.path), report)


def _coco(done: Iterable["Done"], card: "Card") -> list[dict[str, Any]]:
    from xray import coco

    kept = [(report, (job.number, job.name)) for job, _, report in done]  # the scans may go
    return coco.results([r for r, _ in kept], card.labels, [image for _, image in kept])


def _threat_reports(done: Iterable["Done"], out: Path, single: bool) -> None:
    from xray import tdr

    for job, scan, report in done:
        path = out if single and not out.is_dir() else out / f"{job.id}.dcs"
        path.parent.mkdir(parents=True, exist_ok=True)
        tdr.write(report, path, scan=scan)
