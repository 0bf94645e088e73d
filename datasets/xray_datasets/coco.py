"""COCO: one JSON file of images, boxes and categories, beside a folder of pictures.

Boxes are x, y, width, height in pixels. Beyond the standard, an image may carry
`high_file_name` (the same view at the higher energy, pixel for pixel), `group` (the same
physical bag bears the same group) and `white` (the count of air in its pictures).
"""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray.boxes import clip
from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets.sample import Sample


def read(
    annotations_json: str | Path,
    images_dir: str | Path,
    *,
    labels_map: Mapping[str, str] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
) -> Iterator[Sample]:
    """Every image of one COCO file, in the file's order, marked or not."""
    path = Path(annotations_json)
    if not path.is_file():
        raise DataError(f"{path}: no such file; expected the JSON of a COCO data set")
    document = json.loads(path.read_text(encoding="utf-8"))
    return samples(
        document,
        images_dir,
        labels_map=labels_map,
        judged=judged,
        exhaustive=exhaustive,
        origin=origin or path.stem,
    )


def samples(
    document: Mapping[str, Any],
    images_dir: str | Path,
    *,
    labels_map: Mapping[str, str] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
) -> Iterator[Sample]:
    """The same from a document that is in memory already."""
    names = {c["id"]: c["name"] for c in document["categories"]}
    marks: dict[Any, list[Mapping[str, Any]]] = {}
    for mark in document["annotations"]:
        marks.setdefault(mark["image_id"], []).append(mark)
    for image in document["images"]:
        sure: list[Annotation] = []
        crowd: list[Annotation] = []
        for mark in marks.get(image["id"], []):
            name = names[mark["category_id"]]
            label = labels_map[name] if labels_map is not None else name
            box = _clipped(mark["bbox"], image["height"], image["width"])
            (crowd if mark.get("iscrowd") else sure).append(Annotation(label, box))
        low, high = image["file_name"], image.get("high_file_name")
        yield Sample(
            id=low,
            open=partial(
                _open,
                Path(images_dir, low),
                None if high is None else Path(images_dir, high),
                image.get("white"),
            ),
            annotations=tuple(sure),
            ignored=tuple(crowd),
            group=str(image.get("group", low)),
            origin=origin,
            judged=None if judged is None else frozenset(judged),
            exhaustive=exhaustive,
            meta={"fold": image["fold"]} if "fold" in image else {},
        )


def _clipped(xywh: list[float], height: int, width: int) -> tuple[float, float, float, float]:
    x, y, w, h = xywh
    x1, y1, x2, y2 = clip(np.array([[x, y, x + w, y + h]], np.float32), height, width)[0].tolist()
    return x1, y1, x2, y2


def _open(path: Path, high: Path | None, white: float | None) -> Scan:
    if high is not None:
        low, top = _decode(path, cv2.IMREAD_UNCHANGED), _decode(high, cv2.IMREAD_UNCHANGED)
        return Scan.from_arrays(low, top, id=path.name, white=white or float(low.max()))
    rgb = cv2.cvtColor(_decode(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    return Scan(path.name, np.asarray(rgb, np.uint8), Encoding.PSEUDOCOLOR)


def _decode(path: Path, how: int) -> NDArray[Any]:
    pixels = cv2.imread(str(path), how)
    if pixels is None:
        raise DataError(f"{path}: missing, or not a picture that can be read")
    return pixels
