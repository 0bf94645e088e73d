"""Exports of decided cases are read as any other data set, and say what they leave out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.xray_datasets.reviews.export import (
    HERE,
    THERE,
    case,
    confirmed,
    drawn,
    rejected,
    write,
)
from xray import Annotation
from xray.errors import DataError
from xray_datasets import coco, layouts, reviews
from xray_datasets.findings import Findings
from xray_datasets.sample import Sample

Edit = Callable[[Path, Callable[[Any], None]], None]


def one(folder: Path, *said: Any, findings: Findings | None = None, **about: Any) -> Sample:
    write(folder, [case(*said, **about)])
    (sample,) = reviews.read(folder, findings=findings or Findings())
    return sample


def marks(found: tuple[Annotation, ...]) -> list[tuple[str, tuple[float, ...]]]:
    return [(a.label, a.xyxy_px) for a in found]


def test_a_cleared_scan_teaches_objects_hard_negatives_and_that_nothing_else_alarms(
    tmp_path: Path,
) -> None:
    sample = one(tmp_path, confirmed("scissors"), rejected("gun", THERE))
    assert marks(sample.annotations) == [("scissors", HERE)]
    assert marks(sample.rejected) == [("gun", THERE)]
    assert sample.judged == {"gun", "knife"}
    assert not sample.exhaustive
    assert (sample.group, sample.origin) == ("case 1", tmp_path.name)
    assert sample.meta["by"] == {1: 3}  # two words and the clearance


def test_another_name_is_an_object_and_a_hard_negative(tmp_path: Path) -> None:
    sample = one(tmp_path, confirmed("scissors", was="knife"))
    assert marks(sample.annotations) == [("scissors", HERE)]
    assert marks(sample.rejected) == [("knife", HERE)]


@pytest.mark.parametrize(("by_machine", "cleared"), [(0, False), (7, True)])
def test_only_clearances_where_officers_see_every_case_are_selected_by_nothing(
    tmp_path: Path, change: Edit, by_machine: int, cleared: bool
) -> None:
    write(tmp_path, [case(), case(found=["gun"]), case(looked_s=0.5)])
    assert [s.meta["selected"] for s in reviews.read(tmp_path)] == [True, True, True]
    info = {"cleared_by_machine": by_machine}
    change(tmp_path / "annotations.json", lambda document: document["info"].update(info))
    assert [s.meta["selected"] for s in reviews.read(tmp_path)] == [cleared, True, True]


def test_a_search_stands_above_what_officers_said(tmp_path: Path) -> None:
    sample = one(tmp_path, confirmed("gun"), drawn("knife", THERE), found=["knife"])
    assert marks(sample.annotations) == [("knife", THERE)]
    assert marks(sample.rejected) == [("gun", HERE)]
    assert sample.meta["searched"] is True


def test_a_word_of_a_search_that_nobody_knows_may_have_meant_any_box(tmp_path: Path) -> None:
    sample = one(tmp_path, confirmed("gun"), drawn("knife", THERE), found=["knife", "Pistole"])
    assert marks(sample.annotations) == [("knife", THERE)]
    assert marks(sample.ignored) == [("gun", HERE)]
    assert (sample.rejected, sample.judged) == ((), {"knife"})


def test_what_a_search_found_and_nobody_marked_may_be_anywhere(tmp_path: Path) -> None:
    sample = one(tmp_path, found=["knife"])
    assert marks(sample.ignored) == [("knife", (0, 0, 120, 80))]
    assert sample.judged == {"gun"}


def test_whoever_did_not_look_says_nothing_of_the_rest(tmp_path: Path) -> None:
    findings = Findings()
    sample = one(tmp_path, rejected("gun"), looked_s=0.5, findings=findings)
    assert sample.judged == frozenset()
    assert marks(sample.rejected) == [("gun", HERE)]
    assert findings.notes == [
        "clearances in under 2 s, which say nothing of the rest of the scan: 1 (0001-0.png)"
    ]


def test_opinions_of_whoever_was_overruled_are_left_out_and_counted(tmp_path: Path) -> None:
    findings = Findings()
    sample = one(tmp_path, drawn("gun"), rejected("knife"), overruled=True, findings=findings)
    assert (sample.annotations, sample.rejected) == ((), ())
    assert "a supervisor overruled the decision: 2 " in findings.notes[0]


def test_a_word_that_nobody_knows_is_left_out_unless_the_machine_says_it(tmp_path: Path) -> None:
    findings = Findings()
    sample = one(tmp_path, drawn("thingy"), confirmed("drone"), findings=findings)
    assert marks(sample.annotations) == [("drone", HERE)]
    assert findings.notes == ["labels left out, for nobody knows the word: 1 (0001-0.png)"]
    (mapped,) = reviews.read(tmp_path, labels_map={"thingy": "saw", "drone": None})
    assert marks(mapped.annotations) == [("saw", HERE)]


def test_the_cap_holds_over_both_splits_and_says_so(tmp_path: Path) -> None:
    write(tmp_path, [case(drawn("gun"), found=["gun"], by=4) for _ in range(30)])
    findings = Findings()
    samples = list(reviews.read(tmp_path, most=10, findings=findings))
    assert sum(len(sample.annotations) for sample in samples) == 10
    assert sum(len(sample.ignored) for sample in samples) == 20
    assert findings.notes[0].startswith("labels left out, over the cap of one officer: 20 (")


def test_groups_stay_on_their_side_whatever_else_is_exported(tmp_path: Path) -> None:
    cases = [case(rejected("gun"), group=f"g{n // 2}") for n in range(200)]
    write(tmp_path / "a", cases)
    write(tmp_path / "b", cases[::-1])
    sides = [
        {s.group: split for split in reviews.SPLITS for s in reviews.read(folder, split)}
        for folder in (tmp_path / "a", tmp_path / "b")
    ]
    assert sides[0] == sides[1]
    assert list(sides[0].values()).count("val") == pytest.approx(30, abs=12)
    both = [
        sum(1 for _ in reviews.read(tmp_path / "a", split)) for split in (*reviews.SPLITS, None)
    ]
    assert both[0] + both[1] == both[2] == 200


def test_what_would_change_sides_when_groups_come_together_is_left_out_and_counted(
    tmp_path: Path, change: Edit
) -> None:
    write(tmp_path, [case(rejected("gun"), group="g0") for _ in range(20)])
    names = [f"g{n}" for n in range(20)]

    def told(document: Any) -> None:
        for image, name in zip(document["images"], names, strict=True):
            image["consignment"] = name

    change(tmp_path / "annotations.json", told)
    side = [name for name in names if reviews.held_out(name) == reviews.held_out("g0")]
    findings = Findings()
    assert 0 < len(list(reviews.read(tmp_path, findings=findings))) == len(side) < 20
    assert f"came together with one of the other split: {20 - len(side)} (" in findings.notes[0]


def test_commands_know_the_folder_for_what_it_is(tmp_path: Path) -> None:
    write(tmp_path, [case(drawn("knife"), rejected("gun")), case(drawn("gun"), found=["gun"])])
    assert layouts.name(tmp_path) == "decided cases"
    assert layouts.splits(tmp_path) == ["train", "val"]
    assert layouts.labels(tmp_path) == ["gun", "knife"]
    assert len(list(layouts.read(tmp_path))) == 2
    with pytest.raises(DataError, match="no split 'test'"):
        layouts.read(tmp_path, "test")


def test_hard_negatives_survive_being_written_as_coco(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", [case(confirmed("scissors"), rejected("gun", THERE))], True)
    coco.write(reviews.read(folder), tmp_path / "out")
    (back,) = coco.read(tmp_path / "out" / "instances.json", tmp_path / "out" / "images")
    assert marks(back.annotations) == [("scissors", HERE)]
    assert marks(back.rejected) == [("gun", THERE)]
    assert (back.ignored, back.judged) == ((), {"gun", "knife"})
    assert back.scan.pixels.shape == (80, 120, 3)


def test_what_left_with_its_age_is_said_and_an_older_export_is_refused(
    tmp_path: Path, change: Edit
) -> None:
    write(tmp_path, [case()])
    at = tmp_path / "annotations.json"
    change(at, lambda document: document["info"].update(left_out={"scans that went": 3}))
    findings = Findings()
    list(reviews.read(tmp_path, findings=findings))
    assert findings.notes == [f"scans that went, not in the export: 1 ({tmp_path.name}: 3)"]
    change(at, lambda document: document["images"][0]["review"].pop("alarming"))
    with pytest.raises(DataError, match="export them again"):
        list(reviews.read(tmp_path))
