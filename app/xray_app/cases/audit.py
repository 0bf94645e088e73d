"""The audit chain: who did what to which case, each entry sealed over the one before.

An entry's hash is the SHA-256 of the canonical JSON of [seq, at, actor, action, subject, body,
prev], where `body` is the text as it is kept and `prev` the hash of the entry before (64 zeros
for the first). The database refuses UPDATE and DELETE; where somebody takes that away and changes
an entry, the chain breaks at it. Whoever rewrites the whole chain is found by an anchor: the
newest hash, written down elsewhere.

Bodies hold no personal data, since they can never be taken out again: what a person wrote is
there as its hash.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from xray_app.cases import tables
from xray_app.cases.canonical import canonical, moment, sha256_of

START = "0" * 64
BATCH = 1000  # entries read at a time


@dataclass(frozen=True)
class Entry:
    """One link of the chain; the fields are the columns of the table `audit`."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    body: str
    prev: str
    hash: str

    def seal(self) -> str:
        """What the hash must be."""
        return sha256_of(
            [self.seq, self.at, self.actor, self.action, self.subject, self.body, self.prev]
        )

    @property
    def where(self) -> str:
        """The entry as a sentence calls it."""
        return f"entry {self.seq} ({self.action} of {self.subject}, {self.at})"


@dataclass(frozen=True)
class Head:
    """The newest entry, written down elsewhere as an anchor. Of an empty chain: 0 and START."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verified:
    """What became of a check.

    Attributes:
        entries: how many hold.
        problem: what is wrong with the first that does not; None when all hold.
    """

    entries: int
    problem: str | None = None


def append(
    connection: Connection,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    body: Mapping[str, Any] | None = None,
) -> Entry:
    """Add an entry, within the write transaction of what it tells of."""
    before = head(connection)
    entry = Entry(
        before.seq + 1, moment(at), actor, action, subject, canonical(body or {}), before.hash, ""
    )
    sealed = {**vars(entry), "hash": entry.seal()}
    connection.execute(insert(tables.audit).values(**sealed))
    return Entry(**sealed)


def head(connection: Connection) -> Head:
    """The newest entry."""
    newest = select(tables.audit.c.seq, tables.audit.c.hash).order_by(tables.audit.c.seq.desc())
    row = connection.execute(newest.limit(1)).one_or_none()
    return Head(row.seq, row.hash) if row else Head(0, START)


def of(connection: Connection, subject: str) -> tuple[Entry, ...]:
    """What was done to one case or user, oldest first."""
    table = tables.audit
    rows = connection.execute(select(table).where(table.c.subject == subject).order_by(table.c.seq))
    return tuple(Entry(**row) for row in rows.mappings())


def verify(connection: Connection, anchors: Sequence[Head] = ()) -> Verified:
    """Whether every entry is what it was, and the chain the one that the anchors were taken of."""
    wanted = {anchor.seq: anchor.hash for anchor in anchors}
    prev, count = START, 0
    for entry in _entries(connection):
        problem = _problem(entry, count + 1, prev)
        if problem is None and wanted.get(entry.seq, entry.hash) != entry.hash:
            problem = f"entry {entry.seq} is not the one of the anchor: the chain was rewritten"
        if problem:
            return Verified(count, problem)
        prev, count = entry.hash, entry.seq
    for seq in sorted(wanted):
        if seq > count:
            return Verified(
                count, f"the chain ends at entry {count}, an anchor is of entry {seq}: cut off"
            )
    return Verified(count)


def _problem(entry: Entry, seq: int, prev: str) -> str | None:
    if entry.seq != seq:
        return f"entry {seq} is missing; {entry.where} follows"
    if entry.prev != prev:
        return f"{entry.where} does not follow the entry before it"
    if entry.hash != entry.seal():
        return f"{entry.where} was changed"
    return None


def _entries(connection: Connection) -> Iterator[Entry]:
    table, last = tables.audit, -1
    while True:
        rows = connection.execute(
            select(table).where(table.c.seq > last).order_by(table.c.seq).limit(BATCH)
        ).mappings()
        entries = [Entry(**row) for row in rows]
        if not entries:
            return
        yield from entries
        last = entries[-1].seq
