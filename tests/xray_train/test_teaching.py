"""Which splits of a folder teach: never those that score."""

import json
import logging
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.xray_datasets.reviews.export import case, confirmed, write
from tests.xray_train import made_up, tiny
from xray.errors import RecipeError
from xray_datasets import layouts
from xray_datasets.sample import Sample
from xray_train import checkpoint, listed, sets, teaching
from xray_train.__main__ import app
from xray_train.export import card_of
from xray_train.fit import fit
from xray_train.recipe import Recipe
from xray_train.sources import counts, held_out, sources

SMALL = {"cache_px": 64, "steps": 1, "batch": 2}


@pytest.fixture(autouse=True)
def _no_real_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)


def recipe(*folders: Path, **changes: object) -> Recipe:
    return tiny.recipe(real=False, data=tuple(map(str, folders)), **{**SMALL, **changes})


def scans(asked: Recipe) -> int:
    return sum(counts(sources(asked), None).values())


def test_sixrays_test_list_examines_and_its_train_list_alone_teaches(tmp_path: Path) -> None:
    root = made_up.sixray(tmp_path / "six", {"10/train": range(8), "10/test": range(8, 12)})
    asked = recipe(root)
    assert scans(asked) == 8
    assert len(held_out(asked)) == 4
    card = card_of(checkpoint.read(fit(asked, tmp_path / "run")), "1")
    assert [(source["name"], source["scans"]) for source in card.data] == [("six", 8)]
    assert card.training["splits"] == {"six": ["10/train"]}
    assert sets.learned(card, str(root), "10/test") is None
    assert "from all of 10/train" in (sets.learned(card, str(root), "10/train") or "")
    assert "from all of 10/train" in (sets.learned(card, str(root)) or "")


def test_scoring_the_very_scans_that_taught_is_noticed_whatever_their_list_is_called(
    tmp_path: Path,
) -> None:
    lists = {"10/train": range(8), "10/test": range(8, 12), "10/night": range(6, 9)}
    root = made_up.sixray(tmp_path / "six", lists)
    every = recipe(root, splits=("all",))
    assert scans(every) == 12
    assert len(held_out(every)) == 0
    found = checkpoint.read(fit(every, tmp_path / "run"))
    assert "from all of 10/test" in (sets.learned(card_of(found, "1"), str(root), "10/test") or "")
    apart = card_of(checkpoint.read(fit(recipe(root), tmp_path / "apart")), "1")
    assert "from 2 that are in 10/train" in (sets.learned(apart, str(root), "10/night") or "")


def test_lists_that_nest_teach_each_scan_once_and_none_that_teaches_examines(
    tmp_path: Path,
) -> None:
    lists = {"10/train": range(4), "100/train": range(8), "10/test": range(7, 10)}
    root = made_up.sixray(tmp_path / "six", lists)
    assert scans(recipe(root)) == 8
    assert len(held_out(recipe(root))) == 2


def test_every_scanner_of_eds_teaches_unless_one_is_named(tmp_path: Path) -> None:
    splits = {f"domain{k}-{split}": k for k in (1, 2, 3) for split in ("train", "test")}
    root = made_up.eds(tmp_path / "EDS", splits)
    assert scans(recipe(root, labels=("knife",))) == 6
    assert scans(recipe(root, labels=("knife",), splits=("domain2-train",))) == 2


def test_pidrays_three_tests_examine_and_its_train_alone_teaches(tmp_path: Path) -> None:
    root = made_up.pidray(tmp_path / "PID", {"train": 3, "easy": 1, "hard": 1, "hidden": 2})
    assert layouts.name(root) == "PIDray"
    assert scans(recipe(root)) == 3
    assert len(held_out(recipe(root))) == 4
    tests = ["test-easy", "test-hard", "test-hidden"]
    assert teaching.held_out(root, teaching.taught(root)) == tests
    assert all(map(teaching.is_held_out, tests))


def test_where_no_split_is_for_training_one_has_to_be_named(tmp_path: Path) -> None:
    root = made_up.coco(tmp_path / "mine", {"gate1": 2, "gate2": 3})
    with pytest.raises(RecipeError, match=r"there are gate1, gate2. .*--split gate1"):
        sources(recipe(root))
    assert scans(recipe(root, splits=("gate2",))) == 3
    assert scans(recipe(root, splits=("all",))) == 5
    train = made_up.coco(tmp_path / "more", {"train": 1})
    with pytest.raises(RecipeError, match=r"--split gat: no such split.*gate1, gate2; .*: train"):
        sources(recipe(root, train, splits=("gat", "gate1")))
    only = made_up.coco(tmp_path / "other", {"instances_test": 1})
    with pytest.raises(RecipeError, match="no split is for training"):
        sources(recipe(only))
    assert scans(recipe(only / "annotations" / "instances_test.json")) == 1  # named as such


