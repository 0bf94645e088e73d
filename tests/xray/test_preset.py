"""Presets: a faster look that the card names, and that no clearance was calibrated for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xray import Detector, Encoding, ModelError, Report, Scan
from xray.card import Card


@pytest.fixture
def model(make_model: Callable[[Card], Path], standin_card: Card) -> Path:
    return make_model(replace(standin_card, name="quick", presets={"fast": 160}))


def test_a_preset_shows_the_network_a_smaller_picture(model: Path) -> None:
    scan = Scan("bag", np.full((240, 320, 3), 200, np.uint8), Encoding.PSEUDOCOLOR)
    usual, fast = (Detector(model, preset=preset) for preset in (None, "fast"))
    boxes = [detector.inspect(scan).detections[0].xyxy_px for detector in (usual, fast)]
    # the stand-in says the same pixels of every input: half the side, twice the box
    assert boxes == [(10, 20, 50, 60), (20, 40, 100, 120)]
    assert next(d.xyxy_px for r in fast.inspect_many([scan]) for d in r.detections) == boxes[1]
    assert usual.card.sha256 == fast.card.sha256


def test_a_report_says_which_preset_looked_and_nothing_of_the_full_look(model: Path) -> None:
    scan = Scan("bag", np.full((240, 320, 3), 200, np.uint8), Encoding.PSEUDOCOLOR)
    usual, fast = (Detector(model, preset=preset).inspect(scan) for preset in (None, "fast"))
    assert (usual.preset, fast.preset) == (None, "fast")
    assert "preset" not in usual.to_dict()
    assert Report.from_dict(usual.to_dict()).preset is None
    assert Report.from_dict(fast.to_dict()).preset == "fast"


def test_a_preset_that_the_card_does_not_name_is_refused(model: Path, standin: Path) -> None:
    with pytest.raises(ModelError, match="quick has no preset 'fats'; its card names fast"):
        Detector(model, preset="fats")
    with pytest.raises(ModelError, match="its card names none"):
        Detector(standin, preset="fast")


def test_no_clearance_holds_with_a_preset(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="calibrated without the preset 'fast'"):
        Detector(model, preset="fast", clearance=tmp_path / "clearance.json")


def test_a_side_that_no_network_takes_is_refused(standin_card: Card) -> None:
    with pytest.raises(ModelError, match="multiple of 32, got 100"):
        replace(standin_card, presets={"fast": 100})


def test_the_card_says_how_many_pictures_are_known_to_be_no_scans() -> None:
    shares = {"pages": {"caught": 1.0}, "blanks": {"caught": 0.5}}
    row = {"caught": {"pseudocolor": shares, "single": {"pages": {"caught": 0.0}}}}
    said = Card("m", "1", ("gun",), scores={"no scans": row, "others": {"caught": {}}})
    assert said.score_lines() == (
        "no scans: drawn pictures caught as pseudocolor: pages 100%, blanks 50%; as single: pages "
        "0%",
        "others: none is told from a scan",
    )


def test_the_card_says_what_integers_and_presets_make_of_a_figure_and_who_is_called() -> None:
    row = {
        "map50": 0.9,
        "map50_95": 0.7,
        "mean_over": ["gun"],
        "scans": 4,
        "groups": 2,
        "labels": {"gun": {"ap50": 0.9}},
        "beside": {"float": {"map50": 0.905}, "fast": {"map50": 0.88}},
        "outcomes": {"benign": {"scans": 50, "ALARM": 0.04, "UNKNOWN": 0.02}},
        "learned_from_it": "it knows them",
    }
    (line,) = Card("m", "1", ("gun",), scores={"val": row}).score_lines()
    assert line == (
        "val: mAP50 0.900, mAP50:95 0.700 over gun; float 0.905; fast 0.880; learned from these "
        "very scans; 4 scans of 2 groups; AP50 gun 0.90; of 50 scans that are benign 4.0% "
        "ALARM and 2.0% UNKNOWN"
    )
