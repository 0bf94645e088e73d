from pathlib import Path

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
