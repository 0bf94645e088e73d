"""EDS as its authors' loader has it: Pascal VOC, and a list a split."""

from pathlib import Path

import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import layouts, public
from xray_datasets.findings import Findings
from xray_datasets.public import eds

OBJECT = """<object><name>{name}</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>12</xmax>
<ymax>8</ymax></bndbox></object>"""
SIZE = "<size><width>30</width><height>20</height></size>"
NAMES = ("drinkbottle", "smallelectronicequipmen", "Knife ", "slingshot")


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    """Two scanners, two scans each, of which the second is in the list val."""
    for domain in ("domain1", "domain2"):
        home = tmp_path / domain
        (home / "labels").mkdir(parents=True)
        for k in range(2):
            draw(home / "images" / f"00{k}.jpg", seed=k)
            things = "".join(OBJECT.format(name=name) for name in NAMES)
            xml = f"<annotation>{SIZE}{things}</annotation>"
            (home / "labels" / f"00{k}.xml").write_text(xml)
            (home / ("val.txt", "train.txt")[k]).write_text(f"00{k}\n")
        (home / "readme.txt").write_text("an academic data set\n")
    return tmp_path


def test_its_two_other_classes_are_read_and_each_list_is_a_split(root: Path) -> None:
    assert public.recognised(root) == "eds"
    splits = [f"domain{n}-{split}" for n in (1, 2) for split in ("train", "val")]
    assert layouts.splits(root) == splits
    assert eds.classes(root) == sorted(name.strip().lower() for name in NAMES)
    findings = Findings()
    (sample,) = eds.read(root, "domain2-val", findings=findings)
    assert sample.annotations == tuple(
        Annotation(label, (2, 3, 12, 8)) for label in ("liquid", "electronics", "knife")
    )
    assert (sample.id, sample.origin) == ("000", "EDS domain2-val")
    assert sample.judged == eds.SOURCE.judged
    assert "nobody knows their class 'slingshot': 1" in findings.problems[0]
    assert len([*eds.read(root)]) == 4
    with pytest.raises(DataError, match="no split 'domain3-val' of EDS; there are domain1-train"):
        eds.read(root, "domain3-val")


def test_without_lists_all_that_has_an_xml_file_is_one_split(root: Path) -> None:
    for path in root.glob("*/*.txt"):
        path.unlink()
    assert eds.splits(root) == ["domain1", "domain2"]
    assert [s.id for s in eds.read(root, "domain1")] == ["000", "001"]


def test_scans_without_a_file_of_theirs_are_left_out_and_noted(root: Path) -> None:
    home = root / "domain1"
    (home / "val.txt").write_text("000\n001\n002\n")
    (home / "images" / "000.jpg").unlink()
    (home / "labels" / "001.xml").write_text("<annotation>")
    findings = Findings()
    assert [*eds.read(root, "domain1-val", findings=findings)] == []
    told = "\n".join(findings.problems)
    assert "their picture is missing: 2 (EDS domain1-val: 000, EDS domain1-val: 002)" in told
    assert "their XML cannot be read: 1" in told


def test_a_scanner_in_one_form_and_one_in_the_other_are_both_read(
    root: Path, draw, write_coco
) -> None:
    draw(root / "domain3" / "a.jpg")
    marks = {"a.jpg": [("knife", [2, 3, 10, 5])]}
    write_coco(root / "domain3" / "annotations" / "train.json", marks)
    assert eds.splits(root)[0] == "domain3-train"
    assert len([*eds.read(root)]) == 5
    assert len([*eds.read(root, "domain3-train")]) == 1
