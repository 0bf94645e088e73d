"""What became of live cases, as plain rows to count. No names: nobody is measured by them.

Demo, test and projected cases are left out: they say nothing of the traffic.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from xray.report import Outcome
from xray_app.cases import tables
from xray_app.cases.patience import unhurried
from xray_app.cases.states import Disposition, Kind, ReportRole, Verdict

MOST = 20_000  # cases counted at once; beyond, the oldest are left out and it is said


@dataclass(frozen=True)
class Scored:
    """One alarming finding: the model file that made it, its label, its probability."""

    model_sha256: str
    label: str
    score: float


@dataclass(frozen=True)
class Fact:
    """One live case.

    Attributes:
        labels: alarming label → the model's highest probability for it.
        verdict: of the officer; None: not decided, or by the machine.
        decide_s: seconds from an officer's taking it to the first decision.
        wait_s: seconds from the inspection's end to the first decision.
        found: what the search said; None: not searched, or not yet.
        scored: every alarming finding in all views.
    """

    received_at: datetime
    lane: str
    scanner: str
    outcome: Outcome | None
    disposition: Disposition | None
    labels: Mapping[str, float]
    verdict: Verdict | None
    decide_s: float | None
    wait_s: float | None
    found: bool | None
    scored: tuple[Scored, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The cases of a time, the newest first; `cut`: there were more than MOST."""

    rows: Sequence[Fact]
    cut: bool


def facts(connection: Connection, since: datetime, kind: Kind = Kind.LIVE) -> Facts:
    """Live cases that came since then; in a demo, whose database holds no others, demo cases."""
    unhurried(connection)
    table = tables.cases.c
    wanted = (table.kind == kind) & (table.received_at >= since)
    columns = (table.id, table.received_at, table.waiting_at, table.lane, table.scanner)
    found = connection.execute(
        select(*columns, table.outcome, table.disposition)
        .where(wanted)
        .order_by(table.received_at.desc(), table.id)
        .limit(MOST + 1)
    ).all()
    scored, said = _scored(connection, wanted), _decisions(connection, wanted)
    searched = _searches(connection, wanted)
    rows = []
    for case in found[:MOST]:
        verdict, taken_at, decided_at = said.get(case.id, (None, None, None))
        rows.append(
            Fact(
                received_at=case.received_at,
                lane=case.lane or "–",
                scanner=case.scanner or "–",
                outcome=Outcome(case.outcome) if case.outcome else None,
                disposition=Disposition(case.disposition) if case.disposition else None,
                labels=_strongest(scored.get(case.id, ())),
                verdict=Verdict(verdict) if verdict else None,
                decide_s=_seconds(taken_at, decided_at),
                wait_s=_seconds(case.waiting_at, decided_at),
                found=searched.get(case.id),
                scored=tuple(scored.get(case.id, ())),
            )
        )
    return Facts(rows, len(found) > MOST)


def _scored(connection: Connection, wanted: ColumnElement[bool]) -> dict[str, list[Scored]]:
    report, case = tables.reports.c, tables.cases.c
    rows = connection.execute(
        select(report.case_id, report.model_sha256, report.body)
        .join(tables.cases, case.id == report.case_id)
        .where(wanted, case.outcome == Outcome.ALARM, report.role == ReportRole.PRIMARY)
    )
    scored: dict[str, list[Scored]] = {}
    for row in rows:
        for found in json.loads(row.body)["detections"]:
            if found.get("alarming"):
                one = Scored(row.model_sha256, found["label"], found["score"])
                scored.setdefault(row.case_id, []).append(one)
    return scored


def _strongest(scored: Sequence[Scored]) -> dict[str, float]:
    labels: dict[str, float] = {}
    for one in scored:
        labels[one.label] = max(labels.get(one.label, 0.0), one.score)
    return labels


def _decisions(
    connection: Connection, wanted: ColumnElement[bool]
) -> dict[str, tuple[str, datetime | None, datetime]]:
    """Case → the verdict that stands, and when the first was taken up and said."""
    said, case = tables.decisions.c, tables.cases.c
    rows = connection.execute(
        select(said.case_id, said.verdict, said.taken_at, said.decided_at)
        .join(tables.cases, case.id == said.case_id)
        .where(wanted)
        .order_by(said.id)
    )
    found: dict[str, tuple[str, datetime | None, datetime]] = {}
    for row in rows:
        _, taken_at, decided_at = found.get(row.case_id, ("", row.taken_at, row.decided_at))
        found[row.case_id] = (row.verdict, taken_at, decided_at)
    return found


def _searches(connection: Connection, wanted: ColumnElement[bool]) -> dict[str, bool]:
    result, case = tables.search_results.c, tables.cases.c
    rows = connection.execute(
        select(result.case_id, result.found)
        .join(tables.cases, case.id == result.case_id)
        .where(wanted)
        .order_by(result.id)
    )
    return {row.case_id: row.found for row in rows}


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end and end >= start else None
