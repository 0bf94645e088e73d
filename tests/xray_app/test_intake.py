"""From files to cases: whatever happens becomes words for an officer."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import xray
from xray.card import Card
from xray.detector import Detector
from xray.profile import Profile
from xray_app import intake
from xray_app.intake import Inspector, examine

WriteScan = Callable[..., Path]


@pytest.fixture(scope="module")
def inspector(standin: Path) -> Inspector:
    return Inspector(Detector(standin))


def test_a_scan_becomes_a_report_and_two_pictures(
    inspector: Inspector, write_scan: WriteScan
) -> None:
    case = examine((write_scan("bag.png"),), inspector)
    assert case.problem is None
    assert case.report is not None
    assert [d.label for d in case.report.detections] == ["gun", "wrench"]
    assert (case.width_px, case.height_px) == (160, 120)
    full, small = (
        cv2.imdecode(np.frombuffer(b, np.uint8), 1) for b in (case.picture, case.thumbnail)
    )
    assert full.shape == (120, 160, 3)
    assert max(small.shape) == 160


def test_a_pair_of_files_becomes_one_scan_of_two_energies(
    inspector: Inspector, write_scan: WriteScan
) -> None:
    low, high = write_scan("low.png", np.uint16, 0.4), write_scan("high.png", np.uint16, 0.6)
    case = examine((low, high), inspector)
    assert case.problem is None
    assert case.encoding is xray.Encoding.DUAL
    assert case.planes
    assert case.name == "low.png + high.png"


def test_a_profile_is_taken_for_the_model_file_that_it_was_kept_for_alone(
    inspector: Inspector, write_scan: WriteScan
) -> None:
    assert inspector.detector is not None
    wary = Profile(name="wary", thresholds={"gun": 0.95}).to_dict()

    def found(profiles: dict[str, Any]) -> list[str]:
        case = examine((write_scan("bag.png"),), inspector.under(profiles))
        assert case.report is not None
        return [case.report.profile.name, *(d.label for d in case.report.detections)]

    mine = inspector.detector.card.sha256
    assert found({mine: wary, "0" * 64: {}}) == ["wary", "wrench"]
    assert found({"0" * 64: wary}) == ["default", "gun", "wrench"]
    assert found({}) == ["default", "gun", "wrench"]
    assert Inspector(None, "why").under({mine: wary}).absence == "why"


def test_by_rules_that_cannot_be_used_nothing_is_inspected_and_it_is_said(
    inspector: Inspector, write_scan: WriteScan
) -> None:
    assert inspector.detector is not None
    broken = {inspector.detector.card.sha256: {"name": "x", "alarming": ["knive"]}}
    case = examine((write_scan("bag.png"),), inspector.under(broken))
    assert case.report is None
    assert case.picture
    assert "The profile in force cannot be used: " in str(case.problem)


def test_a_text_file_named_png_is_refused_in_plain_words(
    inspector: Inspector, tmp_path: Path
) -> None:
    file = tmp_path / "bag.png"
    file.write_text("this is no picture")
    case = examine((file,), inspector)
    assert case.report is None
    assert case.picture == b""
    assert case.problem is not None
    assert "expected a PNG, JPEG, TIFF or DICOM file, found text" in case.problem


def test_no_message_says_where_uploads_lie(inspector: Inspector, tmp_path: Path) -> None:
    files = (tmp_path / "a.png", tmp_path / "b.tif")
    for file in files:
        file.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    for few in (files, files[:1]):
        case = examine(few, inspector)
        assert case.problem is not None
        assert str(tmp_path) not in case.problem


def test_an_unexpected_error_shows_an_incident_number_and_logs_the_rest(
    inspector: Inspector,
    write_scan: WriteScan,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(intake.render, "pseudocolor", broken)
    with caplog.at_level(logging.ERROR):
        case = examine((write_scan("bag.png"),), inspector)
    assert case.problem is not None
    assert "our fault" in case.problem
    assert "secret" not in case.problem
    incident = case.problem.split("Incident ")[1].split()[0]
    assert incident in caplog.text
    assert "secret detail" in caplog.text


def test_without_a_model_scans_are_shown_and_the_desk_says_why_nothing_was_inspected(
    write_scan: WriteScan,
) -> None:
    inspector = Inspector.load("no-such-model")
    assert inspector.detector is None
    case = examine((write_scan("bag.png"),), inspector)
    assert case.picture
    assert case.problem is not None
    assert case.problem.startswith("No model is loaded")


def test_a_scan_that_the_model_was_not_made_for_is_shown_with_the_reason(
    make_model: Callable[[Card], Path], standin_card: Card, write_scan: WriteScan
) -> None:
    colour_only = replace(standin_card, encodings=frozenset({xray.Encoding.PSEUDOCOLOR}))
    case = examine((write_scan("grey.png"),), Inspector(Detector(make_model(colour_only))))
    assert case.picture
    assert case.report is None
    assert case.problem is not None
    assert "was made for pseudocolor" in case.problem
