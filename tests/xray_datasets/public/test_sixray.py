from pathlib import Path

import pytest

from xray.errors import DataError
from xray_datasets import layouts, public
from xray_datasets.findings import Findings
from xray_datasets.public import sixray

XML = """<annotation><size><width>30</width><height>20</height></size><object><name>'Knife'</name>
<bndbox><xmin>2.5</xmin><ymin>3.25</ymin><xmax>12</xmax><ymax>8</ymax></bndbox></object>
<object><name>Spoon</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>9</xmax><ymax>8</ymax></bndbox>
</object></annotation>"""


def test_lists_tell_what_is_there_and_what_is_missing_is_left_out(tmp_path: Path, draw) -> None:
    for name in ("P1", "N1", "N2"):
        draw(tmp_path / "JPEGImage" / f"{name}.jpg")
    (tmp_path / "Annotation").mkdir()
    (tmp_path / "Annotation" / "P1.xml").write_text(XML)
    (tmp_path / "ImageSet" / "10").mkdir(parents=True)
    rows = ("P1,-1,1,-1", "N1,-1,-1,-1", "N2,1,-1,-1", "P9,1,-1,-1")
    table = "\n".join(("name,Gun,Knife,Wrench", *rows))
    (tmp_path / "ImageSet" / "10" / "test.csv").write_text(table)
    assert public.recognised(tmp_path) == "sixray"
    assert layouts.splits(tmp_path) == ["10/test"]
    findings = Findings()
    one, nothing, unboxed = sixray.read(tmp_path, "10/test", findings=findings)
    assert [(a.label, a.xyxy_px) for a in one.annotations] == [("knife", (2.5, 3.25, 12, 8))]
    assert not one.exhaustive
    assert "gun" in (nothing.judged or ())
    assert "hammer" not in (nothing.judged or ())
    assert "gun" not in (unboxed.judged or ())
    told = "\n".join(findings.problems)
    assert "nobody knows their class 'Spoon': 1" in told
    assert "a file of theirs is missing: 1 (SIXray 10/test: no picture of P9" in told


def write(root: Path, header: str, *rows: str) -> None:
    (root / "Annotation").mkdir()
    (root / "Annotation" / "P1.xml").write_text(XML)
    (root / "ImageSet" / "10").mkdir(parents=True)
    (root / "ImageSet" / "10" / "test.csv").write_text("\n".join((header, *rows)))


@pytest.mark.parametrize("positives", ["JPEGImage", "Image"])
def test_scans_with_nothing_may_lie_in_numbered_folders_beside_those_with_something(
    tmp_path: Path, draw, positives: str
) -> None:
    write(tmp_path, "name,Gun,Knife", "P1,-1,1", "N1,-1,-1", "N2,-1,-1", "N3,-1,-1")
    for name in (f"{positives}/P1", "1/N1", "20/N2", "1/P1", "Annotation/N3", "ImageSet/N3"):
        draw(tmp_path / f"{name}.jpg")
    assert public.recognised(tmp_path) == "sixray"
    findings = Findings()
    found = {s.id: s for s in sixray.read(tmp_path, "10/test", findings=findings)}
    assert [*found] == ["P1", "N1", "N2"]
    assert found["N2"].scan.width == 30
    assert f"no picture of N3 in {tmp_path})" in findings.problems[-1]
    draw(tmp_path / "20" / "N1.jpg")
    with pytest.raises(DataError, match=r"SIXray 10/test: N1 is there 2 times"):
        list(sixray.read(tmp_path, "10/test"))


@pytest.mark.parametrize("split", ["10/test", None])
def test_what_a_list_says_is_there_and_no_box_shows_is_not_taught_as_absent(
    tmp_path: Path, draw, split: str | None
) -> None:
    write(tmp_path, "name,Gun,Knife,Scissors", "P1,-1,1,1")
    draw(tmp_path / "JPEGImage" / "P1.jpg")
    (sample,) = sixray.read(tmp_path, split, findings=Findings())
    assert [a.label for a in sample.annotations] == ["knife"]
    assert sample.judged == {"gun", "knife", "wrench", "pliers"}


def test_lists_of_some_copies_quote_their_words_and_name_a_class_that_nobody_knows(
    tmp_path: Path, draw
) -> None:
    write(tmp_path, "name,'Gun','Knife',Bomb", "P2,1,-1,1", "'N1','-1',-1,-1")
    for name in ("P1", "P2", "N1"):
        draw(tmp_path / "JPEGImage" / f"{name}.jpg")
    findings = Findings()
    unboxed, nothing = sixray.read(tmp_path, "10/test", findings=findings)
    assert (unboxed.id, nothing.id) == ("P2", "N1")
    assert "gun" not in (unboxed.judged or ())
    assert "nobody knows their class 'Bomb': 1 (SIXray 10/test, P2)" in findings.problems[0]
