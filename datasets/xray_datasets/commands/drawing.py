"""The commands that draw scans: simulate, pool."""

import os
import signal
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, track

Seed = Annotated[int, typer.Option(min=0, help="Of the first scene; the next has one more.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes.")]
Side = Annotated[
    int | None,
    typer.Option(
        min=64,
        help="Width in pixels: 416 of bags and parcels, which are square; 2000 of containers, "
        "two fifths as high.",
        show_default=False,
    ),
]


class Kind(StrEnum):
    """What the simulator packs."""

    BAGGAGE = "baggage"
    PARCEL = "parcel"
    STAGED = "staged"
    CONTAINER = "container"


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write; goes on where one stands.")],
    kind: Annotated[Kind, typer.Option(help="What to pack.")] = Kind.BAGGAGE,
    count: Annotated[int, typer.Option(min=1, help="How many scenes.")] = 100,
    seed: Seed = 0,
    side: Side = None,
    workers: Workers = 1,
    float_pages: Annotated[
        bool, typer.Option("--float", help="Transmission as float32, too, beside 16 bits.")
    ] = False,
    jpeg: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, help="The console's picture as JPEG of this quality, not PNG."
        ),
    ] = None,
    outlines: Annotated[
        bool,
        typer.Option("--outlines/--no-outlines", help="Masks of unlabelled things in scenes/."),
    ] = True,
) -> None:
    """Scans with ground truth, drawn by physics: both energies, a console's picture, COCO."""
    from xray_datasets import scenefiles, scenes

    extras = scenefiles.Extras(float_pages, jpeg, outlines)
    done = scenes.simulate(out, kind.value, count, seed, side, workers, extras)
    for _ in track(done, "simulating", total=count, console=Console(stderr=True)):
        pass
    print(scenes.finish(out))


def pool(
    out: Annotated[Path, typer.Option(help="Folder of the pool; goes on where one stands.")],
    kind: Annotated[Kind, typer.Option(help="What to pack.")] = Kind.BAGGAGE,
    count: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="How many scenes it holds: 10000; kept fresh, what is there where that is more.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    side: Side = None,
    workers: Workers = 1,
    keep_fresh: Annotated[
        bool,
        typer.Option(
            "--keep-fresh",
            help="Then replace the oldest by new ones until stopped, as the least of processes.",
        ),
    ] = False,
) -> None:
    """Simulated scenes for xray-train: transmission alone, which training colours anew each time.

    A container takes 6.4 MB, a bag or parcel 0.7 MB.
    """
    from xray_datasets import scenes

    scenes.check_installed("xray-data pool")
    from xray_datasets import simulator

    if not keep_fresh:
        count = count or simulator.filling.COUNT
        missing = simulator.lacking(out, kind.value, count, seed)
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("filling", total=missing)
            simulator.fill(
                out, kind.value, count, seed, workers, side, lambda _: progress.advance(task)
            )
        print(out)
        return
    os.nice(10)  # what trains goes first
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        for path in simulator.keep_fresh(out, kind.value, count, seed, workers, side):
            print(path, flush=True)
