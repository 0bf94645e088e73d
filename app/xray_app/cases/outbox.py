"""What is to be told to others, kept in the transaction in which it came true.

Only live cases are told of: test, demo and projected ones never leave the house.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from xray_app.cases import tables
from xray_app.cases.canonical import canonical
from xray_app.cases.case import Case
from xray_app.cases.states import Kind


def put(connection: Connection, at: datetime, event: str, case: Case, **body: Any) -> None:
    """Queue a message about a case."""
    if case.kind is not Kind.LIVE:
        return
    said = {"event": event, "case": case.id, "state": case.state, "version": case.version, **body}
    connection.execute(
        insert(tables.outbox).values(
            event=event, case_id=case.id, body=canonical(said), put_at=at, next_at=at, tries=0
        )
    )
