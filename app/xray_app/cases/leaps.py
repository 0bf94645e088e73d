"""What is done about a clock that was set wrong: it leaps, and leaps again when it is set right.

Nothing tells a wrong clock from a right one. What a clock that was ahead left behind is known by
being later than anything made now; a clock that leaps ahead, by the days before of which the audit
chain says nothing.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from xray_app.cases import audit, tables
from xray_app.cases.canonical import moment
from xray_app.cases.case import Case, change
from xray_app.cases.sealed import turn_of
from xray_app.cases.states import Level, State

CLOCKWORK = "clock"  # the actor of what happens because time has passed
PLACED, LEAPT = "placed anew", "clock leapt"  # actions in the audit chain
QUIET = timedelta(days=3)  # a weekend: for so long nobody may have worked
TO_MEND_IT = timedelta(days=1)  # time for somebody to set the clock right
AT_ONCE = 100  # cases that are placed anew in one transaction: a second on PostgreSQL at the most

log = logging.getLogger("xray_app.leaps")


def place_anew(connection: Connection, now: datetime) -> None:
    """Bring forward the cases whose turn is later than any that is given now.

    The last of them then began to wait now, the others before it by as much as they did. The first
    of them alone where there are many: the others follow with what is written next, and others than
    the clock have their turn to write.
    """
    table = tables.cases
    later = (table.c.state == State.WAITING) & table.c.level.in_(list(Level))
    later &= table.c.place_at > now
    since = select(func.max(func.coalesce(table.c.waiting_at, table.c.place_at))).where(later)
    newest = connection.execute(since).scalar_one()
    if newest is None:
        return
    first = select(table).where(later).order_by(table.c.place_at, table.c.id).limit(AT_ONCE)
    ahead = newest - now
    for case in [Case.of(row) for row in connection.execute(first).mappings().all()]:
        after = change(connection, case, place_at=case.place_at - ahead)
        turn = {"turn": turn_of(after.place_at, after.waiting_at)}
        audit.append(connection, now, CLOCKWORK, PLACED, case.id, turn)


def may_have_leapt(connection: Connection, now: datetime) -> bool:
    """Whether the newest entry of the chain that is a day old is far older still.

    Then the clock has leapt ahead, or nobody was there. It is said in the chain and in the log;
    with that entry, or any other, a day old, the time counts.
    """
    table = tables.audit.c
    since = moment(now - TO_MEND_IT)
    newest = select(table.at).where(table.at <= since).order_by(table.seq.desc()).limit(1)
    before = connection.execute(newest).scalar_one_or_none()
    if before is not None and before >= moment(now - TO_MEND_IT - QUIET):
        return False
    if not any(since < entry.at <= moment(now) for entry in audit.of(connection, CLOCKWORK)):
        audit.append(connection, now, CLOCKWORK, LEAPT, CLOCKWORK)
        log.warning(
            "no entry of the audit chain is of the last days: the service stood still, or its "
            "clock leapt ahead. For a day no scan is deleted by its age: is the clock right?"
        )
    return True
