"""A kept report is the report that it was."""

import json
from datetime import UTC, datetime

from xray.profile import Profile
from xray.report import Clearance, Detection, ModelId, Opaque, Outcome, Report
from xray_app.cases.reports import kept_report, read_report


def test_a_report_comes_back_as_it_was() -> None:
    report = Report(
        scan_id="bag",
        width_px=100,
        height_px=80,
        model=ModelId("standin", "1", "ab" * 32),
        profile=Profile("strict", thresholds={"gun": 0.2}),
        detections=(Detection("gun", 0.9, (1.0, 2.0, 3.0, 4.0), True, "metal", 800.0),),
        opaque=(Opaque(((1.0, 2.0), (5.0, 2.0), (5.0, 9.0)), 14.0),),
        outcome=Outcome.ALARM,
        reasons=("gun",),
        assumed=("air was taken to be bright",),
        clearance=Clearance(bound=0.01),
        embedding=(0.6, 0.8),
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        elapsed_ms={"network": 12.5},
    )
    kept = json.loads(json.dumps(report.to_dict()))
    assert read_report(kept) == report
    older = {name: said for name, said in kept.items() if name != "assumed"}
    assert read_report(older).assumed == ()


def test_a_page_that_is_painted_in_parts_reads_a_report_once() -> None:
    model = ModelId("standin", "1", "ab" * 32)
    profile, made_at = Profile("strict"), datetime(2026, 1, 1, tzinfo=UTC)
    report = Report("bag", 100, 80, model, profile, made_at=made_at)
    row = json.dumps(report.to_dict())
    assert kept_report(row) == report
    assert kept_report("".join(row)) is kept_report(row)
