"""HiXray: 45,364 pseudo-colour scans of bags from an international airport.

Terms: academic use only, on request (Beihang University).
Classes, in objects: Portable_Charger_1 12,421, Portable_Charger_2 7,788, Water 3,092, Laptop
    10,042, Mobile_Phone 53,835, Tablet 4,918, Cosmetic 9,949, Nonmetallic_Lighter 883. Train
    36,295, test 9,069.
Cite: Tao et al., Towards Real-world X-ray Security Inspection: A High-Quality Benchmark and
    Lateral Inhibition Module for Prohibited Items Detection, ICCV 2021.

    train/train_image/ID.jpg (or .tiff, .TIFF)
    train/train_annotation/ID.txt     image class x1 y1 x2 y2
    train/train_name.txt              the scans of the split, a name a line

Known from its authors' README and loader, which is OPIXray's with other classes; what that
loader leaves out is left out here, see `opixray`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from xray_datasets.findings import Findings
from xray_datasets.labels import POWER_BANKS, SOME_DEVICES, SOME_LIGHTERS, SOME_LIQUIDS, Source
from xray_datasets.labels import classes as by_label
from xray_datasets.public import opixray
from xray_datasets.sample import Sample

SOURCE = Source(
    "HiXray",
    by_label(
        battery="Portable_Charger_1 Portable_Charger_2",
        liquid="Water",
        electronics="Laptop Mobile_Phone Tablet",
        lighter="Nonmetallic_Lighter",
        left_out="Cosmetic",
    ),
    partial=frozenset({"battery", "electronics", "lighter", "liquid"}),
    why={
        "Cosmetic": "creams, powders and liquids alike",
        "battery": POWER_BANKS,
        "electronics": SOME_DEVICES,
        "lighter": SOME_LIGHTERS,
        "liquid": SOME_LIQUIDS,
    },
)
LIST = "name"

splits, classes = opixray.splits, opixray.classes


def recognises(root: Path) -> bool:
    """A folder of texts, and a list whose name ends in _name."""
    return opixray.holds(root, LIST)


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The scans of one split ("train", "test"), or of both.

    Raises:
        DataError: there is no such list, or a line of a text is not what it should be.
    """
    return opixray.listed(root, split, SOURCE, LIST, labels_map or {}, findings)
