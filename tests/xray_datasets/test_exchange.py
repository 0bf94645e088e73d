"""Files as CVAT, FiftyOne and Hugging Face's `datasets` want them, and theirs as we read them."""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xray import Annotation, Encoding, Scan
from xray_datasets import exchange, layouts
from xray_datasets.sample import Sample

GUN = Annotation("gun", (2.0, 3.0, 12.0, 8.0))


def scan(encoding: Encoding = Encoding.PSEUDOCOLOR) -> Scan:
    rng = np.random.default_rng(0)
    if encoding is Encoding.PSEUDOCOLOR:
        return Scan("a", rng.integers(0, 256, (20, 30, 3), np.uint8), encoding)
    return Scan("a", rng.random((20, 30, 2), np.float32), encoding)


@pytest.fixture
def samples() -> list[Sample]:
    """One in colour with a gun, one of two energies with a region that nobody is sure of."""
    unsure = (Annotation("knife", (0.0, 0.0, 9.0, 9.0)),)
    return [
        Sample("bags/a.jpg", scan, (GUN,), group="bag 1", rejected=(GUN,)),
        Sample("bags/a.tif", lambda: scan(Encoding.DUAL), (), unsure, "bag 2"),
    ]


def read(root: Path) -> list[tuple[Any, ...]]:
    found = layouts.read(root)
    return [(s.annotations, s.ignored, s.group, s.scan.pixels.shape) for s in found]


EXPECTED = [
    ((GUN,), (), "bag 1", (20, 30, 3)),
    ((), (Annotation("knife", (0.0, 0.0, 9.0, 9.0)),), "bag 2", (20, 30, 3)),
]


def test_cvat_gets_what_it_calls_coco(samples: list[Sample], tmp_path: Path) -> None:
    path = exchange.cvat(samples, tmp_path, "train")
    assert path == tmp_path / "annotations" / "instances_train.json"
    document = json.loads(path.read_text())
    assert [i["file_name"] for i in document["images"]] == ["bags_a.png", "bags_a_2.png"]
    assert (tmp_path / "images" / "train" / "bags_a_2.png").is_file()
    gun, knife = document["annotations"]
    assert (gun["segmentation"], gun["bbox"], gun["iscrowd"]) == ([], [2, 3, 10, 5], 0)
    assert gun["area"] == 50
    assert knife["iscrowd"] == 1
    assert document["categories"][0] == {"id": 1, "name": "gun", "supercategory": ""}
    assert read(tmp_path) == EXPECTED


def test_fiftyone_gets_its_folder(samples: list[Sample], tmp_path: Path) -> None:
    assert exchange.fiftyone(samples, tmp_path) == tmp_path / "labels.json"
    assert (tmp_path / "data" / "bags_a.png").is_file()
    assert read(tmp_path) == EXPECTED


def test_what_cvat_exports_is_read_as_it_is(samples: list[Sample], tmp_path: Path) -> None:
    exchange.cvat(samples, tmp_path)
    path = tmp_path / "annotations" / "instances_default.json"
    written = json.loads(path.read_text())
    document = {
        "licenses": [{"name": "", "id": 0, "url": ""}],
        "info": {"contributor": "", "date_created": "", "description": "", "url": ""},
        "categories": [{"id": 1, "name": "Gun", "supercategory": ""}],
        "images": [
            {**{key: image[key] for key in ("id", "width", "height", "file_name")}}
            | {"license": 0, "flickr_url": "", "coco_url": "", "date_captured": 0}
            for image in written["images"]
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [], "area": 50.0}
            | {"bbox": [2.0, 3.0, 10.0, 5.0], "iscrowd": 0}
            | {"attributes": {"occluded": False, "rotation": 0.0}}
        ],
    }
    path.write_text(json.dumps(document))
    assert [found[0] for found in read(tmp_path)] == [(GUN,), ()]


def test_what_fiftyone_exports_is_read_as_it_is(samples: list[Sample], tmp_path: Path) -> None:
    exchange.fiftyone(samples, tmp_path)
    document = {
        "info": {"year": "", "version": "", "description": "Exported from FiftyOne"},
        "licenses": [],
        "categories": [{"id": 0, "name": "gun", "supercategory": None}],
        "images": [
            {"id": 1, "file_name": "bags_a.png", "height": 20, "width": 30}
            | {"license": None, "coco_url": None}
        ],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 0, "bbox": [2.0, 3.0, 10.0, 5.0]}
            | {"area": 50.0, "iscrowd": 0}
        ],
    }
    (tmp_path / "labels.json").write_text(json.dumps(document))
    assert [found[0] for found in read(tmp_path)] == [(GUN,)]


def test_datasets_gets_a_row_for_each_picture(samples: list[Sample], tmp_path: Path) -> None:
    path = exchange.huggingface(samples, tmp_path, "train")
    first, second = map(json.loads, path.read_text().splitlines())
    assert first == {
        **{"file_name": "bags_a.png", "width": 30, "height": 20, "group": "bag 1"},
        "objects": {"id": [1], "bbox": [[2, 3, 10, 5]], "category": ["gun"], "area": [50]},
    }
    assert second["objects"] == {"id": [], "bbox": [], "category": [], "area": []}
    assert (path.parent / "bags_a.png").is_file()


def test_the_library_itself_loads_it(
    samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    try:
        library = importlib.import_module("datasets")
    except ModuleNotFoundError:
        library = None
    if not hasattr(library, "load_dataset"):  # the folder of this name in a checkout
        pytest.skip("Hugging Face's datasets is not installed")
    for split in ("train", "val"):
        exchange.huggingface(samples, tmp_path / "set", split)
    where = {"data_dir": str(tmp_path / "set"), "cache_dir": str(tmp_path / "cache")}
    found = library.load_dataset("imagefolder", **where)
    assert {name: len(rows) for name, rows in found.items()} == {"train": 2, "validation": 2}
    row = found["train"][0]
    assert row["objects"]["category"] == ["gun"]
    assert row["image"].size == (30, 20)
