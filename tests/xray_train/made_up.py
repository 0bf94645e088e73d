"""Folders in the shape of public data sets, tiny, for tests of what teaches and what examines."""

import json
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

BOX = "<xmin>9</xmin><ymin>9</ymin><xmax>29</xmax><ymax>29</ymax>"
XML = f"""<annotation><size><width>80</width><height>60</height></size><object><name>Gun</name>
<bndbox>{BOX}</bndbox></object></annotation>"""


def picture(path: Path, seed: int = 0) -> None:
    """A dark square on white, and some noise by which it is known again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((60, 80, 3), 255, np.uint8)
    pixels[9:29, 9:29] = 40
    pixels[40:] -= np.random.default_rng(seed).integers(0, 60, (20, 80, 3), np.uint8)
    assert cv2.imwrite(str(path), pixels)


def sixray(root: Path, lists: Mapping[str, range]) -> Path:
    """SIXray with these lists, "10/train" and so on, of scans by number, a gun in each."""
    (root / "Annotation").mkdir(parents=True)
    for number in {number for mine in lists.values() for number in mine}:
        picture(root / "JPEGImage" / f"P{number:05}.jpg", number)
        (root / "Annotation" / f"P{number:05}.xml").write_text(XML)
    for name, mine in lists.items():
        path = root / "ImageSet" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["name,Gun,Knife", *(f"P{number:05},1,-1" for number in mine)]))
    return root


def eds(root: Path, splits: Mapping[str, int]) -> Path:
    """EDS with these splits, "domain1-train" and so on, and how many scans are in each."""
    for name, count in splits.items():
        domain, split = name.split("-")
        images, marks = [], []
        for k in range(count):
            picture(root / domain / split / f"{k}.png", k)
            images.append({"id": k, "file_name": f"{k}.png", "width": 80, "height": 60})
            box = {"bbox": [9, 9, 20, 20], "category_id": 1, "area": 400, "iscrowd": 0}
            marks.append({"id": k, "image_id": k, **box})
        path = root / domain / "annotations" / f"{split}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        names = [{"id": 1, "name": "knife"}]
        document = {"images": images, "annotations": marks, "categories": names}
        path.write_text(json.dumps(document))
    return root


def coco(root: Path, splits: Mapping[str, int]) -> Path:
    """A COCO file per split, and how many scans are in each, a gun in each."""
    for name, count in splits.items():
        images, marks = [], []
        for k in range(count):
            picture(root / "images" / f"{name}-{k}.png", k)
            images.append({"id": k, "file_name": f"{name}-{k}.png", "width": 80, "height": 60})
            marks.append({"id": k, "image_id": k, "category_id": 1, "bbox": [9, 9, 20, 20]})
        path = root / "annotations" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        names = [{"id": 1, "name": "gun"}]
        document = {"images": images, "annotations": marks, "categories": names}
        path.write_text(json.dumps(document))
    return root


def pidray(root: Path, folders: Mapping[str, int]) -> Path:
    """PIDray's first version: its folders, train and easy and so on, and how many scans in each."""
    plain = coco(root, folders)
    for name in folders:
        (root / name).mkdir()
        for path in (plain / "images").glob(f"{name}-*.png"):
            path.rename(root / name / path.name)
        part = name if name == "train" else f"test_{name}"
        file = plain / "annotations" / f"{name}.json"
        file.rename(root / "annotations" / f"xray_{part}.json")
    return root
