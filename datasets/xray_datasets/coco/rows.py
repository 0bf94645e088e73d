"""The rows of a COCO file: which images and boxes of it count, and what is said of the others."""

import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import pictures
from xray_datasets.coco.file import box
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark


def path(image: Mapping[str, Any], folder: Path, at: Mapping[str, Path], origin: str) -> Path:
    """Where its picture should be: as `at` has it, else in the folder."""
    name = image["file_name"]
    return at[name] if name in at else pictures.inside(folder, name, origin)


def images(
    document: Mapping[str, Any],
    folder: Path,
    at: Mapping[str, Path],
    origin: str,
    findings: Findings | None,
) -> Iterator[Mapping[str, Any]]:
    """Those whose picture is there, where findings take the others; else all of a sound file.

    Raises:
        DataError: no findings are given, and a number comes again, or no picture is there.
    """
    images = document["images"]
    last = {image["id"]: image for image in images}
    if findings is None:
        again = next((image for image in images if last[image["id"]] is not image), None)
        if again is not None:
            both = f"{again['file_name']} and {last[again['id']]['file_name']}"
            raise DataError(
                f"{origin}: the number of an image comes again, {again['id']!r} of {both}; were "
                "files joined? Number images anew, and their boxes with them"
            )
        if images and not any(path(one, folder, at, origin).is_file() for one in images):
            name = images[0]["file_name"]
            raise DataError(f"{origin}: {folder} holds no {name}; give images_dir")
        yield from images
        return
    for image in images:
        where = f"{origin}: {image['file_name']}"
        if last[image["id"]] is not image:
            findings.add("images whose number comes again, where the last one stands", where)
        elif not path(image, folder, at, origin).is_file():
            findings.add("scans left out, for their picture is missing", where)
        else:
            yield image


def marks(
    document: Mapping[str, Any], names: Mapping[Any, str], origin: str, findings: Findings | None
) -> dict[Any, list[Mark]]:
    """Number of an image → its boxes.

    Raises:
        DataError: no box at all is of a listed image, or no findings are given and one is broken.
    """
    marks: dict[Any, list[Mark]] = {image["id"]: [] for image in document["images"]}
    _some_listed(document, marks, origin)
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
            numbers |= {row["id"]} if "id" in row else set()
        if wrong and findings is not None:
            findings.add("boxes left out, broken", f"{where} {wrong}")
            continue
        marks[row["image_id"]].append(_mark(row, names[row["category_id"]]))
    return marks


def _some_listed(document: Mapping[str, Any], listed: Collection[Any], origin: str) -> None:
    boxes = document["annotations"]
    if boxes and listed and not any(row["image_id"] in listed for row in boxes):
        raise DataError(
            f"{origin}: not one of its {len(boxes)} boxes is of a listed image: image_id is "
            f"{boxes[0]['image_id']!r}, the id of an image {next(iter(listed))!r}; they must be "
            "the same, as numbers or as texts"
        )


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
