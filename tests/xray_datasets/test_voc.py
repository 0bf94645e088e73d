from pathlib import Path

import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import voc
from xray_datasets.findings import Findings
from xray_datasets.public import SOURCES


def test_a_split_is_read_in_the_order_of_its_list(voc_root: Path) -> None:
    assert [s.id for s in voc.read(voc_root, "train")] == ["b", "a"]
    assert [s.id for s in voc.read(voc_root)] == ["a", "b"]
    assert voc.splits(voc_root) == ["train"]


def test_lists_may_name_scans_with_or_without_an_ending(voc_root: Path) -> None:
    (voc_root / "ImageSets" / "Main" / "train.txt").write_text("a.jpg 1\n\nb -1\n")
    assert [s.id for s in voc.read(voc_root, "train")] == ["a", "b"]


def test_a_name_may_hold_blanks_and_a_one_behind_it_is_no_part_of_it(voc_root: Path, draw) -> None:
    names = ("bag 01", "bag 02")
    for seed, name in enumerate(names):
        draw(voc_root / "JPEGImages" / f"{name}.jpg", seed=seed)
        text = (voc_root / "Annotations" / "a.xml").read_text()
        (voc_root / "Annotations" / f"{name}.xml").write_text(text)
    path = voc_root / "ImageSets" / "Main" / "train.txt"
    for lines in (names, [f"{name}.jpg" for name in names], ["bag 01  1", "bag 02 -1"]):
        path.write_text("\n".join(lines))
        assert [s.id for s in voc.read(voc_root, "train")] == [*names]


def test_what_a_mac_leaves_beside_each_file_is_passed_over(voc_root: Path) -> None:
    left = b"\0\5\x16\7\0\2\0\0Mac OS X        "
    for path in ("Annotations/._a.xml", "JPEGImages/._a.jpg", "ImageSets/Main/._train.txt"):
        (voc_root / path).write_bytes(left)
    assert [s.id for s in voc.read(voc_root)] == ["a", "b"]
    assert (voc.classes(voc_root), voc.splits(voc_root)) == (["Gun", "Knife"], ["train"])


def test_coordinates_may_be_fractions_and_difficult_things_are_ignored(voc_root: Path) -> None:
    first, second = voc.read(voc_root)
    assert first.annotations == (Annotation("gun", (2.5, 3.25, 12.5, 8.75)),)
    assert second.annotations == ()
    assert [a.label for a in second.ignored] == ["knife"]  # 'Knife' with quotes in the file


def test_a_size_of_zero_is_measured(voc_root: Path) -> None:
    _, second = voc.read(voc_root)
    assert second.meta["size_hw"] == (20, 30)


def test_a_list_that_is_not_there_is_answered_with_those_that_are(voc_root: Path) -> None:
    with pytest.raises(DataError, match="no list of 'val'; there are train"):
        list(voc.read(voc_root, "val"))


def test_a_list_whose_name_holds_a_plus_is_read_before_lists_are_joined(voc_root: Path) -> None:
    lists = voc_root / "ImageSets" / "Main"
    (lists / "val.txt").write_text("a\n")
    assert [s.id for s in voc.read(voc_root, "train+val")] == ["b", "a"]
    (lists / "train+val.txt").write_text("a\n")
    assert [s.id for s in voc.read(voc_root, "train+val")] == ["a"]


def test_a_missing_picture_is_named(voc_root: Path) -> None:
    (voc_root / "JPEGImages" / "b.jpg").unlink()
    with pytest.raises(DataError, match="no picture of b"):
        list(voc.read(voc_root, "train"))


def test_a_missing_annotation_is_named(voc_root: Path) -> None:
    (voc_root / "Annotations" / "b.xml").unlink()
    with pytest.raises(DataError, match=r"b\.xml is missing"):
        list(voc.read(voc_root, "train"))


def test_broken_xml_is_named(voc_root: Path) -> None:
    (voc_root / "Annotations" / "a.xml").write_text("<annotation>")
    with pytest.raises(DataError, match=r"a\.xml: cannot be read as XML"):
        list(voc.read(voc_root))


def test_two_pictures_of_one_name_are_refused(voc_root: Path, draw) -> None:
    draw(voc_root / "JPEGImages" / "a.png")
    with pytest.raises(DataError, match="the same name"):
        list(voc.read(voc_root))


