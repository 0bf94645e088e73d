"""Figures for Prometheus. What stands in the tables is read when asked: no restart forgets it.

Counting a table takes the longer the more it holds, and whoever asks does not wait for long: then
they get the figures of the last count, and how old those are.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection, func, select

from xray_app.api.shapes import content
from xray_app.api.signing import Observes, TheService
from xray_app.cases import audit, patience, profiles, tables
from xray_app.cases.errors import Full
from xray_app.cases.states import State
from xray_app.service import Service
from xray_app.tallies import Histogram

WITHIN_S = 4.0  # Prometheus waits for 10 s by default, and may have to wait for a connection too
RESTS = 9  # times as long as a long count took, none begins: a tenth of one connection's time
FIRST_AGAIN_S = 60  # when it is worth asking again, where no count has ended yet

router = APIRouter(tags=["health"])
log = logging.getLogger("xray_app.metrics")


class Counted:
    """What the tables held when they were last counted. Safe between threads; one count at a time.

    Args:
        service: whose tables.
        clock: seconds, from whenever.
    """

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service, self._clock = service, clock
        self._lock = threading.Lock()
        self._going: Future[None] | None = None
        self._rests_until = 0.0
        self._last: tuple[list[str], float] | None = None  # and when the count began

    def lines(self) -> list[str]:
        """The figures of a count that ends soon, else of the last one, and their age.

        Raises:
            Full: the first count takes long, and has not ended.
        """
        count = self._begun()
        if count is not None and wait([count], WITHIN_S).done:
            count.result()  # raises what it met: a database that is away is said
        with self._lock:
            last = self._last
        if last is None:
            said = "the cases are being counted for the first time; ask again in a minute"
            raise Full(said, FIRST_AGAIN_S)
        lines, began = last
        age = {"": round(self._clock() - began, 3)}
        what = "how long ago the cases, messages, entries and changes above were counted"
        return [*lines, *_metric("xray_counted_age_seconds", what, age)]

    def _begun(self) -> Future[None] | None:
        """The count that is under way, or one that begins now; None: none does."""
        with self._lock:
            if self._going and not self._going.done():
                return self._going
            if self._clock() < self._rests_until:
                return None
            self._going = Future[None]()
            threading.Thread(target=self._count, args=(self._going,), daemon=True).start()
            return self._going

    def _count(self, count: Future[None]) -> None:
        began, lines, error = self._clock(), list[str](), None
        try:
            with self._service.database.read() as connection:
                patience.at_length(connection)
                lines = _of_tables(connection, self._service)
        except Exception as met:  # whoever waits is told of it
            log.warning("the tables could not be counted", exc_info=met)
            error = met
        took = self._clock() - began
        with self._lock:
            self._last = self._last if error else (lines, began)
            self._rests_until = began + (1 + RESTS) * took if took > WITHIN_S else 0.0
        if error is None:
            count.set_result(None)
        else:
            count.set_exception(error)


@router.get("/metrics", response_class=Response, responses=content("text/plain"))
def metrics(actor: Observes, service: TheService, request: Request) -> Response:
    """Cases by state, how long the oldest waits, messages that wait or were given up, changes of
    the profile that scans are inspected by, and how long ago all these were counted; since the
    start, how long inspections took from the scan's arrival, the processes that inspect, and
    answers by the class of their status.
    """
    lines = request.app.state.counted.lines()
    lines += _seconds(service.dispatch.seconds) + _processes(service)
    answers = {f'{{status="{k}"}}': n for k, n in request.app.state.answers.counts.items()}
    lines += _metric("xray_answers_total", "answers by class of status", answers, "counter")
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


def _of_tables(connection: Connection, service: Service) -> list[str]:
    lines = [*_cases(connection), *_waiting(connection, service), *_outbox(connection)]
    entries, changes = audit.head(connection).seq, profiles.count(connection)
    lines += _metric("xray_audit_entries", "entries of the audit chain", {"": entries})
    return lines + _metric("xray_profile_changes", "profiles that were put in force", {"": changes})


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
