"""Tiny made-up copies of public data sets: pictures of noise, and files of each one's own form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WriteCoco = Callable[..., Path]


@pytest.fixture
def write_coco() -> WriteCoco:
    """write_coco(path, {"a.png": [("Gun", [2, 3, 10, 5])]}): pictures are 30 by 20."""

    def write(
        path: Path, marks: dict[str, list[tuple[str, list[float]]]], **more: list[Any]
    ) -> Path:
        names = list(dict.fromkeys(name for found in marks.values() for name, _ in found))
        images = [
            {"id": k, "file_name": name, "width": 30, "height": 20} for k, name in enumerate(marks)
        ]
        rows = [
            {"image_id": k, "category_id": names.index(name) + 1, "bbox": box, "iscrowd": 0}
            for k, found in enumerate(marks.values())
            for name, box in found
        ]
        document = {
            "images": images + more.get("images", []),
            "annotations": [{"id": n, **row} for n, row in enumerate(rows)]
            + more.get("annotations", []),
            "categories": [{"id": n, "name": name} for n, name in enumerate(names, start=1)],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
        return path

    return write
