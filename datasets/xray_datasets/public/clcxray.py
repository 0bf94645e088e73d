"""CLCXray: 9,565 pseudo-colour scans with cutters and containers of liquids.

4,543 come from a subway, 5,022 are of bags packed for it.

Terms: academic use only, no commercial use (Tongji University).
Classes: blade, scissors, knife, dagger, SwissArmyKnife, PlasticBottle, Cans, VacuumCup,
    GlassBottle, CartonDrinks, Tin, SprayCans. Per class: not published in its repository
    (GreysonPhoenix/CLCXray).
Cite: Zhao et al., Detecting Overlapped Objects in X-ray Security Imagery by a Label-aware
    Mechanism, IEEE TIFS 17, 2022.

    annotations/train.json, val.json, test.json      COCO
    images/train, images/val, images/test

Known from its authors' README: COCO, the classes, the counts. Known from loaders in use: the
folders. The 16-bit raw scans that its authors offer apart are not read.
"""

from pathlib import Path

from xray_datasets import coco
from xray_datasets.labels import SOME_LIQUIDS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public import parts
from xray_datasets.public.parts import Part, PartsReader

SOURCE = Source(
    "CLCXray",
    by_label(
        knife="blade knife dagger SwissArmyKnife",
        scissors="scissors",
        liquid="PlasticBottle GlassBottle Cans VacuumCup CartonDrinks Tin",
        pressure_vessel="SprayCans",
    ),
    partial=frozenset({"liquid", "pressure_vessel"}),
    why={
        "blade": "blades of cutters; no loose razor blades",
        "liquid": SOME_LIQUIDS,
        "pressure_vessel": "spray cans only",
    },
)


SPLITS = frozenset({"train", "val", "test"})


def _parts(root: Path) -> list[Part]:
    return parts.there(
        Part(
            split, root / "annotations" / f"{split}.json", root / "images" / split, SPLITS - {split}
        )
        for split in ("train", "val", "test")
    )


def recognises(root: Path) -> bool:
    """By a class that no other set spells so."""
    return any(coco.mentions(part.file, "SwissArmyKnife") for part in _parts(root))


_READER = PartsReader(SOURCE, _parts)
splits, classes, read = _READER.splits, _READER.classes, _READER.read
