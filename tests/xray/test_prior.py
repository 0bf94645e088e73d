"""The detector at another prevalence than its card's: probabilities move, decisions do not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xray
from xray import Detector, Profile
from xray.card import Card

BAG = xray.Scan("bag", np.full((240, 320, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)


@pytest.fixture(scope="module")
def fitted(make_model: Callable[[Card], Path], standin_card: Card) -> Path:
    """The stand-in with probabilities fitted where half of the scans held a gun."""
    return make_model(
        replace(
            standin_card,
            name="fitted",
            calibration={"gun": (0.5, 0.0)},
            presence={"gun": (1.0, 0.5)},
            prevalence={"gun": 0.5, "wrench": 0.25},
        )
    )


def test_a_report_says_how_probable_it_is_that_the_scan_holds_a_label(fitted: Path) -> None:
    # odds of 0.9 are 9: times e^0.5 for the scan, their root for the box
    report = Detector(fitted).inspect(BAG)
    assert report.presence == {"gun": pytest.approx(0.9368, abs=1e-4)}
    assert report.detections[0].score == pytest.approx(0.75, abs=1e-4)


def test_a_card_without_a_fit_says_nothing_of_presence(standin: Path) -> None:
    report = Detector(standin).inspect(BAG)
    assert report.presence == {}
    assert report.prior == {}


def test_one_gun_in_a_hundred_scans_makes_all_odds_99_times_smaller(fitted: Path) -> None:
    report = Detector(fitted, prior={"gun": 0.01}).inspect(BAG)
    gun = next(d for d in report.detections if d.label == "gun")
    assert gun.score == pytest.approx(3 / (3 + 99), abs=1e-4)
    assert report.prior == {"gun": 0.01}


def test_the_fits_own_prevalence_changes_nothing(fitted: Path) -> None:
    plain, own = Detector(fitted), Detector(fitted, prior={"gun": 0.5, "wrench": 0.25})
    assert own.inspect(BAG, 0.001).detections == plain.inspect(BAG, 0.001).detections
    assert own.inspect(BAG).presence == plain.inspect(BAG).presence
    assert own.profile.threshold("gun") == plain.profile.threshold("gun")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(prior=st.floats(0.001, 0.999))
def test_with_the_cards_thresholds_the_same_is_reported_at_every_prevalence(
    fitted: Path, prior: float
) -> None:
    report, plain = (
        Detector(fitted, prior={"gun": prior}).inspect(BAG),
        Detector(fitted).inspect(BAG),
    )
    assert report.outcome is xray.Outcome.ALARM
    assert {(d.label, d.xyxy_px) for d in report.detections} == {
        (d.label, d.xyxy_px) for d in plain.detections
    }


def test_thresholds_of_ones_own_are_compared_as_they_stand(fitted: Path) -> None:
    report = Detector(fitted, prior={"gun": 0.01}, profile=Profile()).inspect(BAG)
    assert report.outcome is xray.Outcome.CLEAR


def test_every_candidate_is_every_candidate_however_improbable(fitted: Path) -> None:
    rare = Detector(fitted, prior={"gun": 0.00001}).inspect(BAG, min_score=0.001)
    assert len(rare.detections) == len(Detector(fitted).inspect(BAG, min_score=0.001).detections)


def test_a_card_without_prevalence_takes_no_prior(standin: Path) -> None:
    with pytest.raises(xray.ModelError, match="states no prevalence of gun"):
        Detector(standin, prior={"gun": 0.1})
