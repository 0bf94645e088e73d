"""Ways to train that our own loop has: from weights that know simulated scans, and from scratch.

The first is what `xray-train fit --from START --data SCANS` does. From scratch, nothing that was
simulated helps: neither weights nor projected threats.
"""

import hashlib
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from xray import card as cards
from xray.detector import Detector
from xray.errors import RecipeError
from xray_datasets import coco, layouts, real
from xray_datasets.sample import Sample
from xray_train import checkpoint, listed, mine, sets, teaching
from xray_train.export import export, told
from xray_train.fit import fit
from xray_train.judged import judge
from xray_train.learning_curve import folder
from xray_train.learning_curve.folder import Point
from xray_train.recipe import Recipe
from xray_train.sources import SIXRAY, real_folder

TUNED, SCRATCH, SSDLITE = "fine-tuned", "from-scratch", "ssdlite"
WAYS = (TUNED, SCRATCH, SSDLITE)
BESIDE = "from scratch, same scans and minutes"  # what all others are, in words
REAL = "sixray-val"  # scores where no folder is named
# The rate of other runs from nothing; the rise takes a seventh of the 700 steps that six minutes
# have on two cores.
FROM_SCRATCH: dict[str, Any] = {
    "learning_rate": Recipe.learning_rate,
    "warm_up": 100,
    "project": 0.0,
}
STEPS_S = 20  # more than two cores ever take in a second: the minutes alone end a run
OF_A_POINT = ("data", "seed")  # settings that differ from point to point


@dataclass(frozen=True)
class Curve:
    """What all points have in common.

    Attributes:
        out: folder of everything.
        start: the file of the weights that are fine-tuned.
        minutes: of training, each.
        threads: that compute it.
    """

    out: Path
    start: Path
    minutes: float = 6.0
    threads: int = 2


def numbers(words: str, there: int) -> set[int]:
    """Numbers of scans as a person writes them.

    >>> sorted(numbers("0,10,all", 96))
    [0, 10, 96]

    Raises:
        RecipeError: a word is no number, or a number larger than that of the scans that are there.
    """
    counts = {word.strip(): there if word.strip() == "all" else word for word in words.split(",")}
    for word, count in counts.items():
        if not str(count).strip().isdecimal() or int(count) > there:
            raise RecipeError(
                f"--counts {words}: expected numbers of scans up to {there}, or all, got {word!r}"
            )
    return {int(count) for count in counts.values()}


def points(counts: Collection[int], seeds: int, ways: Sequence[str] = WAYS) -> list[Point]:
    """All of them, a whole curve with one seed before the next.

    Without a scan there is nothing to train: that point is the start as it is, once.

    >>> [str(point) for point in points((0, 10), 2, ("fine-tuned", "ssdlite"))]
    ['fine-tuned-0-0', 'fine-tuned-10-0', 'ssdlite-10-0', 'fine-tuned-10-1', 'ssdlite-10-1']
    """
    return [
        Point(way, count, seed)
        for seed in range(seeds)
        for count in sorted(counts)
        for way in ways
        if count or (way, seed) == (TUNED, 0)
    ]


def prepare(curve: Curve, data: Path | None = None) -> int:
    """Lay out the folder, unless it is: how many scans there are that can teach.

    Args:
        curve: what is asked for.
        data: folder whose split train teaches and whose val, valid or test scores; None: SIXray's.

    Raises:
        RecipeError: the start is missing, the folder was begun with other settings, or the data
            lack a split.
    """
    if not curve.start.is_file():
        raise RecipeError(f"{curve.start}: no such file; expected an ONNX file or a checkpoint")
    names = {"data": data.name, "scored_on": data.name} if data else {}
    start = hashlib.sha256(curve.start.read_bytes()).hexdigest()
    common = {"minutes": curve.minutes, "threads": curve.threads, "start_sha256": start}
    folder.agree(curve.out, {"data": SIXRAY, "scored_on": REAL, **names, **common})
    folder.fill(curve.out, *_scans(data))
    for way in WAYS:
        recipe = told(_recipe(curve, Point(way, 0, 0), folder.marks(curve.out)))
        shared = {f"{way}.{k}": v for k, v in recipe.items() if k not in OF_A_POINT}
        folder.agree(curve.out, {"labels": recipe["labels"], **shared})
    return len(coco.document(folder.marks(curve.out))["images"])


def measure(curve: Curve, wanted: Sequence[Point], say: Callable[[str], object] = print) -> None:
    """Train and score those points that have no row yet, after `prepare`."""
    missing = [point for point in wanted if not folder.row(curve.out, point).is_file()]
    minutes = curve.minutes * sum(point.count > 0 for point in missing)
    say(f"{len(missing)} of {len(wanted)} points are to be measured: {minutes:g} min of training")
    for number, point in enumerate(missing, 1):
        say(f"{number} of {len(missing)}: {point}")
        model, about = _trained(curve, point) if point.count else (_start(curve), {})
        detector = Detector(model, threads=curve.threads)
        judged = judge(detector, folder.scored(curve.out))
        about["said"] = _said(point.way, _start(curve))
        folder.keep(curve.out, point, detector.card, judged, about)
        _run(curve, point).joinpath("last.pt").unlink(missing_ok=True)  # 40 MB each


def _said(way: str, start: Path) -> str:
    if way == TUNED:
        known = cards.read(start)
        return f"{known.name} {known.version}, fine-tuned"
    network = "torchvision's SSDLite" if way == SSDLITE else "the same network"
    return f"{network}, {BESIDE}"


def _scans(data: Path | None) -> tuple[list[Sample], list[Sample]]:
    """Those that teach, those that score."""
    if data is None:
        return list(real.sixray(real_folder(), "train")), list(sets.read(REAL))
    train = [split for split in layouts.splits(data) if teaching.purpose(split) == "train"]
    held_out = teaching.held_out(data, train)
    if not train or not held_out:
        raise RecipeError(
            f"{data}: expected a split train and one of val, valid and test; deal it out: "
            f"xray-data convert {data} --out split/ --shares train=8,val=2"
        )
    teaches = list(listed.read(data, train))
    return teaches, listed.apart(data, listed.read(data, held_out), teaches)


def _recipe(curve: Curve, point: Point, marks: Path) -> Recipe:
    steps = math.ceil(curve.minutes * 60 * STEPS_S)
    tuned = replace(mine.recipe(curve.start, (str(marks),)), seed=point.seed, steps=steps)
    if point.way == TUNED:
        return tuned
    network = "ssdlite" if point.way == SSDLITE else tuned.network
    return replace(tuned, network=network, **FROM_SCRATCH)


def _trained(curve: Curve, point: Point) -> tuple[Path, dict[str, Any]]:
    """The file of a point, in float as all of them are, and how it came to be."""
    torch.set_num_threads(curve.threads)
    recipe = _recipe(curve, point, folder.subset(curve.out, point))
    init = curve.start if point.way == TUNED else None
    run = _run(curve, point)
    last = fit(recipe, run, minutes=curve.minutes, init=init, held_out=[])
    export(last, run / "float.onnx")
    found = checkpoint.read(last)
    how = {"seconds": round(found.elapsed_s, 1), "device": found.devices[-1]}
    return run / "float.onnx", {"steps": found.step, **how}


def _run(curve: Curve, point: Point) -> Path:
    return curve.out / "runs" / str(point)


def _start(curve: Curve) -> Path:
    """The weights to start from as a file that can be scored: what ships, as it ships."""
    if curve.start.suffix == ".onnx":
        return curve.start
    made = curve.out / "runs" / "start.onnx"
    if not made.is_file():
        export(curve.start, made)
    return made
