"""Every tag of a written report, read back by pydicom and compared with what was said."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

import xray
from xray import labels, tdr
from xray.report import ModelId

GUN = xray.Detection("gun", 0.75, (10.0, 20.0, 30.0, 60.0), alarming=True, mass_g=850.0)
BOTTLE = xray.Detection("liquid", 0.5, (1.0, 2.0, 3.0, 4.0))
LEAD = xray.Opaque(((5.0, 7.0), (25.0, 7.0), (15.0, 40.0)), 330.0)


@pytest.fixture
def report() -> xray.Report:
    return xray.Report(
        scan_id="가방-17",
        width_px=400,
        height_px=300,
        model=ModelId("parcel", "0.1.0", "ab" * 32),
        profile=xray.Profile(),
        detections=(GUN, BOTTLE),
        opaque=(LEAD,),
        outcome=xray.Outcome.ALARM,
        made_at=datetime(2026, 3, 21, 5, 30, 5, 250_000, UTC),
        elapsed_ms={"prepare": 1.5, "network": 8.25},
    )


def written(report: xray.Report, **options: object) -> pydicom.Dataset:
    file = BytesIO()
    tdr.write(report, file, **options)
    return pydicom.dcmread(BytesIO(file.getvalue()))


def test_the_report_says_who_decided_what_and_when(report) -> None:
    said = written(report)
    assert said.SOPClassUID == "1.2.840.10008.5.1.4.1.1.501.3"
    assert said.SOPClassUID.name == "DICOS Threat Detection Report Storage"
    assert said.file_meta.MediaStorageSOPInstanceUID == said.SOPInstanceUID
    assert said.Modality == "TDR"
    assert said.PatientID == "가방-17"
    assert (said.ContentDate, said.ContentTime) == ("20260321", "053005.250000")
    assert said.TDRType == "MACHINE"
    assert list(said.ThreatDetectionAlgorithmAndVersion) == [
        "xray-cargo",
        "parcel@0.1.0",
        "sha256:" + "ab" * 20,
    ]
    assert said.AlarmDecision == "ALARM"
    assert said.AlarmDecisionTime == "20260321053005.250000+0000"
    assert said.AbortFlag == "SUCCESS"
    assert said.TotalProcessingTime == 9.75
    assert (said.NumberOfTotalObjects, said.NumberOfAlarmObjects) == (3, 1)
    assert said.OOIType == "BAGGAGE"
    assert "OperatorIdentificationSequence" not in said


def test_every_finding_is_a_threat_object(report) -> None:
    gun, bottle, lead = written(report).ThreatSequence
    assert [t.PotentialThreatObjectID for t in (gun, bottle, lead)] == [1, 2, 3]
    assert all(t.TotalProcessingTime == 9.75 for t in (gun, bottle, lead))
    said = gun.ATDAssessmentSequence[0]
    assert (said.ThreatCategory, said.ThreatCategoryDescription) == ("PI", "gun")
    assert (said.ATDAbilityAssessment, said.ATDAssessmentFlag) == ("NO_INTERFERENCE", "THREAT")
    assert said.ATDAssessmentProbability == 0.75
    seen = gun.PTORepresentationSequence[0]
    assert list(seen.BoundingPolygon) == [10, 20, 0, 30, 60, 0]
    assert seen.Mass == 850
    said = bottle.ATDAssessmentSequence[0]
    assert (said.ThreatCategory, said.ATDAssessmentFlag) == ("OTHER", "UNKNOWN")
    assert "Mass" not in bottle.PTORepresentationSequence[0]


def test_an_opaque_region_is_a_shield_that_nothing_is_said_of(report) -> None:
    lead = written(report).ThreatSequence[2]
    said = lead.ATDAssessmentSequence[0]
    assert (said.ThreatCategory, said.ATDAbilityAssessment) == ("ANOMALY", "SHIELD")
    assert said.ATDAssessmentFlag == "UNKNOWN"
    assert "ATDAssessmentProbability" not in said
    seen = lead.PTORepresentationSequence[0]
    assert list(seen.BoundingPolygon) == [5, 7, 0, 26, 41, 0]  # the far corner just outside


@pytest.mark.parametrize("outcome", list(xray.Outcome))
def test_the_outcome_is_the_alarm_decision(report, outcome) -> None:
    assert written(replace(report, outcome=outcome)).AlarmDecision == outcome.value


def test_a_report_without_findings_is_a_report_too(report) -> None:
    said = written(replace(report, detections=(), opaque=(), elapsed_ms={}))
    assert (said.NumberOfTotalObjects, len(said.ThreatSequence)) == (0, 0)
    assert said.TotalProcessingTime > 0


def test_an_operators_report_names_the_operator(report) -> None:
    said = written(report, kind="OPERATOR", operator="Kim Minji", object_type="CARGO")
    person = said.OperatorIdentificationSequence[0].PersonIdentificationCodeSequence[0]
    assert (said.TDRType, said.OOIType, person.CodeMeaning) == ("OPERATOR", "CARGO", "Kim Minji")
    assert "ThreatDetectionAlgorithmAndVersion" not in said
    with pytest.raises(xray.XrayError, match="kind OPERATOR needs the operator's name"):
        tdr.dataset(report, kind="OPERATOR")


def test_a_scan_that_came_from_dicom_is_referred_to(report) -> None:
    uids = {"SOPClassUID": "1.2.3", "SOPInstanceUID": "1.2.3.4", "StudyInstanceUID": "1.2.3.5"}
    pixels = np.ones((4, 4, 1), np.float32)
    scan = xray.Scan("bag", pixels, xray.Encoding.SINGLE, meta={"dicom": uids})
    said = written(report, scan=scan)
    assert said.StudyInstanceUID == "1.2.3.5"
    instance = said.ThreatSequence[0].PTORepresentationSequence[0].ReferencedInstanceSequence[0]
    assert instance.ReferencedSOPClassUID == "1.2.3"
    assert instance.ReferencedSOPInstanceUID == "1.2.3.4"


def test_a_scan_that_names_itself_by_half_is_not_referred_to(report) -> None:
    said = tdr.dataset(report, source=tdr.Source({"SOPInstanceUID": "1.2.3"}))
    assert "ReferencedInstanceSequence" not in said.ThreatSequence[0].PTORepresentationSequence[0]


@pytest.mark.parametrize("damaged", ["1.2.826,8", "1.02", "", "1." + "2" * 63, "1.2\n"])
def test_a_damaged_identifier_is_not_passed_on(report, damaged: str) -> None:
    names = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID")
    said = written(report, source=tdr.Source(dict.fromkeys(names, damaged)))
    assert said.StudyInstanceUID.is_valid
    seen = said.ThreatSequence[0].PTORepresentationSequence[0]
    assert "ReferencedInstanceSequence" not in seen


def test_a_backslash_in_an_id_parts_no_values_and_odd_letters_are_marked(report) -> None:
    said = written(replace(report, scan_id="belt\\7\n\udcff"))
    assert said.PatientID == "belt/7??"


def test_what_is_over_three_metres_long_is_cargo(report) -> None:
    pixels = np.ones((4, 400, 1), np.float32)
    for pixel_mm, kind in ((None, "BAGGAGE"), (1.0, "BAGGAGE"), (10.0, "CARGO")):
        scan = xray.Scan("bag", pixels, xray.Encoding.SINGLE, pixel_mm=pixel_mm)
        assert written(report, scan=scan).OOIType == kind
    assert written(report, scan=scan, object_type="OTHER").OOIType == "OTHER"


def test_the_same_report_gives_the_same_bytes(report, tmp_path: Path) -> None:
    first, second = tmp_path / "first.dcs", tmp_path / "second.dcs"
    tdr.write(report, first)
    tdr.write(report, second)
    assert first.read_bytes() == second.read_bytes()
    assert written(report).SOPInstanceUID != written(report, kind="AGGREGATE").SOPInstanceUID


def test_every_label_of_ours_has_a_category_of_dicos() -> None:
    ours = {*labels.PARCEL_LABELS, *labels.CONTAINER_LABELS}
    assert set(tdr.CATEGORIES) == ours
    assert set(tdr.CATEGORIES.values()) <= {
        *("EXPLOSIVE", "PI", "CONTRABAND", "ANOMALY", "LAPTOP", "OTHER", "PHARMACEUTICAL")
    }


def test_a_report_is_no_scan(report, make_bytes: Callable[[xray.Report], bytes]) -> None:
    with pytest.raises(xray.ScanError, match=r"without pixel data .DICOS Threat Detection Report"):
        xray.read(make_bytes(report))


@pytest.fixture
def make_bytes() -> Callable[[xray.Report], bytes]:
    def make(report: xray.Report) -> bytes:
        file = BytesIO()
        tdr.write(report, file)
        return file.getvalue()

    return make


def test_who_no_longer_holds_the_scan_says_where_it_came_from(report) -> None:
    uids = {"SOPClassUID": "1.2.3", "SOPInstanceUID": "1.2.3.4", "PatientID": "CSQU3054383"}
    said = written(report, source=tdr.Source(uids, 10.0))
    assert (said.PatientID, said.OOIType) == ("CSQU3054383", "CARGO")
    instance = said.ThreatSequence[0].PTORepresentationSequence[0].ReferencedInstanceSequence[0]
    assert instance.ReferencedSOPInstanceUID == "1.2.3.4"
