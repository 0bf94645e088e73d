"""Figures for Prometheus. What stands in the tables is read when asked: no restart forgets it."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, func, select

from xray_app.api.shapes import content
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as Service
from xray_app.cases import audit, profiles, tables
from xray_app.cases.states import State
from xray_app.tallies import Histogram

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses=content("text/plain"))
def metrics(actor: Observes, service: Service, request: Request) -> Response:
    """Cases by state, how long the oldest waits, messages that wait or were given up, changes of
    the profile that scans are inspected by; since the start, how long inspections took from the
    scan's arrival, the processes that inspect, and answers by the class of their status.
    """
    with service.database.read() as connection:
        lines = [*_cases(connection), *_waiting(connection, service), *_outbox(connection)]
        entries = audit.head(connection).seq
        changes = profiles.count(connection)
    lines += _metric("xray_audit_entries", "entries of the audit chain", {"": entries})
    lines += _metric("xray_profile_changes", "profiles that were put in force", {"": changes})
    lines += _seconds(service.dispatch.seconds) + _processes(service)
    answers = {f'{{status="{k}"}}': n for k, n in request.app.state.answers.counts.items()}
    lines += _metric("xray_answers_total", "answers by class of status", answers, "counter")
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


def _seconds(seconds: Histogram) -> list[str]:
    name, counts = "xray_inspection_seconds", seconds.up_to
    values: dict[str, float]
    values = {f'_bucket{{le="{bound}"}}': count for bound, count in counts.items()}
    values |= {"_sum": seconds.sum, "_count": counts["+Inf"]}
    return _metric(name, "from a case's arrival until it was inspected", values, "histogram")


def _processes(service: Service) -> list[str]:
    pool, name = service.pool, "xray_inspecting"
    there = {'{state="wanted"}': len(pool.all), '{state="alive"}': pool.alive}
    lines = _metric(f"{name}_processes", "processes that inspect", there)
    again = {"": pool.restarts}
    return lines + _metric(f"{name}_restarts_total", "that took another's place", again, "counter")


def _metric(name: str, what: str, values: Mapping[str, float], kind: str = "gauge") -> list[str]:
    lines = [f"# HELP {name} {what}", f"# TYPE {name} {kind}"]
    return lines + [f"{name}{label} {value}" for label, value in values.items()]
