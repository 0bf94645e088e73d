import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets import coco, layouts
from xray_datasets.__main__ import app
from xray_datasets.kinds import Layout, layout
from xray_datasets.public import SOURCES


def test_coco_is_known_by_its_json(coco_root: Path) -> None:
    (coco_root / "manifest.json").write_text("{}")
    (coco_root / "empty.json").write_text("")
    assert layout(coco_root) is Layout.COCO
    assert layouts.splits(coco_root) == ["instances_train"]
    assert layouts.classes(coco_root) == ["Gun", "knife"]
    for split in ("train", "instances_train", None):
        assert [s.id for s in layouts.read(coco_root, split)] == ["a.png", "b.png"]


def test_one_file_of_coco_may_be_named_itself(coco_root: Path) -> None:
    path = coco_root / "annotations" / "instances_train.json"
    assert len(list(layouts.read(path))) == 2
    with pytest.raises(DataError, match="no split 'val'; there are instances_train"):
        layouts.read(coco_root, "val")


@pytest.mark.parametrize("to", ["coco", "cvat", "fiftyone"])
def test_what_is_converted_with_a_folder_per_split_is_read_as_one(
    coco_root: Path, tmp_path: Path, to: str
) -> None:
    out = tmp_path / "mine"
    asked = ["convert", coco_root, "--out", out, "--to", to, "--shares", "train=1,val=1"]
    done = CliRunner().invoke(app, [*map(str, asked), "--no-twins"])
    assert done.exit_code == 0, done.output
    assert layout(out) is Layout.COCO
    assert [name.removeprefix("instances_") for name in layouts.splits(out)] == ["train", "val"]
    assert layouts.labels(out) == ["gun", "knife"]
    found = {split: [*layouts.read(out, split)] for split in ("train", "val")}
    assert {split: len(samples) for split, samples in found.items()} == {"train": 1, "val": 1}
    assert len([s.scan for s in layouts.read(out)]) == 2
    assert found["val"][0].origin.startswith("mine ")
    assert found["val"][0].origin.endswith("val")


def test_two_files_for_one_split_are_told_apart_by_nobody(coco_root: Path) -> None:
    (coco_root / "annotations").rename(coco_root / "one")
    for name in ("instances.json", "labels.json"):
        shutil.copy(coco_root / "one" / "instances_train.json", coco_root / "one" / name)
    with pytest.raises(DataError, match=r"instances.json and .*labels.json: both would be .* one"):
        layouts.splits(coco_root)


def test_pictures_are_sought_in_the_folder_that_the_file_is_named_after(
    coco_root: Path, draw
) -> None:
    shutil.copytree(coco_root / "images", coco_root / "elsewhere")
    (coco_root / "images").rename(coco_root / "train")
    path = coco_root / "annotations" / "instances_train.json"
    assert coco.images_dir(coco.document(path), path, coco_root) == coco_root / "train"
    shutil.rmtree(coco_root / "train")
    shutil.rmtree(coco_root / "elsewhere")
    with pytest.raises(DataError, match=r"no folder below .* holds a\.png"):
        list(layouts.read(coco_root))


def test_voc_is_known_by_its_folders(voc_root: Path) -> None:
    assert layout(voc_root) is Layout.VOC
    assert layouts.splits(voc_root) == ["train"]
    assert layouts.classes(voc_root) == ["Gun", "Knife"]
    assert [s.id for s in layouts.read(voc_root, "train")] == ["b", "a"]


def test_yolo_is_known_by_its_folders(yolo_root: Path) -> None:
    assert layout(yolo_root) is Layout.YOLO
    assert layouts.splits(yolo_root) == ["train", "val"]
    assert layouts.classes(yolo_root) == ["knife", "gun"]
    assert len(list(layouts.read(yolo_root))) == 2


def test_what_is_no_data_set_is_told_what_one_looks_like(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="COCO has annotations"):
        layout(tmp_path)
    with pytest.raises(DataError, match="no such file or folder"):
        layout(tmp_path / "nowhere")


def test_a_public_data_set_brings_its_words_and_what_was_looked_for(yolo_root: Path) -> None:
    (sample,) = layouts.read(yolo_root, "train", source=SOURCES["pidray"])
    assert sample.judged == SOURCES["pidray"].judged


def test_words_of_the_user_go_before_those_of_the_source(yolo_root: Path) -> None:
    samples = layouts.read(yolo_root, "train", labels_map={"gun": None}, source=SOURCES["cubox"])
    assert [s.annotations for s in samples] == [()]


def test_labels_are_what_its_samples_can_be_labelled_with(coco_root: Path, tmp_path: Path) -> None:
    assert layouts.labels(coco_root) == ["gun", "knife"]
    root = tmp_path / "hixray"
    (root / "train" / "train_annotation").mkdir(parents=True)
    (root / "train" / "train_name.txt").write_text("")
    text = "1 Laptop 1 2 9 9\n1 Cosmetic 1 2 9 9\n1 Halberd 1 2 9 9\n1 Tablet 1 2 9 9\n"
    (root / "train" / "train_annotation" / "1.txt").write_text(text)
    assert layouts.labels(root) == ["electronics"]
