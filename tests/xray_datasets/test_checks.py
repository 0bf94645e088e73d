from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xray.annotation import Annotation
from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets import coco
from xray_datasets.checks import check
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample


def scan(seed: int = 0) -> Scan:
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 9, 3), dtype=np.uint8)
    return Scan(str(seed), pixels, Encoding.PSEUDOCOLOR)


def bag(seed: int) -> Scan:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 256, (30, 40, 1), dtype=np.uint8).repeat(3, axis=2)
    pixels = blocks.repeat(8, axis=0).repeat(8, axis=1)
    return Scan(str(seed), pixels, Encoding.PSEUDOCOLOR)


def missing() -> Scan:
    raise DataError("a.png: no such file")


GUN = Annotation("gun", (0, 0, 4, 4))
ONE = Sample("one", lambda: scan(1), (GUN,), group="bag 1", meta={"size_hw": (8, 9)})
TWO = Sample("two", lambda: scan(2), group="bag 2")


def test_a_sound_data_set_has_no_problems(coco_root: Path) -> None:
    path = coco_root / "annotations" / "instances_train.json"
    found = check(("train", s) for s in coco.read(path, coco_root / "images"))
    assert (found.scans, found.boxes, found.problems) == (2, 1, [])


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        ([("t", replace(ONE, open=missing))], "cannot be opened: 1 (t one: a.png: no such file)"),
        ([("t", replace(ONE, meta={"size_hw": (9, 8)}))], "another size than annotated"),
        ([("t", replace(ONE, meta={"dropped": 2}))], "boxes dropped"),
        ([("t", replace(ONE, meta={"clipped": 2}))], "boxes clipped"),
        ([("t", replace(ONE, annotations=(GUN, GUN)))], "the same box twice: 1 (t one)"),
        ([("t", ONE), ("t", ONE)], "listed twice in a split: 1 (t one)"),
        ([("t", ONE), ("v", replace(TWO, group="bag 1"))], "groups in two splits: 1 (bag 1: t, v)"),
        ([("t", ONE), ("v", replace(TWO, open=ONE.open))], "in two splits: 1 (t one = v two)"),
    ],
)
def test_each_kind_of_problem_is_found_and_placed(samples, problem: str) -> None:
    (found,) = check(samples).problems
    assert problem in found


def test_without_opening_scans_only_their_annotations_are_checked() -> None:
    assert check([("t", replace(ONE, open=missing))], open_scans=False).problems == []


def test_many_places_are_counted_and_the_first_named() -> None:
    bad = [("t", replace(TWO, id=str(i), group="", meta={"dropped": 1})) for i in range(5)]
    (problem,) = check(bad).problems
    assert problem.endswith(": 5 (t 0, t 1, t 2, ...)")


def test_the_same_bag_in_two_splits_is_a_leak_and_in_two_groups_worth_knowing() -> None:
    again = {s: replace(ONE, id=s, group=s, meta={}, open=lambda: bag(1)) for s in "abc"}
    found = check([("t", again["a"]), ("t", again["b"])], find_twins=True)
    assert found.problems == []
    assert "the same bag in two groups of a split, by what it looks like: 1 (t a = t b" in str(
        found.notes
    )
    found = check([("t", again["a"]), ("v", again["c"])], find_twins=True)
    assert any("the same bag in two splits, by what it looks like: 1" in p for p in found.problems)


def test_a_reader_and_the_check_note_in_one_place() -> None:
    findings = Findings()
    findings.add("scans left out", "x")
    assert check([("t", ONE)], findings=findings) is findings
    assert findings.problems == ["scans left out: 1 (x)"]
