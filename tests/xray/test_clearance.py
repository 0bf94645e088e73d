"""Clearance: who may be cleared without a human, and for whom no promise was made."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import xray
from xray import Encoding, ModelError, Outcome, Profile, Scan, backends, network
from xray.__main__ import app
from xray.backends import Backend
from xray.clearance import NEVER_CALIBRATED, Rule, read
from xray.detector import Detector

LENIENT = Profile(name="lenient", thresholds={"gun": 0.95})  # the stand-in's gun of 0.9 is CLEAR


def bag(scanner: str | None = "Acme 6040") -> Scan:
    pixels = np.full((240, 320, 3), 200, np.uint8)
    return Scan("bag", pixels, Encoding.PSEUDOCOLOR, scanner=scanner)


@pytest.fixture
def rule(standin: Path) -> Rule:
    return Rule(
        threshold=0.93,
        miss_rate=0.05,
        confidence=0.95,
        scanner="Acme 6040",
        encodings=frozenset({Encoding.PSEUDOCOLOR}),
        profile=LENIENT,
        model="standin@1",
        sha256=Detector(standin).card.sha256,
        evidence={"missed": 0},
    )


def clearance(
    rule: Rule, standin: Path, folder: Path, profile: Profile = LENIENT, scanner="Acme 6040"
) -> xray.Clearance:
    rule.save(folder / "clearance.json")
    detector = Detector(standin, profile=profile, clearance=folder / "clearance.json")
    return detector.inspect(bag(scanner)).clearance


def test_a_clear_scan_under_the_threshold_is_eligible_and_the_report_states_the_promise(
    rule: Rule, standin: Path, tmp_path: Path
) -> None:
    found = clearance(rule, standin, tmp_path)
    assert (found.eligible, found.bound, found.confidence) == (True, 0.05, 0.95)
    assert found.scanner == "Acme 6040"
    assert found.reason == (
        "at most 5.0% of scans with an alarming object would be cleared, at 95% confidence"
    )


def test_a_scan_at_the_threshold_is_not_eligible(rule: Rule, standin: Path, tmp_path: Path) -> None:
    at = replace(rule, threshold=float(np.float32(0.9)))
    found = clearance(at, standin, tmp_path)
    assert not found.eligible
    assert found.reason == "an alarming object has probability 0.9000, cleared is under 0.9000"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sha256": "0" * 64}, "calibrated for standin@1 of sha256 000000000000"),
        ({"profile": Profile(name="stern")}, "other rules than those in force (profile lenient)"),
        ({"scanner": "Other 1"}, "for the scanner Other 1, not for Acme 6040"),
        ({"encodings": frozenset({Encoding.DUAL})}, "on dual scans, not pseudocolor"),
        ({"prior": {"gun": 0.1}}, "other prevalences"),
        ({"backend": Backend.CUDA}, "with the backend cuda, not with cpu"),
    ],
)
def test_the_promise_holds_for_nothing_else_and_the_report_says_why(
    rule: Rule, standin: Path, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    found = clearance(replace(rule, **change), standin, tmp_path)
    assert not found.eligible
    assert reason in found.reason


@pytest.mark.parametrize("backend", [Backend.OPENVINO, Backend.CUDA])
def test_another_backend_than_the_calibrated_one_clears_nothing(
    rule: Rule, standin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: Backend
) -> None:
    start = backends.start
    monkeypatch.setattr(network, "start", lambda _, *args, **how: start(Backend.CPU, *args, **how))
    rule.save(tmp_path / "clearance.json")
    detector = Detector(
        standin, profile=LENIENT, clearance=tmp_path / "clearance.json", backend=backend
    )
    found = detector.inspect(bag()).clearance
    assert not found.eligible
    assert found.reason == f"calibrated with the backend cpu, not with {backend}"
    (many,) = detector.inspect_many([bag()])
    assert many.clearance == found


def test_a_file_that_names_no_backend_was_made_by_the_cpu(rule: Rule, tmp_path: Path) -> None:
    values = rule.to_dict()
    assert values.pop("backend") == "cpu"
    (tmp_path / "older.json").write_text(json.dumps(values))
    assert read(tmp_path / "older.json") == rule


def test_under_rules_that_a_loaded_model_takes_later_nothing_is_cleared(
    rule: Rule, standin: Path, tmp_path: Path
) -> None:
    rule.save(tmp_path / "clearance.json")
    detector = Detector(standin, profile=LENIENT, clearance=tmp_path / "clearance.json")
    for later in (replace(LENIENT, name="gate 1"), LENIENT.with_thresholds(gun=0.96)):
        found = detector.with_profile(later).inspect(bag("Acme 6040")).clearance
        assert (found.eligible, "other rules" in found.reason) == (False, True)
    assert detector.with_profile(LENIENT).inspect(bag("Acme 6040")).clearance.eligible


def test_a_scan_that_names_no_scanner_is_not_eligible(
    rule: Rule, standin: Path, tmp_path: Path
) -> None:
    found = clearance(rule, standin, tmp_path, scanner=None)
    assert not found.eligible
    assert "not for a scan that names none" in found.reason


def test_an_alarm_is_never_eligible(rule: Rule) -> None:
    found = rule.judge(bag(), rule.sha256, LENIENT, {}, Backend.CPU, Outcome.ALARM, 0.0)
    assert (found.eligible, found.reason) == (False, "the outcome is ALARM")


def test_without_a_file_no_scan_is_eligible(standin: Path) -> None:
    found = Detector(standin).inspect(bag()).clearance
    assert (found.eligible, found.bound, found.reason) == (False, None, NEVER_CALIBRATED)


def test_the_strongest_alarming_candidate_counts_though_it_is_not_reported(
    rule: Rule, standin: Path, tmp_path: Path
) -> None:
    below = replace(rule, threshold=0.5)  # gun 0.9 stands under the profile's 0.95: no detection
    found = clearance(below, standin, tmp_path)
    assert not found.eligible
    assert "probability 0.9000" in found.reason


def test_a_rule_comes_back_as_it_was_written(rule: Rule, tmp_path: Path) -> None:
    rule.save(tmp_path / "clearance.json")
    assert read(tmp_path / "clearance.json") == rule


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "xray.clearance/2"}'])
def test_a_file_that_is_no_rule_is_refused_with_what_makes_one(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(ModelError, match="made by xray-train calibrate"):
        read(tmp_path / "bad.json")


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ({"threshold": 1.5}, r"clearance: threshold must lie in 0\.\.1, got 1\.5"),
        ({"profile": {"default_threshold": 7}}, r"threshold of default must lie in 0\.\.1, got 7"),
    ],
    ids=["threshold", "profile"],
)
def test_a_value_that_cannot_be_is_refused_with_the_files_name(
    rule: Rule, tmp_path: Path, spoiled: dict, said: str
) -> None:
    path = tmp_path / "spoiled.json"
    path.write_text(json.dumps(rule.to_dict() | spoiled))
    with pytest.raises(ModelError, match=rf"spoiled\.json: .*{said}; make the file anew"):
        read(path)


def test_a_missing_file_is_named(standin: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.json: cannot be read"):
        Detector(standin, clearance=tmp_path / "none.json")


def test_a_share_over_one_is_refused(rule: Rule) -> None:
    with pytest.raises(ModelError, match=r"miss_rate must lie in 0\.\.1, got 5"):
        replace(rule, miss_rate=5)


def test_the_command_takes_the_file_along(rule: Rule, standin: Path, tmp_path: Path) -> None:
    replace(rule, profile=Detector(standin).profile).save(tmp_path / "clearance.json")
    cv2.imwrite(str(tmp_path / "a.png"), np.eye(240, 320, dtype=np.uint8) * 200 + 30)
    command = ["inspect", str(tmp_path / "a.png"), "--model", str(standin), "--format", "json"]
    command += ["--clearance", str(tmp_path / "clearance.json"), "--scanner", "Other 2"]
    run = CliRunner().invoke(app, command)
    said = json.loads(run.stdout)["clearance"]
    assert (said["eligible"], said["bound"]) == (False, 0.05)
    assert said["reason"] == "calibrated for the scanner Acme 6040, not for Other 2"
