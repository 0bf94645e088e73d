from pathlib import Path

import numpy as np
import pytest
import tifffile

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import public
from xray_datasets.findings import Findings
from xray_datasets.public import hixray, opixray

NOISE = np.random.default_rng(0).integers(120, 250, (20, 30, 3), np.uint8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "test"
    (folder / "test_image").mkdir(parents=True)
    (folder / "test_annotation").mkdir()
    tifffile.imwrite(folder / "test_image" / "7.TIFF", NOISE, photometric="rgb")
    lines = ("Folding_Knife 3 4 9 12", "Scissor 25 2 40 8", "Spoon 1 1 5 5", "Scissor 31 2 40 8")
    text = "".join(f"7.TIFF {line}\n" for line in lines)
    (folder / "test_annotation" / "7.txt").write_text(text)
    for level in ("", "-2"):
        (folder / f"test_knife{level}.txt").write_text("7\n")
    return tmp_path


@pytest.mark.parametrize("split", ["test", "test-2"])
def test_boxes_are_left_out_and_clipped_as_by_its_own_loader(root: Path, split: str) -> None:
    findings = Findings()
    (sample,) = opixray.read(root, split, findings=findings)
    assert sample.annotations == (
        Annotation("knife", (3, 4, 9, 12)),
        Annotation("scissors", (25, 2, 30, 8)),
    )
    assert (sample.meta["clipped"], sample.meta["dropped"]) == (1, 1)
    (problem,) = findings.problems
    assert "nobody knows their class 'Spoon': 1" in problem
    assert sample.judged == {"knife", "scissors"}
    assert sample.scan.width == 30


def test_names_of_scans_may_hold_blanks(root: Path) -> None:
    folder = root / "test"
    (folder / "test_image" / "7.TIFF").rename(folder / "test_image" / "bag 07.TIFF")
    (folder / "test_annotation" / "7.txt").rename(folder / "test_annotation" / "bag 07.txt")
    (folder / "test_annotation" / "bag 07.txt").write_text("bag 07.TIFF Scissor 3 4 9 12\n")
    for line in ("bag 07", "bag 07.TIFF"):
        (folder / "test_knife.txt").write_text(f"{line}\n")
        (sample,) = opixray.read(root, "test")
        assert (sample.id, len(sample.annotations)) == ("bag 07", 1)


def test_scans_without_their_files_are_left_out_and_noted(root: Path) -> None:
    (root / "test" / "test_knife.txt").write_text("7.TIFF\n8\n7\n")
    findings = Findings()
    assert [s.id for s in opixray.read(root, "test", findings=findings)] == ["7", "7"]
    assert "for their picture is missing: 1 (OPIXray test: 8)" in findings.problems[-1]


def test_what_is_missing_is_named(root: Path) -> None:
    with pytest.raises(DataError, match=r"no list test_knife-3\.txt; there is test_knife-2"):
        list(opixray.read(root, "test-3"))
    (root / "test" / "test_annotation" / "7.txt").write_text("7.TIFF Scissor 1 2 3\n")
    with pytest.raises(DataError, match=r"7\.txt:1: expected image class x1 y1 x2 y2"):
        list(opixray.read(root, "test"))


def test_hixray_is_told_from_it_by_its_lists(root: Path) -> None:
    assert public.recognised(root) == "opixray"
    for path in (root / "test").glob("test_knife*.txt"):
        path.rename(path.with_name(path.name.replace("knife", "name")))
    assert public.recognised(root) == "hixray"
    (root / "test" / "test_annotation" / "7.txt").write_text(
        "7.jpg Cosmetic 1 2 9 9\n7 Water 1 2 9 9"
    )
    (sample,) = hixray.read(root)
    assert [a.label for a in sample.annotations] == ["liquid"]
    assert sample.judged == frozenset()
    assert hixray.classes(root) == ["Cosmetic", "Water"]


def test_a_list_that_begins_with_a_mark_of_its_byte_order_loses_no_scan(root: Path) -> None:
    (root / "test" / "test_knife.txt").write_text("\ufeff7\n", encoding="utf-8")
    findings = Findings()
    assert [s.id for s in opixray.read(root, "test", findings=findings)] == ["7"]
    assert "missing" not in "".join(findings.problems)
