"""A case as DICOS threat detection reports, one for each view: the machine's, and an officer's.

An officer's report holds the boxes that the officer drew and those of the machine's findings that
they confirmed, under the label that they gave them; none that they rejected. ALARM for a search,
CLEAR for a clearance.

Of a view that could not be inspected, the machine's report says that and nothing else: UNKNOWN,
aborted, since the image was not reviewed. Whoever waits for a report of each scan gets one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping

import xray
from xray import tdr
from xray.profile import Profile
from xray.report import Detection, ModelId, Outcome, Report
from xray_app.cases import reading
from xray_app.cases.case import Case, load
from xray_app.cases.decisions import decisions_of
from xray_app.cases.inspection import views_of
from xray_app.cases.opinions import decided_boxes
from xray_app.cases.reports import read_report
from xray_app.cases.states import Says, Verdict

if TYPE_CHECKING:
    from pydicom import Dataset

DESK = ModelId("xray-cargo desk", xray.__version__, "")
NO_MODEL = ModelId("xray-cargo service", xray.__version__, "")
ABORTED, NOT_REVIEWED = "ABORT", "NOT_REVIEWED"  # terms of AbortFlag and AbortReason


@dataclass(frozen=True)
class ThreatReport:
    """One TDR that is to be written.

    Attributes:
        report: what is said of a view.
        source: where the view came from.
        operator: who says it; None: the machine.
        aborted: whether the machine came to no end with it.
    """

    report: Report
    source: tdr.Source
    operator: str | None = None
    aborted: bool = False

    def dataset(self) -> "Dataset":
        """As pydicom writes it; the same report gives the same bytes."""
        kind: tdr.Kind = "OPERATOR" if self.operator else "MACHINE"
        said = tdr.dataset(self.report, kind=kind, operator=self.operator, source=self.source)
        if self.aborted:
            said.AbortFlag, said.AbortReason = ABORTED, NOT_REVIEWED
            said.ThreatDetectionAlgorithmAndVersion = [tdr.MAKER, str(self.report.model)]
        return said


def by_machine(connection: Connection, case_id: str) -> Iterator[ThreatReport]:
    """What the model said, view by view; that it said nothing where it could not."""
    said, case = reading.reports(connection, case_id), load(connection, case_id)
    for view in views_of(connection, case_id):
        if view["position"] in said:
            yield ThreatReport(read_report(said[view["position"]]), source_of(view))
        else:
            yield _unseen(view, case)


def by_officer(connection: Connection, case_id: str, version: int) -> Iterator[ThreatReport]:
    """What an officer decided, view by view.

    Args:
        version: of the case, right after the decision.
    """
    made = [row for row in decisions_of(connection, case_id) if row["case_version"] < version]
    if not made:
        return
    boxes, by_model = decided_boxes(connection, made[-1]), reading.reports(connection, case_id)
    for view in views_of(connection, case_id):
        profile = by_model.get(view["position"], {}).get("profile", {})
        said = _decided(view, made[-1], boxes, Profile.from_dict(profile))
        yield ThreatReport(said, source_of(view), made[-1]["decided_by"])


def source_of(view: RowMapping) -> tdr.Source:
    """Where a view came from, as it was read when it was inspected."""
    pixel_mm = view["read_pixel_mm"] or view["pixel_mm"]
    return tdr.Source(json.loads(view["dicom"] or "{}"), pixel_mm)


def _unseen(view: RowMapping, case: Case) -> ThreatReport:
    source = source_of(view)
    whose = case.container or case.consignment
    if whose and "PatientID" not in source.dicom:  # its own header was not read either
        source = replace(source, dicom={**source.dicom, "PatientID": whose})
    report = Report(
        scan_id=f"{case.id}/{view['position']}",
        width_px=view["width_px"] or 1,
        height_px=view["height_px"] or 1,
        model=NO_MODEL,
        profile=Profile(),
        outcome=Outcome.UNKNOWN,
        made_at=case.waiting_at or case.received_at,
    )
    return ThreatReport(report, source, aborted=True)


def _decided(
    view: RowMapping, decision: RowMapping, marks: list[dict[str, Any]], profile: Profile
) -> Report:
    """The officer's words as a report; `profile` tells the alarms among what they confirmed."""
    searched = decision["verdict"] != Verdict.CLEAR
    return Report(
        scan_id=f"{view['case_id']}/{view['position']}",
        width_px=view["width_px"] or 1,
        height_px=view["height_px"] or 1,
        model=DESK,
        profile=Profile(),
        detections=tuple(
            Detection(mark["label"], 1.0, _corners(mark), searched and _alarms(mark, profile))
            for mark in marks
            if mark.get("view", 0) == view["position"]
        ),
        outcome=Outcome.ALARM if searched else Outcome.CLEAR,
        made_at=decision["decided_at"],
    )


def _alarms(mark: dict[str, Any], profile: Profile) -> bool:
    """What an officer drew is why they search; what they confirmed may be a mere finding."""
    return mark.get("says") != Says.CONFIRMED or mark["label"] in profile.alarming


def _corners(mark: dict[str, Any]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = mark["xyxy_px"]
    return x1, y1, x2, y2
