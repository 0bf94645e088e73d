"""A COCO file as samples."""

import json
from collections.abc import Collection, Iterator, Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import labels, pictures
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, annotate
from xray_datasets.sample import Sample

LabelsMap = Mapping[str, str | None]

NEEDED = ("images", "annotations", "categories")


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


def document(path: Path) -> dict[str, Any]:
    """The JSON itself, when it is a COCO file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected the JSON of a COCO data set")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from None
    if not isinstance(found, dict):
        raise DataError(f"{path}: not a COCO file, it holds no object of {', '.join(NEEDED)}")
    lacking = [key for key in NEEDED if key not in found]
    if lacking:
        raise DataError(f"{path}: not a COCO file, it has no {' and no '.join(lacking)}")
    return found


def categories(path: Path) -> list[str]:
    """The names of the categories of a file."""
    return list(dict.fromkeys(c["name"] for c in document(path)["categories"]))


def mentions(path: Path, *words: str) -> bool:
    """Whether all of these stand in quotes in a file, which may be too large to be parsed."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
        return all(text.find(f'"{word}"'.encode()) >= 0 for word in words)


def samples(
    document: Mapping[str, Any],
    images_dir: str | Path,
    *,
    labels_map: LabelsMap | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "COCO document",
    findings: Findings | None = None,
) -> Iterator[Sample]:
    """The same as `read` from a document that is in memory already."""
    folder = Path(images_dir)
    names = {c["id"]: c["name"] for c in document["categories"]}
    if judged is None:
        ours = (labels.translate(name, labels_map, origin) for name in names.values())
        judged = {label for label in ours if label}
    marks = _marks(document, names, origin, findings)
    for image in _images(document, folder, origin, findings):
        yield _sample(
            image,
            folder,
            marks[image["id"]],
            labels_map,
            _judged(image["judged"], labels_map) if "judged" in image else frozenset(judged),
            image.get("exhaustive", exhaustive),
            origin,
            findings,
        )


def _images(
    document: Mapping[str, Any], folder: Path, origin: str, findings: Findings | None
) -> Iterator[Mapping[str, Any]]:
    images = document["images"]
    if findings is None:
        name = images[0]["file_name"] if images else ""
        if images and not pictures.inside(folder, name, origin).is_file():
            raise DataError(f"{origin}: {folder} holds no {name}; give images_dir")
        yield from images
        return
    last = {image["id"]: image for image in images}
    for image in images:
        where = f"{origin}: {image['file_name']}"
        if last[image["id"]] is not image:
            findings.add("images whose number comes again, where the last one stands", where)
        elif not pictures.inside(folder, image["file_name"], origin).is_file():
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
        elif len(row.get("bbox") or ()) != 4:
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
    x, y, w, h = map(float, row["bbox"])
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
    marks: list[Mark],
    labels_map: LabelsMap | None,
    judged: frozenset[str] | None,
    exhaustive: bool,
    origin: str,
    findings: Findings | None,
) -> Sample:
    name, high = image["file_name"], image.get("high_file_name")
    path = pictures.inside(folder, name, origin)
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
        group=str(image["group"]) if "group" in image else f"{origin} {name}",
        origin=origin,
        judged=judged,
        exhaustive=exhaustive,
        meta={
            **marked.meta,
            "size_hw": (height, width),
            **({"fold": image["fold"]} if "fold" in image else {}),
        },
    )
