"""CUBOX: 260,459 pseudo-colour scans of bags from one airport scanner, packed for it.

Terms: research and education only (CUBOX, on request; a few scans stand in its repository).
Classes: 66, numbered from 1; number 0 is 'None'. Train 212,119, val 24,104, test 24,236 scans. Per
    class: not published where we looked.
Cite: CUBOX AI Lab, X-Ray Hazardous Object Detection, 2024.

    images/train/E3S690_20220816_012879_M_Pistol_001-002_Solid fuel_130-002_7.png
    labels/train/E3S690_20220816_012879_M_Pistol_001-002_Solid fuel_130-002_7.txt    YOLO

Known from its authors' README and settings: the folders, the numbers with their names, and that
it is trained with Ultralytics, whose way with broken texts is taken over, see `yolo`. *Assumed*
from the names of the files: they name the scanner, the day, a running number, what was put in
with the number of the very object, and the picture of that packing; pictures whose names differ
in their last number alone show the same bag, and are one group here. A folder that names other
classes in classes.txt or data.yaml is somebody's own, whatever its pictures are called.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from xray_datasets import pictures, yolo
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source
from xray_datasets.sample import Sample

NAMES = (
    "None", "Gun", "Bullet", "Magazin", "Slingshot", "Speargun tip", "Shuriken", "Dart pin",
    "Electroshock weapon", "LAGs product", "Ax", "Knife-A", "Knife-F", "Knife-B", "Other Knife",
    "Knife-D", "Knife blade", "Knife-Z", "Multipurpose knife", "Scissors-A", "Scissors", "Knuckle",
    "Hammer", "Prohibited tool-D", "Drill", "Prohibited tool-A", "Monkey wrench", "Pipe wrench",
    "Prohibited tool-C", "Prohibited tool-B", "Vise plier", "Shovel", "Prohibited tool-E",
    "Bolt cutter", "Saw", "Electric saw", "Dumbbel", "Ice skates", "Baton", "Handscuffs",
    "Explosive weapon-A", "LAGs product(Plastic-A)", "LAGs product(Plastic-B)",
    "LAGs product(Plastic-C)", "LAGs product(Plastic-D)", "LAGs product(Glass)",
    "LAGs product(Paper)", "LAGs product(Stainless)", "LAGs product(Vinyl)",
    "LAGs product(Aluminum)", "LAGs product(Tube)", "Firecracker", "Torch", "Solid fuel",
    "Lighter", "Nunchaku", "Exploding golf balls", "Knife-E", "Green onion slicer",
    "Hex key(over 10cm)", "Kettlebell", "Kubotan", "Arrow tip", "Billiard ball",
    "Drill bit(over 6cm)", "Buttstock", "Card knife",
)  # fmt: skip

OURS = {
    "Gun": "gun",
    "Bullet": "bullet",
    "Magazin": "gun_part",
    "Buttstock": "gun_part",
    "Shuriken": "shuriken",
    "Dart pin": "dart",
    "Ax": "axe",
    "Other Knife": "knife",
    "Knife blade": "knife",
    "Multipurpose knife": "knife",
    "Card knife": "knife",
    "Scissors-A": "scissors",
    "Scissors": "scissors",
    "Hammer": "hammer",
    "Monkey wrench": "wrench",
    "Pipe wrench": "wrench",
    "Vise plier": "pliers",
    "Saw": "saw",
    "Electric saw": "saw",
    "Baton": "baton",
    "Handscuffs": "handcuffs",
    "Explosive weapon-A": "explosive",
    "Firecracker": "firework",
    "Lighter": "lighter",
}


def _label(name: str) -> str | None:
    if name.startswith("Knife-"):
        return "knife"
    return "liquid" if name.startswith("LAGs product") else OURS.get(name)


SOURCE = Source(
    "CUBOX",
    {name: _label(name) for name in NAMES},
    partial=frozenset({"gun_part", "wrench", "pliers", "explosive"}),
    why={name: "no word in the taxonomy" for name in NAMES if _label(name) is None}
    | {
        "None": "number 0, which no text should hold",
        "gun_part": "magazines and butt stocks only",
        "wrench": "monkey and pipe wrenches; others may be among the prohibited tools",
        "pliers": "vise pliers; others may be among the prohibited tools",
        "explosive": "one kind of weapon only",
        "Knife blade": "blades for cutters",
    },
)

# scanner, day, number, kind of packing; then objects with their numbers, and the picture
NAME = re.compile(r"[A-Za-z0-9]+_\d{8}_\d+_[A-Z]_")
LOOKED_AT = 1000  # pictures, before a folder is taken for somebody else's

splits = yolo.splits


def recognises(root: Path) -> bool:
    """YOLO's folders, with a picture whose name begins like theirs, and no other names of classes.

    Whoever names classes means their own numbers.
    """
    if not (root / "labels").is_dir() or not _named_as_here(root):
        return False
    first = islice(pictures.walk(root / "images"), LOOKED_AT)
    return any(NAME.match(path.stem) is not None for path in first)


def _named_as_here(root: Path) -> bool:
    """Whether the folder's own names of classes are CUBOX's, if it has any."""
    found = yolo.named(root)
    return found is None or found == dict(enumerate(NAMES))


def classes(root: Path) -> list[str]:
    """The 66, and 'None'."""
    return list(NAMES)


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one split, or all.

    Raises:
        DataError: no such split, or, without findings, one without texts.
    """
    if findings is None:
        yolo.refuse_bare(root, split)
    own = Findings() if findings is None else findings
    samples = _samples(root, split, labels_map or {}, own)
    return told(samples, own, SOURCE.name) if findings is None else samples


def _samples(
    root: Path, split: str | None, labels_map: Mapping[str, str | None], findings: Findings
) -> Iterator[Sample]:
    findings.note("assumed, see xray-data list cubox", "names without their last number are bags")
    for sample in yolo.read(
        root,
        split,
        names=NAMES,
        labels_map={**SOURCE.labels, **labels_map},
        judged=SOURCE.judged_by(labels_map),
        origin=" ".join(filter(None, ("CUBOX", split))),
        findings=findings,
        as_ultralytics=True,
    ):
        stem = Path(sample.id).stem
        bag = f"CUBOX {stem.rpartition('_')[0]}" if NAME.match(stem) else ""
        yield replace(sample, group=bag)
