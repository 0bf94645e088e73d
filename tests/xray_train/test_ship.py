"""Shipping: thresholds, card, licence and hash go together."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xray import (
    Annotation,
    Detection,
    Detector,
    Encoding,
    ModelError,
    Outcome,
    Profile,
    Report,
    Scan,
)
from xray.card import Card
from xray.report import ModelId
from xray_datasets.sample import Sample
from xray_train.judged import Judged, judge
from xray_train.lite import HOW_MANY, PHOTOGRAPHS
from xray_train.reliability import Fit, Line
from xray_train.ship import (
    ACADEMIC,
    ACADEMIC_OF_PHOTOGRAPHS,
    ALARM_PFA,
    BOTH,
    FEWEST_CLEAN,
    FREE,
    FREE_CONTAINERS,
    OF_PHOTOGRAPHS,
    OF_SOURCE,
    OWN,
    SCAN_PFA,
    calibrated,
    licence,
    ship,
    terms_of,
    thresholds,
    uncalibrated,
)

SCORES = {
    "made up": {
        "map50": 0.5,
        "map50_95": 0.25,
        "mean_over": ["gun"],
        "scans": 4,
        "groups": 2,
        "labels": {"gun": {"ap50": 0.5}},
    }
}


def sample(*labels: str) -> Sample:
    scan = Scan("bag", np.full((320, 320, 3), 200, np.uint8), Encoding.PSEUDOCOLOR)
    marks = tuple(Annotation(label, (10, 20, 50, 60)) for label in labels)
    return Sample("bag", lambda: scan, marks)


def said(scores: dict[str, float]) -> Report:
    found = tuple(Detection(label, score, (0, 0, 9, 9)) for label, score in scores.items())
    model = ModelId("m", "1", "0" * 64)
    return Report("bag", 320, 320, model, Profile(), found, (), Outcome.CLEAR, ("made up",))


def shipped(standin: Path, folder: Path) -> Path:
    ship(
        standin,
        folder,
        version="3.2.1",
        profile_thresholds={"gun": 0.91, "wrench": 0.2},
        scores=SCORES,
        training={"device": "an abacus"},
        terms=FREE,
    )
    return folder / "standin.onnx"


def clean_thresholds(standin: Path, lines: dict[str, Line] | None = None) -> dict[str, float]:
    detector = Detector(standin)
    return thresholds(judge(detector, [sample("wrench")] * 10), detector.card.labels, lines)


def test_a_threshold_lies_above_what_clean_scans_score(standin: Path) -> None:
    # the stand-in says gun 0.9 and wrench 0.6 of everything
    found = clean_thresholds(standin)
    assert found["gun"] == pytest.approx(0.9, abs=1e-4)
    assert found["gun"] > float(np.float32(0.9))
    assert found["wrench"] == pytest.approx(
        0.15, abs=2e-6
    )  # no clean scan spoke against it: the least there is
    assert ALARM_PFA < 0.1


def test_labels_that_alarm_seldom_alone_do_not_alarm_often_together() -> None:
    """Fifty clean scans; each of five labels alarms in another one of them."""
    labels = ("gun", "knife", "razor_blade", "shuriken", "bullet")
    judged = []
    for number in range(50):
        loud = labels[number] if number < len(labels) else ""
        scores = {label: 0.8 if label == loud else 0.1 for label in labels}
        judged.append(Judged(sample(), said(scores)))
    found = thresholds(judged, labels)
    called = [any(d.score >= found[d.label] for d in j.report.detections) for j in judged]
    assert np.mean(called) <= SCAN_PFA


def test_a_false_knife_beside_a_true_gun_costs_no_knives() -> None:
    """Of a hundred scans half hold a gun, and what looks like a knife; the others hold nothing."""
    with_gun = [Judged(sample("gun"), said({"gun": 0.9, "knife": 0.7})) for _ in range(50)]
    benign = [Judged(sample(), said({"gun": 0.2, "knife": 0.3})) for _ in range(50)]
    assert thresholds(with_gun + benign, ("gun", "knife"))["knife"] == pytest.approx(0.3, abs=1e-4)
    few = with_gun + benign[: FEWEST_CLEAN - 1]  # cannot show what is rare
    assert thresholds(few, ("gun", "knife"))["knife"] > 0.7


def test_what_scored_under_the_threshold_stays_under_it_as_a_probability(
    standin: Path, tmp_path: Path
) -> None:
    fit = Fit({"gun": (0.5, -1.0), "wrench": (2.0, 0.0)}, {}, {"gun": 0.25})
    card = ship(
        standin,
        tmp_path,
        version="3",
        profile_thresholds=clean_thresholds(standin, fit.boxes),
        scores={},
        training={},
        terms=FREE,
        fit=fit,
    )
    shipped = Detector(tmp_path / "standin.onnx")
    assert [d.label for d in shipped.inspect(sample().scan).detections] == ["wrench"]
    assert card.prevalence == {"gun": 0.25}
    assert shipped.card.profile.threshold("gun") == pytest.approx(0.5246, abs=1e-3)


def test_fitting_starts_from_raw_scores(standin: Path, tmp_path: Path) -> None:
    fitted = calibrated(standin, tmp_path / "fitted.onnx", Fit({"gun": (0.5, 0.0)}, {}, {}))
    raw = uncalibrated(fitted, tmp_path / "raw.onnx")
    scores = [Detector(path).inspect(sample().scan).detections[0].score for path in (fitted, raw)]
    assert scores == [pytest.approx(0.75), pytest.approx(0.9)]


def test_what_is_shipped_carries_its_thresholds_scores_and_terms(
    standin: Path, tmp_path: Path
) -> None:
    card = Detector(shipped(standin, tmp_path)).card
    assert (card.version, card.terms) == ("3.2.1", FREE.sentence)
    assert card.profile.threshold("gun") == 0.91
    assert card.scores == SCORES
    assert card.training["device"] == "an abacus"


def test_terms_follow_from_all_that_taught_and_a_stranger_s_scans_are_not_given_away() -> None:
    simulated, sixray = {"name": "simulated scans", "scans": 9}, {"name": "SIXray", "scans": 862}
    assert terms_of([simulated]) is FREE
    assert terms_of([simulated, sixray]) is ACADEMIC
    photographs = {"name": PHOTOGRAPHS, "scans": HOW_MANY}
    assert terms_of([photographs, simulated, sixray]) is ACADEMIC_OF_PHOTOGRAPHS
    assert terms_of([photographs, simulated]) is OF_PHOTOGRAPHS
    assert terms_of([simulated, {"name": "my-scans", "scans": 3}]) is OWN
    assert terms_of([]) is OWN
    containers = {"name": "simulated containers", "scans": 9}
    assert terms_of([containers]) is FREE_CONTAINERS
    assert terms_of([containers, {"name": "my-scans", "scans": 3}]) is OWN
    assert terms_of([simulated, sixray, {"name": "my-scans", "scans": 3}]) is BOTH


def test_the_licence_says_terms_data_scores_and_limits(standin: Path, tmp_path: Path) -> None:
    shipped(standin, tmp_path)
    text = (tmp_path / "standin.LICENSE").read_text()
    assert FREE.sentence in text
    assert (
        "made up: mAP50 0.500, mAP50:95 0.250 over gun; 4 scans of 2 groups; AP50 gun 0.50" in text
    )
    assert all(limit in text for limit in FREE.limits)


def test_the_licence_says_the_recipe_and_counts_photographs_as_such(standin_card: Card) -> None:
    photographs = {"name": PHOTOGRAPHS, "scans": HOW_MANY, "terms": OF_SOURCE[PHOTOGRAPHS]}
    card = replace(standin_card, data=(photographs,), training={"recipe": {"seed": 3, "batch": 16}})
    text = licence(card)
    assert "- recipe: seed 3, batch 16" in text
    assert "(1281167 photographs)" in text
    assert "Apache-2.0" in text


def test_a_shipped_file_that_changes_afterwards_is_refused(standin: Path, tmp_path: Path) -> None:
    path = shipped(standin, tmp_path)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match="damaged or was replaced"):
        Detector(path)
