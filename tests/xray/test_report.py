"""Reports: the schema that integrators rely on, and the canonical form that is hashed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xray
from xray.report import SCHEMA, Clearance, ModelId

SCHEMA_FILE = Path(xray.__file__).parent / "report.schema.json"


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        json.loads(SCHEMA_FILE.read_text(encoding="utf-8")),
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


def full_report(score: float = 0.87654321) -> xray.Report:
    """A report with something in every field."""
    return xray.Report(
        scan_id="가방-17",
        width_px=640,
        height_px=480,
        model=ModelId("parcel", "0.1.0", "0f" * 32),
        profile=xray.Profile(thresholds={"gun": 0.4}),
        detections=(
            xray.Detection("gun", score, (1.04, 2.06, 30.0, 40.0), True, "metal", 812.34),
            xray.Detection("liquid", 0.5, (0.0, 0.0, 5.0, 5.0)),
        ),
        opaque=(xray.Opaque(((0.0, 0.0), (9.04, 0.0), (9.0, 9.0)), 40.5),),
        outcome=xray.Outcome.ALARM,
        reasons=("gun with probability 0.88, alarm from 0.40",),
        assumed=("white level 204 of 255",),
        clearance=Clearance(False, 0.02, 0.95, "Acme 6040", "ALARM"),
        presence={"gun": 0.91234},
        prior={"gun": 0.01},
        embedding=(0.6, -0.8),
        made_at=datetime(2026, 3, 21, 5, 30, 5, tzinfo=UTC),
        elapsed_ms={"network": 8.256},
    )


def test_the_schema_is_a_schema(schema) -> None:
    schema.check_schema(schema.schema)
    assert schema.schema["properties"]["schema"]["const"] == SCHEMA


def test_a_report_with_everything_in_it_keeps_the_schema(schema) -> None:
    schema.validate(json.loads(json.dumps(full_report().to_dict())))


def test_the_least_report_keeps_the_schema(schema) -> None:
    least = xray.Report("bag", 1, 1, ModelId("m", "1", "0" * 64), xray.Profile())
    schema.validate(json.loads(json.dumps(least.to_dict())))


def test_what_a_detector_says_keeps_the_schema(schema, standin: Path) -> None:
    dark = np.full((320, 320, 3), 10, np.uint8)  # opaque all over
    scan = xray.Scan("bag", dark, xray.Encoding.PSEUDOCOLOR, meta={"assumed": ("a guess",)})
    report = xray.Detector(standin).inspect(scan)
    assert report.opaque
    schema.validate(json.loads(json.dumps(report.to_dict())))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "xray.report/2"},
        {"outcome": "FINE"},
        {"width_px": 0},
        {"made_at": "2026-03-21T05:30:05"},
        {"surprise": 1},
        {"detections": [{"label": "gun"}]},
        {"clearance": {"eligible": False, "bound": 2, "confidence": None, "scanner": None}},
    ],
    ids=str,
)
def test_what_the_schema_does_not_allow(schema, change) -> None:
    assert not schema.is_valid({**full_report().to_dict(), **change})


def test_the_schema_names_every_field_and_no_other(schema) -> None:
    said = full_report().to_dict()
    properties = schema.schema["properties"]
    assert set(properties) == set(said)
    # What came after the first reports were stored may be missing from them.
    assert set(said) - set(schema.schema["required"]) == {"presence", "prior"}
    for name in ("model", "profile", "clearance"):
        assert set(properties[name]["properties"]) == set(said[name])
    for name in ("detections", "opaque"):
        assert set(properties[name]["items"]["properties"]) == set(said[name][0])


def test_scores_have_four_decimals_and_boxes_one() -> None:
    found = full_report().to_dict()["detections"][0]
    assert (found["score"], found["xyxy_px"]) == (0.8765, [1.0, 2.1, 30.0, 40.0])
    assert found["mass_g"] == 812.3


def test_the_canonical_form_leaves_out_what_differs_from_run_to_run() -> None:
    report = full_report()
    later = replace(report, made_at=report.made_at + timedelta(1), elapsed_ms={"network": 99.0})
    assert report.canonical() == later.canonical()
    assert report.canonical() != replace(report, scan_id="other").canonical()
    assert "가방-17" in report.canonical()


@given(st.floats(0, 1, width=32))
def test_the_canonical_form_is_one_line_of_json_with_sorted_keys(score: float) -> None:
    text = full_report(score).canonical()
    assert "\n" not in text
    values = json.loads(text)
    assert list(values) == sorted(values)


@given(st.lists(st.sampled_from(list(xray.Outcome)), min_size=1))
def test_several_views_take_the_strongest_outcome(outcomes: list[xray.Outcome]) -> None:
    strongest = xray.Outcome.strongest(*outcomes)
    assert strongest in outcomes
    order = ["CLEAR", "UNKNOWN", "ALARM"]
    assert all(order.index(strongest) >= order.index(outcome) for outcome in outcomes)


def test_of_no_view_at_all_nothing_is_known() -> None:
    assert xray.Outcome.strongest() is xray.Outcome.UNKNOWN
