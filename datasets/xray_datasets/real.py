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
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.errors import DataError
from xray_datasets import coco
from xray_datasets.sample import Sample

VARIABLE = "XRAY_REAL_SCANS"

SIXRAY_JUDGED = frozenset(("gun", "knife", "wrench", "scissors"))
BENIGN_JUDGED = frozenset(("gun", "knife", "wrench", "pliers", "scissors"))
DUAL_ENERGY_JUDGED = frozenset(("knife", "scissors"))

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


def sixray(root: Path, split: str) -> Iterator[Sample]:
    """SIXray's positives: "train", "cal" or "val"."""
    found = coco.read(
        root / "sixray" / f"instances_{split}.json",
        root / "sixray" / "images",
        judged=SIXRAY_JUDGED,
        exhaustive=False,
        origin=f"sixray {split}",
    )
    for sample in found:
        # Many gun scans show tools, and train was not marked for them.
        marked = {a.label for a in sample.annotations}
        unjudged = {"wrench", "scissors"} - marked if split == "train" else set()
        yield replace(sample, judged=SIXRAY_JUDGED - unjudged)


def sixray_benign(root: Path, split: str) -> Iterator[Sample]:
    """SIXray's scans without any of its objects: "train", "cal" or "val"."""
    rows = json.loads((root / "sixray" / "benign.json").read_text(encoding="utf-8"))
    for row in rows:
        if row["split"] == split:
            yield Sample(
                id=row["file_name"],
                open=partial(coco._open, root / "sixray" / "benign" / row["file_name"], None, None),
                group=str(row["group"]),
                origin=f"sixray benign {split}",
                judged=BENIGN_JUDGED,
            )


def dual_energy(root: Path, folds: Collection[int] | None = None) -> Iterator[Sample]:
    """Low/high pairs with a knife and scissors each; folds 0 to 4 go by suitcase."""
    path = root / "dual-energy" / "instances_dev.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    wanted = [i for i in document["images"] if folds is None or i["fold"] in folds]
    document["images"] = [{**image, "white": AIR_COUNT} for image in wanted]
    return coco.samples(
        document, path.parent, judged=DUAL_ENERGY_JUDGED, origin="dual-energy suitcases"
    )


def gdxray_threats(root: Path) -> Iterator[Crop]:
    """Every single object, by label and name."""
    for path in sorted((root / "gdxray-threats").glob("*/*.jpg")):
        yield Crop(path.parent.name, path)
