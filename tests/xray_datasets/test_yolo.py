from pathlib import Path

import pytest

from xray.annotation import Annotation
from xray.errors import DataError, XrayError
from xray_datasets import yolo
from xray_datasets.findings import Findings


def test_fractions_become_pixels(yolo_root: Path) -> None:
    (sample,) = yolo.read(yolo_root, "train")
    (gun,) = sample.annotations
    assert gun.label == "gun"
    assert gun.xyxy_px == pytest.approx((12, 6, 18, 14))
    assert sample.id == "images/train/a.jpg"


def test_a_picture_without_a_text_file_shows_nothing_of_any_class(yolo_root: Path, draw) -> None:
    draw(yolo_root / "images" / "val" / "c.jpg", seed=3)
    for sample in yolo.read(yolo_root, "val"):
        assert sample.annotations == ()
        assert sample.judged == {"gun", "knife"}


def test_without_a_split_all_are_read(yolo_root: Path) -> None:
    assert [s.id for s in yolo.read(yolo_root)] == ["images/train/a.jpg", "images/val/b.jpg"]
    assert yolo.splits(yolo_root) == ["train", "val"]


def test_folders_may_be_the_other_way_round(tmp_path: Path, yolo_root: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split).mkdir()
        for kind in ("images", "labels"):
            (yolo_root / kind / split).rename(tmp_path / split / kind)
    (yolo_root / "images").rmdir()
    (yolo_root / "labels").rmdir()
    assert yolo.splits(tmp_path) == ["train", "val"]
    assert [len(s.annotations) for s in yolo.read(tmp_path)] == [1, 0]


def test_an_outline_becomes_its_bounds(yolo_root: Path) -> None:
    text = "0 0.1 0.1 0.5 0.2 0.3 0.6\n"
    (yolo_root / "labels" / "train" / "a.txt").write_text(text)
    (sample,) = yolo.read(yolo_root, "train")
    assert sample.annotations[0].label == "knife"
    assert sample.annotations[0].xyxy_px == pytest.approx((3, 2, 15, 12))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("7 0.5 0.5 0.2 0.4", r"a\.txt:2: class 7 has no name; 2 classes are named"),
        ("0.5 0.5 0.5 0.2 0.4", "class 0.5 has no name"),
        ("1 0.5 0.5", "expected a class and 4 numbers, got 2"),
        ("gun 0.5 0.5 0.2 0.4", "expected numbers, got 'gun"),
    ],
)
def test_a_broken_line_is_named(yolo_root: Path, line: str, message: str) -> None:
    (yolo_root / "labels" / "train" / "a.txt").write_text(f"\n{line}\n")
    with pytest.raises(DataError, match=message):
        list(yolo.read(yolo_root, "train"))


def test_a_text_file_without_its_picture_is_named(yolo_root: Path) -> None:
    (yolo_root / "labels" / "train" / "z.txt").write_text("")
    with pytest.raises(DataError, match=r"1 files in .* have no picture, first z\.txt"):
        list(yolo.read(yolo_root, "train"))


@pytest.mark.parametrize(
    "text",
    [
        "names: [knife, 'gun']\nnc: 2\n",
        "nc: 2\nnames:\n- knife\n- gun\n",
        'names:\n  - knife # sharp\n  - "gun"\nval: x\n',
        "names: {0: knife, 1: gun}\n",
        "names: [\n  'knife',\n  'gun',\n]\n",
    ],
)
def test_names_may_be_written_in_any_of_yamls_ways(yolo_root: Path, text: str) -> None:
    (yolo_root / "data.yaml").write_text(text)
    assert yolo.class_names(yolo_root) == {0: "knife", 1: "gun"}


@pytest.mark.parametrize(
    "text",
    [
        "names:\n- 'knife, folding'\n- gun #1\n- it's, 'so' # said\n",
        "names: ['knife, folding', 'gun #1', \"it's, 'so'\"] # three\n",
        "names: {0: 'knife, folding', 1: 'gun #1', 2: \"it's, 'so'\"}\n",
        "names:\n  0: knife, folding\n  1: 'gun #1'\n  2: it's, 'so'\n",
    ],
)
def test_a_comma_in_a_name_starts_no_other_class(yolo_root: Path, text: str) -> None:
    (yolo_root / "data.yaml").write_text(text)
    names = [*yolo.class_names(yolo_root).values()]
    assert [names[0], names[1][:3], names[2]] == ["knife, folding", "gun", "it's, 'so'"]
    assert len(names) == 3


def test_with_findings_every_scan_that_cannot_be_used_is_noted(yolo_root: Path, draw) -> None:
    texts = yolo_root / "labels" / "train"
    for name, line in (("a", "7 0.5 0.5 0.2 0.4"), ("b", "gun"), ("c", "1 0.95 0.5 0.2 0.4")):
        draw(yolo_root / "images" / "train" / f"{name}.jpg")
        (texts / f"{name}.txt").write_text(line)
    draw(yolo_root / "images" / "train" / "d.png").write_bytes(b"")
    (texts / "d.txt").write_text("1 0.5 0.5 0.2 0.4")
    (texts / "gone.txt").write_text("")
    findings = Findings()
    sample, broken = yolo.read(yolo_root, "train", findings=findings)
    assert (sample.id, broken.id) == ("images/train/c.jpg", "images/train/d.png")
    assert sample.meta["clipped"] == 1
    orphan, unusable = findings.problems
    assert "texts without a picture: 1" in orphan
    assert "their text cannot be used: 2" in unusable
    assert all(word in unusable for word in ("a.txt:1", "b.txt:1"))
    with pytest.raises(XrayError, match=r"d\.png"):
        _ = broken.scan


def test_names_may_stand_in_classes_txt_or_be_given(yolo_root: Path) -> None:
    (yolo_root / "data.yaml").unlink()
    with pytest.raises(DataError, match="no names of classes"):
        list(yolo.read(yolo_root))
    (sample, _) = yolo.read(yolo_root, names=["saw", "axe"])
    assert sample.annotations == (Annotation("axe", sample.annotations[0].xyxy_px),)
    (yolo_root / "classes.txt").write_text("knife\n\ngun\n")
    assert yolo.class_names(yolo_root) == {0: "knife", 1: "gun"}


def test_a_split_that_is_not_there_is_answered_with_those_that_are(yolo_root: Path) -> None:
    with pytest.raises(DataError, match="'test'; splits found: train, val"):
        list(yolo.read(yolo_root, "test"))
