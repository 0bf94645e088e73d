"""A case as it stands, and the one way to change it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from xray.report import Outcome
from xray_app.cases import tables
from xray_app.cases.errors import Conflict, NotFound
from xray_app.cases.states import NEXT, Disposition, Kind, Level, State


@dataclass(frozen=True)
class Case:
    """One row of the table `cases`; `tables` says what each column is for."""

    id: str
    kind: Kind
    state: State
    version: int
    level: Level
    place_at: datetime
    holder: str | None
    lease_until: datetime | None
    held_until: datetime | None
    held_why: str | None
    outcome: Outcome | None
    score: float | None
    disposition: Disposition | None
    problem: str | None
    flags: tuple[str, ...]
    tries: int
    checks_machine: bool
    submitted_by: str
    scanner: str | None
    lane: str | None
    container: str | None
    consignment: str | None
    declaration: dict[str, Any] | None
    identity_sha256: str
    content_sha256: str
    received_at: datetime
    waiting_at: datetime | None
    closed_at: datetime | None
    emptied_at: datetime | None
    taken_at: datetime | None
    consignee: str | None

    @staticmethod
    def of(row: Mapping[Any, Any]) -> "Case":
        """From a row as the database gives it, its columns by name."""
        kinds: dict[str, Callable[[str], Any]] = {
            **{"outcome": Outcome, "disposition": Disposition, "declaration": json.loads}
        }
        values: dict[str, Any] = dict(row)
        values.update(
            kind=Kind(row["kind"]),
            state=State(row["state"]),
            level=Level(row["level"]),
            flags=tuple(json.loads(row["flags"])),
            **{
                name: None if row[name] is None else read(row[name]) for name, read in kinds.items()
            },
        )
        return Case(**values)


def load(connection: Connection, case_id: str) -> Case:
    """The case as it stands now.

    Raises:
        NotFound: there is none with this id.
    """
    found = select(tables.cases).where(tables.cases.c.id == case_id)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no case {case_id[:40]}")
    return Case.of(row)


def load_version(connection: Connection, case_id: str, version: int) -> Case:
    """The case, if it still is what somebody read.

    Raises:
        NotFound: there is none with this id.
        Conflict: it has changed.
    """
    case = load(connection, case_id)
    if case.version != version:
        raise Conflict(
            f"case {case_id} has changed: it is at version {case.version} ({case.state}), "
            f"you saw {version}; read it again"
        )
    return case


def change(connection: Connection, case: Case, **values: Any) -> Case:
    """Compare and set: write the values if the case still is this one, and count its version up.

    Raises:
        Conflict: it is not, or no such step leads on from where it stands.
    """
    return _set(connection, case, case.version + 1, values)


def prolong(connection: Connection, case: Case, until: datetime) -> Case:
    """Compare and set the end of a lease. The version stays: what its officer saw still holds.

    Raises:
        Conflict: the case has changed.
    """
    return _set(connection, case, case.version, {"lease_until": until})


def _set(connection: Connection, case: Case, version: int, values: dict[str, Any]) -> Case:
    state = values.get("state", case.state)
    if state != case.state and state not in NEXT[case.state]:
        raise Conflict(f"case {case.id} is {case.state} and cannot become {state}")
    table = tables.cases
    row = (
        connection.execute(
            update(table)
            .where(table.c.id == case.id, table.c.version == case.version)
            .values(version=version, **values)
            .returning(table)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise Conflict(f"case {case.id} has changed since version {case.version}; read it again")
    return Case.of(row)
