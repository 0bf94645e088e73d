"""The clearance rule of a detector: what it is bound to, what it refuses, how it is tried."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from tests.xray_train.samples import PIXELS, SCAN, sample
from xray import DataError, Profile, RecipeError, Scan
from xray.card import Card
from xray.clearance import read
from xray.detector import Detector
from xray_datasets import coco, layouts
from xray_datasets.sample import Sample
from xray_train.__main__ import app
from xray_train.calibrate import calibrate, said

LENIENT = Profile(name="lenient", thresholds={"gun": 0.95})  # the stand-in's gun of 0.9 is CLEAR


def test_the_rule_is_bound_to_model_profile_and_scanner_and_states_its_evidence(
    standin: Path,
) -> None:
    detector = Detector(standin, profile=LENIENT)
    scans = [sample("gun", group=f"g{k}") for k in range(60)]
    scans += [sample("gun", group="g0"), sample("wrench"), sample(ignored=["knife"])]
    rule = calibrate(detector, scans, 0.05, 0.95, scanner="Acme")
    assert (rule.sha256, rule.profile, rule.scanner) == (detector.card.sha256, LENIENT, "Acme")
    assert rule.threshold == pytest.approx(0.9)  # all guns score 0.9, and so does the wrench
    assert rule.evidence["groups_with_alarming"] == 60
    assert rule.evidence["missed"] == 0
    assert (rule.evidence["benign_scans"], rule.evidence["benign_cleared"]) == (1, 0)
    assert rule.evidence["left_out_ignored_only"] == 1
    assert rule.evidence["upper_limit"] == pytest.approx(1 - 0.05 ** (1 / 60), abs=1e-5)


def test_twenty_views_of_one_bag_are_one_scan(standin: Path) -> None:
    scans = [sample("gun", group="one bag")] * 30
    with pytest.raises(DataError, match="1 groups hold"):
        calibrate(Detector(standin, profile=LENIENT), scans, 0.05, scanner="Acme")


def test_what_is_too_little_is_refused_before_any_scan_is_inspected(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def unread(number: int) -> Sample:
        one = sample("gun", id=str(number))
        return replace(one, group="", open=lambda: (opened.append(one.id), one.scan)[1])

    with pytest.raises(DataError, match=r"20 groups hold an alarming object; .* and 59 without"):
        calibrate(Detector(standin), map(unread, range(20)), 0.05)
    monkeypatch.setattr("xray_train.bags.MOST", 60)
    with pytest.raises(DataError, match="at most 60 scans can be compared"):
        calibrate(Detector(standin), map(unread, range(70)), 0.05)
    assert opened == []


def nobody_said_which_bag(count: int) -> list[Sample]:
    return [replace(sample("gun", id=str(k)), group="") for k in range(count)]


def test_sixty_copies_of_one_scan_are_one_bag_though_nobody_says_so(standin: Path) -> None:
    detector, copies = Detector(standin, profile=LENIENT), nobody_said_which_bag(60)
    with pytest.raises(DataError, match=r"1 groups hold .* likeness into 1\); if these .* crop it"):
        calibrate(detector, copies, 0.05, scanner="Acme")


@pytest.mark.parametrize("converted", [False, True], ids=["as it is", "converted"])
def test_copies_in_a_folder_by_day_are_one_bag(
    converted: bool, standin: Path, tmp_path: Path
) -> None:
    root = tmp_path / "scans"
    for kind in ("images", "labels"):
        (root / kind / "2026-11-02").mkdir(parents=True)
    for k in range(20):
        cv2.imwrite(str(root / "images" / "2026-11-02" / f"s{k}.png"), PIXELS)
        (root / "labels" / "2026-11-02" / f"s{k}.txt").write_text("0 0.09 0.17 0.12 0.17\n")
    (root / "classes.txt").write_text("gun\n")
    if converted:
        root = coco.write(layouts.read(root), tmp_path / "out").parent
    with pytest.raises(DataError, match=r"1 groups hold .*20 scans, 0 with a group"):
        calibrate(Detector(standin, profile=LENIENT), layouts.read(root), 0.05, None, "Acme")


def test_who_knows_that_every_scan_shows_another_bag_says_so_and_so_does_the_rule(
    standin: Path,
) -> None:
    detector, scans = Detector(standin, profile=LENIENT), nobody_said_which_bag(60)
    scans += [replace(sample("wrench", id="w"), group="")]
    rule = calibrate(detector, scans, 0.05, scanner="Acme", ungrouped=True)
    found = rule.evidence
    assert (found["groups_with_alarming"], found["groups_by_likeness"]) == (60, None)
    assert "60 scans, 0 with a group, the rest taken for a bag each" in "\n".join(said(rule))
    assert "of these 1 have no group" in said(rule)[-2]
    assert said(rule)[-1] == found["compared"]


def test_a_scan_that_alarms_under_the_profile_is_no_miss(standin: Path) -> None:
    scans = [sample("gun", id=str(k)) for k in range(59)]
    rule = calibrate(Detector(standin), scans, 0.05, 0.95, scanner="Acme")
    assert rule.threshold == 1.0
    assert rule.evidence["missed"] == 0


def named(scanner: str) -> Scan:
    return replace(SCAN, scanner=scanner)


def test_scans_of_two_scanners_or_of_none_are_refused(standin: Path) -> None:
    detector = Detector(standin)
    with pytest.raises(DataError, match="name it with --scanner"):
        calibrate(detector, [sample("gun")], 0.5, None)
    two = [sample("gun", scan=named("Acme")), sample("gun", scan=named("Other"))]
    with pytest.raises(DataError, match="here are Acme, Other"):
        calibrate(detector, two, 0.5, None)


def test_a_share_out_of_range_is_refused(standin: Path) -> None:
    with pytest.raises(RecipeError, match="--miss-rate must lie between 0 and 1, got 5"):
        calibrate(Detector(standin), [], 5)


def test_the_command_reads_a_folder_and_writes_what_the_detector_reads(
    standin: Path, tmp_path: Path
) -> None:
    coco.write([sample("gun", id=f"{k}.png") for k in range(20)], tmp_path / "scans")
    command = ["calibrate", "--data", str(tmp_path / "scans"), "--model", str(standin)]
    command += ["--miss-rate", "0.05", "--scanner", "Acme", "--out", str(tmp_path / "c.json")]
    run = CliRunner().invoke(app, [*command, "--confidence", "0"])
    assert run.exit_code == 0, run.output
    assert "0 of 20 groups with an alarming object would be cleared" in run.output
    assert read(tmp_path / "c.json").confidence is None
    few = CliRunner().invoke(app, command)
    assert isinstance(few.exception, DataError)
    assert "59 without a miss for 95% confidence" in str(few.exception)


def test_a_promise_on_scans_that_taught_is_refused_with_what_to_do(
    make_model: Callable[[Card], Path], standin_card: Card, tmp_path: Path
) -> None:
    taught = make_model(replace(standin_card, data=({"name": "my-scans"},)))
    coco.write([sample("gun", id=f"{k}.png") for k in range(20)], tmp_path / "my-scans")
    command = ["calibrate", "--data", str(tmp_path / "my-scans"), "--model", str(taught)]
    command += ["--miss-rate", "0.05", "--confidence", "0", "--scanner", "Acme"]
    run = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "c.json")])
    assert isinstance(run.exception, DataError)
    assert "learned from scans of a set named my-scans" in str(run.exception)
    assert "bounded on scans that taught nothing and tuned nothing: give others" in str(
        run.exception
    )
    assert not (tmp_path / "c.json").exists()
