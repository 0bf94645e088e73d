"""Twelve scans that teach and two that score, in a folder with both splits."""

from pathlib import Path

from tests.xray_train.samples import sample
from xray_datasets import coco


def scans(root: Path) -> Path:
    taught = [
        sample(label, id=f"{label}{k}.png", group=f"{label} {k // 2}")
        for label in ("gun", "wrench")
        for k in range(6)
    ]
    coco.write(taught, root / "train")
    coco.write([sample("gun", id="a.png"), sample("wrench", id="b.png")], root / "val")
    return root
