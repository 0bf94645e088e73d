"""The audit chain as somebody reads it: filtered, the newest first, a page at a time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from xray_app.cases import tables
from xray_app.cases.audit import Entry
from xray_app.cases.canonical import moment
from xray_app.cases.patience import at_length

PAGE = 100  # entries


@dataclass(frozen=True)
class Asked:
    """Which entries are shown; None and empty: whichever.

    Attributes:
        actor, action: word for word.
        subject: beginning of a case's ID, or of a person's or key's name.
        cases: IDs that count as the subject too: of those cases that go by it.
        since, until: days, both of them with.
        before: only entries with a smaller number, as the last page ended.
        zone: in which those days begin and end.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    cases: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    before: int | None = None
    zone: tzinfo = UTC


def entries(connection: Connection, asked: Asked) -> tuple[Entry, ...]:
    """One page, and one entry more where a further page follows."""
    at_length(connection)
    table = tables.audit
    wanted = select(table).where(*_wanted(asked)).order_by(table.c.seq.desc()).limit(PAGE + 1)
    return tuple(Entry(**row) for row in connection.execute(wanted).mappings())


def actions(connection: Connection) -> list[str]:
    """Every kind of act that the chain holds, in the order of letters.

    Each is looked up as the next after the one before: DISTINCT reads the whole chain.
    """
    action = tables.audit.c.action
    found = select(func.min(action).label("action")).cte(recursive=True)
    after = select(func.min(action)).where(action > found.c.action).scalar_subquery()
    found = found.union_all(select(after).where(found.c.action.is_not(None)))
    each = select(found.c.action).where(found.c.action.is_not(None)).order_by(found.c.action)
    return list(connection.execute(each).scalars())


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    table: Any = tables.audit.c
    wanted = [
        table[name] == getattr(asked, name) for name in ("actor", "action") if getattr(asked, name)
    ]
    if asked.subject:
        begins = table.subject.startswith(asked.subject.strip(), autoescape=True)
        wanted.append(begins | table.subject.in_(asked.cases) if asked.cases else begins)
    if asked.since:
        wanted.append(table.at >= _day(asked.since, asked.zone))
    if asked.until:
        wanted.append(table.at < _day(asked.until + timedelta(days=1), asked.zone))
    if asked.before is not None:
        wanted.append(table.seq < asked.before)
    return wanted


def _day(day: date, zone: tzinfo) -> str:
    """The first moment of a day, as the chain writes moments: as text they sort as they follow."""
    return moment(datetime.combine(day, time.min, zone))
