"""The folder of a learning curve: what teaches, what scores, and what came of it.

scans/, scored/       pictures and marks, copied there once
scans/annotations/    the marks of those scans that teach a point
settings.json         what all points were made with; other settings are refused
rows/                 a file for each point that is finished
runs/                 the trainings
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xray.card import Card
from xray.errors import RecipeError
from xray_datasets import coco, layouts
from xray_datasets.sample import Sample
from xray_train import evaluate
from xray_train.judged import Judged
from xray_train.learning_curve.subsets import drawn

KEPT = ("map50", "map50_interval", "map50_95", "map50_95_interval", "mean_over")  # of the figures


@dataclass(frozen=True)
class Point:
    """One training: a way, how many scans teach, and the seed."""

    way: str
    count: int
    seed: int

    def __str__(self) -> str:
        return f"{self.way}-{self.count}-{self.seed}"


def fill(out: Path, scans: Sequence[Sample], scored: Sequence[Sample]) -> None:
    """Copy those that teach and those that score, unless they are there."""
    for name, samples in (("scans", scans), ("scored", scored)):
        if not (out / name / "instances.json").is_file():
            coco.write(samples, out / name)


def marks(out: Path) -> Path:
    """The COCO file of all scans that can teach."""
    return out / "scans" / "instances.json"


def subset(out: Path, point: Point) -> Path:
    """The COCO file of the scans that teach a point, beside the pictures of all."""
    path = out / "scans" / "annotations" / f"{point.count}-{point.seed}.json"
    if not path.is_file():
        order = drawn(list(layouts.read(marks(out))), point.seed)
        names = {sample.id for sample in order[: point.count]}
        whole = coco.document(marks(out))
        images = [image for image in whole["images"] if image["file_name"] in names]
        numbers = {image["id"] for image in images}
        theirs = [mark for mark in whole["annotations"] if mark["image_id"] in numbers]
        _write(path, {**whole, "images": images, "annotations": theirs})
    return path


def scored(out: Path) -> list[Sample]:
    """The scans that every point is scored on."""
    return list(layouts.read(out / "scored" / "instances.json"))


def row(out: Path, point: Point) -> Path:
    """Where the figures of a point stand as soon as it is finished."""
    return out / "rows" / f"{point}.json"


def keep(
    out: Path, point: Point, card: Card, judged: Sequence[Judged], about: Mapping[str, Any]
) -> None:
    """Score a point, whoever trained it, and write its row.

    Args:
        out: the curve's folder.
        point: which one it is.
        card: of the model; its labels are taken to be those of all ways, so that the mean is over
            the same ones, known to it or not.
        judged: the scored scans, with every candidate.
        about: what else is to be known of it; `said` is its way in words.
    """
    told = settings(out)
    known = replace(card, labels=tuple(told["labels"]))
    found = evaluate.figures(known, judged, told["scored_on"])
    aps = {
        label: {name: one[name] for name in ("objects", "ap50", "ap50_95")}
        for label, one in found["labels"].items()
    }
    figures = {name: found[name] for name in KEPT}
    _write(row(out, point), {**vars(point), **about, **figures, "labels": aps})


def rows(out: Path) -> list[dict[str, Any]]:
    """The figures of all finished points, by way, count and seed."""
    found = [json.loads(path.read_text("utf-8")) for path in (out / "rows").glob("*.json")]
    return sorted(found, key=lambda row: (row["way"], row["count"], row["seed"]))


def settings(out: Path) -> dict[str, Any]:
    """What all points of a folder are made with.

    Raises:
        RecipeError: the folder does not say.
    """
    path = out / "settings.json"
    if not path.is_file():
        raise RecipeError(
            f"{path}: no such file; expected what the learning curve in {out} is made with; give "
            "another --out"
        )
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def agree(out: Path, mine: Mapping[str, Any]) -> None:
    """Take note of settings, each of which must be what it was when the curve was begun.

    Raises:
        RecipeError: one is another, or there are rows and the folder does not say of what.
    """
    there = settings(out) if (out / "settings.json").is_file() or rows(out) else {}
    differ = [name for name in mine if name in there and there[name] != mine[name]]
    if differ:
        raise RecipeError(
            f"{out}: was begun with {differ[0]} = {there[differ[0]]}, now it is "
            f"{mine[differ[0]]}; give what it was begun with, or another --out"
        )
    _write(out / "settings.json", {**there, **mine})


def _write(path: Path, values: Mapping[str, Any]) -> None:
    """Beside first and then in place: a file that is there is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(".part")
    made.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    made.replace(path)
