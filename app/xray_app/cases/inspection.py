"""Cases on their way through the model: claimed, inspected, laid before an officer.

A case that no inspection could finish goes to an officer as it is. Nothing here closes a case
unless the rules let the machine do so and the report itself is eligible, by calibration.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from xray.report import Outcome
from xray_app.cases import audit, outbox, reuse, sealed, tables
from xray_app.cases.bringing import bringing
from xray_app.cases.canonical import canonical, sha256_of
from xray_app.cases.case import Case, change
from xray_app.cases.contents import Contents, Staged
from xray_app.cases.database import Database
from xray_app.cases.errors import Conflict
from xray_app.cases.rules import Rules
from xray_app.cases.states import Disposition, Level, ReportRole, State

MACHINE = "machine"
BROKE_OFF = "inspection broke off"  # the action in the audit chain
CUT_OFF = "This scan could not be inspected: every try broke off, by its time, memory or a restart."


@dataclass(frozen=True)
class Looked:
    """What became of one view.

    Attributes:
        position: of the view in its case.
        report: `xray.report/1` as plain values; None: there is none.
        problem: why there is none.
        picture, thumbnail: JPEGs, staged; None where the file could not be read.
        width_px, height_px: of the upright scan.
        encoding: what its numbers mean.
        pixel_mm: width of a pixel that the inspection went by.
        dicom: what the file's DICOM header said of it.
        planes: transmission for the viewer, staged; None for a pseudo-colour scan.
        pixels_sha256: what it shows, whatever its file; None: blank, or not read.
    """

    position: int
    report: dict[str, Any] | None = None
    problem: str | None = None
    picture: Staged | None = None
    thumbnail: Staged | None = None
    width_px: int | None = None
    height_px: int | None = None
    encoding: str | None = None
    pixel_mm: float | None = None
    dicom: Mapping[str, str] = field(default_factory=dict)
    planes: Staged | None = None
    pixels_sha256: str | None = None

    @property
    def files(self) -> dict[str, Staged]:
        """What is to be kept, by the column that names it."""
        files = {
            "picture_sha256": self.picture,
            "thumbnail_sha256": self.thumbnail,
            "planes_sha256": self.planes,
        }
        return {column: file for column, file in files.items() if file is not None}


def claim(database: Database, now: datetime) -> Case | None:
    """Take the scan that has waited longest for inspection."""
    table = tables.cases
    oldest = select(table).where(table.c.state == State.RECEIVED)
    with database.write() as connection:
        row = connection.execute(oldest.order_by(table.c.received_at, table.c.id).limit(1))
        found = row.mappings().one_or_none()
        if found is None:
            return None
        case = Case.of(found)
        return change(connection, case, state=State.INSPECTING, tries=case.tries + 1)


def views_of(connection: Connection, case_id: str) -> Sequence[RowMapping]:
    """The rows of its views, in their order."""
    table = tables.views
    found = select(table).where(table.c.case_id == case_id).order_by(table.c.position)
    return connection.execute(found).mappings().all()


def record(
    database: Database,
    contents: Contents,
    case: Case,
    looked: Sequence[Looked],
    now: datetime,
    rules: Rules,
    draw: Callable[[], float],
) -> Case:
    """Keep what was seen and lay the case before an officer, or close it if the machine may. One
    whose picture came before under another identity is a supervisor's.

    Args:
        draw: a random number in 0..1, for the share of cleared cases that an officer sees.

    Raises:
        Conflict: the case is no longer in inspection; nothing was kept.
    """
    files = [file for one in looked for file in one.files.values()]
    with bringing(database, contents, files), database.write() as connection:
        case, same = _compared(connection, case, looked, now)
        said = [one.report for one in looked if one.report is not None]
        outcome = _outcome(said) if len(said) == len(looked) else _worse(_outcome(said))
        score = max((d["score"] for r in said for d in r["detections"] if d["alarming"]), default=0)
        problem = "\n".join(one.problem for one in looked if one.problem) or None
        seen = {"outcome": outcome, "score": score, "problem": problem, "waiting_at": now}
        seen |= {"flags": canonical(case.flags), "level": case.level}
        seen["place_at"] = rules.place(case, outcome, score, now)
        seen |= _whereto(case, outcome, said, now, rules, draw)
        after = change(connection, case, **seen)
        contents.adopt(connection, files, now)
        for one in looked:
            _keep(connection, case.id, one)
        told: dict[str, Any] = {"outcome": outcome, "state": after.state, **same}
        told["reports"] = [sha256_of(report) for report in said]
        told["sealed"] = sealed.seals_of(connection, case.id)
        told["turn"] = sealed.turn_of(after.place_at, after.waiting_at)
        audit.append(connection, now, MACHINE, "inspected", case.id, told)
        outbox.put(connection, now, rules.tells, "case.inspected", after, outcome=outcome)
        return after


def give_back(
    database: Database, case: Case, now: datetime, rules: Rules, counts: bool = True
) -> Case:
    """The inspection broke off: try again, or leave the case to an officer after enough tries.

    Args:
        counts: whether this try counts; not where the service was told to stop. The audit chain
            is not told of one that does not.
    """
    with database.write() as connection:
        return _give_back(connection, case, now, rules, counts)


def recover(
    database: Database,
    now: datetime,
    rules: Rules,
    still: frozenset[str] = frozenset(),
    uncounted: frozenset[str] = frozenset(),
) -> int:
    """Give back what is in inspection and with nobody any more; how many cases.

    Args:
        still: the cases that somebody does inspect; at the start, none.
        uncounted: the cases whose try does not count: it broke off by no fault of theirs. The
            audit chain is not told of it.
    """
    table = tables.cases
    with database.write() as connection:
        rows = connection.execute(select(table).where(table.c.state == State.INSPECTING))
        found = [Case.of(row) for row in rows.mappings().all()]
        broken = [case for case in found if case.id not in still]
        for case in broken:
            _give_back(connection, case, now, rules, counts=case.id not in uncounted)
        return len(broken)


def _give_back(
    connection: Connection, case: Case, now: datetime, rules: Rules, counts: bool
) -> Case:
    if case.state is not State.INSPECTING:
        raise Conflict(f"case {case.id} is {case.state}, not in inspection")
    if not counts:
        return change(connection, case, state=State.RECEIVED, tries=case.tries - 1)
    if case.tries < rules.max_tries:
        after = change(connection, case, state=State.RECEIVED, tries=case.tries)
    else:
        place = rules.place(case, None, None, now)
        left = {"state": State.WAITING, "problem": CUT_OFF, "place_at": place, "waiting_at": now}
        after = change(connection, case, **left)
        # outcome None, as where no view can be read: who waits for the machine's word waits no more
        outbox.put(connection, now, rules.tells, "case.inspected", after, outcome=None)
    said = {"state": after.state, "tries": case.tries}
    said["turn"] = sealed.turn_of(after.place_at, after.waiting_at)
    audit.append(connection, now, MACHINE, BROKE_OFF, case.id, said)
    return after


def _compared(
    connection: Connection, case: Case, looked: Sequence[Looked], now: datetime
) -> tuple[Case, dict[str, Any]]:
    """The case, flagged and linked where its pixels came before under another identity; and what
    the audit chain is to say of that.
    """
    before = reuse.by_pixels(connection, case, [one.pixels_sha256 for one in looked])
    if not before:
        return case, {}
    reuse.link(connection, case.id, before, reuse.SAME_PIXELS, now)
    flags = (*case.flags, *reuse.flags_of(before, reuse.SAME_PIXELS))
    seal = hashlib.sha256(canonical(flags).encode()).hexdigest()
    told = {"same_as": [one.first for one in before], "flags_sha256": seal}
    return replace(case, flags=flags, level=Level.SUPERVISOR), told


def _outcome(reports: Sequence[dict[str, Any]]) -> Outcome | None:
    outcomes = [Outcome(report["outcome"]) for report in reports]
    return Outcome.strongest(*outcomes) if outcomes else None


def _worse(outcome: Outcome | None) -> Outcome | None:
    """Where a view was not seen, the rest cannot clear the case."""
    return Outcome.UNKNOWN if outcome is Outcome.CLEAR else outcome


def _whereto(
    case: Case,
    outcome: Outcome | None,
    reports: Sequence[dict[str, Any]],
    now: datetime,
    rules: Rules,
    draw: Callable[[], float],
) -> dict[str, Any]:
    may = rules.clear_by_machine and outcome is Outcome.CLEAR
    may = may and all(report["clearance"]["eligible"] for report in reports)
    if not may or case.flags or case.level is not Level.SCREENING:
        return {"state": State.WAITING}
    if draw() < rules.human_share:
        return {"state": State.WAITING, "checks_machine": True}
    cleared = Disposition.CLEARED_BY_MACHINE
    return {"state": State.CLOSED, "disposition": cleared, "closed_at": now}


def _keep(connection: Connection, case_id: str, one: Looked) -> None:
    view = tables.views
    seen: dict[str, Any] = {"width_px": one.width_px, "height_px": one.height_px}
    seen |= {"encoding": one.encoding, "read_pixel_mm": one.pixel_mm}
    seen["pixels_sha256"] = one.pixels_sha256
    seen["dicom"] = canonical(dict(one.dicom)) if one.dicom else None
    seen |= {column: file.sha256 for column, file in one.files.items()}
    mine = (view.c.case_id == case_id) & (view.c.position == one.position)
    connection.execute(update(view).where(mine).values(**seen))
    if one.report is None:
        return
    model = one.report["model"]
    row = {
        **{"case_id": case_id, "position": one.position, "role": ReportRole.PRIMARY},
        **{"model": f"{model['name']}@{model['version']}", "model_sha256": model["sha256"]},
        **{"outcome": one.report["outcome"], "body": canonical(one.report)},
        "made_at": datetime.fromisoformat(one.report["made_at"]).astimezone(UTC),
    }
    connection.execute(insert(tables.reports).values(**row))
