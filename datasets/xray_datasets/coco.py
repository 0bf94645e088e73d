"""COCO: one JSON file of images, boxes and categories, beside a folder of pictures.

Boxes are x, y, width, height in pixels; `iscrowd` regions count neither for nor against.
Beyond the standard an image may carry, and ours do:

high_file_name  the same view at the higher energy, pixel for pixel
white           the count of unattenuated air in its pictures
pixel_mm        width of a pixel in the plane of the belt
view            the scanner's name of the view
group           the same physical bag or container bears the same group; without it, every
                image is taken for a bag of its own
judged          the labels that the annotators looked for, where not the categories; null: all
exhaustive      false where more objects of a marked label may be there unmarked
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray.scan import Scan
from xray_datasets import labels, pictures
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
) -> Iterator[Sample]:
    """Every image of one COCO file, in the file's order, marked or not.

    Args:
        annotations_json: the file of images, annotations and categories.
        images_dir: the folder that its file names start from.
        labels_map: category → our label, or None to leave it out; what is not in the map is
            looked up in the taxonomy. Maps of public sources: `xray_datasets.labels.SOURCES`.
        judged: the labels that the annotators looked for; by default the file's categories.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the file's name.

    Raises:
        DataError: not a COCO file, an unknown class, or pictures that are not there.
    """
    path = Path(annotations_json)
    return samples(
        document(path),
        images_dir,
        labels_map=labels_map,
        judged=judged,
        exhaustive=exhaustive,
        origin=origin or path.stem,
    )


def document(path: Path) -> dict[str, Any]:
    """The JSON itself, when it is a COCO file."""
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected the JSON of a COCO data set")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from None
    lacking = [key for key in ("images", "annotations", "categories") if key not in found]
    if not isinstance(found, dict) or lacking:
        raise DataError(f"{path}: not a COCO file, it has no {' and no '.join(lacking)}")
    return found


def samples(
    document: Mapping[str, Any],
    images_dir: str | Path,
    *,
    labels_map: LabelsMap | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "COCO document",
) -> Iterator[Sample]:
    """The same as `read` from a document that is in memory already."""
    folder = Path(images_dir)
    names = {c["id"]: c["name"] for c in document["categories"]}
    if judged is None:
        ours = (labels.translate(name, labels_map, origin) for name in names.values())
        judged = {label for label in ours if label}
    marks = _marks(document, names, origin)
    for number, image in enumerate(document["images"]):
        if number == 0 and not (folder / image["file_name"]).is_file():
            raise DataError(f"{origin}: {folder} holds no {image['file_name']}; give images_dir")
        yield _sample(
            image,
            folder,
            marks[image["id"]],
            labels_map,
            _judged(image["judged"], labels_map) if "judged" in image else frozenset(judged),
            image.get("exhaustive", exhaustive),
            origin,
        )


def _judged(words: list[str] | None, labels_map: LabelsMap | None) -> frozenset[str] | None:
    if words is None:
        return None
    ours = ((labels_map or {}).get(word, word) for word in words)
    return frozenset(label for label in ours if label)


def _marks(
    document: Mapping[str, Any], names: Mapping[Any, str], origin: str
) -> dict[Any, list[Mark]]:
    marks: dict[Any, list[Mark]] = {image["id"]: [] for image in document["images"]}
    for row in document["annotations"]:
        where = f"{origin}: annotation {row.get('id', '?')}"
        if row["category_id"] not in names:
            raise DataError(f"{where} is of category {row['category_id']}, which has no name")
        if row["image_id"] not in marks:
            continue  # the file of a part of a data set; `check` counts these
        if len(row.get("bbox", ())) != 4:
            raise DataError(f"{where} has no bbox of x, y, width, height")
        x, y, w, h = map(float, row["bbox"])
        name = names[row["category_id"]]
        marks[row["image_id"]].append(Mark(name, (x, y, x + w, y + h), bool(row.get("iscrowd"))))
    return marks


def _sample(
    image: Mapping[str, Any],
    folder: Path,
    marks: list[Mark],
    labels_map: LabelsMap | None,
    judged: frozenset[str] | None,
    exhaustive: bool,
    origin: str,
) -> Sample:
    name, high = image["file_name"], image.get("high_file_name")
    height, width = image.get("height"), image.get("width")
    if not height or not width:
        height, width = pictures.size_hw(folder / name)
    marked = annotate(marks, height, width, labels_map, f"{origin}, {name}")
    return Sample(
        id=name,
        open=pictures.opener(
            folder / name,
            folder / high if high else None,
            white=image.get("white"),
            pixel_mm=image.get("pixel_mm"),
            view=image.get("view"),
        ),
        annotations=marked.annotations,
        ignored=marked.ignored,
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


def write(samples: Iterable[Sample], folder: str | Path) -> Path:
    """Samples as instances.json, with their pictures in `images`; `read` gives them back.

    Colour becomes 8-bit PNG, transmission 16-bit PNG with air at 65535, both without loss but
    for that rounding. Names come from the samples' ids.

    Returns:
        the path of instances.json.
    """
    folder, taken = Path(folder), set[str]()
    entries = []
    for sample in samples:
        stem = re.sub(r"[^\w.-]+", "_", Path(sample.id).with_suffix("").as_posix())
        while stem.lower() in taken:  # some file systems know no case
            stem += "_"
        taken.add(stem.lower())
        entries.append(entry(sample, sample.scan, folder / "images", stem))
    path = folder / "instances.json"
    path.write_text(json.dumps(assemble(entries), indent=1), encoding="utf-8")
    return path


def entry(sample: Sample, scan: Scan, images: Path, stem: str) -> dict[str, Any]:
    """Write one sample's pictures; give its image entry, with its marks under "marks"."""
    return described(sample, scan, pictures.write(scan, images, stem))


def described(sample: Sample, scan: Scan, written: Mapping[str, Any]) -> dict[str, Any]:
    """The image entry of a sample whose pictures are written: their names, and what they hold."""
    optional = {"group": sample.group or None, "pixel_mm": scan.pixel_mm, "view": scan.view}
    return {
        **written,
        **{"width": scan.width, "height": scan.height, "origin": sample.origin},
        **{key: value for key, value in optional.items() if value is not None},
        "judged": None if sample.judged is None else sorted(sample.judged),
        "exhaustive": sample.exhaustive,
        "marks": [
            {"label": a.label, "bbox": [x1, y1, x2 - x1, y2 - y1], "iscrowd": crowd}
            for crowd, found in enumerate((sample.annotations, sample.ignored))
            for a in found
            for x1, y1, x2, y2 in [a.xyxy_px]
        ],
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
