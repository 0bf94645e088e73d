"""Data sets as other people's tools read them, with pictures for eyes: 8-bit colour PNG.

CVAT            images/SPLIT, annotations/instances_SPLIT.json; packed as ZIP, "COCO 1.0"
FiftyOne        data, labels.json; type COCODetectionDataset
Hugging Face    SPLIT with pictures and metadata.jsonl; `load_dataset("imagefolder", data_dir=…)`

What CVAT and FiftyOne export as COCO, `layouts.read` takes as it is. The scans' own numbers stay
behind, and so do hard negatives, which look like objects there: to train, keep them where they are.
With findings, scans that cannot be opened are left out and noted, as by `coco.write`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from xray.render import pseudocolor
from xray.scan import Encoding
from xray_datasets import coco, pictures
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample


def cvat(
    samples: Iterable[Sample],
    folder: Path,
    split: str = "default",
    findings: Findings | None = None,
) -> Path:
    """Write a split as CVAT imports it; the annotations' path.

    Every mark has the empty `segmentation` by which CVAT takes it for a box.
    """
    path = folder / "annotations" / f"instances_{split}.json"
    return _coco(samples, folder / "images" / split, path, findings)


def fiftyone(samples: Iterable[Sample], folder: Path, findings: Findings | None = None) -> Path:
    """Write samples as FiftyOne's COCODetectionDataset; the labels' path."""
    return _coco(samples, folder / "data", folder / "labels.json", findings)


def huggingface(
    samples: Iterable[Sample],
    folder: Path,
    split: str = "train",
    findings: Findings | None = None,
) -> Path:
    """Write a split for the library `datasets`; the metadata's path.

    A row: image, width, height, group, and `objects` with `bbox` (x, y, width, height in pixels),
    `category`, `area` and `id`, as its object-detection guides have them. Regions that count
    neither for nor against are left out.
    """
    rows, number = [], 0
    for entry in _pictures(samples, folder / split, findings):
        objects: dict[str, list[Any]] = {"id": [], "bbox": [], "category": [], "area": []}
        for mark in entry["marks"]:
            if not mark["iscrowd"]:
                number += 1
                _, _, width, height = mark["bbox"]
                objects["id"].append(number)
                objects["bbox"].append([float(at) for at in mark["bbox"]])
                objects["category"].append(mark["label"])
                objects["area"].append(float(width * height))
        about = {key: entry.get(key) for key in ("file_name", "width", "height", "group")}
        rows.append(json.dumps({**about, "objects": objects}))
    path = folder / split / "metadata.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def _coco(samples: Iterable[Sample], folder: Path, path: Path, findings: Findings | None) -> Path:
    document = coco.assemble(_pictures(samples, folder, findings))
    for mark in document["annotations"]:
        mark["segmentation"] = []
    for category in document["categories"]:
        category["supercategory"] = ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def _pictures(
    samples: Iterable[Sample], folder: Path, findings: Findings | None
) -> Iterator[dict[str, Any]]:
    """Write the pictures; their entries, as `coco.described` makes them."""
    for stem, sample, scan in coco.opened(samples, findings):
        pictures.write_rgb(pseudocolor(scan), folder / f"{stem}.png")
        said = {"file_name": f"{stem}.png", "encoding": str(Encoding.PSEUDOCOLOR)}
        yield coco.described(replace(sample, rejected=()), scan, said)
