"""Which officer was shown what the machine says of which case, and since when.

A first verdict is one from before that; whoever has seen the machine's opinion cannot unsee it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.states import State

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


def by(connection: Connection, name: str, case_ids: Sequence[str]) -> set[str]:
    """Those of the cases of which this officer was shown what the machine says."""
    table = tables.seen
    mine = select(table.c.case_id).where(table.c.seen_by == name, table.c.case_id.in_(case_ids))
    return set(connection.execute(mine).scalars())
