"""The detector, on a stand-in model whose answers are known by heart."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xray
from xray.card import Card
from xray.detector import Detector


def bag(height: int = 240, width: int = 320, id: str = "bag") -> xray.Scan:
    return xray.Scan(id, np.full((height, width, 3), 200, np.uint8), xray.Encoding.PSEUDOCOLOR)


def test_two_boxes_on_one_object_become_one_and_the_strongest_comes_first(standin: Path) -> None:
    report = Detector(standin).inspect(bag())
    assert [(d.label, round(d.score, 2)) for d in report.detections] == [
        ("gun", 0.9),
        ("wrench", 0.6),
    ]
    assert report.detections[0].xyxy_px == (10, 20, 50, 60)


def test_a_gun_alarms_and_a_wrench_is_a_finding(standin: Path) -> None:
    report = Detector(standin).inspect(bag())
    assert [d.alarming for d in report.detections] == [True, False]
    assert report.outcome is xray.Outcome.ALARM
    assert report.reasons == ("gun with probability 0.90, alarm from 0.30",)


def test_boxes_refer_to_the_scan_and_not_to_the_networks_input(standin: Path) -> None:
    report = Detector(standin).inspect(bag(480, 640))
    assert report.detections[0].xyxy_px == (20, 40, 100, 120)


def test_boxes_are_clipped_to_the_scan(standin: Path) -> None:
    report = Detector(standin).inspect(bag(640, 120))
    assert report.detections[1].xyxy_px == (100, 100, 120, 150)


def test_the_users_profile_replaces_the_one_in_the_card(standin: Path) -> None:
    wary = xray.Profile(alarming=frozenset({"wrench"}), thresholds={"gun": 0.95})
    report = Detector(standin, profile=wary).inspect(bag())
    assert [(d.label, d.alarming) for d in report.detections] == [("wrench", True)]


def test_a_loaded_model_takes_other_rules_without_loading_anew(standin: Path) -> None:
    detector = Detector(standin)
    other = detector.with_profile(xray.Profile(name="wary", thresholds={"gun": 0.95}))
    assert other.network is detector.network
    assert [d.label for d in other.inspect(bag()).detections] == ["wrench"]
    assert (other.inspect(bag()).profile.name, detector.profile.name) == ("wary", "default")
    assert [d.label for d in detector.inspect(bag()).detections] == ["gun", "wrench"]
    with pytest.raises(xray.ModelError, match=r"no label 'Gun'; did you mean gun\?"):
        detector.with_profile(xray.Profile(alarming=frozenset({"Gun"})))


def test_for_evaluation_every_candidate_is_reported(standin: Path) -> None:
    report = Detector(standin).inspect(bag(), min_score=0.001)
    assert [(d.label, round(d.score, 2)) for d in report.detections] == [
        ("gun", 0.9),
        ("wrench", 0.6),
        ("gun", 0.2),
        ("wrench", 0.1),
    ]


def test_the_outcome_goes_by_the_profile_whatever_is_reported(standin: Path) -> None:
    report = Detector(standin).inspect(bag(), min_score=0.95)
    assert report.detections == ()
    assert report.outcome is xray.Outcome.ALARM


@pytest.mark.parametrize("score", [-0.1, 50, float("nan")])
def test_a_least_score_that_is_no_probability_is_refused(standin: Path, score: float) -> None:
    with pytest.raises(xray.ModelError, match="min_score must be a probability"):
        Detector(standin).inspect(bag(), min_score=score)


def test_findings_are_named_by_their_material_and_mere_candidates_are_not(standin: Path) -> None:
    pixels = np.ones((240, 320, 2), np.float32)
    pixels[20:60, 10:50] = np.exp((-1.55, -0.7))  # 2 mm of steel, where the gun is found
    scan, only = (
        xray.Scan("bag", pixels, xray.Encoding.DUAL),
        xray.Profile(thresholds={"gun": 0.95}),
    )
    (gun, *_) = Detector(standin).inspect(scan).detections
    assert (gun.label, gun.material, gun.mass_g) == ("gun", "metal", None)
    (gun, *_) = Detector(standin, profile=only).inspect(scan, min_score=0.001).detections
    assert (gun.label, gun.material) == ("gun", None)


def test_what_lies_under_the_threshold_is_listed_but_does_not_alarm(standin: Path) -> None:
    listed = Detector(standin).inspect(bag(), min_score=0.001).detections
    assert [d.alarming for d in listed if d.label == "gun"] == [True, False]


def test_a_profile_with_a_label_that_nobody_knows_is_refused(standin: Path) -> None:
    with pytest.raises(xray.ModelError, match=r"no label 'Gun'; did you mean gun\?"):
        Detector(standin, profile=xray.Profile(alarming=frozenset({"Gun"})))


def test_the_report_is_the_same_in_every_run_and_thread(standin: Path) -> None:
    detector, seen = Detector(standin), []
    threads = [
        threading.Thread(target=lambda: seen.append(detector.inspect(bag()).canonical()))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_many_scans_come_back_in_their_order_and_are_taken_as_needed(standin: Path) -> None:
    taken = []

    def source() -> object:
        for k in range(40):
            taken.append(k)
            yield bag(id=str(k))

    reports = Detector(standin).inspect_many(source())  # type: ignore[arg-type]
    first = next(reports)
    assert first.scan_id == "0"
    assert len(taken) < 40
    assert [r.scan_id for r in reports] == [str(k) for k in range(1, 40)]


def test_one_bad_file_costs_nothing_else(standin: Path, tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    heard: list[tuple[object, str]] = []
    reports = Detector(standin).inspect_many(
        [bag(id="a"), tmp_path / "torn.png", bag(id="b"), "nowhere.png"],
        bad=lambda source, error: heard.append((source, type(error).__name__)),
    )
    assert [r.scan_id for r in reports] == ["a", "b"]
    assert heard == [(tmp_path / "torn.png", "ScanError"), ("nowhere.png", "ScanError")]


def test_where_nobody_hears_of_it_a_bad_file_is_an_error_at_its_place(standin: Path) -> None:
    reports = Detector(standin).inspect_many([bag(id="a"), "nowhere.png", bag(id="b")])
    assert next(reports).scan_id == "a"
    with pytest.raises(xray.ScanError, match=r"nowhere\.png"):
        next(reports)


def test_as_they_come_no_scan_is_lost_and_each_report_is_the_same(standin: Path) -> None:
    detector, scans = Detector(standin), [bag(id=str(k)) for k in range(30)]
    some = sorted(r.canonical() for r in detector.inspect_many(scans, ordered=False))
    assert some == sorted(detector.inspect(scan).canonical() for scan in scans)


def test_a_scan_of_another_encoding_is_refused_with_the_reason(
    make_model: Callable[[Card], Path], standin_card: Card
) -> None:
    only_dual = replace(standin_card, name="dual-only", encodings=frozenset({xray.Encoding.DUAL}))
    with pytest.raises(xray.ModelError, match="made for dual"):
        Detector(make_model(only_dual)).inspect(bag())


def test_a_container_is_seen_through_tiles_and_every_tile_reports(
    make_model: Callable[[Card], Path], standin_card: Card
) -> None:
    tiled = replace(standin_card, name="tiled", overlap_px=64)
    report = Detector(make_model(tiled)).inspect(bag(320, 576))
    assert [d.xyxy_px[0] for d in report.detections if d.label == "gun"] == [10, 266]


def test_calibration_straightens_scores_by_label(
    make_model: Callable[[Card], Path], standin_card: Card
) -> None:
    card = replace(standin_card, name="calibrated", calibration={"gun": (1.0, -np.log(9.0))})
    report = Detector(make_model(card)).inspect(bag())
    # odds of 0.9 are 9; the offset divides them by 9
    assert {d.label: round(d.score, 3) for d in report.detections} == {"wrench": 0.6, "gun": 0.5}


def test_a_replaced_model_file_is_refused_before_it_is_loaded(
    standin: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "standin.onnx"
    copy.write_bytes(standin.read_bytes())
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  standin.onnx\n")
    with pytest.raises(xray.ModelError, match="expected sha256 000000000000"):
        Detector(copy)


def test_a_file_without_a_list_of_hashes_beside_it_is_held_against_the_hash_that_is_given(
    standin: Path,
) -> None:
    given = Detector(standin).card.sha256
    assert Detector(standin, sha256=given.upper()).card.sha256 == given
    for other in ("0" * 64, ""):
        said = f"expected sha256 {other[:12]}…, got {given[:12]}"
        with pytest.raises(xray.ModelError, match=said):
            Detector(standin, sha256=other)


def test_a_file_that_is_no_model_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(xray.ModelError, match="onnxruntime cannot load it"):
        Detector(tmp_path / "text.onnx")


@pytest.mark.parametrize(
    ("given", "named"), [("bag.png", "'bag.png'"), (np.zeros((4, 4)), "ndarray")], ids=str
)
def test_what_is_no_scan_is_refused_with_what_makes_one(standin: Path, given, named: str) -> None:
    with pytest.raises(xray.ScanError, match=rf"takes a Scan, got {named}; pass xray\.read"):
        Detector(standin).inspect(given)


def test_an_unknown_model_names_those_that_are_there() -> None:
    with pytest.raises(xray.ModelError, match="no model 'pacel'; shipped are"):
        Detector("pacel")
