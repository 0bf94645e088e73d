"""The command `xray`: inspect files, whole archives of them, list the shipped models."""

import json
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from xray import ending
from xray.ending import USAGE
from xray.errors import ModelError, RecipeError, ScanError, XrayError
from xray.output import Format
from xray.scan import Encoding

ENGINES = ("local", "processes", "ray")  # processes is what local was called at first
UNREAD, MODEL = 3, 4  # beside those of `ending`
EXIT_CODES = """Exit codes: 0 done, whatever was found · 1 a result could not be written ·
2 wrong usage or settings · 3 some files could not be read, the others were inspected ·
4 something is wrong with the model, or it was not made for such scans."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


class Air(StrEnum):
    """Which end of the scale is air."""

    BRIGHT = "air_bright"
    DARK = "air_dark"


Model = Annotated[str, typer.Option(help="Name of a shipped model, or a .onnx.")]
MinScore = Annotated[
    float | None, typer.Option(min=0, max=1, help="Report every candidate from it on.")
]
Rules = Annotated[Path | None, typer.Option(help="Rules: a TOML or JSON file.")]
Bound = Annotated[
    Path | None, typer.Option(help="Bounded miss rate: the file of xray-train calibrate.")
]
White = Annotated[float | None, typer.Option(help="Count of unattenuated air.")]
Dark = Annotated[float | None, typer.Option(help="Count with the beam off.")]
Polarity = Annotated[Air | None, typer.Option(help="Which end of the scale is air.")]
Kind = Annotated[Encoding | None, typer.Option(help="What the scans must be.")]
Pitch = Annotated[float | None, typer.Option(help="Width of a pixel at the load.")]
Scanner = Annotated[str | None, typer.Option(help="Which scanner made them.")]
Computing = Annotated[str, typer.Option(help="What computes: cpu, openvino or cuda.")]


def _version(asked: bool) -> None:
    if asked:
        from xray import __version__

        print(f"xray-cargo {__version__}")
        raise typer.Exit


@app.callback(epilog=EXIT_CODES)
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which it is.")
    ] = False,
) -> None:
    """AI-assisted X-ray inspection."""


@app.command(epilog=EXIT_CODES)
def inspect(
    files: Annotated[list[Path], typer.Argument(help="Scans, or folders of scans.")],
    model: Model = "parcel",
    high: Annotated[
        Path | None, typer.Option(help="High-energy picture of the file, or folder of them.")
    ] = None,
    format: Annotated[
        Format, typer.Option(help="json: an object for one file, a list otherwise.")
    ] = Format.TABLE,
    out: Annotated[
        Path | None, typer.Option(help="File to write; with dicos a folder for many scans.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="Folder for pictures with the findings drawn in.")
    ] = None,
    min_score: MinScore = None,
    profile: Rules = None,
    clearance: Bound = None,
    white: White = None,
    dark: Dark = None,
    polarity: Polarity = None,
    encoding: Kind = None,
    pixel_mm: Pitch = None,
    scanner: Scanner = None,
    backend: Computing = "cpu",
) -> None:
    """Say what is in scans: PNG, JPEG, TIFF, DICOM, told by their bytes and not by their names.

    In folders, what cannot be read is named on standard error with its reason and passed over.
    """
    from xray import output, worklist
    from xray import profile as profiles
    from xray.detector import Detector
    from xray.formats import read

    if format is Format.DICOS and out is None:
        raise RecipeError("--format dicos writes files: say where with --out")
    rules = profiles.read(profile) if profile else None
    detector = Detector(model, profile=rules, clearance=clearance, backend=backend)
    work = worklist.jobs(files, high)
    codes = [0]

    def bad(error: XrayError) -> None:
        codes.append(_code(error))
        print(error, file=sys.stderr)

    reading = partial(
        read,
        encoding=encoding,
        white=white,
        dark=dark,
        polarity=None if polarity is None else polarity.value,
        pixel_mm=pixel_mm,
        scanner=scanner,
    )
    done = worklist.inspected(detector, work, reading, min_score, bad)
    if overlay is not None:
        done = output.overlaid(done, overlay)
    if format is not Format.TABLE:
        done = output.watched(done, len(work))
    single = len(files) == 1 and not files[0].is_dir()
    output.write(done, format, out, single, detector.card)
    if format is Format.TABLE and not single:
        print(f"{len(work)} files, {len(codes) - 1} of them not inspected", file=sys.stderr)
    raise typer.Exit(max(codes))


@app.command(epilog=EXIT_CODES)
def batch(
    source: Annotated[Path, typer.Argument(help="A folder of scans, or a list: a path a line.")],
    out: Annotated[Path, typer.Option(help="Folder for the results, and to go on from.")],
    model: Model = "parcel",
    high: Annotated[Path | None, typer.Option(help="Folder of the high-energy pictures.")] = None,
    format: Annotated[
        str | None, typer.Option(help="parquet or jsonl; without it parquet where it is installed.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; without it one for each core.")
    ] = None,
    min_score: MinScore = None,
    profile: Rules = None,
    clearance: Bound = None,
    white: White = None,
    dark: Dark = None,
    polarity: Polarity = None,
    encoding: Kind = None,
    pixel_mm: Pitch = None,
    scanner: Scanner = None,
    backend: Computing = "cpu",
    engine: Annotated[
        str, typer.Option(help="local: processes here; or ray: here, or on a cluster.")
    ] = "local",
    ray_address: Annotated[
        str, typer.Option(help="Of a Ray cluster that this machine is in: head:6379, or auto.")
    ] = "local",
    again: Annotated[
        bool, typer.Option("--again", help="Inspect once more what was set aside.")
    ] = False,
    pass_over: Annotated[
        bool, typer.Option("--pass-over", help="Set aside also what cannot be reached.")
    ] = False,
) -> None:
    """Inspect a whole archive; broken off at any moment, the same command goes on.

    Reports go to OUT/reports in order of path, what could not be read to OUT/set_aside.jsonl with
    the reason, counts to OUT/summary.json: the same whatever the number of workers. Where scans
    cannot be reached, as a file server's that is away, it stops with exit code 1 after a minute.
    """
    from rich.console import Console

    from xray import batch as batches
    from xray import console
    from xray import profile as profiles
    from xray.batch import crew
    from xray.processor import usable_cores

    settings = batches.Settings(
        model=str(Path(model).resolve()) if model.endswith(".onnx") else model,
        backend=backend,
        profile=profiles.read(profile) if profile else None,
        clearance=None if clearance is None else str(clearance.resolve()),
        min_score=min_score,
        high=None if high is None else str(high.resolve()),
        reading={
            "encoding": encoding,
            "white": white,
            "dark": dark,
            "polarity": None if polarity is None else polarity.value,
            "pixel_mm": pixel_mm,
            "scanner": scanner,
        },
        pass_over=pass_over,
    )
    if engine not in ENGINES:
        raise RecipeError(f"xray batch: --engine must be local or ray, got {engine}")
    if engine == "ray":
        from xray.batch import cluster

        does = partial(cluster.finished, workers=workers, address=ray_address)
    else:
        does = partial(crew.finished, workers=workers or usable_cores(), at=out / batches.AT)
    summary = batches.run(source, out, settings, batches.known(format), does, again)
    console.show_summary(Console(), str(out), summary)
    raise typer.Exit(UNREAD if summary["set_aside"] else 0)


@app.command()
def models(
    format: Annotated[Format, typer.Option(help="table or json.")] = Format.TABLE,
) -> None:
    """The shipped models: what they find, in which scans, how well, and on which terms."""
    from rich.console import Console

    from xray import card, console, detector

    if format not in (Format.TABLE, Format.JSON):
        raise RecipeError(f"xray models: --format must be table or json, got {format}")
    cards = [card.read(path) for path in detector.available().values()]
    if format is Format.JSON:
        values = [{**json.loads(c.to_json()), "sha256": c.sha256} for c in cards]
        print(json.dumps(values, indent=2))
        return
    if not cards:
        print("no models are installed; pass the path of one as --model", file=sys.stderr)
    for shown in cards:
        console.show_card(Console(), shown)


def main() -> None:
    """Entry point."""
    ending.run(app, _code)


def _code(error: XrayError) -> int:
    if isinstance(error, ScanError):
        return UNREAD
    return MODEL if isinstance(error, ModelError) else USAGE


if __name__ == "__main__":
    main()
