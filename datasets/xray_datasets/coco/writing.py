"""Samples as a COCO file, which `reading` gives back."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xray.annotation import Annotation
from xray.errors import DataError, XrayError
from xray.scan import Scan
from xray_datasets import labels, pictures
from xray_datasets.findings import UNREADABLE, Findings
from xray_datasets.sample import Sample


def write(samples: Iterable[Sample], folder: str | Path, findings: Findings | None = None) -> Path:
    """Samples as instances.json, with their pictures in `images`; `read` gives them back.

    Colour becomes 8-bit PNG, transmission 16-bit PNG with air at 65535, both without loss but
    for that rounding. Names come from the samples' ids. For findings see `opened`.

    Returns:
        the path of instances.json.
    """
    folder, entries = Path(folder), []
    for stem, sample, scan in opened(samples, findings):
        entries.append(described(sample, scan, pictures.write(scan, folder / "images", stem)))
    path = folder / "instances.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(assemble(entries), indent=1), encoding="utf-8")
    return path


def named(samples: Iterable[Sample]) -> Iterator[tuple[str, Sample]]:
    """Samples with a name for their pictures' files, from their ids; no name comes twice."""
    taken, times = set[str](), Counter[str]()
    for sample in samples:
        plain = stem = re.sub(r"[^\w.-]+", "_", pictures.stem(sample.id))
        while stem.lower() in taken:  # some file systems know no case
            times[plain.lower()] += 1
            stem = f"{plain}_{times[plain.lower()] + 1}"
        taken.add(stem.lower())
        yield stem, sample


def opened(
    samples: Iterable[Sample], findings: Findings | None = None
) -> Iterator[tuple[str, Sample, Scan]]:
    """Samples, each with a name for its pictures' files and its scan, opened when its turn comes.

    Args:
        samples: in any order.
        findings: where given, scans that cannot be opened are left out and noted there; otherwise
            the first is an error.

    Raises:
        XrayError: a scan cannot be opened, or none of them can.
    """
    readable, first = False, ""
    for stem, sample in named(samples):
        try:
            scan = sample.scan
        except (XrayError, OSError) as error:
            if findings is None:
                raise
            findings.add(UNREADABLE, f"{sample.id}: {error}")
            first = first or str(error)
            continue
        readable = True
        yield stem, sample, scan
    if first and not readable:
        raise DataError(f"not one scan can be opened, so nothing is written; first: {first}")


def described(sample: Sample, scan: Scan, written: Mapping[str, Any]) -> dict[str, Any]:
    """The image entry of a sample whose pictures are written: their names, and what they hold.

    Its marks stand under "marks".
    """
    optional = {"group": sample.group or None, "pixel_mm": scan.pixel_mm, "view": scan.view}
    kinds: tuple[tuple[tuple[Annotation, ...], dict[str, Any]], ...] = (
        (sample.annotations, {"iscrowd": 0}),
        (sample.ignored, {"iscrowd": 1}),
        (sample.rejected, {"iscrowd": 1, "rejected": 1}),
    )
    marks = [
        {"label": a.label, "bbox": [x1, y1, x2 - x1, y2 - y1], **said}
        for found, said in kinds
        for a in found
        for x1, y1, x2, y2 in [a.xyxy_px]
    ]
    shares: Any = sample.meta.get("visible_fraction") or ()
    for mark, share in zip(marks, shares, strict=False):  # of the annotations, which come first
        mark["visible_fraction"] = share
    return {
        **written,
        **{"width": scan.width, "height": scan.height, "origin": sample.origin},
        **{key: value for key, value in optional.items() if value is not None},
        "judged": None if sample.judged is None else sorted(sample.judged),
        "exhaustive": sample.exhaustive,
        "marks": marks,
    }


def assemble(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The whole COCO document; every mark may carry fields of its own."""
    entries = list(entries)
    used = {mark["label"] for one in entries for mark in one["marks"]}
    used |= {label for one in entries for label in one["judged"] or ()}
    names = [n for n in labels.TAXONOMY if n in used] + sorted(used - {*labels.TAXONOMY})
    numbers = {name: number for number, name in enumerate(names, start=1)}
    images: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for number, one in enumerate(entries, start=1):
        images.append({"id": number, **{k: v for k, v in one.items() if k != "marks"}})
        for mark in one["marks"]:
            kept = {k: v for k, v in mark.items() if k != "label"}
            _, _, w, h = mark["bbox"]
            ids = {"id": len(marks) + 1, "image_id": number, "category_id": numbers[mark["label"]]}
            marks.append({**ids, "area": w * h, **kept})
    categories = [{"id": number, "name": name} for name, number in numbers.items()]
    return {"images": images, "annotations": marks, "categories": categories}
