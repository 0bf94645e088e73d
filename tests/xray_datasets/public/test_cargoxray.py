import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import xray
from xray.annotation import Annotation
from xray.errors import DataError
from xray_datasets import public
from xray_datasets.findings import Findings
from xray_datasets.public import cargoxray


def pack(path: Path, rows: Any) -> None:
    path.write_bytes(gzip.compress(json.dumps(rows).encode()))


@pytest.fixture
def root(tmp_path: Path, draw) -> Path:
    """The earlier form, by columns: a car in the middle of a picture of 30 by 20."""
    draw(tmp_path / "images" / "a.tif")
    pack(
        tmp_path / "images.json.gz",
        {"image_id": {"0": 4, "1": 5}, "filepath": {"0": "images/a.tif", "1": "images/gone.tif"}},
    )
    boxes = {"bbox_id": [1, 2, 3], "image_id": [4, 4, 4], "label": ["Car", "Car wheels", "Car"]}
    boxes |= {"x": [0.5, 0.1, 0.5], "y": [0.5, 0.2, 0.5], "width": [0.2] * 3, "height": [0.4] * 3}
    columns = {name: dict(enumerate(values)) for name, values in boxes.items()}
    pack(tmp_path / "annotations.json.gz", columns)
    return tmp_path


def test_boxes_are_given_by_their_centre_as_fractions(root: Path) -> None:
    assert public.recognised(root) == "cargoxray"
    findings = Findings()
    (sample,) = cargoxray.read(root, findings=findings)
    assert sample.annotations == (Annotation("vehicle", pytest.approx((12, 6, 18, 14))),)
    assert cargoxray.classes(root) == ["car", "car_wheels"]
    assert cargoxray.splits(root) == []
    assert findings.problems == [
        "rows that stand twice, counted once: 1 (CargoXray: image 4, car)",
        "scans left out, for their picture is missing: 1 (CargoXray: images/gone.tif)",
    ]


def test_the_later_form_has_corners_in_pixels_categories_and_subsets(root: Path) -> None:
    row = {"image_id": 4, "file_name": "a.tif", "width": 30, "height": 20, "subset": "val"}
    pack(root / "images.json.gz", [row])
    box = {"id": 0, "image_id": 4, "category_id": 1, "x": 2, "y": 3, "w": 10, "h": 5}
    (root / "annotations.json.gz").unlink()
    (root / "annotations.json").write_text(json.dumps([box]))
    pack(root / "categories.json.gz", [{"category_id": 1, "name": "toys"}])
    assert cargoxray.splits(root) == ["val"]
    (sample,) = cargoxray.read(root, "val", labels_map={"toys": "toys"})
    assert sample.annotations == (Annotation("toys", (2, 3, 12, 8)),)
    with pytest.raises(DataError, match="no subset 'test'; there are val"):
        cargoxray.read(root, "test")


@pytest.mark.parametrize("name", ["../secret.png", "images/../../secret.png"])
def test_a_path_that_leaves_the_folder_is_refused(root: Path, draw, name: str) -> None:
    draw(root.parent / "secret.png")
    row = {"image_id": 4, "file_name": name, "width": 30, "height": 20}
    pack(root / "images.json.gz", [row])
    with pytest.raises(DataError, match=r"secret\.png leads out of "):
        list(cargoxray.read(root))


@pytest.mark.parametrize("start", ["/home/maker/", "C:\\cargo\\", "/etc/../", "{outside}/"])
def test_a_path_of_another_machine_is_sought_inside_by_its_last_name(
    root: Path, draw, start: str
) -> None:
    outside = draw(root.parent / f"{root.name} outside" / "a.tif", seed=9).parent
    row = {"image_id": 4, "filepath": f"{start.format(outside=outside)}a.tif"}
    pack(root / "images.json.gz", [row])
    (sample,) = cargoxray.read(root, findings=Findings())
    assert (sample.scan.pixels == xray.read(root / "images" / "a.tif").pixels).all()
    (root / "images" / "a.tif").unlink()
    findings = Findings()
    assert [*cargoxray.read(root, findings=findings)] == []
    assert "for their picture is missing: 1" in findings.problems[-1]


@pytest.mark.parametrize("name", ["/home/maker/a.tif", "elsewhere/a.tif"])
def test_a_last_name_that_is_there_twice_stops_the_reader(root: Path, draw, name: str) -> None:
    draw(root / "more" / "a.tif")
    pack(root / "images.json.gz", [{"image_id": 4, "filepath": name}])
    with pytest.raises(DataError, match=r"a\.tif is there 2 times"):
        list(cargoxray.read(root, findings=Findings()))


def missing(findings: Findings) -> list[str]:
    return [said for said in findings.problems if "picture is missing" in said]


