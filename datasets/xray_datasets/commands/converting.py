"""The command that writes a data set in another layout, or split anew."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xray.errors import DataError
from xray_datasets.asked import Asked
from xray_datasets.commands import options
from xray_datasets.commands.options import Own, Root, SourceName, Splits, Twins, Words, progress
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample


class Target(StrEnum):
    """Layouts that we write."""

    COCO = "coco"
    CVAT = "cvat"
    FIFTYONE = "fiftyone"
    HUGGINGFACE = "huggingface"


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
    With --shares it is split anew: every bag stays on one side, with all its scans. Scans that
    cannot be opened, and those whose marks cannot be read, are left out, and counted at the end.
    """
    found = Findings()
    by_split = options.by_split(Asked(root, split, source, words, own), found)
    if shares:
        samples = [sample for mine in by_split.values() for sample in mine]
        by_split = _dealt(samples, shares, twins, found)
    for name, samples in by_split.items():
        print(_written(progress(samples, f"writing {name}"), out, name, to, found))
    options.tell(found)


def _written(samples: Iterator[Sample], out: Path, split: str, to: Target, found: Findings) -> Path:
    """Write a split in a layout; the path of its annotations."""
    from xray_datasets import coco, exchange

    split = split.replace("/", "_")  # SIXray's 10/train: splits are folders side by side
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
            return coco.write(samples, out / split, found)
        case Target.CVAT:
            return exchange.cvat(samples, out, split, found)
        case Target.FIFTYONE:
            return exchange.fiftyone(samples, out / split, found)
        case Target.HUGGINGFACE:
            return exchange.huggingface(samples, out, split, found)


def _dealt(
    samples: list[Sample], shares: str, find_twins: bool, found: Findings
) -> dict[str, list[Sample]]:
    """Splits of these shares, twins on one side."""
    from xray_datasets import split, twins

    try:
        wanted = {k: float(v) for k, _, v in (s.partition("=") for s in shares.split(","))}
    except ValueError:
        raise DataError(f"--shares {shares}: expected train=8,val=1,test=1") from None
    if find_twins:
        samples = twins.regrouped(samples, found, progress) or samples  # none left: writing says so
    return split.split(samples, wanted)
