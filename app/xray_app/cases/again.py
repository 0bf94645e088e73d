"""What an officer asks for again, since the answer got lost: whether it was done and still stands.

The actions that the audit chain calls them by stand here too.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection

from xray_app.cases import audit
from xray_app.cases.case import Case, load
from xray_app.cases.rules import Officer
from xray_app.cases.states import State

HANDED, ESCALATED, RELEASED, SET_ASIDE = "handed over", "escalated", "released", "held"
BACK_TO_THE_QUEUE = (RELEASED, "ran out", ESCALATED)  # after which nobody has it


def handed_by(connection: Connection, case: Case, officer: Officer) -> str | None:
    """Who handed this officer the case that they have; None: it came from the queue."""
    for entry in reversed(audit.of(connection, case.id)):
        if entry.action in BACK_TO_THE_QUEUE:
            return None
        if entry.action == HANDED:
            return entry.actor if json.loads(entry.body)["to"] == officer.name else None
    return None


def one_step_on(connection: Connection, case_id: str, version: int) -> Case | None:
    """The case, if one step led to where it stands from this version: the caller may have made it.

    Raises:
        NotFound: there is no such case.
    """
    case = load(connection, case_id)
    return case if case.version == version + 1 else None


def _last(connection: Connection, case_id: str, actions: tuple[str, ...]) -> audit.Entry | None:
    """The newest entry of a case that tells of one of these actions."""
    entries = reversed(audit.of(connection, case_id))
    return next((entry for entry in entries if entry.action in actions), None)


def released(connection: Connection, case_id: str, version: int, officer: Officer) -> Case | None:
    """The case, if this officer put it back at this version and nobody took it since."""
    after = one_step_on(connection, case_id, version)
    last = _last(connection, case_id, BACK_TO_THE_QUEUE)
    if after is None or after.state is not State.WAITING or last is None:
        return None
    return after if (last.action, last.actor) == (RELEASED, officer.name) else None


def held(
    connection: Connection,
    case_id: str,
    version: int,
    officer: Officer,
    until: datetime | timedelta,
    why: str,
) -> Case | None:
    """The case, if this officer set it aside at this version until then, for this reason."""
    after = one_step_on(connection, case_id, version)
    asked = (State.HELD, officer.name, why)
    if after is None or (after.state, after.holder, after.held_why) != asked:
        return None
    if isinstance(until, timedelta):
        entry = _last(connection, case_id, (SET_ASIDE,))
        return after if entry and after.held_until == _at(entry) + until else None
    return after if after.held_until == until else None


def _at(entry: audit.Entry) -> datetime:
    return datetime.fromisoformat(entry.at)


def handed(connection: Connection, case: Case, by: Officer, to: Officer) -> bool:
    """Whether it is with somebody, or waits for them alone, by this officer's hand."""
    if case.state not in (State.TAKEN, State.HELD) or case.holder != to.name:
        return False
    return handed_by(connection, case, to) == by.name


def escalated(
    connection: Connection, case_id: str, version: int, officer: Officer, why: str
) -> bool:
    """Whether this officer left it to the supervisors for this reason, since this version of it."""
    case = load(connection, case_id)
    return case.version > version and flag(officer, why) in case.flags


def flag(officer: Officer, why: str) -> str:
    """What a case is flagged with that an officer leaves to the supervisors."""
    return f"{officer.name}: {why}"
