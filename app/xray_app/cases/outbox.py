"""What is to be told to others, kept in the transaction in which it came true.

Only live cases are told of: test, demo and projected ones never leave the house. A message is
kept for each target that the rules name, and for no other: nobody would ever read it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from xray_app.addresses import NotAllowed
from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.errors import NotFound
from xray_app.cases.patience import unhurried
from xray_app.cases.states import Kind, Target

REPORTED = ("case.inspected", "case.decided", "case.corrected")  # what has a TDR
WANTED: Mapping[Target, Sequence[str]] = {
    Target.WEBHOOK: (*REPORTED, "case.searched"),
    Target.DICOS: REPORTED,
    Target.CLEARANCE: ("case.received",),
}
MOST_TRIES = 12  # waits of 1, 2, 4, ... 1024 minutes: about 34 hours in all
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = FIRST_WAIT * 2 ** (MOST_TRIES - 2)
AT_ONCE = 100  # messages in one round
TIDIED_AT_ONCE = 1000  # in one transaction: nobody must wait long for their turn to write
KEPT = timedelta(days=30)  # what arrived, for whoever asks what became of it
CALL_REFUSED, SENT_AGAIN = "call refused", "sent again"  # actions in the audit chain
ACTOR = "outbox"
UNWANTED = "nobody is configured to be told any more"


def put(
    connection: Connection,
    at: datetime,
    tells: Iterable[Target],
    event: str,
    case: Case,
    **body: Any,
) -> None:
    """Queue a message about a case for each target that wants it."""
    if case.kind is not Kind.LIVE:
        return
    said = {"event": event, "case": case.id, "state": case.state, "version": case.version, **body}
    row = {"event": event, "case_id": case.id, "body": canonical(said), "put_at": at, "tries": 0}
    for target in sorted(tells):
        if event in WANTED[target]:
            connection.execute(insert(tables.outbox).values(target=target, next_at=at, **row))


@dataclass(frozen=True)
class Outbox:
    """The messages for one target.

    Attributes:
        database: where they are.
        target: whom they are for.
    """

    database: Database
    target: Target

    def due(self, now: datetime) -> Sequence[RowMapping]:
        """Messages whose time has come, oldest first."""
        table = tables.outbox
        # One that would wait longer than any put off now was put off before the clock was set back.
        come = (table.c.next_at <= now) | (table.c.next_at > now + LONGEST_WAIT)
        due = select(table).where(table.c.target == self.target, come)
        with self.database.read() as connection:
            return connection.execute(due.order_by(table.c.id).limit(AT_ONCE)).mappings().all()

    def note(
        self,
        row: RowMapping,
        problem: str | None,
        now: datetime,
        refused: NotAllowed | None = None,
    ) -> bool:
        """Keep what became of a try; whether the message was given up.

        Args:
            problem: why it did not arrive; None: it did.
            refused: why the target may not be called, for the audit chain, which is told once for
                as long as the reason stays the same.
        """
        tries = row["tries"] + 1
        gave_up = problem is not None and tries >= MOST_TRIES
        said: dict[str, Any] = {"tries": tries, "problem": problem, "next_at": None}
        if problem is None:
            said["sent_at"] = now
        elif gave_up:
            said["dead_at"] = now
        else:
            said["next_at"] = now + FIRST_WAIT * 2 ** (tries - 1)
        table = tables.outbox
        with self.database.write() as connection:
            mine = update(table).where(table.c.id == row["id"], table.c.tries == row["tries"])
            connection.execute(mine.values(**said))
            if refused is not None and problem != row["problem"]:
                why = {"target": self.target, "host": refused.host, "why": refused.why}
                audit.append(connection, now, ACTOR, CALL_REFUSED, row["case_id"], why)
        return gave_up


def tidy(database: Database, now: datetime, tells: Iterable[Target]) -> None:
    """Give up what waits for targets that are not configured any more; forget what long arrived.

    The oldest TIDIED_AT_ONCE of each; they are sought, which may take long, in nobody's turn to
    write. What was given up is kept: it may still be sent again.
    """
    table = tables.outbox
    unwanted = table.c.target.not_in(list(tells)) & table.c.next_at.is_not(None)
    over = table.c.sent_at.is_not(None) & (table.c.put_at <= now - KEPT)
    with database.read() as connection:
        unhurried(connection)
        oldest = select(table.c.id).order_by(table.c.id).limit(TIDIED_AT_ONCE)
        to_nobody, old = (
            connection.execute(oldest.where(wanted)).scalars().all() for wanted in (unwanted, over)
        )
    if not to_nobody and not old:
        return
    given_up = {"next_at": None, "dead_at": now, "problem": UNWANTED}
    with database.write() as connection:
        still = table.c.id.in_(to_nobody) & unwanted
        connection.execute(update(table).where(still).values(**given_up))
        connection.execute(delete(table).where(table.c.id.in_(old)))


def undelivered(connection: Connection) -> Sequence[RowMapping]:
    """Messages that did not arrive yet, and those that were given up, oldest first."""
    table = tables.outbox
    missing = select(table).where(table.c.sent_at.is_(None)).order_by(table.c.id)
    return connection.execute(missing).mappings().all()


def send_again(
    database: Database,
    now: datetime,
    by: str,
    tells: Iterable[Target],
    numbers: Collection[int] | None = None,
) -> int:
    """Let messages that were given up go once more, with all their tries; how many.

    Args:
        by: who wants it, for the audit chain.
        tells: the targets that are configured; what is for others stays given up.
        numbers: of the messages; None: all.

    Raises:
        NotFound: a number is of no such message; none goes.
    """
    table = tables.outbox
    chosen = table.c.dead_at.is_not(None) & table.c.target.in_(list(tells))
    if numbers is not None:
        chosen &= table.c.id.in_(list(numbers))
    with database.write() as connection:
        found = sorted(connection.execute(select(table.c.id).where(chosen)).scalars())
        other = sorted(set(numbers or ()) - set(found))
        if other:
            raise NotFound(f"message {other[0]} was not given up, or its target is not configured")
        once_more = {"tries": 0, "next_at": now, "dead_at": None, "problem": None}
        connection.execute(update(table).where(chosen).values(**once_more))
        if found:
            audit.append(connection, now, by, SENT_AGAIN, ACTOR, {"messages": found})
    return len(found)
