"""What is known of a case, read from the database for the page. No HTML."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from xray.report import Outcome, Report
from xray.scan import Encoding
from xray_app.access.roles import Actor
from xray_app.cases import first_verdicts, oversight, reading, tables
from xray_app.cases.case import Case
from xray_app.cases.decisions import decisions_of
from xray_app.cases.errors import NotFound
from xray_app.cases.inspection import views_of
from xray_app.cases.listing import files_of, first_files
from xray_app.cases.pending import Pending
from xray_app.cases.searches import searches_of
from xray_app.cases.states import State
from xray_app.desk import doing, work
from xray_app.desk.listed import Listed
from xray_app.desk.navigation import SEARCH_ROOM
from xray_app.desk.work import Beside, Line, Undoable, View
from xray_app.languages import label, say
from xray_app.service import Service
from xray_app.shown import Case as Shown
from xray_app.wording import case_name, decided, flag, problems, searcher, view_name

KEPT = b"kept"  # stands for what is in the contents: the page asks for it by its address


def shown(connection: Connection, case: Case, position: int, blind: bool = False) -> Shown:
    """A view of a case as the templates take it.

    Args:
        connection: within a read transaction.
        case: the case.
        position: of the view.
        blind: leave out what the machine says.

    Raises:
        NotFound: there is no such view.
    """
    rows = {row["position"]: row for row in views_of(connection, case.id)}
    if position not in rows:
        raise NotFound(f"case {case.id} has no view {position}")
    said = reading.said(connection, case.id)
    return _shown(case, rows, position, _named(rows, said), blind)


def opens_on(connection: Connection, case: Case, named: int | None, blind: bool) -> int:
    """The view that is named, else the gravest: the first that alarms, else the first of which the
    machine could say nothing, else the first that makes the case's outcome what it is.
    """
    if named is not None or blind:
        return named or 0
    said = reading.said(connection, case.id)
    unread = [
        row["position"] for row in views_of(connection, case.id) if row["position"] not in said
    ]
    if unread and case.outcome is not Outcome.ALARM:
        return int(unread[0])
    return min((n for n, one in said.items() if one.outcome is case.outcome), default=0)


def pixels(connection: Connection, case: Case) -> list[Shown]:
    """Each view of a case, with nothing that anybody says of it."""
    rows = {row["position"]: row for row in views_of(connection, case.id)}
    return [_shown(case, rows, position, {}, blind=True) for position in rows]


def entries(
    connection: Connection, actor: Actor, cases: Sequence[Case], listed: Listed
) -> list[Shown]:
    """The first view of each case, for the queue, in three questions to the database or four."""
    ids, view = [case.id for case in cases], tables.views
    rows = defaultdict[str, dict[int, RowMapping]](dict)
    for row in connection.execute(select(view).where(view.c.case_id.in_(ids))).mappings():
        rows[row["case_id"]][row["position"]] = row
    reports = listed.reports(connection, ids)
    blind = doing.blind_among(connection, actor, cases)
    return [
        _shown(
            case,
            rows[case.id],
            0,
            _named(rows[case.id], reports.get(case.id, {})),
            case.id in blind,
        )
        for case in cases
    ]


Said = Mapping[int, tuple[str, Report]]  # view → its name, and what the machine says of it


def _named(rows: Mapping[int, RowMapping], said: Mapping[int, Report]) -> Said:
    return {n: (view_name(rows[n]["name"], n), said[n]) for n in sorted(said)}


def _shown(
    case: Case, rows: Mapping[int, RowMapping], position: int, said: Said, blind: bool
) -> Shown:
    row, report = rows[position], said[position][1] if position in said else None
    if report and blind:
        report = replace(report, detections=(), reasons=(), outcome=Outcome.UNKNOWN)
    return Shown(
        key=f"{case.id}-{position}",
        name=case.container
        or case.consignment
        or files_of(row["file_name"], row["high_file_name"]),
        report=report,
        problem=problems(case, rows, said).get(position),
        width_px=row["width_px"] or 0,
        height_px=row["height_px"] or 0,
        encoding=Encoding(row["encoding"]) if row["encoding"] else None,
        pixel_mm=row["read_pixel_mm"] or row["pixel_mm"],
        assumed=report.assumed if report else (),
        picture=KEPT if row["picture_sha256"] else b"",
        thumbnail=KEPT if row["thumbnail_sha256"] else b"",
        planes=KEPT if row["planes_sha256"] else b"",
        hidden=blind,
        outcome=None if blind else case.outcome,
        views=tuple(said.values()) if len(rows) > 1 and not blind else (),
    )


def undoable(connection: Connection, said: Pending, now: datetime) -> Undoable:
    """A decision that can still be taken back, as the page shows it."""
    name = _name(connection, said.case)
    left = max(0, round(1000 * (said.holds_at - now).total_seconds()))
    return Undoable(said.case.id, said.case.version, name, said.intent, left)


def beside(
    service: Service, connection: Connection, actor: Actor, case: Case, blind: bool, notice: str
) -> Beside:
    """What the page shows of a case beside what the machine says."""
    officer, mine = actor.officer(), work.has(case, actor.officer())
    primary = reading.said(connection, case.id)
    reasons = [work.suggested(report) for report in primary.values()]
    since = service.now - case.taken_at if mine and case.taken_at else None
    return Beside(
        version=case.version,
        key=case.id,
        officer=actor.name,
        acts=work.acts(case, officer),
        aside=work.ASIDE if mine else (),
        codes=work.CODES if mine else (),
        suggested=None if blind or not mine else next(filter(None, reasons), None),
        status=work.status(case, officer),
        taken_ms=None if since is None else round(1000 * since.total_seconds()),
        until=case.held_until,
        notice=notice,
        search_at=_search_at(actor, case),
        in_turn=case.state is State.WAITING and not work.may_choose(case, officer),
        busy=bool(service.queue.held(connection, officer)),
        flags=tuple(map(flag, case.flags)),
        declared=work.declared(case),
        views=tuple(_views(connection, case, primary, blind)),
        blind=blind,
        scan_first=doing.wants_scan_first(connection, actor),
        colleagues=_colleagues(service, connection, actor, case) if mine else (),
        said=() if blind else tuple(_said(connection, case)),
        earlier=tuple(_earlier(connection, case)),
    )


def _search_at(actor: Actor, case: Case) -> str:
    awaited = case.state is State.SEARCH and actor.may(SEARCH_ROOM.right)
    return f"{SEARCH_ROOM.path}?case={case.id}" if awaited else ""


def _views(
    connection: Connection, case: Case, said: Mapping[int, Report], blind: bool
) -> Iterator[View]:
    rows = {row["position"]: row for row in views_of(connection, case.id)}
    lacking = problems(case, rows, said)
    for n, row in rows.items() if len(rows) > 1 else ():
        report = None if blind else said.get(n)
        yield View(
            key=f"{case.id}-{n}",
            name=view_name(row["name"], n),
            outcome=report.outcome if report else None,
            alarms=sum(found.alarming for found in report.detections) if report else 0,
            problem=lacking.get(n, ""),
            pictured=row["picture_sha256"] is not None,
        )


def _colleagues(
    service: Service, connection: Connection, actor: Actor, case: Case
) -> Sequence[tuple[str, bool]]:
    table = tables.cases
    busy = select(table.c.holder).where(table.c.state == State.TAKEN)
    holders = set(connection.execute(busy).scalars())
    return [(name, name in holders) for name in doing.colleagues(service, actor, case.level)]


def _said(connection: Connection, case: Case) -> Iterator[Line]:
    """What people said of a case, oldest first."""
    lines = [
        Line(
            row["said_at"],
            say("{name}, before the machine", name=row["said_by"]),
            decided(row["verdict"], row["code"]),
        )
        for row in first_verdicts.of(connection, case.id)
    ]
    for row in decisions_of(connection, case.id):
        what = decided(row["verdict"], row["code"], row["reason"])
        who = row["decided_by"]
        who = say("{name}, correcting", name=who) if row["corrects"] else who
        lines.append(Line(row["decided_at"], who, what))
    for n, row in enumerate(searches_of(connection, case.id)):
        what = "; ".join(part for part in (_result(row), row["note"]) if part)
        style = "alarm" if row["found"] else "clear"
        who = searcher(row["searched_by"], corrects=n > 0)
        lines.append(Line(row["searched_at"], who, what, style))
    for look in oversight.looks_of(connection, case.id):
        lines.append(Line(look.at, say("{name}, looking again", name=look.by), say("agrees")))
    yield from sorted(lines, key=lambda line: line.at or case.received_at)


def _result(row: RowMapping) -> str:
    """What a search found."""
    labels = ", ".join(map(label, json.loads(row["what"])))
    if not row["found"]:
        return say("nothing found")
    return say("found {labels}", labels=labels) if labels else say("ended|found")


def _earlier(connection: Connection, case: Case) -> Iterator[Line]:
    for one in reading.earlier(connection, case):
        what, style = work.ended(one.case)
        labels = ", ".join(map(label, one.found))
        yield Line(
            one.case.received_at, _name(connection, one.case), f"{what} {labels}".strip(), style
        )


def _name(connection: Connection, case: Case) -> str:
    return case_name(case, first_files(connection, [case.id]).get(case.id, ""))