def test_the_command_takes_splits_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Recipe] = []
    monkeypatch.setattr("xray_train.fit.fit", lambda settings, *_, **__: asked.append(settings))
    root = made_up.coco(tmp_path / "mine", {"gate1": 1, "gate2": 1})
    said = ["fit", "--data", str(root), "--split", "gate1", "--split", "gate2"]
    assert CliRunner().invoke(app, said).exit_code == 0
    assert teaching.folders(asked[0]) == {root: ["gate1", "gate2"]}


def test_a_folder_without_splits_or_with_one_of_any_name_teaches_whole(tmp_path: Path) -> None:
    assert scans(recipe(made_up.coco(tmp_path / "mine", {"instances": 2}))) == 2


def test_trainval_teaches_where_there_is_no_train_and_val_examines_only_beside_train(
    tmp_path: Path,
) -> None:
    names = ["gun_trainval", "gun_val", "gun_test"]
    root = made_up.coco(tmp_path / "mine", dict.fromkeys(names, 1))
    assert teaching.taught(root) == ["gun_trainval"]
    assert teaching.held_out(root, ["gun_trainval"]) == ["gun_test"]
    more = made_up.coco(tmp_path / "more", dict.fromkeys(["gun_train", *names], 1))
    assert teaching.taught(more) == ["gun_train"]
    assert teaching.held_out(more, ["gun_train"]) == ["gun_val"]


def test_what_was_held_out_of_decided_cases_never_teaches(tmp_path: Path) -> None:
    root = write(tmp_path / "decided", [case(confirmed("gun"))] * 3, pictures=True)
    assert teaching.taught(root, ("all",)) == ["train"]
    with pytest.raises(RecipeError, match="--split val: no such split that may teach"):
        teaching.folders(recipe(root, splits=("val",)))


def test_a_run_is_checked_on_a_thousand_scans_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "CHECKED", 3)
    root = made_up.coco(tmp_path / "mine", {"train": 1, "val": 7})
    assert [sample.id for sample in teaching.examined(root, ["train"])] == [
        "val-0.png",
        "val-2.png",
        "val-4.png",
    ]


def test_a_scan_that_is_listed_twice_teaches_all_of_its_marks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = made_up.coco(tmp_path / "mine", {"train": 2, "val": 1})
    path = root / "annotations" / "train.json"
    document = json.loads(path.read_text())
    document["images"][1]["file_name"] = "train-0.png"
    document["annotations"][1]["bbox"] = [40, 9, 20, 20]
    path.write_text(json.dumps(document))
    for splits in (["train"], []):
        with caplog.at_level(logging.WARNING):
            first, *others = listed.read(root, splits)
        assert [a.xyxy_px for a in first.annotations] == [(9, 9, 29, 29), (40, 9, 60, 29)]
        assert [one.id for one in others] == [] if splits else ["val-0.png"]
    assert "mine: 1 scans are listed twice; the marks of both were joined" in caplog.text


def test_held_out_scans_are_drawn_by_name_before_any_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "CHECKED", 2)
    root = made_up.coco(tmp_path / "mine", {"train": 1, "val": 9})
    made: list[weakref.ref[Sample]] = []
    held: list[int] = []

    def watched(*asked: Any) -> Iterator[Sample]:
        for sample in read(*asked):
            made.append(weakref.ref(sample))
            yield sample
            held.append(sum(one() is not None for one in made))

    read = layouts.read
    monkeypatch.setattr(layouts, "read", watched)
    assert [one.id for one in teaching.examined(root, ["train"])] == ["val-0.png", "val-4.png"]
    assert max(held) <= 4  # two that are drawn, and those on their way


def test_splits_of_which_a_run_before_says_nothing_are_not_claimed(tmp_path: Path) -> None:
    root = made_up.coco(tmp_path / "mine", {"train": 2, "val": 1})
    first = fit(recipe(root), tmp_path / "first")
    second = fit(recipe(root, splits=("val",)), tmp_path / "second", init=first)
    assert checkpoint.read(second).splits == {"mine": ("train", "val")}
    values = vars(checkpoint.read(first))
    checkpoint.Checkpoint(**{**values, "splits": {}}).save(first)  # as older ones
    third = fit(recipe(root), tmp_path / "third", init=first)
    assert checkpoint.read(third).splits == {}


def test_a_damaged_picture_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = made_up.coco(tmp_path / "mine", {"train": 20})
    broken = root / "images" / "train-7.png"
    broken.write_bytes(broken.read_bytes()[:60])
    with caplog.at_level(logging.WARNING):
        assert scans(recipe(root)) == 19
    assert "mine: 1 of 20 scans cannot be read: train-7.png" in caplog.text


def test_a_copy_of_which_much_is_damaged_ends_the_run(tmp_path: Path) -> None:
    root = made_up.coco(tmp_path / "mine", {"train": 20})
    for k in (3, 5):
        (root / "images" / f"train-{k}.png").write_bytes(b"")
    with pytest.raises(RecipeError, match=r"mine: 2 of 20 scans .*more than 5%.*xray-data check"):
        sources(recipe(root))
