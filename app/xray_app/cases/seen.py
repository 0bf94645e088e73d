"""Which officer was shown what the machine says of which case, and since when.

A first verdict is one from before that; whoever has seen the machine's opinion cannot unsee it, nor
can anybody have it forgotten: the audit chain seals each row.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from xray_app.cases import audit, tables
from xray_app.cases.canonical import moment, sha256_of
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.states import State

SHOWN = "shown"  # the action in the audit chain
UNDECIDED = (State.WAITING, State.TAKEN, State.HELD, State.PENDING)


def keep(database: Database, name: str, case: Case, now: datetime) -> None:
    """Keep that an officer is shown what the machine says of a case that is still to be decided.

    Only the first time counts.
    """
    if not case.outcome or case.state not in UNDECIDED:
        return
    with database.read() as connection:  # mostly it is known, and writers wait for each other
        if by(connection, name, [case.id]):
            return
    with database.write() as connection:
        if not by(connection, name, [case.id]):
            row = {"case_id": case.id, "seen_by": name, "seen_at": now}
            connection.execute(insert(tables.seen).values(**row))
            seal = {"sha256": sha256_of({**row, "seen_at": moment(now)})}
            audit.append(connection, now, name, SHOWN, case.id, seal)


def by(connection: Connection, name: str, case_ids: Sequence[str]) -> set[str]:
    """Those of the cases of which this officer was shown what the machine says."""
    table = tables.seen
    mine = select(table.c.case_id).where(table.c.seen_by == name, table.c.case_id.in_(case_ids))
    return set(connection.execute(mine).scalars())
