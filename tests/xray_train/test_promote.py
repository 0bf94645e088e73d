"""A new model takes an old one's place, with a card of its own, and gives it back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.xray_datasets.reviews.export import case, confirmed, write
from tests.xray_train import made_up
from tests.xray_train.samples import SCAN, sample
from xray import Detector, ModelError, Outcome
from xray.card import Card, read
from xray_datasets import coco, reviews
from xray_datasets.sample import Sample
from xray_train import placing, prints, promote, ship
from xray_train.__main__ import app
from xray_train.promote import Trial, next_version, rollback

MakeModel = Callable[[Card], Path]


def scans() -> list[Sample]:
    """Thirty with the gun that the stand-in finds in everything, and thirty without."""
    held = [sample("gun", id=f"gun {k}") for k in range(30)]
    return held + [sample(id=f"clean {k}") for k in range(30)]


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial("made up", datetime(2026, 3, 1, 8, tzinfo=UTC), tmp_path / "out")


@pytest.fixture
def over(tmp_path: Path, standin: Path) -> Path:
    """A model in use."""
    ship.ship(
        standin,
        tmp_path / "weights",
        version="0.1.9",
        profile_thresholds={"gun": 0.4, "wrench": 0.35},
        scores={},
        training={},
        terms=ship.FREE,
    )
    return tmp_path / "weights" / "standin.onnx"


@pytest.fixture
def new(make_model: MakeModel, standin_card: Card) -> Path:
    """One that says the same, and learned from more."""
    data = ({"name": "SIXray", "scans": 862}, {"name": "decided", "scans": 60})
    return make_model(replace(standin_card, name="mine", data=data))


def test_a_model_that_is_no_worse_takes_the_place_with_a_card_of_its_own(
    new: Path, over: Path, trial: Trial
) -> None:
    assert promote.promote(new, over, scans(), trial).passes
    card = Detector(over).card  # its hash is in place, too
    assert (card.name, card.version) == ("standin", "0.1.10")
    assert card.profile.thresholds == pytest.approx({"gun": 0.4, "wrench": 0.35}, abs=1e-5)
    assert card.terms == ship.BOTH.sentence
    assert [source["name"] for source in card.data] == ["SIXray", "decided"]
    record = card.training["promotion"]
    assert (record["over"], record["at"]) == ("standin@0.1.9", "2026-03-01T08:00:00+00:00")
    assert record["rows"]["gun"]["pd"] == [1.0, 1.0]
    assert card.scores["made up"]["labels"]["gun"]["objects"] == 30
    assert card.training["tuned_on"] == ["made up"]  # its thresholds were set there
    assert len(prints.of_card(card, prints.TUNED)) == 1  # the same picture sixty times
    text = over.with_suffix(".LICENSE").read_text()
    assert "SIXray (862 scans): academic use only" in text
    assert "fitted for standin@0.1.9" in text


def test_what_ships_alarms_as_often_as_was_said(new: Path, over: Path, trial: Trial) -> None:
    few = scans()[:45]  # fifteen without: too few to set a threshold
    found = promote.promote(new, over, few, replace(trial, accept=("gun", "knife")))
    assert found.passes
    shipped = Detector(over)
    for row in found.labels:
        assert row.thresholds is not None
        assert shipped.card.profile.threshold(row.label) == row.thresholds[1]
    free = [s.scan for s in few if not s.annotations]
    alarming = [shipped.inspect(scan).outcome == Outcome.ALARM for scan in free]
    assert sum(alarming) / len(free) == found.overall.pfa[1]


def test_one_command_brings_the_old_one_back_to_the_byte(
    new: Path, over: Path, trial: Trial
) -> None:
    before, terms = over.read_bytes(), over.with_suffix(".LICENSE").read_text()
    promote.promote(new, over, scans(), trial)
    after = over.read_bytes()
    assert rollback(over).version == "0.1.9"
    assert (over.read_bytes(), over.with_suffix(".LICENSE").read_text()) == (before, terms)
    assert Detector(over).card.version == "0.1.9"
    assert (over.parent / "before" / "standin@0.1.10.onnx").read_bytes() == after
    assert next_version(over, read(over)) == "0.1.11"
    with pytest.raises(ModelError, match="took no other model's place"):
        rollback(over)


def test_two_steps_forward_are_two_steps_back(new: Path, over: Path, trial: Trial) -> None:
    for _ in range(2):
        promote.promote(new, over, scans(), trial)
    assert [read(over).version, rollback(over).version, rollback(over).version] == [
        *("0.1.11", "0.1.10", "0.1.9")
    ]


@pytest.mark.parametrize("version", ["0.1.9", "0.1.10"])
def test_a_version_that_was_used_is_refused(
    new: Path, over: Path, trial: Trial, version: str
) -> None:
    promote.promote(new, over, scans(), trial)
    rollback(over)
    before = over.read_bytes()
    with pytest.raises(ModelError, match="there was one already"):
        promote.promote(new, over, scans(), replace(trial, version=version))
    assert over.read_bytes() == before


def test_what_is_kept_is_never_overwritten_by_another_file(over: Path) -> None:
    kept = promote.keep(over)
    assert promote.keep(over) == kept  # the same bytes
    kept.write_bytes(b"another")
    with pytest.raises(ModelError, match="another file of this name and version"):
        promote.keep(over)
    assert kept.read_bytes() == b"another"


def test_nothing_is_changed_while_another_process_changes_the_folder(
    new: Path, over: Path, trial: Trial
) -> None:
    with placing.alone(over.parent):
        with pytest.raises(ModelError, match="another process"):
            promote.promote(new, over, scans(), trial)
        with pytest.raises(ModelError, match="another process"):
            rollback(over)


def test_a_model_that_was_replaced_while_it_was_compared_stays(
    new: Path, over: Path, trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = promote.gate.compare

    def meanwhile(*asked: Any) -> Any:
        ship.note(over, version="0.2.0")
        return compare(*asked)

    monkeypatch.setattr(promote.gate, "compare", meanwhile)
    with pytest.raises(ModelError, match="was changed while it was compared"):
        promote.promote(new, over, scans(), trial)
    assert read(over).version == "0.2.0"


def test_a_kept_model_that_was_changed_is_not_brought_back(
    new: Path, over: Path, trial: Trial
) -> None:
    promote.promote(new, over, scans(), trial)
    in_place, kept = over.read_bytes(), over.parent / "before" / "standin@0.1.9.onnx"
    kept.write_bytes(kept.read_bytes() + b" ")
    with pytest.raises(ModelError, match="damaged or was replaced"):
        rollback(over)
    assert over.read_bytes() == in_place


def test_a_model_that_finds_less_leaves_everything_as_it_was(
    make_model: MakeModel, standin_card: Card, over: Path, trial: Trial
) -> None:
    before = over.read_bytes()
    other = make_model(replace(standin_card, labels=("knife", "wrench")))
    found = promote.promote(other, over, scans(), trial)
    assert not found.passes
    assert over.read_bytes() == before
    assert not (over.parent / "before").exists()
    said = json.loads((trial.out / "promotion.json").read_text())
    assert said["problems"] == found.problems
    assert [row["label"] for row in said["rows"]] == ["all", "gun", "knife"]
    page = (trial.out / "promotion.html").read_text()
    assert "The old model stays." in page
    assert "gun: Pd may have changed by -1.000; -0.02 is the least" in page
    assert "knife: 0 groups of searched scans hold it, 30 are needed" in page


def test_a_model_for_other_scans_is_refused(
    make_model: MakeModel, standin_card: Card, over: Path, trial: Trial
) -> None:
    other = make_model(replace(standin_card, encodings=frozenset()))
    with pytest.raises(ModelError, match="made for other scans"):
        promote.promote(other, over, scans(), trial)


def test_a_version_without_a_number_asks_for_one(over: Path) -> None:
    with pytest.raises(ModelError, match="give --version"):
        next_version(over, replace(read(over), version="next"))


def test_the_command_compares_on_what_was_held_out_and_says_why_the_old_one_stays(
    new: Path, over: Path, tmp_path: Path
) -> None:
    cases = write(tmp_path / "cases", [case(confirmed("gun"), found=["gun"])] * 9, pictures=True)
    asked = ["promote", new, "--on", cases, "--over", over, "--out", tmp_path / "out"]
    done = CliRunner().invoke(app, [*map(str, asked)])
    assert done.exit_code == 1
    held = sum(reviews.held_out(f"case {number}") for number in range(1, 10))
    assert f"blocked: gun: {held} groups of searched scans hold it, 30 are needed" in done.output
    assert (tmp_path / "out" / "promotion.html").is_file()
    assert read(over).version == "0.1.9"


def split_folder(folder: Path, *splits: str) -> Path:
    """A COCO folder with a scan in each split."""
    for name in splits:
        coco.write([sample("gun", id=f"{name}.png")], folder / name)
        (folder / "annotations").mkdir(parents=True, exist_ok=True)
        (folder / name / "instances.json").rename(folder / "annotations" / f"{name}.json")
    return folder


def asked(new: Path, over: Path, folder: Path, *more: str) -> Result:
    said = ["promote", str(new), "--over", str(over), "--on", str(folder)]
    return CliRunner().invoke(app, [*said, "--out", str(folder / "out"), *more])


def test_what_taught_does_not_compare(new: Path, over: Path, tmp_path: Path) -> None:
    folder = split_folder(tmp_path / "both", "train", "val", "test")
    assert "gun: 2 groups" in asked(new, over, folder).output
    alone = split_folder(tmp_path / "alone", "train")
    assert "beside train" in str(asked(new, over, alone).exception)
    cases = write(tmp_path / "cases", [case(confirmed("gun"), found=["gun"])] * 9, pictures=True)
    done = asked(new, over, cases, "--split", "train")
    assert "only val was held out" in str(done.exception)


def test_of_lists_that_nest_each_held_out_scan_is_compared_once(
    new: Path, over: Path, tmp_path: Path
) -> None:
    lists = {"10/train": range(4), "10/test": range(4, 7), "100/test": range(4, 9)}
    root = made_up.sixray(tmp_path / "six", lists)
    assert "gun: 5 groups" in asked(new, over, root).output


def test_scans_that_taught_by_their_pixels_do_not_compare(
    make_model: MakeModel, standin_card: Card, over: Path, tmp_path: Path
) -> None:
    folder = split_folder(tmp_path / "renamed", "val")
    marks = {prints.TAUGHT: prints.written(prints.least([prints.mark(SCAN) or 0]))}
    knows = make_model(replace(standin_card, training={prints.KEY: marks}))
    done = asked(knows, over, folder)
    assert "Among these 1 scans are 1 that taught the model (val.png)" in str(done.exception)
    assert "Compare on scans that taught neither" in str(done.exception)
    assert read(over).version == "0.1.9"
