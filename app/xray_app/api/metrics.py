"""Figures for Prometheus, read from the tables when asked: nothing is forgotten by a restart."""

from collections.abc import Mapping

from fastapi import APIRouter, Response
from sqlalchemy import Connection, func, select

from xray_app.api.shapes import content
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as Service
from xray_app.cases import audit, profiles, tables
from xray_app.cases.states import State

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses=content("text/plain"))
def metrics(actor: Observes, service: Service) -> Response:
    """Cases by state, how long the oldest waits, messages that wait or were given up, changes of
    the profile that scans are inspected by.
    """
    with service.database.read() as connection:
        lines = [*_cases(connection), *_waiting(connection, service), *_outbox(connection)]
        entries = audit.head(connection).seq
        changes = profiles.count(connection)
    lines += _metric("xray_audit_entries", "entries of the audit chain", {"": entries})
    lines += _metric("xray_profile_changes", "profiles that were put in force", {"": changes})
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _cases(connection: Connection) -> list[str]:
    table = tables.cases
    rows = connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
    counts = {str(state): 0 for state in State} | {row[0]: row[1] for row in rows}
    labelled = {f'{{state="{state}"}}': count for state, count in counts.items()}
    return _metric("xray_cases", "cases by where they stand", labelled)


def _waiting(connection: Connection, service: Service) -> list[str]:
    table = tables.cases
    seconds = {}
    for state, since in (
        (State.RECEIVED, table.c.received_at),
        (State.WAITING, table.c.waiting_at),
    ):
        oldest = connection.execute(select(func.min(since)).where(table.c.state == state)).scalar()
        waited = (service.now - oldest).total_seconds() if oldest else 0.0
        seconds[f'{{state="{state}"}}'] = max(0.0, waited)
    return _metric("xray_oldest_waiting_seconds", "how long the oldest case waits", seconds)


def _outbox(connection: Connection) -> list[str]:
    table = tables.outbox
    waiting = select(func.count()).where(table.c.next_at.is_not(None))
    dead = select(func.count()).where(table.c.dead_at.is_not(None))
    counts = {
        '{state="waiting"}': connection.execute(waiting).scalar_one(),
        '{state="given_up"}': connection.execute(dead).scalar_one(),
    }
    return _metric("xray_messages", "webhook messages that did not arrive", counts)


def _metric(name: str, what: str, values: Mapping[str, float]) -> list[str]:
    lines = [f"# HELP {name} {what}", f"# TYPE {name} gauge"]
    return lines + [f"{name}{label} {value}" for label, value in values.items()]
