"""Findings for spreadsheets and statistics: a row for each that the machine reported or an officer
drew, with what officers said of it and what the search of its case found.

An officer's word is no truth, and neither is silence: where nobody said anything of a finding,
`officer` is empty. What a search found is said of the whole case. Nobody is named, and neither is a
consignment or container.
"""

from collections.abc import Iterator
from typing import Any

from xray_app.cases.canonical import sha256_of
from xray_app.cases.states import Says
from xray_app.exchange.export import Reviewed, Table

MACHINE, OFFICER = "machine", "officer"
ALARM, FINDING, DRAWN = "alarm", "finding", "drawn"
COLUMNS = (
    *("case", "received_at", "scanner", "lane", "view", "model", "outcome"),
    *("by", "finding", "label", "score", "tier", "x1_px", "y1_px", "x2_px", "y2_px"),
    *("officer", "officer_label", "verdict", "found", "what"),
)


def rows_of(one: Reviewed) -> Iterator[list[Any]]:
    """The rows of a case: the machine's findings by view, strongest first, then the drawn boxes.

    Each holds the values of COLUMNS, in their order.
    """
    for position, report in sorted(one.reports.items()):
        said = _words(one, position, report)
        for number, found in enumerate(report["detections"], start=1):
            tier = ALARM if found["alarming"] else FINDING
            what = [MACHINE, number, found["label"], found["score"], tier, *found["xyxy_px"]]
            yield _row(one, position, what, said.get(number, ("", "")))
    for mark in one.marks:
        if mark.get("says", Says.DRAWN) == Says.DRAWN:
            what = [OFFICER, None, mark["label"], None, DRAWN, *mark["xyxy_px"]]
            yield _row(one, mark.get("view", 0), what, (DRAWN, mark["label"]))


def _words(one: Reviewed, position: int, report: dict[str, Any]) -> dict[int, tuple[str, str]]:
    """Number of a finding of this report → what was said of it, and under which label."""
    sha256 = sha256_of(report)
    return {
        row["finding"]: (str(row["says"]), row["label"])
        for row in one.opinions
        if row["finding"] and (row["position"], row["report_sha256"]) == (position, sha256)
    }


def _row(one: Reviewed, position: int, what: list[Any], officer: tuple[str, str]) -> list[Any]:
    case, model = one.case, one.reports.get(position, {}).get("model")
    name = f"{model['name']}@{model['version']}" if model else None
    return [
        *(case.id, case.received_at, case.scanner, case.lane, position, name, case.outcome),
        *what,
        *(*officer, one.decision["verdict"], one.found, " ".join(one.what)),
    ]


FINDINGS = Table(COLUMNS, rows_of)
