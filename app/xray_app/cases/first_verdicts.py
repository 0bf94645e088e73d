"""What officers say of a scan before they are shown what the machine says of it.

People lean on machines: only what was said before can tell how well an officer sees, and how
often the machine talked them into or out of something. Said once for each officer and case.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select

from xray_app.cases import audit, tables
from xray_app.cases.decisions import seal_of
from xray_app.cases.queue import Queue, held_by
from xray_app.cases.rules import Officer
from xray_app.cases.states import Reason, Verdict


def keep(
    queue: Queue,
    case_id: str,
    version: int,
    officer: Officer,
    verdict: Verdict,
    code: Reason | None = None,
) -> None:
    """Keep the first verdict of the officer who holds the case; a second one changes nothing.

    Raises:
        Conflict: it has changed, the lease ran out, or it is with another.
    """
    with queue.writing() as (connection, now):
        case = held_by(connection, case_id, version, officer)
        if given_by(connection, officer.name, [case_id]):
            return
        row = {
            **{"case_id": case_id, "case_version": case.version, "verdict": verdict},
            **{"code": code, "outcome": case.outcome, "said_by": officer.name, "said_at": now},
        }
        connection.execute(insert(tables.first_verdicts).values(**row))
        seal = {"verdict": verdict, "sha256": seal_of(row)}
        audit.append(connection, now, officer.name, "first verdict", case_id, seal)


def of(connection: Connection, case_id: str) -> Sequence[RowMapping]:
    """Every officer's first verdict on a case, oldest first."""
    table = tables.first_verdicts
    found = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return connection.execute(found).mappings().all()


def given_by(connection: Connection, name: str, case_ids: Sequence[str]) -> set[str]:
    """Those of the cases on which an officer gave a first verdict."""
    table = tables.first_verdicts
    mine = select(table.c.case_id).where(table.c.said_by == name, table.c.case_id.in_(case_ids))
    return set(connection.execute(mine).scalars())
