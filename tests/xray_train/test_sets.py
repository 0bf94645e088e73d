"""Sets of scans by name or by folder."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.xray_train.samples import sample
from xray import DataError, Encoding
from xray.card import Card
from xray_datasets import coco
from xray_datasets.sample import Sample
from xray_train import sets


def test_a_folder_is_read_in_its_own_layout(tmp_path: Path) -> None:
    coco.write([sample("gun")], tmp_path)
    (one,) = sets.read(str(tmp_path))
    assert [a.label for a in one.annotations] == ["gun"]


def test_simulated_sets_are_drawn_from_seeds_of_their_own() -> None:
    (one,) = sets.read("sim-baggage", count=1)
    assert str(sets.SCORING_SEED) in one.group


def test_an_unknown_set_names_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no set or folder named sixray-vla; expected one of six"):
        sets.read("sixray-vla")


def test_the_real_sets_are_read_by_name(real_scans: Path) -> None:
    both = [sum(1 for _ in sets.read(name)) for name in ("sixray-val", "sixray-val+benign")]
    assert both[1] > both[0] > 100


def test_the_mean_belongs_to_the_set() -> None:
    """A knife in them does not make pairs of knives and scissors a set of knives."""
    there = dict.fromkeys(["gun", "knife", "wrench", "scissors", "pliers"], 20)
    assert sets.headline("sixray-val+benign", there) == ["gun", "knife", "wrench"]
    assert sets.headline("dual-energy-3", {"knife": 9, "scissors": 9}) == ["knife", "scissors"]
    assert sets.headline("sim-baggage", there) == [*there]
    assert sets.headline("my/scans", {"knife": 1, "pliers": 1}) == ["knife", "pliers"]


def test_a_handful_of_objects_does_not_move_the_mean_of_simulated_scans() -> None:
    assert sets.headline("sim-parcel-raw", {"gun": 20, "shuriken": 19}) == ["gun"]
    assert sets.headline("sim-parcel", {"gun": 1, "shuriken": 2}) == ["gun", "shuriken"]


def test_thresholds_for_val_come_from_cal_and_for_simulated_scans_from_other_seeds() -> None:
    assert sets.tuning("my/scans") is None
    found = sets.tuning("sim-baggage", count=1)
    assert found is not None
    (one,) = found[1]
    assert str(sets.TUNING_SEED) in one.group


def test_thresholds_for_containers_come_from_a_third_set_in_which_nothing_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, list[int]] = {}

    def unusual(seeds: range) -> Iterator[Sample]:
        asked[str(len(asked))] = list(seeds)
        return iter(())

    monkeypatch.setattr(sets.simulated, "unusual", unusual)
    sets.read("container-test", count=6)
    sets.read("container-calibration", count=4)
    name, _ = sets.tuning("container-test", count=6) or ("", None)
    test, fitting, tuned = asked.values()
    assert name == "container-tuning"
    assert (len(test), len(tuned)) == (6, 3)
    assert sum(seed % 2 for seed in test) == 3  # odd seeds hide something
    assert not any(seed % 2 for seed in tuned)
    assert not {*test} & {*fitting} | {*test} & {*tuned} | {*fitting} & {*tuned}
    sets.read("container-test")
    assert len(asked["3"]) == 2000


def test_raw_sets_hold_both_transmissions() -> None:
    (one,) = sets.read("sim-parcel-raw", count=1)
    assert one.scan.encoding is Encoding.DUAL


def card(*data: str, folds: list[int] | None = None) -> Card:
    training = {} if folds is None else {"dual_folds": folds}
    return Card("m", "1", ("knife",), data=tuple({"name": d} for d in data), training=training)


def test_a_model_that_learned_from_the_scored_scans_is_warned_of() -> None:
    pairs = card("simulated scans", "dual-energy suitcases")
    assert "learned from these very pairs" in (sets.learned(pairs, "dual-energy") or "")
    assert sets.learned(card("simulated scans"), "dual-energy") is None
    assert sets.learned(pairs, "sixray-val") is None
    without = card("dual-energy suitcases", folds=[0, 1, 2, 4])
    assert sets.learned(without, "dual-energy-3") is None
    assert sets.learned(without, "dual-energy") is not None


def test_folds_of_the_last_run_alone_do_not_say_what_taught_before() -> None:
    last = {"recipe": {"dual_folds": [0, 1, 2, 4]}}
    older = replace(card("dual-energy suitcases"), training=last)
    assert sets.learned(older, "dual-energy-3") is not None


def test_a_folder_of_the_name_that_taught_is_warned_of_unless_a_split_was_held_out() -> None:
    mine = card("my-scans")
    assert "set named my-scans" in (sets.learned(mine, "data/my-scans") or "")
    assert sets.learned(mine, "data/my-scans", "train") is not None
    assert sets.learned(mine, "data/my-scans", "val") is None
    assert sets.learned(mine, "data/my-scans", "val2017") is None
    assert sets.learned(mine, "data/my-scans", "trainval") is not None
    assert sets.learned(mine, "data/my-scans", "night") is not None  # nobody says it was held out
    assert sets.learned(mine, "data/others") is None


def test_the_folds_of_the_pairs_are_read_one_by_one(real_scans: Path) -> None:
    whole = {one.id for one in sets.read("dual-energy")}
    folds = [{one.id for one in sets.read(f"dual-energy-{k}")} for k in sets.FOLDS]
    assert set.union(*folds) == whole
    assert sum(map(len, folds)) == len(whole) == 96
