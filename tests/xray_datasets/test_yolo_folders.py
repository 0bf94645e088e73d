"""Where the texts of YOLO's pictures lie: what is not found must not teach that nothing shows."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xray.errors import DataError
from xray_datasets import layouts, yolo
from xray_datasets.__main__ import app
from xray_datasets.findings import Findings

GUN = "1 0.5 0.5 0.2 0.4\n"


def check(root: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", str(root), "--no-twins"])
    return done.exit_code, done.output


def test_pictures_whose_texts_lie_in_a_folder_of_another_name_are_no_background(
    yolo_root: Path,
) -> None:
    (yolo_root / "images" / "train").rename(yolo_root / "images" / "training")
    code, told = check(yolo_root)
    assert (code, "yolo, 1 scans, 0 boxes" in told) == (1, True), told
    assert "folders of texts without a folder of pictures: 1" in told
    assert "labels/train: 1 texts)" in told
    assert "images/training: not one of its pictures has a text" in told
    assert "call both folders alike, or put an empty text there" in told
    with pytest.raises(
        DataError, match=r"images/training: not one .*labels/training, which is not"
    ):
        list(layouts.read(yolo_root, "training"))


@pytest.mark.parametrize("there", [True, False])
def test_a_split_without_texts_is_a_problem_and_an_error(yolo_root: Path, there: bool) -> None:
    (yolo_root / "labels" / "val" / "b.txt").unlink()
    if not there:
        (yolo_root / "labels" / "val").rmdir()
    for split in ("val", None):
        with pytest.raises(DataError, match=r"images/val: not one of its pictures has a text in"):
            list(yolo.read(yolo_root, split))
    assert len([*yolo.read(yolo_root, "train")]) == 1
    code, told = check(yolo_root)
    assert (code, "yolo, 1 scans, 1 boxes" in told) == (1, True), told
    assert "splits left out, for not one of their pictures has a text: 1" in told


def test_an_empty_text_says_that_a_split_shows_nothing(yolo_root: Path) -> None:
    assert check(yolo_root) == (0, check(yolo_root)[1])
    (sample,) = yolo.read(yolo_root, "val")
    assert sample.annotations == ()


def test_folders_that_are_flat_or_the_other_way_round_need_texts_too(tmp_path: Path, draw) -> None:
    draw(tmp_path / "flat" / "images" / "a.jpg")
    draw(tmp_path / "turned" / "train" / "images" / "a.jpg")
    for folder in ("flat/labels", "turned/train/labels"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("flat", "turned"):
        (tmp_path / name / "classes.txt").write_text("knife\ngun\n")
        with pytest.raises(DataError, match="not one of its pictures has a text in"):
            list(layouts.read(tmp_path / name))
        home = tmp_path / name / ("" if name == "flat" else "train")
        (home / "labels" / "a.txt").write_text(GUN)
        (sample,) = layouts.read(tmp_path / name)
        assert [a.label for a in sample.annotations] == ["gun"]


def test_pictures_beside_the_folders_of_splits_are_a_split(yolo_root: Path, draw) -> None:
    draw(yolo_root / "images" / "c.jpg", seed=3)
    (yolo_root / "labels" / "c.txt").write_text(GUN)
    assert yolo.splits(yolo_root) == ["train", "val", yolo.LOOSE]
    (loose,) = yolo.read(yolo_root, yolo.LOOSE)
    assert (loose.id, len(loose.annotations)) == ("images/c.jpg", 1)
    assert sorted(s.id for s in yolo.read(yolo_root)) == [
        *("images/c.jpg", "images/train/a.jpg", "images/val/b.jpg")
    ]
    code, told = check(yolo_root)
    assert (code, "yolo, 3 scans, 2 boxes" in told) == (0, True), told


def test_texts_beside_the_folders_of_splits_are_told_of_once(yolo_root: Path) -> None:
    for name in ("c", "classes"):
        (yolo_root / "labels" / f"{name}.txt").write_text(GUN)
    findings = Findings()
    for split in yolo.splits(yolo_root):
        list(yolo.read(yolo_root, split, findings=findings, names=["knife", "gun"]))
    where = f"{yolo_root / 'labels'}: 1 texts"
    assert findings.problems == [f"folders of texts without a folder of pictures: 1 ({where})"]


def test_a_folder_in_which_a_split_lies_deeper_is_still_the_split(tmp_path: Path, draw) -> None:
    draw(tmp_path / "train" / "images" / "cam1" / "a.jpg")
    text = tmp_path / "train" / "labels" / "cam1" / "a.txt"
    text.parent.mkdir(parents=True)
    text.write_text(GUN)
    (tmp_path / "classes.txt").write_text("knife\ngun\n")
    assert layouts.splits(tmp_path) == ["train"]
    (sample,) = layouts.read(tmp_path, "train")
    assert len(sample.annotations) == 1


def test_what_a_mac_leaves_beside_each_file_is_passed_over(yolo_root: Path) -> None:
    for name in ("images/train/._a.jpg", "labels/train/._a.txt"):
        (yolo_root / name).write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
    assert len([*yolo.read(yolo_root)]) == 2
