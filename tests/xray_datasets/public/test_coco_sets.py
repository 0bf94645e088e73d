"""PIDray, CLCXray, EDS, LDXray and JinNan2: a COCO file a split."""

from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import public
from xray_datasets.findings import Findings
from xray_datasets.public import clcxray, eds, jinnan2, ldxray, pidray

BOX = [2, 3, 10, 5]


def test_pidray_one_has_its_pictures_in_folders_of_its_splits(
    tmp_path: Path, draw, write_coco
) -> None:
    for split, name in (("train", "xray_train"), ("hidden", "xray_test_hidden")):
        draw(tmp_path / split / f"{split}.png")
        write_coco(tmp_path / "annotations" / f"{name}.json", {f"{split}.png": [("Gun", BOX)]})
    assert public.recognised(tmp_path) == "pidray"
    assert pidray.splits(tmp_path) == ["train", "test-hidden"]
    (hidden,) = pidray.read(tmp_path, "test-hidden")
    assert (hidden.id, hidden.annotations[0].xyxy_px) == ("hidden.png", (2, 3, 12, 8))
    assert hidden.origin == "PIDray test-hidden"
    assert [s.id for s in pidray.read(tmp_path, "hidden")] == ["hidden.png"]  # its folder's name
    assert len(list(pidray.read(tmp_path))) == 2
    with pytest.raises(DataError, match="no split 'easy' of PIDray; there are train, test-hidden"):
        pidray.read(tmp_path, "easy")


def test_pidray_two_is_known_by_its_classes_and_its_pictures_are_sought(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "images" / "train" / "a.png")
    marks = {"a.png": [("HandCuffs", BOX), ("Sprayer", BOX)]}
    path = write_coco(tmp_path / "annotations" / "train.json", marks)
    assert public.recognised(tmp_path) == "pidray"
    (sample,) = pidray.read(tmp_path, "train")
    assert [a.label for a in sample.annotations] == ["handcuffs", "pressure_vessel"]
    (tmp_path / "images" / "train" / "a.png").unlink()
    with pytest.raises(DataError, match=rf"{path}: none of its 1 pictures is in .*a"):
        list(pidray.read(tmp_path, "train"))


def test_slips_are_read_as_mmdetection_reads_them_and_noted(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "train" / "a.png")
    draw(tmp_path / "train" / "b.png")
    again = {"id": 0, "file_name": "b.png", "width": 30, "height": 20}
    gone = {"id": 9, "file_name": "gone.png", "width": 30, "height": 20}
    rows = [
        {"id": 0, "image_id": 0, "category_id": 7, "bbox": BOX},
        {"id": 5, "image_id": 44, "category_id": 1, "bbox": BOX},
        {"id": 6, "image_id": 0, "category_id": 1, "bbox": []},
        {"id": 7, "image_id": 0, "category_id": 1, "bbox": [28, 3, 10, 5]},
        {"id": 8, "image_id": 0, "category_id": 1, "bbox": [5, 5, 0, 9]},
    ]
    marks = {"a.png": [("Gun", BOX), ("Halberd", BOX)]}
    path = tmp_path / "annotations" / "xray_train.json"
    write_coco(path, marks, images=[again, gone], annotations=rows)
    findings = Findings()
    (sample,) = pidray.read(tmp_path, "train", findings=findings)
    assert sample.id == "b.png"
    assert [a.xyxy_px for a in sample.annotations] == [(2, 3, 12, 8), (28, 3, 30, 8)]
    assert (sample.meta["clipped"], sample.meta["dropped"]) == (1, 1)
    told = "\n".join(findings.problems)
    for words in (
        "images whose number comes again, where the last one stands: 1",
        "their picture is missing: 1 (PIDray train: gone.png)",
        "nobody knows their class 'Halberd': 1",
        "boxes whose number comes again, which mmdetection refuses: 1",
        "boxes left out, for their image is not listed: 1",
        "boxes left out, broken: 2",
    ):
        assert words in told


def test_clcxray_is_known_by_a_class_and_has_a_folder_a_split(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "images" / "val" / "a.jpg")
    marks = {"a.jpg": [("SwissArmyKnife", BOX), ("SprayCans", BOX)]}
    write_coco(tmp_path / "annotations" / "val.json", marks)
    assert public.recognised(tmp_path) == "clcxray"
    (sample,) = clcxray.read(tmp_path, "val")
    assert [a.label for a in sample.annotations] == ["knife", "pressure_vessel"]
    assert sample.judged == {"knife", "scissors"}
    assert clcxray.classes(tmp_path) == ["SwissArmyKnife", "SprayCans"]


