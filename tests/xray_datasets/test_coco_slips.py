"""COCO files that are not what they should be, and scans that cannot be opened."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from xray.errors import DataError, ScanError
from xray.scan import Encoding, Scan
from xray_datasets import coco
from xray_datasets.__main__ import app
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample

FILE = "annotations/instances_train.json"


@pytest.mark.parametrize("findings", [None, Findings()])
@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d["images"][1].pop("file_name"), r"images\[1\] must have file_name, a text; got"
         " the keys id, width, height"),
        (lambda d: d["images"][0].pop("id"), r"images\[0\] must have id, a number or a text"),
        (lambda d: d["images"][0].update(width="30"), "width, a number of pixels .* got '30'"),
        (lambda d: d["annotations"][1].pop("image_id"), r"annotations\[1\] must have image_id"),
        (lambda d: d["annotations"][0].pop("category_id"), "must have category_id"),
        (lambda d: d["annotations"][0].update(category_id=None), "category_id, .* got None"),
        (lambda d: d["categories"][0].pop("name"), r"categories\[0\] must have name.*keys id"),
        (lambda d: d.update(images={}), "images must be a list, got {}"),
        (lambda d: d["images"].append("c.png"), "images must hold objects, got 'c.png'"),
    ],
)  # fmt: skip
def test_what_an_entry_lacks_is_shown_with_its_file(
    coco_root: Path, change, edit, message: str, findings: Findings | None
) -> None:
    change(coco_root / FILE, edit)
    with pytest.raises(DataError, match=rf"instances_train\.json: .*{message}"):
        list(coco.read(coco_root / FILE, coco_root / "images", findings=findings))
    with pytest.raises(DataError, match=message):
        coco.categories(coco_root / FILE)
    document = json.loads((coco_root / FILE).read_text())
    with pytest.raises(DataError, match=f"mine: .*{message}"):
        list(coco.samples(document, coco_root / "images", origin="mine"))


@pytest.mark.parametrize("bbox", [[2, 3, None, 5], [2, 3, "wide", 5], 7, [2, 3, 10], None])
def test_a_box_that_is_no_four_numbers_is_an_error_or_noted(
    coco_root: Path, change, bbox: object
) -> None:
    change(coco_root / FILE, lambda d: d["annotations"][0].update(bbox=bbox))
    with pytest.raises(DataError, match="annotation 1 has no bbox of x, y, width, height"):
        list(coco.read(coco_root / FILE, coco_root / "images"))
    findings = Findings()
    first, _ = coco.read(coco_root / FILE, coco_root / "images", findings=findings)
    assert first.annotations == ()
    assert "boxes left out, broken: 1" in findings.problems[0]


def damaged() -> Scan:
    raise ScanError("c.png: cut off")


def test_a_scan_that_cannot_be_opened_is_an_error_or_left_out_and_noted(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 3), dtype=np.uint8)
    whole = Sample("x/a.jpg", lambda: Scan("a", pixels, Encoding.PSEUDOCOLOR))
    one = replace(whole, id="c.png", open=damaged)
    with pytest.raises(ScanError, match="cut off"):
        coco.write([whole, one], tmp_path / "strict")
    findings = Findings()
    path = coco.write([one, whole], tmp_path / "out", findings)
    assert [i["file_name"] for i in json.loads(path.read_text())["images"]] == ["x_a.png"]
    assert findings.problems == [
        "scans left out, for they cannot be opened: 1 (c.png: c.png: cut off)"
    ]
    with pytest.raises(DataError, match=r"not one scan can be opened, .*cut off"):
        coco.write([one, one], tmp_path / "none", findings)
    assert not (tmp_path / "none").exists()


def renumber(document: dict) -> None:
    """As if two files had been joined."""
    document["images"][1]["id"] = document["images"][0]["id"]


def test_a_number_that_two_images_bear_is_an_error_or_noted(coco_root: Path, change) -> None:
    change(coco_root / FILE, renumber)
    with pytest.raises(DataError, match=r"number of an image comes again, 1 of a\.png and b\.png"):
        list(coco.read(coco_root / FILE, coco_root / "images"))
    done = CliRunner().invoke(app, ["check", str(coco_root)])
    assert done.exit_code == 1
    assert "images whose number comes again, where the last one stands: 1" in done.output


def test_numbers_that_are_texts_in_one_place_match_no_image_at_all(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: [i.update(id=str(i["id"])) for i in d["images"]])
    for findings in (None, Findings()):
        with pytest.raises(DataError, match=r"not one of its 2 boxes .* image_id is 1, .* '1'"):
            list(coco.read(coco_root / FILE, coco_root / "images", findings=findings))


def test_a_check_counts_boxes_of_images_that_are_not_listed(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: d["annotations"][1].update(image_id=9))
    done = CliRunner().invoke(app, ["check", str(coco_root)])
    assert done.exit_code == 1
    assert "boxes left out, for their image is not listed: 1" in done.output


def test_boxes_need_no_numbers_of_their_own(coco_root: Path, change) -> None:
    change(coco_root / FILE, lambda d: [mark.pop("id") for mark in d["annotations"]])
    findings = Findings()
    assert len([*coco.read(coco_root / FILE, coco_root / "images", findings=findings)]) == 2
    assert findings.problems == []


def test_a_file_that_begins_with_a_mark_of_its_byte_order_is_json(coco_root: Path) -> None:
    text = (coco_root / FILE).read_text()
    (coco_root / FILE).write_text(f"\ufeff{text}", encoding="utf-8")
    assert len([*coco.read(coco_root / FILE, coco_root / "images")]) == 2


def test_names_with_dots_are_kept_and_repeats_are_numbered() -> None:
    ids = ["a/bag.0000.png", "a/bag.0001", "a/bag.0000.jpg", "a_bag.0000.tif", "A/BAG.0000"]
    samples = [Sample(name, damaged) for name in ids]
    assert [stem for stem, _ in coco.named(samples)] == [
        *("a_bag.0000", "a_bag.0001", "a_bag.0000_2", "a_bag.0000_3", "A_BAG.0000_4")
    ]
    many = [Sample("bag.png", damaged)] * 300
    assert max(len(stem) for stem, _ in coco.named(many)) == len("bag_300")
