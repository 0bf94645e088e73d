"""The command `xray-data`: look at data sets, check them, convert them, simulate scans."""

import os
import random
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, track
from rich.table import Table

from xray.errors import DataError, XrayError
from xray_datasets import layouts
from xray_datasets.asked import Asked, public_source
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample

Thing = TypeVar("Thing")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Look at data sets, check them, convert them, simulate scans.",
)

Root = Annotated[Path, typer.Argument(help="Folder of the data set, or a COCO file.")]
Splits = Annotated[list[str] | None, typer.Option("--split", help="Split; may be repeated.")]
SourceName = Annotated[
    str | None, typer.Option("--source", help="Public data set whose words these are; see list.")
]
Words = Annotated[
    list[str] | None,
    typer.Option("--map", help="Class=label; nothing after = leaves the class out."),
]
Own = Annotated[bool, typer.Option(help="Keep the data set's own words as labels.")]
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
Twins = Annotated[
    bool, typer.Option(help="Seek the same bag in other scans: some 0.3 s and 60 KB a scan.")
]


class Kind(StrEnum):
    """What the simulator packs."""

    BAGGAGE = "baggage"
    PARCEL = "parcel"
    CONTAINER = "container"


class Target(StrEnum):
    """Layouts that we write."""

    COCO = "coco"
    CVAT = "cvat"
    FIFTYONE = "fiftyone"
    HUGGINGFACE = "huggingface"


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Argument(help="One of them, with all about it.")] = None,
) -> None:
    """The layouts and the public data sets that are read."""
    from xray_datasets import listing

    if source is None:
        Console().print(listing.layouts(), listing.sources(), sep="\n")
    else:
        public_source(source)
        name = source.lower()
        print(listing.told(name))
        Console().print(listing.classes(name))


@app.command()
def check(
    root: Root,
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
    open_scans: Annotated[bool, typer.Option("--open/--no-open", help="Open every scan.")] = True,
    twins: Twins = True,
) -> None:
    """Whether a data set can be learned from; ends with 1 where something is wrong.

    Also seeks the same bag in several splits, by its features: what was learned by heart would
    look like skill.
    """
    from xray_datasets import checks

    asked = Asked(root, split, source, words, own)
    asked.check_classes()
    found = Findings()
    samples = asked.checked(found)
    seen = _progress(samples, "checking")
    checks.check(seen, open_scans=open_scans, find_twins=twins, findings=found)
    print(f"{root}: {layouts.name(root)}, {found.scans} scans, {found.boxes} boxes")
    for note in found.notes:
        print(f"  note: {note}")
    for problem in found.problems:
        print(f"  {problem}")
    if found.problems or not found.scans:
        raise typer.Exit(1)
    print("  nothing wrong found")


@app.command()
def stats(
    root: Root,
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
) -> None:
    """How many scans, groups and boxes there are, and how large."""
    from xray_datasets import stats as counting

    by_split: dict[str, list[Sample]] = {}
    for name, sample in Asked(root, split, source, words, own).samples():
        by_split.setdefault(name, []).append(sample)
    for name, samples in by_split.items():
        found = counting.count(samples)
        title = f"{name}: {found.scans} scans in {len(found.groups)} groups, "
        title += f"{found.empty} with nothing marked"
        table = Table("label", title=escape(title), title_justify="left")
        for column in ("boxes", "scans", "groups", "ignored", "side px (10-50-90 %)"):
            table.add_column(column, justify="right")
        for label, one in sorted(found.labels.items()):
            sides = "-".join(f"{side:.0f}" for side in one.sides or ())
            numbers = (one.boxes, one.scans, len(one.groups), one.ignored)
            table.add_row(escape(label), *map(str, numbers), sides)
        Console().print(table)


@app.command()
def convert(
    root: Root,
    out: Annotated[Path, typer.Option(help="Folder to write; a folder per split.")],
    to: Annotated[Target, typer.Option(help="Layout to write.")] = Target.COCO,
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
    shares: Annotated[
        str | None,
        typer.Option(help="Deal out anew, in place of the splits there: train=8,val=1,test=1."),
    ] = None,
    twins: Twins = True,
) -> None:
    """Write a data set in another layout: 8-bit colour, 16-bit transmission.

    For CVAT, FiftyOne and Hugging Face's datasets, pictures are for eyes: 8-bit colour, all of it.
    With --shares it is split anew: every bag stays on one side, with all its scans.
    """
    by_split: dict[str, list[Sample]] = {}
    for name, sample in Asked(root, split, source, words, own).samples():
        by_split.setdefault(name, []).append(sample)
    if shares:
        samples = [sample for mine in by_split.values() for sample in mine]
        by_split = _dealt(samples, shares, twins)
    for name, samples in by_split.items():
        print(_written(_progress(samples, f"writing {name}"), out, name, to))


@app.command()
def show(
    root: Root,
    out: Annotated[Path, typer.Option(help="Picture to write.")],
    split: Splits = None,
    source: SourceName = None,
    words: Words = None,
    own: Own = False,
    label: Annotated[str | None, typer.Option(help="Only scans with this label.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many scans.")] = 20,
    columns: Annotated[int, typer.Option(min=1, help="How many side by side.")] = 5,
    seed: Annotated[int, typer.Option(help="Which ones are drawn.")] = 0,
) -> None:
    """A contact sheet of scans with their boxes."""
    from xray_datasets import pictures
    from xray_datasets.sheet import contact_sheet

    samples = [
        sample
        for _, sample in Asked(root, split, source, words, own).samples()
        if label is None or any(a.label == label for a in sample.annotations)
    ]
    chosen = sorted(random.Random(seed).sample(range(len(samples)), min(count, len(samples))))
    pictures.write_rgb(contact_sheet([samples[i] for i in chosen], columns=columns), out)
    print(out)


@app.command()
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


@app.command()
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


def _written(samples: Iterator[Sample], out: Path, split: str, to: Target) -> Path:
    """Write a split in a layout; the path of its annotations."""
    from xray_datasets import coco, exchange

    kept = {
        Target.COCO: out / split / "instances.json",
        Target.CVAT: out / "annotations" / f"instances_{split}.json",
        Target.FIFTYONE: out / split / "labels.json",
        Target.HUGGINGFACE: out / split / "metadata.jsonl",
    }
    if kept[to].exists():
        raise DataError(f"{kept[to].parent} holds a data set already; name another --out")
    match to:
        case Target.COCO:
            return coco.write(samples, out / split)
        case Target.CVAT:
            return exchange.cvat(samples, out, split)
        case Target.FIFTYONE:
            return exchange.fiftyone(samples, out / split)
        case Target.HUGGINGFACE:
            return exchange.huggingface(samples, out, split)


def _dealt(samples: list[Sample], shares: str, find_twins: bool) -> dict[str, list[Sample]]:
    """Splits of these shares, twins on one side."""
    from xray_datasets import split, twins

    try:
        wanted = {k: float(v) for k, _, v in (s.partition("=") for s in shares.split(","))}
    except ValueError:
        raise DataError(f"--shares {shares}: expected train=8,val=1,test=1") from None
    if find_twins:
        samples = twins.regrouped(_progress(samples, "seeking twins"))
    return split.split(samples, wanted)


def _progress(things: Iterable[Thing], what: str) -> Iterator[Thing]:
    yield from track(things, what, console=Console(stderr=True), transient=True)


def main() -> None:
    """Entry point: our own errors are sentences, not tracebacks."""
    try:
        app()
    except XrayError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
