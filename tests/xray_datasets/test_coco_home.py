"""Whose pictures the boxes of a COCO file come to lie on, in anyone's own folder."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets import coco, layouts
from xray_datasets.__main__ import app

Write = Callable[..., Path]


@pytest.fixture
def numbered(tmp_path: Path, draw) -> Write:
    """numbered("train", "train/images"): a file with a gun in 0.png and 1.png, and the pictures."""

    def write(split: str, folder: str) -> Path:
        images, marks = [], []
        for k in range(2):
            draw(tmp_path / folder / f"{k}.png", seed=sum(map(ord, folder)) + k)
            images.append({"id": k, "file_name": f"{k}.png", "width": 30, "height": 20})
            marks.append({"id": k, "image_id": k, "category_id": 1, "bbox": [2, 3, 10, 5]})
        names = [{"id": 1, "name": "gun"}]
        path = tmp_path / "annotations" / f"{split}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"images": images, "annotations": marks, "categories": names}))
        return path

    return write


def opened(root: Path, split: str) -> list[Path]:
    """The very pictures that the scans of a split show."""
    bgr = {path: cv2.imread(str(path)) for path in root.rglob("*.png")}
    return [
        path
        for sample in layouts.read(root, split)
        for path, pixels in bgr.items()
        if pixels is not None and np.array_equal(sample.scan.pixels, pixels[..., ::-1])
    ]


@pytest.mark.parametrize(
    "folders",
    [
        {"train": "train/images", "test": "test/images"},
        {"train": "train_imgs", "test": "test_imgs"},
        {"train": "images/train", "val": "images/valid"},
        {"instances_train2017": "train2017", "instances_val2017": "val2017"},
        {"train": "images", "test": "test_images"},
        {"training": "a/train", "validation": "b/val"},
        {"test_easy": "test/easy", "test_hard": "test/hard"},
        {"day": "images/day", "night": "images/night"},
    ],
)
def test_each_split_has_its_own_pictures_where_all_bear_the_same_numbers(
    tmp_path: Path, numbered: Write, folders: dict[str, str]
) -> None:
    for split, folder in folders.items():
        numbered(split, folder)
    for split, folder in folders.items():
        assert {path.parent for path in opened(tmp_path, split)} == {tmp_path / folder}


def test_where_names_do_not_say_whose_pictures_they_are_the_folders_are_named(
    tmp_path: Path, numbered: Write
) -> None:
    numbered("first", "a")
    numbered("second", "b")
    said = r"first\.json: its pictures may be those in a, b \(below .*after first\.json"
    with pytest.raises(DataError, match=said):
        list(layouts.read(tmp_path, "first"))


def test_of_pictures_for_other_splits_alone_none_is_taken(tmp_path: Path, numbered: Write) -> None:
    for folder in ("train", "test"):
        numbered("val", folder)
    with pytest.raises(DataError, match=r"val\.json: its pictures may be those in test, train"):
        list(layouts.read(tmp_path, "val"))


def test_pictures_that_another_split_names_too_stand_in_for_none_that_are_missing(
    tmp_path: Path, numbered: Write
) -> None:
    path = numbered("train", "train")
    numbered("test", "test")
    for picture in (tmp_path / "train").iterdir():
        picture.unlink()
    with pytest.raises(DataError, match=r"train\.json: its pictures may be those in test"):
        list(layouts.read(tmp_path, "train"))
    (tmp_path / "annotations" / "test.json").unlink()  # nobody else's: it was split by hand
    assert coco.images_dir(coco.document(path), path, tmp_path) == tmp_path / "test"


def test_plain_pictures_go_before_what_was_made_of_them(tmp_path: Path, numbered: Write) -> None:
    numbered("instances", "masks")
    path = numbered("instances", "images")
    assert coco.images_dir(coco.document(path), path, tmp_path) == tmp_path / "images"


def test_the_folder_is_found_though_the_first_picture_is_missing(
    tmp_path: Path, numbered: Write
) -> None:
    numbered("train", "images")
    (tmp_path / "images" / "0.png").unlink()
    (tmp_path / "elsewhere").mkdir()
    done = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert done.exit_code == 1
    assert "coco, 1 scans, 1 boxes" in done.output
    assert "for their picture is missing: 1" in done.output
    (tmp_path / "images" / "1.png").unlink()
    with pytest.raises(DataError, match=r"holds 0\.png, or any of the 1 names after it"):
        list(layouts.read(tmp_path))
