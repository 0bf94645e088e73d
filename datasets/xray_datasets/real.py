"""The real scans that development uses, where the variable XRAY_REAL_SCANS says they are.

They come from academic data sets and are not part of this project; everything here works on
the folder that its owner prepared, and nobody else needs it.

sixray/        pseudo-colour baggage (SIXray): gun, knife, wrench, a few scissors; one box each
sixray/benign  baggage without gun, knife, wrench, pliers and scissors
dual-energy/   low/high pairs of suitcases with a knife and scissors each
gdxray-threats single objects on white, in a folder per label (GDXray+)
"""

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.errors import DataError
from xray_datasets import coco, pictures
from xray_datasets.sample import Sample

VARIABLE = "XRAY_REAL_SCANS"

SIXRAY_JUDGED = frozenset(("gun", "knife", "wrench", "scissors"))
BENIGN_JUDGED = frozenset(("gun", "knife", "wrench", "pliers", "scissors"))
DUAL_ENERGY_JUDGED = frozenset(("knife", "scissors"))

# What may be there unmarked in a scan of `train` that shows this object: small wrenches hide in
# crowded bags, scissors in heaps of tools. (Where tools lie beside guns, corrections say so.)
UNSURE = {
    "gun": frozenset[str](),
    "knife": frozenset({"wrench"}),
    "scissors": frozenset({"wrench"}),
    "wrench": frozenset({"scissors"}),
}

# One object is boxed per scan. Tools lie in heaps, so more of them are often there unmarked (13 of
# 21 wrench scans of cal say so); of guns and knives hardly ever (1 of 74).
HEAPED = frozenset({"wrench", "scissors"})

AIR_COUNT = 205.0  # the brightest flat grey of the 8-bit pairs, measured: 203 to 207


@dataclass(frozen=True, eq=False)
class Crop:
    """A picture of one object, a source for threat image projection."""

    label: str
    path: Path

    @property
    def grey(self) -> NDArray[np.uint8]:  # (H, W), air is bright
        """The pixels, read now."""
        pixels = cv2.imread(str(self.path), cv2.IMREAD_GRAYSCALE)
        if pixels is None:
            raise DataError(f"{self.path}: not a picture that can be read")
        return np.asarray(pixels, np.uint8)


def from_environment() -> Path | None:
    """The folder of real scans, or None where the variable is not set."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def sixray(root: Path, split: str, *, corrected: bool = True) -> Iterator[Sample]:
    """SIXray's positives: "train", "cal" or "val".

    Args:
        root: the folder of real scans.
        split: cal and val were looked through by the folder's owner, train by us.
        corrected: apply our corrections to train (corrections/sixray.json): scissors among the
            knives, and where else tools lie unmarked. Without them only guns and knives, and
            the label that the scan was chosen for, count as looked for.
    """
    document = _document(root / "sixray" / f"instances_{split}.json")
    if corrected and split == "train":
        document = _corrected(document)
    for sample in coco.samples(
        document,
        root / "sixray" / "images",
        judged=SIXRAY_JUDGED,
        origin=f"sixray {split}",
    ):
        marked = {a.label for a in sample.annotations}
        if split != "train":
            judged = SIXRAY_JUDGED
        elif corrected:
            judged = SIXRAY_JUDGED - frozenset[str]().union(*(UNSURE[label] for label in marked))
        else:
            judged = frozenset({"gun", "knife"} | marked)
        yield replace(
            sample,
            judged=judged,
            exhaustive=not marked & HEAPED,
            group=f"sixray {sample.group}",
        )


def _corrected(document: dict[str, Any]) -> dict[str, Any]:
    text = resources.files("xray_datasets").joinpath("corrections/sixray.json").read_text("utf-8")
    found = json.loads(text)
    category = {c["name"]: c["id"] for c in document["categories"]}
    name = {image["id"]: image["file_name"] for image in document["images"]}
    marks = []
    for mark in document["annotations"]:
        label = found["relabelled"].get(f"{name[mark['image_id']]}/{mark['id']}")
        marks.append({**mark, "category_id": category[label]} if label else mark)
    for image in document["images"]:
        whole = [0, 0, image["width"], image["height"]]
        for label in found["also_visible"].get(image["file_name"], ()):
            crowd = {"image_id": image["id"], "category_id": category[label], "iscrowd": 1}
            marks.append({**crowd, "bbox": whole})
    return {**document, "annotations": marks}


def sixray_benign(root: Path, split: str) -> Iterator[Sample]:
    """SIXray's scans without any of its objects: "train", "cal" or "val"."""
    for row in _document(root / "sixray" / "benign.json"):
        if row["split"] == split:
            yield Sample(
                id=row["file_name"],
                open=pictures.opener(root / "sixray" / "benign" / row["file_name"]),
                group=f"sixray {row['group']}",
                origin=f"sixray benign {split}",
                judged=BENIGN_JUDGED,
            )


def dual_energy(root: Path, folds: Collection[int] | None = None) -> Iterator[Sample]:
    """Low/high pairs with knives and scissors; folds 0 to 4 go by suitcase."""
    path = root / "dual-energy" / "instances_dev.json"
    document = _document(path)
    wanted = [i for i in document["images"] if folds is None or i["fold"] in folds]
    images = [{**image, "white": AIR_COUNT} for image in wanted]
    for sample in coco.samples(
        {**document, "images": images},
        path.parent,
        judged=DUAL_ENERGY_JUDGED,
        origin="dual-energy suitcases",
    ):
        yield replace(sample, group=f"dual-energy {sample.group}")


def gdxray_threats(root: Path) -> Iterator[Crop]:
    """Every single object, by label and name."""
    for path in sorted((root / "gdxray-threats").glob("*/*.jpg")):
        yield Crop(path.parent.name, path)


def _document(path: Path) -> Any:
    if not path.is_file():
        raise DataError(f"{path}: no such file; {VARIABLE} must name the folder of real scans")
    return json.loads(path.read_text(encoding="utf-8"))
