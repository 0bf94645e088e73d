"""The folder of an export as samples."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import coco, pictures, sizes
from xray_datasets import labels as taxonomy
from xray_datasets.findings import Findings, told
from xray_datasets.marks import clip
from xray_datasets.reviews.cap import capped
from xray_datasets.reviews.lesson import Lesson, lesson
from xray_datasets.reviews.words import LabelsMap, views
from xray_datasets.sample import Sample

SCHEMA = "xray.reviews/1"  # as the export writes it
SPLITS = ("train", "val")
HELD_OUT = 0.3  # share of the groups that are "val": a gate asks for 30 positives of each class
CHANGED_SIDES = "scans left out, for their consignment came together with one of the other split"
MOST_PER_OFFICER = 300  # labels; a working value, not measured


def recognised(root: Path) -> bool:
    """Whether this folder, or this file, is an export of decided cases."""
    path = _file(root)
    return path.is_file() and path.suffix == ".json" and coco.mentions(path, SCHEMA)


def held_out(group: str) -> bool:
    """Whether a group examines and never teaches: by its name alone, so for good."""
    share = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") / 2**64
    return share < HELD_OUT


def classes(root: Path) -> list[str]:
    """Every word that officers gave a box."""
    return coco.categories(_file(root))


def labels(root: Path, labels_map: LabelsMap | None = None) -> list[str]:
    """Every label of an object that is taught, in the order of the taxonomy."""
    found = {a.label for sample in read(root, labels_map=labels_map, findings=Findings())
             for a in sample.annotations}  # fmt: skip
    ours = [label for label in taxonomy.TAXONOMY if label in found]
    return ours + sorted(found - {*ours})


def read(
    root: Path,
    split: str | None = None,
    *,
    labels_map: LabelsMap | None = None,
    most: int = MOST_PER_OFFICER,
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The samples of one split, or all.

    `meta` says whether the scan was `searched`, and how many labels are there `by` each officer.
    `selected` is what an alarm or a doubt brought here: all but what officers cleared after a
    look, where the machine closes no case alone.

    Args:
        root: the folder of an export, or its annotations.json.
        split: "train" or "val"; None: both.
        labels_map: word → our label, or None to leave it out.
        most: labels that one officer may teach, in both splits together.
        findings: where to note what is left out; without it that goes to the log.

    Raises:
        DataError: no such export, or no such split.
    """
    if split not in (None, *SPLITS):
        raise DataError(f"{root}: no split {split!r}; decided cases have {' and '.join(SPLITS)}")
    noted = Findings() if findings is None else findings
    samples = _samples(_file(root), split, labels_map, most, noted)
    return samples if findings is not None else told(samples, noted, str(root))


def _samples(
    path: Path, split: str | None, labels_map: LabelsMap | None, most: int, findings: Findings
) -> Iterator[Sample]:
    document = coco.document(path)
    try:
        viewed = views(document, labels_map)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{path}: not an export of decided cases as this version writes them "
            f"({type(error).__name__}: {error}); export them again"
        ) from None
    names = [str(image["file_name"]) for image in document["images"]]
    lessons = [lesson(view) for view, _ in viewed]
    kept = capped(list(zip(names, lessons, strict=True)), most)
    for kind, count in document["info"].get("left_out", {}).items():
        findings.note(f"{kind}, not in the export", f"{path.parent.name}: {count}")
    all_seen = document["info"].get("cleared_by_machine") == 0
    for image, one, (_, notes) in zip(document["images"], kept, viewed, strict=True):
        examines = held_out(str(image["group"]))
        if split is not None and examines != (split == "val"):
            continue
        if held_out(str(image.get("consignment", image["group"]))) != examines:
            findings.note(CHANGED_SIDES, str(image["file_name"]))
            continue
        for note in (*notes, *one.notes):
            findings.note(note, str(image["file_name"]))
        yield _sample(image, one, path.parent, all_seen)


def _file(root: Path) -> Path:
    return root / "annotations.json" if root.is_dir() else root


def _sample(image: Mapping[str, Any], one: Lesson, folder: Path, all_seen: bool) -> Sample:
    name, high = image["file_name"], image.get("high_file_name")
    scan = pictures.inside(folder / "images", name, folder.name)
    height, width = image.get("height"), image.get("width")
    if not height or not width:
        size_hw = sizes.measured(scan)
        if size_hw is None:
            return sizes.broken(scan, str(name), folder.name, str(image["group"]))
        height, width = size_hw
    clean = any(claim.word is None for claim in one.claims)
    words = [claim.word for claim in one.claims if claim.word is not None]
    regions = {
        "annotations": [word for word in words if word.there],
        "ignored": one.unsure,
        "rejected": [*(word for word in words if not word.there), *one.refuted],
    }
    boxes = {
        kind: [(w.label, clip(w.xyxy_px, height, width)) for w in mine]
        for kind, mine in regions.items()
    }
    dropped = sum(box is None for mine in boxes.values() for _, box in mine)
    kept = {
        kind: tuple(Annotation(label, box) for label, box in mine if box is not None)
        for kind, mine in boxes.items()
    }
    anywhere = (0.0, 0.0, float(width), float(height))
    kept["ignored"] += tuple(Annotation(label, anywhere) for label in sorted(one.unplaced))
    return Sample(
        id=str(name),
        open=pictures.opener(
            scan,
            pictures.inside(folder / "images", high, folder.name) if high else None,
            pixel_mm=image.get("pixel_mm"),
            view=image.get("view"),
            scanner=image.get("scanner"),
        ),
        group=str(image["group"]),
        origin=folder.name,
        judged=one.judged | (one.clean if clean else frozenset()),
        exhaustive=False,
        meta={
            **{"size_hw": (height, width), "dropped": dropped, "searched": one.searched},
            "selected": one.searched or not clean or not all_seen,
            "by": dict(Counter(claim.by for claim in one.claims)),
        },
        **kept,
    )