@pytest.fixture
def sixray_root(voc_root: Path, draw) -> Path:
    """SIXray's folders: scans without objects have no XML file, lists tell the classes."""
    for old, new in (("Annotations", "Annotation"), ("JPEGImages", "JPEGImage")):
        (voc_root / old).rename(voc_root / new)
    draw(voc_root / "JPEGImage" / "N1.jpg", seed=8)
    draw(voc_root / "JPEGImage" / "P9.jpg", seed=9)
    (voc_root / "ImageSets" / "Main" / "train.txt").unlink()
    (voc_root / "ImageSets" / "Main").rmdir()
    (voc_root / "ImageSets").rmdir()
    lists = voc_root / "ImageSet" / "10"
    lists.mkdir(parents=True)
    (lists / "train.csv").write_text(
        "name,Gun,Knife,Wrench,Pliers,Scissors\n"
        "a,1,-1,-1,-1,-1\nN1,-1,-1,-1,-1,-1\nP9,-1,-1,1,-1,-1\n"
    )
    return voc_root


def test_sixrays_negatives_need_no_xml(sixray_root: Path) -> None:
    labels_map = SOURCES["sixray"].labels
    gun, benign, _ = voc.read(sixray_root, "10/train", labels_map=labels_map)
    assert [a.label for a in gun.annotations] == ["gun"]
    assert benign.annotations == ()
    assert benign.judged is not None
    assert "gun" in benign.judged


def test_a_class_that_is_shown_but_not_boxed_is_not_judged(sixray_root: Path) -> None:
    *_, wrench = voc.read(sixray_root, "10/train", labels_map=SOURCES["sixray"].labels)
    assert wrench.judged is not None
    assert "wrench" not in wrench.judged
    assert "gun" in wrench.judged
    *_, wrench = voc.read(sixray_root, "10/train")
    assert wrench.judged is not None
    assert "wrench" not in wrench.judged


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name,Gun\na,1\n", "must have a column name .* got Name, Gun; please tell us"),
        ("name,Gun\na,yes\n", "train.csv:2: expected 1 or -1 of Gun, got 'yes'"),
        ("name,Gün\na,1\n", "not in UTF-8 .* save it as UTF-8"),
    ],
)
def test_a_list_of_another_form_is_shown_and_asked_about(
    sixray_root: Path, text: str, message: str
) -> None:
    path = sixray_root / "ImageSet" / "10" / "train.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=rf"train\.csv.*{message}|{message}"):
        list(voc.read(sixray_root, "10/train"))


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        *(("gb2312", "gb2312"), ("GB2312", "gbk"), ("gbk", "gbk"), ("gb18030", "gb18030")),
        *(("Big5", "big5"), ("euc-kr", "euc-kr"), ("Shift_JIS", "shift_jis"), ("utf-16", "utf-16")),
    ],
)
def test_xml_is_read_in_the_encoding_that_it_declares(
    voc_root: Path, declared: str, written: str
) -> None:
    word = {"euc-kr": "칼", "big5": "槍", "gbk": "槍"}.get(written, "刀")  # 槍 is not in GB 2312
    path = voc_root / "Annotations" / "a.xml"
    text = path.read_text().replace("Gun", word)
    path.write_bytes(f'<?xml version="1.0" encoding="{declared}"?>\n{text}'.encode(written))
    assert word in voc.classes(voc_root)
    first, _ = voc.read(voc_root, labels_map={word: "gun", "Knife": "knife"})
    assert first.annotations == (Annotation("gun", (2.5, 3.25, 12.5, 8.75)),)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ('encoding="gb2312"', "it declares gb2312 .*declare what it is in"),
        ('encoding="nonsense"', "cannot be read as XML.*nonsense|unknown encoding"),
        ("", r"cannot be read as XML .*in UTF-8 or the encoding that its first line declares"),
    ],
)
def test_xml_that_is_not_in_the_encoding_that_it_declares_is_named_and_never_guessed(
    voc_root: Path, declared: str, message: str
) -> None:
    path = voc_root / "Annotations" / "a.xml"
    text = f'<?xml version="1.0" {declared}?>{path.read_text()}'.encode()
    path.write_bytes(text.replace(b"Gun", b"\xff\xff"))
    with pytest.raises(DataError, match=rf"a\.xml: .*({message})"):
        list(voc.read(voc_root))
    assert voc.classes(voc_root) == ["Knife"]  # the reader of scans tells of it
    findings = Findings()
    assert [s.id for s in voc.read(voc_root, findings=findings)] == ["b"]
    assert len(findings.kinds[voc.BROKEN]) == 1
