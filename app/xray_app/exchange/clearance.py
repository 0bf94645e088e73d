"""Asks the clearance system about cases whose declaration says which cargo they are."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import RowMapping, delete, insert

from xray.errors import XrayError
from xray_app.addresses import NotAllowed
from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical, sha256_of
from xray_app.cases.case import load
from xray_app.cases.database import Database
from xray_app.cases.outbox import Outbox
from xray_app.cases.states import Target
from xray_app.exchange.messages import send_each

ACTOR = "clearance system"
UNKNOWN = "the clearance system knows no such cargo yet"


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

    def ask_due(self, stopping: threading.Event | None = None) -> int:
        """Ask about the cases whose turn it is, until stopped; how many need no more asking."""
        outbox = Outbox(self.database, Target.CLEARANCE)
        return send_each(outbox, outbox.due(self.clock()), self.clock, self._ask, stopping)

    def _ask(self, row: RowMapping) -> str | None:
        """Why nothing was learned; None: something was, or nobody knows any more what to ask.

        Raises:
            NotAllowed: the system may not be called.
        """
        with self.database.read() as connection:
            declaration = load(connection, row["case_id"]).declaration
        if not declaration:  # gone by its age
            return None
        try:
            learned = self.system.ask(declaration, self.clock())
        except NotAllowed:
            raise
        except XrayError as error:
            return str(error)
        if learned is None:
            return UNKNOWN
        self._keep(row["case_id"], learned)
        return None

    def _keep(self, case_id: str, learned: dict[str, Any]) -> None:
        table, now = tables.clearances, self.clock()
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.case_id == case_id))
            row = {"case_id": case_id, "body": canonical(learned), "learned_at": now}
            connection.execute(insert(table).values(**row))
            sealed = {"sha256": sha256_of(learned)}
            audit.append(connection, now, ACTOR, "said what it knows", case_id, sealed)
