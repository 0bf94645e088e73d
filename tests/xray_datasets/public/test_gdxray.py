from pathlib import Path

import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray.scan import Encoding
from xray_datasets import public
from xray_datasets.findings import Findings
from xray_datasets.public import gdxray


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    for series in ("B0046", "B0052"):
        folder = tmp_path / "Baggages" / series
        for number in (1, 2):
            draw(folder / f"{series}_{number:04d}.png", channels=1)
        (folder / "ground_truth.txt").write_text("1 2.5 12 3 8\n1 4 9 4 9\n7 1 2 3 4\n")
    return tmp_path


def test_x_comes_before_y_and_the_class_is_the_series(root: Path) -> None:
    assert public.recognised(root) == "gdxray"
    assert gdxray.splits(root) == ["B0046", "B0052"]
    findings = Findings()
    first, second = gdxray.read(root, "B0046", findings=findings)
    assert first.annotations[0] == Annotation("gun", (2.5, 3, 12, 8))
    assert (len(first.annotations), second.annotations) == (2, ())
    assert first.judged == {"gun"}
    assert first.group == second.group
    assert first.scan.encoding is Encoding.SINGLE
    assert findings.problems == ["boxes left out, for their picture is missing: 1 (B0046 7)"]
    assert findings.notes == ["assumed, see xray-data list gdxray: 1 (B0046 shows gun)"]


def test_a_series_that_nobody_named_is_left_out_until_somebody_does(root: Path) -> None:
    findings = Findings()
    first, _ = gdxray.read(root, "B0052", findings=findings)
    assert (first.annotations, first.judged) == ((), frozenset())
    assert "nobody knows their class 'B0052': 2" in findings.problems[1]
    first, _ = gdxray.read(root, "B0052", labels_map={"B0052": "knife"})
    assert [a.label for a in first.annotations] == ["knife", "knife"]


def test_of_a_turned_box_the_upright_one_around_its_corners_is_taken(root: Path) -> None:
    truth = root / "Baggages" / "B0046" / "ground_truth.txt"
    truth.write_text("2 10 2 16 8 10 14.5 4 8\n")
    _, second = gdxray.read(root, "B0046", findings=Findings())
    assert second.annotations == (Annotation("gun", (4, 2, 16, 14.5)),)


def test_points_are_left_out_and_other_rows_asked_about(root: Path) -> None:
    truth = root / "Baggages" / "B0046" / "ground_truth.txt"
    truth.write_text("1 5 5\n")
    findings = Findings()
    assert all(not s.annotations for s in gdxray.read(root, "B0046", findings=findings))
    assert len(findings.problems) == 1
    truth.write_text("1 2 3 4\n")
    with pytest.raises(
        DataError, match=r"ground_truth\.txt:1: expected k x1 x2 y1 y2, or .*met '1 2 3"
    ):
        list(gdxray.read(root, "B0046"))
    with pytest.raises(DataError, match="no series 'B0001'; there are B0046, B0052"):
        gdxray.read(root, "B0001")


@pytest.mark.parametrize("row", ["1 2.5 wide 3 8", "nan 2 12 3 8", "inf 2 12 3 8", "1 2 3 4 5 6"])
def test_a_row_that_is_not_numbers_is_shown_with_its_place(root: Path, row: str) -> None:
    truth = root / "Baggages" / "B0046" / "ground_truth.txt"
    truth.write_text(f"1 2.5 12 3 8\n{row}\n")
    with pytest.raises(DataError, match=rf"ground_truth\.txt:2: expected k x1 .*met '{row}'"):
        list(gdxray.read(root, "B0046"))


def test_a_picture_without_a_number_is_asked_about(root: Path, draw) -> None:
    draw(root / "Baggages" / "B0046" / "B0046_mask.png", channels=1)
    with pytest.raises(
        DataError, match=r"expected pictures named B0046_0001.* met B0046_mask\.png"
    ):
        list(gdxray.read(root, "B0046"))
