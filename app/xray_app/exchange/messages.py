"""One round of the messages to a target: each is tried by itself, so that none holds up others."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import RowMapping

from xray_app import logs
from xray_app.addresses import NotAllowed
from xray_app.cases import outage
from xray_app.cases.outbox import Outbox

Problem = str | NotAllowed | None  # why a message did not arrive; None: it did

log = logging.getLogger("xray_app.messages")


def send_each(
    outbox: Outbox,
    rows: Iterable[RowMapping],
    clock: Callable[[], datetime],
    send: Callable[[RowMapping], Problem],
    stopping: threading.Event | None = None,
) -> int:
    """Try messages one by one and note what became of each; how many arrived.

    Args:
        rows: the messages.
        send: tries one. What it raises is a problem of that message alone, or the machine's: then
            the round ends, and no try is spent.
        stopping: once it is set, the rest is left for the next run of the service.
    """
    arrived = 0
    for row in rows:
        if stopping is not None and stopping.is_set():
            break
        with logs.doing(case=row["case_id"]):
            arrived += _sent(outbox, row, clock, send)
    return arrived


def _sent(
    outbox: Outbox,
    row: RowMapping,
    clock: Callable[[], datetime],
    send: Callable[[RowMapping], Problem],
) -> bool:
    problem = _try(row, send)
    refused = problem if isinstance(problem, NotAllowed) else None
    said = None if problem is None else str(problem)
    if outbox.note(row, said, clock(), refused):
        # the target is a word of our own
        log.error(f"message %d to {outbox.target} was given up: %s", row["id"], said)
    return problem is None


def _try(row: RowMapping, send: Callable[[RowMapping], Problem]) -> Problem:
    try:
        return send(row)
    except NotAllowed as error:
        return error
    except Exception as error:
        if outage.passes(error):
            raise
        # what this message is made of: the others must go on
        log.exception("message %d could not be sent", row["id"])
        return f"it could not be made or sent: {type(error).__name__}"  # no paths; the log has them
