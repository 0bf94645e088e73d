"""The tables of a case's paper: what was found, decided, drawn, and what a search brought."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, RowMapping

from xray.report import Report
from xray_app.cases import audit, first_verdicts, opinions, oversight, reading
from xray_app.cases.case import Case
from xray_app.cases.decisions import decisions_of
from xray_app.cases.inspection import views_of
from xray_app.cases.reports import read_report
from xray_app.cases.searches import searches_of
from xray_app.cases.states import Reason, Verdict
from xray_app.languages import label, percent, say
from xray_app.paper.parts import Part
from xray_app.terms import REASONS, VERDICTS
from xray_app.wording import searcher

# Columns of the tables, each with its share of the width.
FINDINGS = {
    **{"Number": 0.09, "What": 0.22, "Raises": 0.1, "Probability": 0.12},
    **{"material|Material": 0.12, "Size": 0.17, "Officer": 0.18},
}
DECISIONS = {"When": 0.26, "Officer": 0.16, "Decision": 0.15, "Reason": 0.15, "Note": 0.28}
DRAWN = {"Number": 0.1, "What": 0.25, "Said": 0.25, "Officer": 0.14, "When": 0.26}
SEARCHES = {
    **{"When": 0.26, "Who": 0.15, "What the search found": 0.16},
    **{"What it was": 0.2, "Note": 0.23},
}
NONE = "–"


@dataclass(frozen=True)
class Known:
    """What is known of a case, read once, and the zone that its paper is read in.

    Attributes:
        case: as it stands, its kind as the reader may know it.
        zone: None: this machine's.
        views: in their order.
        reports: of each view that was inspected, by its position.
        standing: what officers say of findings, and the boxes that they drew.
        boxes: what each box that officers drew is known by, also of those that were taken away.
        came: the boxes that came with the newest decision, like rows of drawn ones.
        first, decisions, searches: what people said, oldest first.
        looks: of who looked again and agreed, oldest first.
        head: of the audit chain.
    """

    case: Case
    zone: tzinfo | None
    views: Sequence[RowMapping]
    reports: Mapping[int, Report]
    standing: Sequence[RowMapping]
    boxes: Sequence[str]
    came: Sequence[Mapping[str, Any]]
    first: Sequence[RowMapping]
    decisions: Sequence[RowMapping]
    searches: Sequence[RowMapping]
    looks: Sequence[oversight.Look]
    head: audit.Head

    @property
    def drawn(self) -> Mapping[str, Mapping[str, Any]]:
        """The officers' boxes by their letters: the viewer's, then those that came."""
        places = {name: n for n, name in enumerate(self.boxes)}
        drawn = {places[row["drawn"]]: dict(row) for row in self.standing if row["drawn"]}
        return {lettered(n): row for n, row in (*drawn.items(), *enumerate(self.came, len(places)))}

    def moment(self, at: datetime) -> str:
        """In the reader's zone, and UTC below it."""
        here = f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S %Z}"
        return here if here.endswith("UTC") else f"{here}\n({at:%Y-%m-%d %H:%M:%S} UTC)"

    def line(self, at: datetime) -> str:
        """The same on one line."""
        return self.moment(at).replace("\n", " ")


def known(connection: Connection, case: Case, zone: tzinfo | None) -> Known:
    """Everything of a case, within a read transaction."""
    bodies = reading.reports(connection, case.id)
    decided = decisions_of(connection, case.id)
    return Known(
        case=case,
        zone=zone,
        views=views_of(connection, case.id),
        reports={position: read_report(body) for position, body in bodies.items()},
        standing=list(opinions.standing(connection, case.id)),
        boxes=opinions.drawn_on(connection, case.id),
        came=_came(connection, decided[-1]) if decided else (),
        first=list(first_verdicts.of(connection, case.id)),
        decisions=decided,
        searches=searches_of(connection, case.id),
        looks=oversight.looks_of(connection, case.id),
        head=audit.head(connection),
    )


def _came(connection: Connection, decision: RowMapping) -> list[Mapping[str, Any]]:
    # What says something stands among the opinions already.
    return [
        {"label": box["label"], "position": box.get("view", 0), "said_by": box["by"]}
        | {"xyxy_px": json.dumps(box["xyxy_px"]), "said_at": decision["decided_at"]}
        for box in opinions.decided_boxes(connection, decision)
        if "says" not in box
    ]


