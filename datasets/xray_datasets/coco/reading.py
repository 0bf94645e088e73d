"""A COCO file as samples."""

import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import labels, pictures
from xray_datasets.coco.file import box, document, whole
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

LabelsMap = Mapping[str, str | None]


def read(
    annotations_json: str | Path,
    images_dir: str | Path,
    *,
    labels_map: LabelsMap | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """Every image of one COCO file, in the file's order, marked or not.

    Args:
        annotations_json: the file of images, annotations and categories.
        images_dir: the folder that its file names start from.
        labels_map: category → our label, or None to leave it out; what is not in the map is
            looked up in the taxonomy. Maps of public sources: `xray_datasets.public.SOURCES`.
        judged: the labels that the annotators looked for; by default the file's categories.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the file's name.
        findings: where given, unknown classes, broken marks, missing pictures and numbers given
            twice are left out and noted there, as pycocotools and mmdetection leave them out;
            otherwise the first of them is an error.

    Raises:
        DataError: not a COCO file, an unknown class, or pictures that are not there or lie
            outside images_dir.
    """
    path = Path(annotations_json)
    return samples(
        document(path),
        images_dir,
        labels_map=labels_map,
        judged=judged,
        exhaustive=exhaustive,
        origin=origin or path.stem,
        findings=findings,
    )


def samples(
    document: Mapping[str, Any],
    images_dir: str | Path,
    *,
    labels_map: LabelsMap | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "COCO document",
    findings: Findings | None = None,
    at: Mapping[str, Path] | None = None,
) -> Iterator[Sample]:
    """The same as `read` from a document that is in memory already.

    `at` is where pictures lie that are not in images_dir under their names.
    """
    whole(document, origin)
    folder, at = Path(images_dir), at or {}
    names = {c["id"]: c["name"] for c in document["categories"]}
    if judged is None:
        ours = (labels.translate(name, labels_map, origin) for name in names.values())
        judged = {label for label in ours if label}
    marks = _marks(document, names, origin, findings)
    for image in _images(document, folder, at, origin, findings):
        yield _sample(
            image,
            folder,
            _path(image, folder, at, origin),
            marks[image["id"]],
            labels_map,
            _judged(image["judged"], labels_map) if "judged" in image else frozenset(judged),
            image.get("exhaustive", exhaustive),
            origin,
            findings,
        )


def _path(image: Mapping[str, Any], folder: Path, at: Mapping[str, Path], origin: str) -> Path:
    name = image["file_name"]
    return at[name] if name in at else pictures.inside(folder, name, origin)


def _images(
    document: Mapping[str, Any],
    folder: Path,
    at: Mapping[str, Path],
    origin: str,
    findings: Findings | None,
) -> Iterator[Mapping[str, Any]]:
    images = document["images"]
    if findings is None:
        if images and not _path(images[0], folder, at, origin).is_file():
            name = images[0]["file_name"]
            raise DataError(f"{origin}: {folder} holds no {name}; give images_dir")
        yield from images
        return
    last = {image["id"]: image for image in images}
    for image in images:
        where = f"{origin}: {image['file_name']}"
        if last[image["id"]] is not image:
            findings.add("images whose number comes again, where the last one stands", where)
        elif not _path(image, folder, at, origin).is_file():
            findings.add("scans left out, for their picture is missing", where)
        else:
            yield image


def _judged(words: list[str] | None, labels_map: LabelsMap | None) -> frozenset[str] | None:
    if words is None:
        return None
    ours = ((labels_map or {}).get(word, word) for word in words)
    return frozenset(label for label in ours if label)


def _marks(
    document: Mapping[str, Any], names: Mapping[Any, str], origin: str, findings: Findings | None
) -> dict[Any, list[Mark]]:
    marks: dict[Any, list[Mark]] = {image["id"]: [] for image in document["images"]}
    numbers = set[Any]()
    for row in document["annotations"]:
        where = f"{origin}: annotation {row.get('id', '?')}"
        wrong = ""
        if row["category_id"] not in names:
            wrong = f"is of category {row['category_id']}, which has no name"
        elif row["image_id"] not in marks:
            if findings is not None:
                findings.add("boxes left out, for their image is not listed", where)
            continue  # the file of a part of a data set
        elif box(row) is None:
            wrong = "has no bbox of x, y, width, height"
        if wrong and findings is None:
            raise DataError(f"{where} {wrong}")
        if findings is not None:
            if row.get("id") in numbers:
                findings.add("boxes whose number comes again, which mmdetection refuses", where)
            numbers.add(row.get("id"))
        if wrong and findings is not None:
            findings.add("boxes left out, broken", f"{where} {wrong}")
            continue
        marks[row["image_id"]].append(_mark(row, names[row["category_id"]]))
    return marks


def _mark(row: Mapping[str, Any], name: str) -> Mark:
    x, y, w, h = box(row) or (math.nan,) * 4
    share = row.get("visible_fraction")
    return Mark(
        name,
        (x, y, x + w, y + h),
        ignored=bool(row.get("iscrowd")),
        rejected=bool(row.get("rejected")),
        visible_fraction=None if share is None else float(share),
    )


def _sample(
    image: Mapping[str, Any],
    folder: Path,
    path: Path,
    marks: list[Mark],
    labels_map: LabelsMap | None,
    judged: frozenset[str] | None,
    exhaustive: bool,
    origin: str,
    findings: Findings | None,
) -> Sample:
    name, high = image["file_name"], image.get("high_file_name")
    height, width = image.get("height"), image.get("width")
    if not height or not width:
        height, width = pictures.size_hw(path)
    marked = annotate(marks, height, width, labels_map, f"{origin}, {name}", findings)
    return Sample(
        id=name,
        open=pictures.opener(
            path,
            pictures.inside(folder, high, origin) if high else None,
            white=image.get("white"),
            pixel_mm=image.get("pixel_mm"),
            view=image.get("view"),
            encoding=image.get("encoding"),
        ),
        annotations=marked.annotations,
        ignored=marked.ignored,
        rejected=marked.rejected,
        group="" if image.get("group") is None else str(image["group"]),
        origin=origin,
        judged=judged,
        exhaustive=exhaustive,
        meta={
            **marked.meta,
            "size_hw": (height, width),
            **({"fold": image["fold"]} if "fold" in image else {}),
        },
    )
