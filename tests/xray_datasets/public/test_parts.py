"""Whose pictures boxes come to lie on, where the splits of a data set are a COCO file each."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from xray.errors import DataError
from xray_datasets.findings import Findings
from xray_datasets.public import clcxray, eds, jinnan2, ldxray, pidray
from xray_datasets.sample import Sample

BOX = [2, 3, 10, 5]
DOMAINS = ("domain1", "domain2", "domain3")


def shows(sample: Sample, path: Path) -> bool:
    """Whether it opens this very picture."""
    bgr = cv2.imread(str(path))
    return bgr is not None and bool(np.array_equal(sample.scan.pixels, bgr[..., ::-1]))


@pytest.mark.parametrize("below", ["", "images/", "images/train/"])
def test_each_scanner_of_eds_has_its_own_pictures_under_the_same_names(
    tmp_path: Path, draw, write_coco, below: str
) -> None:
    paths = [tmp_path / domain / f"{below}000001.png" for domain in DOMAINS]
    for seed, path in enumerate(paths):
        draw(path, seed=seed)
    for domain in DOMAINS:
        marks = {"000001.png": [("knife", BOX)]}
        write_coco(tmp_path / domain / "annotations" / "train.json", marks)
    samples = [*eds.read(tmp_path)]
    assert [shows(s, path) for s, path in zip(samples, paths, strict=True)] == [True] * 3
    assert not shows(samples[1], paths[0])


def test_pictures_of_another_scanner_stand_in_for_none_that_are_missing(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "domain1" / "images" / "000001.png")
    for domain in DOMAINS[:2]:
        marks = {"000001.png": [("knife", BOX)]}
        write_coco(tmp_path / domain / "annotations" / "train.json", marks)
    with pytest.raises(DataError, match=r"domain2.*none of its 1 pictures is in .*domain2 or any"):
        list(eds.read(tmp_path, "domain2-train"))
    draw(tmp_path / "all" / "domain1" / "000001.png", seed=1)
    path = draw(tmp_path / "all" / "domain2" / "000001.png", seed=2)
    (sample,) = eds.read(tmp_path, "domain2-train")
    assert shows(sample, path)


@pytest.mark.parametrize("below", ["", "images"])
def test_a_picture_of_a_scanner_s_test_stands_in_for_none_of_its_train(
    tmp_path: Path, draw, write_coco, below: str
) -> None:
    for split in ("train", "test"):
        marks = {"0001.jpg": [("knife", BOX)], "0002.jpg": []}
        write_coco(tmp_path / "domain1" / "annotations" / f"{split}.json", marks)
        draw(tmp_path / "domain1" / below / split / "0002.jpg", seed=1)
    path = draw(tmp_path / "domain1" / below / "test" / "0001.jpg", seed=2)
    findings = Findings()
    (there,) = eds.read(tmp_path, "domain1-train", findings=findings)
    assert there.id == "0002.jpg"
    assert "picture is missing: 1 (EDS domain1-train: 0001.jpg)" in findings.problems[0]
    first, _ = eds.read(tmp_path, "domain1-test")
    assert shows(first, path)


def test_pictures_of_one_file_of_pidray_two_may_lie_in_three_folders(
    tmp_path: Path, draw, write_coco
) -> None:
    names = ("easy", "hard", "hidden")
    paths = [draw(tmp_path / n / f"xray_{n}0.png", seed=k) for k, n in enumerate(names)]
    marks = {path.name: [("HandCuffs", BOX), ("Sprayer", BOX)] for path in paths}
    write_coco(tmp_path / "annotations" / "test.json", {**marks, "gone.png": []})
    findings = Findings()
    samples = [*pidray.read(tmp_path, "test", findings=findings)]
    assert [s.id for s in samples] == [path.name for path in paths]
    assert all(shows(s, path) for s, path in zip(samples, paths, strict=True))
    assert findings.problems == [
        "scans left out, for their picture is missing: 1 (PIDray test: gone.png)"
    ]


def test_a_name_that_two_pictures_bear_stops_the_reader(tmp_path: Path, draw, write_coco) -> None:
    for folder in ("easy", "hard"):
        draw(tmp_path / folder / "a.png")
    marks = {"a.png": [("HandCuffs", BOX), ("Sprayer", BOX)]}
    write_coco(tmp_path / "annotations" / "test.json", marks)
    with pytest.raises(DataError, match=r"test\.json: a\.png is there 2 times.*leave only the one"):
        list(pidray.read(tmp_path, "test"))


def test_a_picture_that_is_missing_is_sought_in_no_other_split(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "images" / "train" / "a.jpg")
    draw(tmp_path / "images" / "val" / "b.jpg")
    marks = {"a.jpg": [("SwissArmyKnife", BOX)], "b.jpg": []}
    write_coco(tmp_path / "annotations" / "train.json", marks)
    findings = Findings()
    assert [s.id for s in clcxray.read(tmp_path, "train", findings=findings)] == ["a.jpg"]
    assert "picture is missing: 1 (CLCXray train: b.jpg)" in findings.problems[0]


def test_boxes_of_forbidden_things_come_to_lie_on_no_normal_parcel(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "normal" / "1.jpg")
    write_coco(tmp_path / "train_no_poly.json", {"1.jpg": [("刀具", BOX)]})
    with pytest.raises(DataError, match=r"none of its 1 pictures is in .*restricted"):
        list(jinnan2.read(tmp_path, "restricted"))


def test_first_views_without_a_second_one_are_noted(tmp_path: Path, draw, write_coco) -> None:
    draw(tmp_path / "test_A" / "000001.jpg")
    write_coco(tmp_path / "test.json", {"000001.jpg": [("PC1", BOX)]})
    findings = Findings()
    assert len([*ldxray.read(tmp_path, "test", findings=findings)]) == 1
    assert findings.problems == ["scans without their second view: 1 (LDXray test: 000001.jpg)"]
