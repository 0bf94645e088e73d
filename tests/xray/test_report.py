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
        preset="fast",
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
    # What came after the first reports were stored may be missing from them, and so may the preset.
    assert set(said) - set(schema.schema["required"]) == {"presence", "prior", "preset"}
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


shares = st.floats(0, 1)
texts = st.text(max_size=9)
places = st.floats(-1e4, 1e5)
reports = st.builds(
    xray.Report,
    scan_id=st.text(min_size=1, max_size=9),
    width_px=st.integers(1, 30_000),
    height_px=st.integers(1, 30_000),
    model=st.builds(ModelId, texts, texts, st.just("0f" * 32)),
    profile=st.builds(
        xray.Profile,
        name=texts,
        alarming=st.frozensets(texts),
        thresholds=st.dictionaries(texts, shares),
        default_threshold=shares,
        max_opaque_mm2=st.floats(0, 1e6),
        max_opaque_share=st.floats(0, 2),
    ),
    detections=st.lists(
        st.builds(
            xray.Detection,
            texts,
            shares,
            st.tuples(places, places, places, places),
            st.booleans(),
            st.none() | texts,
            st.none() | st.floats(0, 1e5),
        )
    ).map(tuple),
    opaque=st.lists(
        st.builds(
            xray.Opaque,
            st.lists(st.tuples(places, places), min_size=3).map(tuple),
            st.floats(0, 1e8),
        )
    ).map(tuple),
    outcome=st.sampled_from(xray.Outcome),
    reasons=st.lists(texts).map(tuple),
    assumed=st.lists(texts).map(tuple),
    clearance=st.builds(
        Clearance, st.booleans(), st.none() | shares, st.none() | shares, st.none() | texts, texts
    ),
    presence=st.dictionaries(texts, shares),
    prior=st.dictionaries(texts, shares),
    embedding=st.lists(st.floats(-1, 1)).map(tuple),
    made_at=st.datetimes(timezones=st.just(UTC)),
    elapsed_ms=st.dictionaries(texts, st.floats(0, 1e6)),
)


@given(reports)
def test_a_report_comes_back_from_json_as_it_was_written(report: xray.Report) -> None:
    written = json.loads(json.dumps(report.to_dict()))
    back = xray.Report.from_dict(written)
    assert back.to_dict() == written
    assert back == xray.Report.from_dict(back.to_dict())
    assert back.canonical() == report.canonical()


def test_a_report_of_round_numbers_comes_back_the_same() -> None:
    report = replace(
        full_report(0.875),
        detections=(xray.Detection("gun", 0.875, (1.5, 2.0, 30.0, 40.0), True, "metal", 812.5),),
        opaque=(xray.Opaque(((0.0, 0.0), (9.5, 0.0), (9.0, 9.0)), 40.5),),
        presence={"gun": 0.9123},
        elapsed_ms={"network": 8.25},
    )
    assert xray.Report.from_dict(report.to_dict()) == report


def test_reports_from_before_presence_and_reasons_of_clearance_are_still_read() -> None:
    old = full_report().to_dict()
    del old["presence"], old["prior"], old["clearance"]["reason"]
    read = xray.Report.from_dict(old)
    assert (read.presence, read.prior, read.clearance.reason) == ({}, {}, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "xray.report/2"}, r"expected .* xray.report/1, got 'xray.report/2'"),
        ({"schema": None}, "got None"),
        ({"outcome": "FINE"}, "report of 가방-17: .*FINE"),
        ({"surprise": 1}, "surprise"),
        ({"made_at": "2026-03-21T05:30:05"}, "no time zone"),
        ({"detections": [{"label": "gun"}]}, "xyxy_px"),
        ({"detections": None}, "not as xray.report/1 has it"),
        ({"profile": {"alarming": "gun"}}, "alarming must be a list of labels"),
    ],
    ids=str,
)
def test_what_is_no_such_report_is_refused_with_the_reason(change, said) -> None:
    with pytest.raises(xray.DataError, match=said):
        xray.Report.from_dict({**full_report().to_dict(), **change})


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
