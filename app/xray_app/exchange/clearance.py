"""Asks the clearance system about cases whose declaration says which cargo they are."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import RowMapping, delete, insert

from xray.errors import XrayError
from xray_app import logs
from xray_app.addresses import NotAllowed
from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical, sha256_of
from xray_app.cases.case import load
from xray_app.cases.database import Database
from xray_app.cases.outbox import Outbox
from xray_app.cases.states import Target

ACTOR = "clearance system"
UNKNOWN = "the clearance system knows no such cargo yet"

log = logging.getLogger("xray_app.clearance")


class Asked(Protocol):
    """A clearance system."""

    def ask(self, declaration: dict[str, Any], now: datetime) -> dict[str, Any] | None:
        """What is known of a cargo; None: nothing. Raises an XrayError where it cannot say."""


@dataclass(frozen=True)
class Clearance:
    """Keeps what a clearance system says beside what was declared.

    Attributes:
        database: where cases and outbox are.
        clock: says the moment, UTC.
        system: who is asked.
    """

    database: Database
    clock: Callable[[], datetime]
    system: Asked

    def ask_due(self) -> int:
        """Ask about every case whose turn it is; of how many something was learned."""
        outbox = Outbox(self.database, Target.CLEARANCE)
        return sum(self._ask(outbox, row) for row in outbox.due(self.clock()))

    def _ask(self, outbox: Outbox, row: RowMapping) -> bool:
        with self.database.read() as connection:
            declaration = load(connection, row["case_id"]).declaration
        learned, problem, refused = None, None, None
        if declaration:  # gone by its age otherwise
            try:
                learned = self.system.ask(declaration, self.clock())
                problem = UNKNOWN if learned is None else None
            except XrayError as error:
                problem = str(error)
                refused = error if isinstance(error, NotAllowed) else None
        if learned is not None:
            self._keep(row["case_id"], learned)
        if outbox.note(row, problem, self.clock(), refused):
            with logs.doing(case=row["case_id"]):
                log.warning("question %d was given up: %s", row["id"], problem)
        return learned is not None

    def _keep(self, case_id: str, learned: dict[str, Any]) -> None:
        table, now = tables.clearances, self.clock()
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.case_id == case_id))
            row = {"case_id": case_id, "body": canonical(learned), "learned_at": now}
            connection.execute(insert(table).values(**row))
            sealed = {"sha256": sha256_of(learned)}
            audit.append(connection, now, ACTOR, "said what it knows", case_id, sealed)