def test_eds_has_a_split_a_scanner(tmp_path: Path, draw, write_coco) -> None:
    for domain in ("domain1", "domain3"):
        draw(tmp_path / domain / "image" / "a.jpg")
        write_coco(
            tmp_path / domain / "annotations" / "train.json",
            {"a.jpg": [("umbrella", BOX), ("device", BOX)]},
        )
    assert public.recognised(tmp_path) == "eds"
    assert eds.splits(tmp_path) == ["domain1-train", "domain3-train"]
    first, second = eds.read(tmp_path)
    assert [a.label for a in first.annotations] == ["electronics"]
    assert (first.origin, second.origin) == ("EDS domain1-train", "EDS domain3-train")
    assert first.bag != second.bag


@pytest.mark.parametrize("below", ["", "LDXray/images"])
def test_ldxray_has_boxes_in_the_first_view_and_a_second_one_of_the_same_bag(
    tmp_path: Path, draw, write_coco, below: str
) -> None:
    draw(tmp_path / "test_A" / "000001.jpg")
    draw(tmp_path / "test_A" / "000002.jpg")
    draw(tmp_path / below / "test_B" / "000001.jpg", height=24, width=40)
    marks = {"000001.jpg": [("PC1", BOX), ("PC2", BOX), ("CO", BOX)], "000002.jpg": []}
    write_coco(tmp_path / "test.json", marks)
    assert public.recognised(tmp_path) == "ldxray"
    findings = Findings()
    paired, second, alone = ldxray.read(tmp_path, "test", findings=findings)
    assert "assumed, see xray-data list ldxray" in findings.notes[0]
    assert [a.label for a in paired.annotations] == ["battery", "battery", "liquid"]
    assert (second.id, second.group) == ("test_B/000001.jpg", paired.group)
    assert (second.annotations, second.judged) == ((), frozenset())
    assert [(a.label, a.xyxy_px) for a in second.ignored] == [
        ("battery", (0, 0, 40, 24)),
        ("liquid", (0, 0, 40, 24)),
    ]
    assert (second.scan.height, second.scan.width) == (24, 40)
    assert (alone.group, paired.group) == ("", "LDXray test 000001.jpg")


CHINESE = "手机 橙色液体 不带电芯充电宝 电脑 绿色液体 带电芯充电宝 "
CHINESE += "平板电脑 蓝色液体 柱状橙色液体 非金属打火机 雨伞 柱状绿色液体"
SHORT = "MP OL PC1 LA GL PC2 TA BL CO NL UM CG"


@pytest.mark.parametrize("below", ["", "dataset"])
@pytest.mark.parametrize("words", [SHORT, CHINESE])
def test_ldxray_goes_by_twelve_words_in_chinese_too_and_in_a_folder_of_its_own(
    tmp_path: Path, draw, write_coco, below: str, words: str
) -> None:
    for view in "AB":
        draw(tmp_path / below / f"train_{view}" / "000001.jpg")
    write_coco(tmp_path / "train.json", {"000001.jpg": [(word, BOX) for word in words.split()]})
    assert public.recognised(tmp_path) == "ldxray"
    findings = Findings()
    first, second = ldxray.read(tmp_path, "train", findings=findings)
    assert findings.problems == []
    assert [a.label for a in first.annotations] == [
        *("electronics", "liquid", "battery", "electronics", "liquid", "battery"),
        *("electronics", "liquid", "liquid", "lighter", "liquid"),
    ]
    assert second.id == "train_B/000001.jpg"


def test_a_class_that_nobody_knows_may_be_any_label_that_the_file_lacks(
    tmp_path: Path, draw, write_coco
) -> None:
    draw(tmp_path / "easy" / "a.png")
    path = tmp_path / "annotations" / "xray_test_easy.json"
    write_coco(path, {"a.png": [("Gun", BOX), ("Messer", BOX)]})
    (sample,) = pidray.read(tmp_path, "easy")
    assert sample.judged == {"gun"}
    write_coco(path, {"a.png": [("Gun", BOX)]})
    (sample,) = pidray.read(tmp_path, "easy")
    assert sample.judged == pidray.SOURCE.judged


def test_jinnan_has_scans_with_something_in_a_file_and_scans_without_in_a_folder(
    tmp_path: Path, draw, write_coco
) -> None:
    root = tmp_path / "jinnan2_round1_train_20190305"
    draw(root / "restricted" / "1.jpg")
    draw(root / "normal" / "2.jpg")
    write_coco(root / "train_no_poly.json", {"1.jpg": [("黑钉打火机", BOX), ("电池电容", BOX)]})
    for place in (tmp_path, root):
        assert public.recognised(place) == "jinnan2"
        assert jinnan2.splits(place) == ["restricted", "normal"]
        first, second = jinnan2.read(place)
        assert [a.label for a in first.annotations] == ["lighter", "battery"]
        assert (second.id, second.annotations) == ("normal/2.jpg", ())
        assert second.judged == {"lighter", "knife", "battery", "scissors"}
    assert [s.id for s in jinnan2.read(root, "normal")] == ["normal/2.jpg"]
    with pytest.raises(DataError, match="no split 'train' of JinNan2; there are restricted"):
        list(jinnan2.read(root, "train"))
