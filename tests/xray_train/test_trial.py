"""The promise of `calibrate`, tried on scans of the same scanner and of another."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.xray_train.samples import sample
from xray import DataError, Profile, RecipeError
from xray.card import Card
from xray.detector import Detector
from xray_train.__main__ import app
from xray_train.damage import named as named_damage
from xray_train.trial import trial, tried

LENIENT = Profile(name="lenient", thresholds={"gun": 0.95})  # the stand-in's gun of 0.9 is CLEAR


def test_the_promise_is_tried_on_scans_and_on_the_same_scans_from_another_scanner(
    standin: Path,
) -> None:
    detector = Detector(standin, profile=LENIENT)  # says the same of every scan
    scans = [sample("gun", id=str(k)) for k in range(25)]
    found = trial(detector, [*scans, sample("wrench")], 0.05, None, 20, named_damage("blur"), 5)
    assert found["scans"] == 25
    kept = {"mean_miss_rate": 0.0, "kept": 1.0}
    assert found["promises"] == {"on average": {"confidence": None, "same": kept, "shifted": kept}}
    assert found["shift"] == "blur: Gaussian, sd 1.5 px"
    both = trial(detector, scans, 0.2, 0.5, 20, None, 5)  # 4 without a miss would be enough
    assert [row["shifted"] for row in both["promises"].values()] == [None, None]
    head, same, other = tried(found, 0.05)
    assert head.startswith("25 scans with an alarming object, 20 calibrate, 5 splits; another")
    assert same.startswith("on average same scanner    miss rate 0.0000 on average, at most 0.05")
    assert other.endswith("in 100.0% of splits")
    with pytest.raises(DataError, match="more than 30 are needed"):
        trial(detector, scans, 0.05, None, 30)
    with pytest.raises(RecipeError, match="no damage named fog; expected one of noise"):
        named_damage("fog")


def test_views_of_one_bag_do_not_calibrate_and_count(standin: Path) -> None:
    views = [sample("gun", id=f"{bag} {k}", group=str(bag)) for bag in range(25) for k in range(3)]
    found = trial(Detector(standin, profile=LENIENT), views, 0.05, None, 20, None, 5)
    assert found["scans"] == 25


def test_scans_of_which_nobody_wrote_a_group_are_said_to_be_taken_for_a_bag_each(
    standin: Path,
) -> None:
    scans = [sample("gun", id=str(k)) for k in range(25)]
    scans[:3] = [replace(one, group="") for one in scans[:3]]
    found = trial(Detector(standin, profile=LENIENT), scans, 0.05, None, 20, None, 5)
    assert (found["scans"], found["without_group"]) == (25, 3)
    assert tried(found, 0.05)[1].startswith("of these 3 have no group, each taken for a bag")


def test_no_promise_is_tried_on_scans_that_taught(
    make_model: Callable[[Card], Path], standin_card: Card
) -> None:
    taught = make_model(replace(standin_card, data=({"name": "dual-energy suitcases"},)))
    run = CliRunner().invoke(app, ["coverage", str(taught), "--on", "dual-energy"])
    assert isinstance(run.exception, DataError)
    assert "learned from these very pairs" in str(run.exception)
