"""Splits that are lists of names: which belong together, and which must not share a scan."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from xray_datasets import lists, voc
from xray_datasets.__main__ import app
from xray_datasets.findings import Findings

HEADER = "name,Gun,Knife"
XML = "<annotation><object><name>Gun</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>12</xmax>"
XML += "<ymax>8</ymax></bndbox></object></annotation>"


@pytest.fixture
def sixray(tmp_path: Path, draw) -> Path:
    """P1 and P2 hold a gun and have an XML file, N1 to N3 hold nothing; each list stands apart."""
    for seed, name in enumerate(("P1", "P2", "N1", "N2", "N3")):
        draw(tmp_path / "JPEGImage" / f"{name}.jpg", seed=seed)
    (tmp_path / "Annotation").mkdir()
    for name in ("P1", "P2"):
        (tmp_path / "Annotation" / f"{name}.xml").write_text(XML)
    write(tmp_path, "10/train", "P1,1,-1", "N1,-1,-1")
    write(tmp_path, "10/test", "P2,1,-1")
    write(tmp_path, "100/train", "P1,1,-1", "N1,-1,-1", "N2,-1,-1")
    write(tmp_path, "100/test", "P2,1,-1", "N3,-1,-1")
    return tmp_path


def write(root: Path, name: str, *rows: str) -> None:
    path = root / "ImageSet" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((HEADER, *rows)))


def check(root: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", str(root), "--no-twins", *more])
    return done.exit_code, done.output


def test_lists_that_nest_are_no_leak_and_scans_without_a_file_of_boxes_are_read(
    sixray: Path,
) -> None:
    code, told = check(sixray)
    assert (code, "SIXray, 5 scans, 2 boxes" in told) == (0, True), told


def test_a_scan_in_two_lists_that_should_share_none_is_found(sixray: Path) -> None:
    write(sixray, "10/test", "P2,1,-1", "N1,-1,-1", "P1,1,-1")
    code, told = check(sixray)
    assert code == 1
    assert f"{lists.SHARED}: 2 (10/test and 10/train: N1, 10/test and 10/train: P1)" in told
    assert "5 scans, 2 boxes" in told  # each is looked at once
    assert lists.SHARED in check(sixray, "--no-open")[1]


def test_the_same_picture_under_two_names_in_train_and_test_is_found(sixray: Path) -> None:
    (sixray / "JPEGImage" / "N3.jpg").write_bytes((sixray / "JPEGImage" / "N2.jpg").read_bytes())
    code, told = check(sixray)
    assert (code, "the same picture in two splits: 1 (train N2 = test N3)" in told) == (1, True)


def test_what_no_list_names_is_checked_too(sixray: Path) -> None:
    (sixray / "Annotation" / "P3.xml").write_text(XML)
    code, told = check(sixray)
    assert code == 1
    assert "a file of theirs is missing: 1 (SIXray in no list: no picture of P3" in told


def test_trainval_holds_train_and_val_and_neither_of_them_the_test(voc_root: Path) -> None:
    folder = voc_root / "ImageSets" / "Main"
    for name, said in (("val", "a"), ("trainval", "b\na"), ("train", "b"), ("Gun_train", "b -1")):
        (folder / f"{name}.txt").write_text(said)
    findings = Findings()
    lists.shared(voc_root, findings)
    assert (findings.problems, findings.notes) == ([], [])
    assert lists.by_split(voc_root)["train"] == ["Gun_train", "train"]
    (folder / "test.txt").write_text("a")
    (folder / "night.txt").write_text("a\nb")
    lists.shared(voc_root, findings)
    found = f"{lists.SHARED}: 2 (test and trainval: a, test and val: a)"
    assert findings.problems == [found]
    assert "night and test: 1" in findings.notes[0]


def test_a_scan_that_a_list_names_twice_is_found(voc_root: Path) -> None:
    (voc_root / "ImageSets" / "Main" / "train.txt").write_text("a\nb\na\n")
    code, told = check(voc_root)
    assert (code, "scans listed twice in a split: 1 (train a)" in told) == (1, True), told


def test_lists_joined_by_a_plus_are_read_as_one(sixray: Path) -> None:
    assert [s.id for s in voc.read(sixray, "10/train+100/train")] == ["P1", "N1", "N2"]


def test_a_folder_without_lists_is_one_split(voc_root: Path) -> None:
    (voc_root / "ImageSets" / "Main" / "train.txt").unlink()
    code, told = check(voc_root)
    assert (code, "voc, 2 scans" in told) == (0, True), told
