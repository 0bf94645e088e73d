"""Tiny made-up data sets, for every layout the same two scans."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Draw = Callable[..., Path]


def noise(height: int, width: int, seed: int, channels: int = 3) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    shape = (height, width, channels)[: 2 if channels == 1 else 3]
    return rng.integers(120, 250, shape, dtype=np.uint8)


@pytest.fixture
def draw() -> Draw:
    """Writes a bright picture of noise: draw(path, height, width, seed)."""

    def _draw(
        path: Path, height: int = 20, width: int = 30, seed: int = 0, channels: int = 3
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), noise(height, width, seed, channels))
        return path

    return _draw


@pytest.fixture
def coco_root(tmp_path: Path, draw: Draw) -> Path:
    """A gun in one scan, nothing in the other, and a crowd of knives."""
    draw(tmp_path / "images" / "a.png", seed=1)
    draw(tmp_path / "images" / "b.png", seed=2)
    document = {
        "images": [
            {"id": 1, "file_name": "a.png", "width": 30, "height": 20, "group": 7},
            {"id": 2, "file_name": "b.png", "width": 30, "height": 20},
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 5], "iscrowd": 0},
            {"id": 2, "image_id": 1, "category_id": 2, "bbox": [0, 0, 30, 20], "iscrowd": 1},
        ],
        "categories": [{"id": 1, "name": "Gun"}, {"id": 2, "name": "knife"}],
    }
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "instances_train.json").write_text(json.dumps(document))
    return tmp_path


@pytest.fixture
def change() -> Callable[[Path, Callable[[Any], None]], None]:
    """Edits a JSON file in place: change(path, lambda document: ...)."""

    def _change(path: Path, edit: Callable[[Any], None]) -> None:
        document = json.loads(path.read_text())
        edit(document)
        path.write_text(json.dumps(document))

    return _change


VOC_XML = """<annotation><filename>{name}.jpg</filename>
<size><width>{width}</width><height>{height}</height><depth>3</depth></size>{objects}</annotation>"""
VOC_OBJECT = """<object><name>{name}</name><difficult>{difficult}</difficult><bndbox>
<xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox></object>"""


@pytest.fixture
def voc_root(tmp_path: Path, draw: Draw) -> Path:
    """Two scans: a gun at fractions of a pixel, and a difficult knife."""
    for number, name in enumerate(("a", "b")):
        draw(tmp_path / "JPEGImages" / f"{name}.jpg", seed=number)
    thing = {"x1": 2.5, "y1": 3.25, "x2": 12.5, "y2": 8.75}
    gun = VOC_OBJECT.format(name="Gun", difficult=0, **thing)
    knife = VOC_OBJECT.format(name="'Knife'", difficult=1, **thing)
    (tmp_path / "Annotations").mkdir()
    for name, objects, width, height in (("a", gun, 30, 20), ("b", knife, 0, 0)):
        text = VOC_XML.format(name=name, objects=objects, width=width, height=height)
        (tmp_path / "Annotations" / f"{name}.xml").write_text(text)
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Main" / "train.txt").write_text("b\na\n")
    return tmp_path


@pytest.fixture
def yolo_root(tmp_path: Path, draw: Draw) -> Path:
    """A gun in a scan to learn from, and a scan to score on that shows nothing."""
    draw(tmp_path / "images" / "train" / "a.jpg", seed=1)
    draw(tmp_path / "images" / "val" / "b.jpg", seed=2)
    for name, text in (("train/a", "1 0.5 0.5 0.2 0.4\n\n"), ("val/b", "")):
        (tmp_path / "labels" / name).parent.mkdir(parents=True)
        (tmp_path / "labels" / f"{name}.txt").write_text(text)
    (tmp_path / "data.yaml").write_text(
        "# made up\npath: .\ntrain: images/train\nnames:\n  0: knife\n  1: gun\n"
    )
    return tmp_path
