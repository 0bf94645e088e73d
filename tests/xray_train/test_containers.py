"""Figures of weapons in simulated containers: every number can be counted by hand."""

from dataclasses import replace
from typing import Any

import pytest

from tests.xray_train.samples import HERE, THERE, judged, sample
from xray_train import containers, containers_page
from xray_train.judged import Judged, wilson
from xray_train.screening import Tuning

SCENE = {"load": "pipes+tiles", "load_kg_m3": 120.0, "mv": "3/5"}


def scan(score: float | None, where: Any = HERE, faint: bool = False, **about: Any) -> Judged:
    """A container with a weapon at HERE, and a box of this score."""
    marks = {"ignored": ["weapon"]} if faint else {}
    truth = sample(*([] if faint else ["weapon"]), **marks)
    told = {"name": "derringer", "visible": 0.1 if faint else 0.9, "long_mm": 140, "steel_mm": 30.0}
    truth = replace(truth, meta={"objects": [told | about], "scene": SCENE})
    return judged(truth, *([] if score is None else [("weapon", score, where)]))


def benign(*scores: float) -> list[Judged]:
    empty = replace(sample(), meta={"objects": [], "scene": SCENE})
    return [judged(empty, ("weapon", score, HERE)) for score in scores]


@pytest.fixture
def found() -> dict[str, Any]:
    scans = [scan(0.9), scan(0.6), scan(0.95, THERE), scan(None)]
    scans += [scan(0.9, faint=True), scan(0.2, long_mm=900, name="shotgun", steel_mm=160.0)]
    tuning = Tuning("others", benign(*[0.5] * 19, 0.7))
    figures = containers.measure([*scans, *benign(0.55, 0.1)], tuning)
    assert figures is not None
    return figures


def test_small_weapons_that_can_be_seen_are_found_where_a_box_overlaps_them(found: Any) -> None:
    strict, loose = found["points"]
    assert (strict["pfa"], loose["pfa"]) == (0.01, 0.05)
    assert strict["threshold"] > 0.7 > loose["threshold"] > 0.5
    assert [p["small"]["pd"] for p in (strict, loose)] == [0.25, 0.5]
    assert loose["small"]["weapons"] == 4
    assert loose["small"]["pd_95"] == pytest.approx(wilson(2, 4), abs=1e-4)


def test_fainter_and_long_weapons_stand_beside(found: Any) -> None:
    loose = found["points"][1]
    assert (loose["small_fainter"]["weapons"], loose["small_fainter"]["pd"]) == (1, 1.0)
    assert (loose["small_every"]["weapons"], loose["small_every"]["pd"]) == (5, 0.6)
    assert (loose["long"]["weapons"], loose["long"]["pd"]) == (1, 0.0)


def test_pfa_is_that_of_scans_that_hide_nothing_by_a_threshold_of_others(found: Any) -> None:
    strict, loose = found["points"]
    assert (loose["set_on"], loose["set_on_clean"]) == ("others", 20)
    assert (strict["pfa_here"], loose["pfa_here"]) == (0.0, 0.5)
    assert found["benign_scans"] == 2


def test_kinds_are_bins_of_size_steel_and_density_and_names(found: Any) -> None:
    by = found["points"][1]["by"]
    assert {kind: list(rows) for kind, rows in by.items()} == {
        "size": ["under 150"],
        "steel": ["25 to 50"],
        "density": ["100 to 200"],
        "load": ["pipes"],
        "threat": ["derringer"],
        "energies": ["3/5 MV"],
    }
    assert by["steel"]["25 to 50"]["weapons"] == 4


def test_the_list_of_what_no_training_draws_stands_beside_the_figures(found: Any) -> None:
    assert found["simulated"] is True
    assert set(found["never_taught"]) == {"threats", "loads", "energies", "detectors"}


def test_scans_that_tell_of_no_objects_have_no_such_figures() -> None:
    assert containers.measure([judged(sample("weapon"))], None) is None
    assert containers.measure([], None) is None


def test_terminal_and_page_say_that_all_is_simulated(found: Any) -> None:
    lines = containers.lines(found)
    assert all(line.startswith("simulated small weapons") for line in lines)
    assert "Pd 0.50 (0.15 to 0.85) of 4 that can be seen, 1.00" in lines[0]
    shown = containers_page.shown(found)
    assert "0.50 (0.15–0.85) of 4" in shown
    assert "Thresholds chosen on others: 20 scans that hide nothing" in shown
    assert "machine pistol" in shown
    assert "simulated" in containers_page.NOTE