def lettered(n: int) -> str:
    """The letter of a drawn box, counted from 0, as `desk/viewer/opinions.js` writes it.

    >>> [lettered(n) for n in (0, 25, 26, 27, 52)]
    ['A', 'Z', 'AA', 'AB', 'BA']
    """
    return (lettered(n // 26 - 1) if n >= 26 else "") + chr(65 + n % 26)


def findings(of: Known) -> Part:
    """What the machine found, numbered by view, with what officers said of it."""
    said = {(row["position"], row["finding"]): row for row in of.standing}
    rows = [
        _finding(of, position, n, said.get((position, n)))
        for position, report in sorted(of.reports.items())
        for n in range(1, len(report.detections) + 1)
    ]
    return _table(say("Findings"), FINDINGS, rows)


def decisions(of: Known) -> Part:
    """What officers decided, also before they saw what the machine says, and second looks."""
    rows = []
    for row in of.first:
        who = say("{name}, before the machine", name=row["said_by"])
        rows.append((of.moment(row["said_at"]), who, _verdict(row), _reason(row), NONE))
    for row in of.decisions:
        who = str(row["decided_by"])
        who = say("{name}, correcting", name=who) if row["corrects"] else who
        said = (_verdict(row), _reason(row), row["reason"] or NONE)
        rows.append((of.moment(row["decided_at"]), who, *said))
    for look in of.looks:
        who = say("{name}, looking again", name=look.by)
        rows.append((of.moment(look.at), who, say("agrees"), NONE, NONE))
    return _table(say("Officers’ decisions"), DECISIONS, rows)


def drawn(of: Known) -> Part:
    """What officers marked that the machine missed."""
    word = say("drawn by the officer")
    rows = [
        (letter, label(row["label"]), word, row["said_by"], of.moment(row["said_at"]))
        for letter, row in of.drawn.items()
    ]
    return _table(say("Drawn by officers"), DRAWN, rows)


def searches(of: Known) -> Part:
    """What searches brought."""
    rows = []
    for n, row in enumerate(of.searches):
        who = searcher(row["searched_by"], corrects=True) if n else row["searched_by"]
        found = say("act|Found") if row["found"] else say("act|Nothing found")
        what = ", ".join(map(label, json.loads(row["what"]))) or NONE
        said = (who, found, what, row["note"] or NONE)
        rows.append((of.moment(row["searched_at"]), *said))
    return _table(say("act|Search"), SEARCHES, rows)


def _finding(of: Known, position: int, number: int, said: RowMapping | None) -> tuple[str, ...]:
    found, view = of.reports[position].detections[number - 1], of.views[position]
    what = label(found.label)
    if said and said["label"] != found.label:
        what = f"{label(said['label'])} ({what})"
    return (
        f"{position + 1}.{number}",
        what,
        say("spot|Alarm") if found.alarming else say("spot|Finding"),
        percent(round(100 * found.score)),
        say(f"material|{found.material}") if found.material else NONE,
        _size(found.xyxy_px, view["read_pixel_mm"] or view["pixel_mm"]),
        say(f"spot|{said['says']} by the officer") if said else NONE,
    )


def _table(title: str, columns: Mapping[str, float], rows: Sequence[tuple[Any, ...]]) -> Part:
    heads, widths = tuple(map(say, columns)), tuple(columns.values())
    return Part(title, heads=heads, table=tuple(rows), widths=widths)


def _verdict(row: RowMapping) -> str:
    return say(VERDICTS[Verdict(row["verdict"])])


def _reason(row: RowMapping) -> str:
    return say(REASONS[Reason(row["code"])]) if row["code"] else NONE


def _size(xyxy_px: Sequence[float], pixel_mm: float | None) -> str:
    wide, tall = xyxy_px[2] - xyxy_px[0], xyxy_px[3] - xyxy_px[1]
    if pixel_mm:
        return f"{wide * pixel_mm:.0f} × {tall * pixel_mm:.0f} mm"
    return f"{wide:.0f} × {tall:.0f} px"
