"""Folders that hold a data set, instead of being one, and folders of other forms."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import layouts
from xray_datasets.asked import Asked
from xray_datasets.kinds import layout
from xray_datasets.public import SOURCES

BAG = "E3S690_20220816_012879_M_Pistol_001-002_Solid fuel_130-002"


def below(root: Path, name: str) -> Path:
    """The folder, whose data set now lies in a folder of this name in it."""
    there = [*root.iterdir()]
    (root / name).mkdir()
    for path in there:
        path.rename(root / name / path.name)
    return root


@pytest.mark.parametrize("kind", ["coco", "voc", "yolo"])
def test_a_data_set_that_lies_one_folder_down_is_named(
    request: pytest.FixtureRequest, kind: str
) -> None:
    above = below(request.getfixturevalue(f"{kind}_root"), "mine")
    with pytest.raises(
        DataError, match=r"no layout that is known, but it lies in mine/: give .*mine"
    ):
        list(layouts.read(above))
    assert len([*layouts.read(above / "mine")]) == 2


def test_of_several_data_sets_in_a_folder_all_are_named(coco_root: Path) -> None:
    above = below(coco_root, "one")
    shutil.copytree(above / "one", above / "two")
    with pytest.raises(DataError, match=r"each of one/, two/ is a data set of its own: name one"):
        layout(above)


@pytest.fixture
def cubox(tmp_path: Path, draw: Callable[..., Path]) -> Path:
    """As its README draws it, dataset/data/, and one bag in two splits."""
    root = tmp_path / "dataset"
    for number, split in enumerate(("train", "val")):
        draw(root / "data" / "images" / split / f"{BAG}_{number}.png", seed=number)
        text = root / "data" / "labels" / split / f"{BAG}_{number}.txt"
        text.parent.mkdir(parents=True)
        text.write_text("1 0.5 0.5 0.2 0.4\n")
    return root


@pytest.mark.parametrize("source", [None, "cubox", "opixray"])
def test_the_splits_of_a_folder_below_are_not_merged_into_one(
    cubox: Path, source: str | None
) -> None:
    with pytest.raises(DataError, match="it lies in data/"):
        list(Asked(cubox, source=source).samples())
    found = [split for split, _ in Asked(cubox / "data", source="cubox").samples()]
    assert found == ["train", "val"]


@pytest.mark.parametrize("source", [None, "opixray"])
def test_a_public_data_set_one_folder_down_is_named(
    tmp_path: Path, draw, source: str | None
) -> None:
    home = tmp_path / "OPIXray" / "train"
    draw(home / "train_image" / "1.jpg")
    (home / "train_annotation").mkdir()
    (home / "train_annotation" / "1.txt").write_text("1.jpg Scissor 1 2 9 9\n")
    (home / "train_knife.txt").write_text("1\n")
    with pytest.raises(DataError, match="it lies in OPIXray/"):
        Asked(tmp_path, source=source).name()
    assert layouts.name(tmp_path / "OPIXray", SOURCES["opixray"]) == "OPIXray"


def test_a_flat_folder_with_names_of_its_own_is_no_split_of_the_one_above(yolo_root: Path) -> None:
    for kind in ("images", "labels"):
        (yolo_root / kind / "train").rename(yolo_root / f"{kind}-flat")
        shutil.rmtree(yolo_root / kind)
        (yolo_root / f"{kind}-flat").rename(yolo_root / kind)
    assert len([*layouts.read(yolo_root)]) == 1
    with pytest.raises(DataError, match="it lies in mine/"):
        layouts.splits(below(yolo_root, "mine"))


def test_labels_that_are_xml_are_not_taken_for_yolo(tmp_path: Path, draw) -> None:
    for home in (tmp_path / "a", tmp_path / "b" / "train"):
        draw(home / "images" / "1.jpg")
        (home / "labels").mkdir()
        (home / "labels" / "1.xml").write_text("<annotation/>")
    for name in ("a", "b"):
        with pytest.raises(DataError, match=r"VOC has Annotations and JPEGImages, with XML; YOLO"):
            layout(tmp_path / name)
        (next((tmp_path / name).rglob("labels")) / "1.txt").write_text("")
        assert layout(tmp_path / name) == "yolo"


def test_an_archive_is_to_be_unpacked_first(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(
        DataError, match=r"a\.zip: neither a folder nor the JSON .*; unpack it first"
    ):
        layouts.name(tmp_path / "a.zip")