def test_boxes_of_one_lorry_come_to_lie_on_no_picture_of_another(root: Path, draw) -> None:
    draw(root / "lorry2" / "0001.png")
    names = {1: "lorry1/0001.png", 2: "lorry2/0001.png", 3: "lorry3/0001.png"}
    pack(root / "images.json.gz", [{"image_id": k, "filepath": n} for k, n in names.items()])
    findings = Findings()
    assert [s.id for s in cargoxray.read(root, findings=findings)] == ["lorry2/0001.png"]
    assert "missing: 2 (CargoXray: lorry1/0001.png" in missing(findings)[0]
    (root / "lorry2").rename(root / "moved")
    findings = Findings()
    assert [*cargoxray.read(root, findings=findings)] == []  # nobody knows whose it is
    assert "for several rows may mean them: 1" in "".join(findings.problems)


@pytest.mark.parametrize("start", ["/home/maker/", "C:\\cargo\\", "older/"])
def test_a_picture_is_that_of_the_path_that_has_most_of_it(root: Path, draw, start: str) -> None:
    path = draw(root / "images" / "lorry2" / "0001.png", seed=2)
    cut = "\\" if "\\" in start else "/"
    names = {1: f"{start}lorry1{cut}0001.png", 2: f"{start}lorry2{cut}0001.png"}
    pack(root / "images.json.gz", [{"image_id": k, "filepath": n} for k, n in names.items()])
    findings = Findings()
    (sample,) = cargoxray.read(root, findings=findings)
    assert sample.id == names[2]
    assert (sample.scan.pixels == xray.read(path).pixels).all()
    assert len(missing(findings)) == 1
    assert "lie elsewhere than their row says: 1" in findings.notes[0]


def test_boxes_of_no_class_are_left_out_and_noted(root: Path) -> None:
    box = {"id": 0, "image_id": 4, "category_id": 9, "x": 2, "y": 3, "w": 10, "h": 5}
    pack(root / "annotations.json.gz", [box, {**box, "category_id": None}])
    pack(root / "categories.json.gz", [{"category_id": 1, "name": "toys"}])
    findings = Findings()
    (sample,) = cargoxray.read(root, findings=findings)
    assert sample.annotations == ()
    named = "boxes left out, for their row names no class: 2 (CargoXray: image 4"
    assert named in findings.problems[0]
    pack(root / "annotations.json.gz", [{**CENTRED, "label": None}])
    findings = Findings()
    assert len([*cargoxray.read(root, findings=findings)]) == 1
    assert "for their row names no class: 1" in findings.problems[0]


CENTRED = {"image_id": 4, "label": "Car", "x": 0.5, "y": 0.5, "width": 0.2, "height": 0.4}
CORNERED = {"image_id": 4, "category_id": 1, "x": 2, "y": 3, "w": 10, "h": 5}


@pytest.mark.parametrize(
    ("table", "rows", "message"),
    [
        ("annotations", [CENTRED, {**CENTRED, "x": None}], "expected numbers under x, .*'x': None"),
        (
            "annotations",
            [CORNERED, {"image_id": 4}],
            "a row has the columns image_id; expected cat",
        ),
        ("annotations", [{**CENTRED, "image_id": None}], "a row has no image_id"),
        ("annotations", [CENTRED, None], "a row has the columns None; expected"),
        ("annotations", {"x": 3}, "expected a list of rows, or columns of values, met {'x': 3}"),
        ("images", [{"filepath": "images/a.tif"}], "has the columns filepath; expected image_id"),
        (
            "categories",
            [{"id": 1, "name": "toys"}],
            "has the columns id, name; expected category_i",
        ),
    ],
)
def test_rows_that_lack_something_are_shown_with_their_file(
    root: Path, table: str, rows: Any, message: str
) -> None:
    pack(root / "categories.json.gz", [{"category_id": 1, "name": "toys"}])
    if table == "categories":
        pack(root / "annotations.json.gz", [CORNERED])
    pack(root / f"{table}.json.gz", rows)
    with pytest.raises(DataError, match=rf"{table}\.json\.gz: .*{message}"):
        list(cargoxray.read(root, findings=Findings()))


def test_other_columns_are_shown_and_asked_about(root: Path) -> None:
    pack(root / "annotations.json.gz", [{"image_id": 4, "bbox": [1, 2, 3, 4]}])
    with pytest.raises(DataError, match=r"have the columns bbox, image_id; expected .*please tell"):
        list(cargoxray.read(root))
    pack(root / "images.json.gz", [{"image_id": 4, "url": "a"}])
    pack(root / "annotations.json.gz", [])
    with pytest.raises(DataError, match="images have the columns image_id, url; expected filepath"):
        list(cargoxray.read(root))
