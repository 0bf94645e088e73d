import gzip
import json
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("name", ["../secret.png", "images/../../secret.png", "/etc/secret.png"])
def test_a_path_that_leaves_the_folder_is_refused(root: Path, draw, name: str) -> None:
    draw(root.parent / "secret.png")
    row = {"image_id": 4, "file_name": name, "width": 30, "height": 20}
    pack(root / "images.json.gz", [row])
    with pytest.raises(DataError, match=r"secret\.png leads out of "):
        list(cargoxray.read(root))


def test_other_columns_are_shown_and_asked_about(root: Path) -> None:
    pack(root / "annotations.json.gz", [{"image_id": 4, "bbox": [1, 2, 3, 4]}])
    with pytest.raises(DataError, match=r"have the columns bbox, image_id; expected .*please tell"):
        list(cargoxray.read(root))
    pack(root / "images.json.gz", [{"image_id": 4, "url": "a"}])
    pack(root / "annotations.json.gz", [])
    with pytest.raises(DataError, match="images have the columns image_id, url; expected filepath"):
        list(cargoxray.read(root))
