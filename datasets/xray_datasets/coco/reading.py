"""A COCO file as samples."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from xray_datasets import labels, pictures, sizes
from xray_datasets.coco import rows
from xray_datasets.coco.file import document, whole
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
        DataError: not a COCO file, an unknown class, pictures that are not there or lie outside
            images_dir, or no box at all that is of a listed image.
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
    marks = rows.marks(document, names, origin, findings)
    for image in rows.images(document, folder, at, origin, findings):
        path = rows.path(image, folder, at, origin)
        size_hw = _size_hw(image, path)
        if size_hw is None:
            yield sizes.broken(path, image["file_name"], origin, _group(image))
            continue
        yield _sample(
            image,
            folder,
            path,
            size_hw,
            marks[image["id"]],
            labels_map,
            _judged(image["judged"], labels_map) if "judged" in image else frozenset(judged),
            image.get("exhaustive", exhaustive),
            origin,
            findings,
        )


def _judged(words: list[str] | None, labels_map: LabelsMap | None) -> frozenset[str] | None:
    if words is None:
        return None
    ours = ((labels_map or {}).get(word, word) for word in words)
    return frozenset(label for label in ours if label)


def _group(image: Mapping[str, Any]) -> str:
    return "" if image.get("group") is None else str(image["group"])


def _size_hw(image: Mapping[str, Any], path: Path) -> tuple[int, int] | None:
    """As the file says, else measured; None where that cannot be done."""
    height, width = image.get("height"), image.get("width")
    if height and width:
        return height, width
    return sizes.measured(path)


def _sample(
    image: Mapping[str, Any],
    folder: Path,
    path: Path,
    size_hw: tuple[int, int],
    marks: list[Mark],
    labels_map: LabelsMap | None,
    judged: frozenset[str] | None,
    exhaustive: bool,
    origin: str,
    findings: Findings | None,
) -> Sample:
    name, high = image["file_name"], image.get("high_file_name")
    marked = annotate(marks, *size_hw, labels_map, f"{origin}, {name}", findings)
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
        group=_group(image),
        origin=origin,
        judged=judged,
        exhaustive=exhaustive,
        meta={
            **marked.meta,
            "size_hw": size_hw,
            **({"fold": image["fold"]} if "fold" in image else {}),
        },
    )
