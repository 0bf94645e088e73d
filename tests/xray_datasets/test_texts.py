"""Texts that are in no encoding that can be told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import texts, voc, yolo
from xray_datasets.findings import Findings
from xray_datasets.public import dvxray, gdxray, opixray

KOREAN = "권총\n칼\n".encode("cp949")


def test_a_mark_of_the_byte_order_is_no_part_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeff권총\r\n".encode())
    assert texts.lines(tmp_path / "a.txt") == ["권총"]
    (tmp_path / "a.json").write_bytes("\ufeff[1]".encode())
    assert texts.document(tmp_path / "a.json") == [1]


@pytest.mark.parametrize("name", ["classes.txt", "data.yaml", "labels/train/a.txt"])
def test_a_yolo_folder_names_the_text_that_is_not_in_utf_8(yolo_root: Path, name: str) -> None:
    (yolo_root / name).write_bytes(KOREAN)
    with pytest.raises(DataError, match=rf"{name}: not in UTF-8 .*save it as UTF-8"):
        list(yolo.read(yolo_root))


def test_a_text_that_is_not_in_utf_8_is_noted_as_any_that_cannot_be_used(yolo_root: Path) -> None:
    (yolo_root / "labels" / "train" / "a.txt").write_bytes(KOREAN)
    findings = Findings()
    assert len([*yolo.read(yolo_root, findings=findings)]) == 1
    assert "a.txt: not in UTF-8" in findings.problems[0]


def opi(root: Path, draw: Callable[..., Path], wrong: str) -> None:
    draw(root / "train" / "train_image" / "1.jpg")
    (root / "train" / "train_annotation").mkdir()
    (root / "train" / "train_annotation" / "1.txt").write_text("1.jpg Scissor 1 2 9 9\n")
    (root / "train" / "train_knife.txt").write_text("1\n")
    (root / "train" / wrong).write_bytes(KOREAN)


@pytest.mark.parametrize("wrong", ["train_knife.txt", "train_annotation/1.txt"])
def test_so_do_lists_and_texts_of_public_data_sets(tmp_path: Path, draw, wrong: str) -> None:
    opi(tmp_path / "opi", draw, wrong)
    with pytest.raises(DataError, match=rf"{wrong}: not in UTF-8"):
        list(opixray.read(tmp_path / "opi"))


def test_so_do_the_ground_truth_of_gdxray_and_the_lists_of_dvxray(tmp_path: Path, draw) -> None:
    draw(tmp_path / "B0046" / "B0046_0001.png")
    (tmp_path / "B0046" / "ground_truth.txt").write_bytes(KOREAN)
    with pytest.raises(DataError, match=r"ground_truth\.txt: not in UTF-8"):
        list(gdxray.read(tmp_path))
    (tmp_path / "split").mkdir()
    (tmp_path / "split" / "train.txt").write_bytes(KOREAN)
    with pytest.raises(DataError, match=r"train\.txt: not in UTF-8"):
        list(dvxray.read(tmp_path, "train"))


def test_so_do_lists_of_voc(voc_root: Path) -> None:
    (voc_root / "ImageSets" / "Main" / "train.txt").write_bytes(KOREAN)
    with pytest.raises(DataError, match=r"train\.txt: not in UTF-8"):
        list(voc.read(voc_root, "train"))
