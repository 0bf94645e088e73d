"""Whether each case stands where the audit chain left it, and shows what came in.

The entry of its arrival holds the hashes of its views, of whose it is and of its declaration; that
of its inspection, what the officer is shown and which other cases show the same; the last entry
that decided something tells whether it is closed, since when and as what. Who may take it follows
from what it was last flagged with: as it came in, when it was inspected, by its escalation.
Entries of older versions hold fewer hashes: what they do not say is not compared.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from xray_app.cases import sealed as seals
from xray_app.cases import tables
from xray_app.cases.again import ESCALATED
from xray_app.cases.audit import Entry
from xray_app.cases.canonical import canonical, moment, sha256_of
from xray_app.cases.decisions import SAID
from xray_app.cases.inspection import BROKE_OFF, CUT_OFF
from xray_app.cases.register import RECEIVED, said_of_views
from xray_app.cases.reuse import SAME_CONTENT, SAME_PIXELS, Before, flags_of
from xray_app.cases.states import Disposition, Level, State, Verdict

ENDS = (State.SEARCH, State.CLOSED)
MOVES = ("decided", "corrected", "searched", "inspected")
INSPECTIONS = ("inspected", BROKE_OFF)
EMPTIED = "emptied"
NO_FLAGS = hashlib.sha256(b"[]").hexdigest()

Links = defaultdict[tuple[str, str], set[str]]  # case, why → the others
Problem = tuple[float, str]  # the number of the entry that does not hold, and what is wrong


@dataclass
class Told:
    """What the chain tells of one case: its arrival, its inspections, the last word on it."""

    received: Entry | None = None
    said: Entry | None = None
    escalated: Entry | None = None
    inspected: Entry | None = None
    tried: Entry | None = None
    moved: Entry | None = None
    emptied: Entry | None = None


def problems(connection: Connection) -> Iterator[Problem]:
    """What does not hold, in no order; a case that no entry tells of comes after all entries."""
    told, links, table = _told(connection), _links(connection), tables.cases
    views, reports = seals.views_by_case(connection), seals.reports_by_case(connection)
    for row in connection.execute(select(table)).mappings():
        one = told.pop(row["id"], Told())
        if one.received is None:
            yield float("inf"), f"case {row['id']} is in no entry of the chain: it was slipped in"
            continue
        mine = views.get(row["id"], [])
        yield from _arrival(row, one, _said(mine), links[row["id"], SAME_CONTENT])
        sealed = seals.seals(row, mine, reports.get(row["id"], []))
        yield from _inspection(row, one, sealed, links[row["id"], SAME_PIXELS])
        yield from _level(row, one)
        yield from _standing(row, one)
    for one in told.values():
        if one.received is not None:
            yield one.received.seq, f"{one.received.where}: its case is gone"


def _told(connection: Connection) -> dict[str, Told]:
    table, told = tables.audit, defaultdict[str, Told](Told)
    wanted = table.c.action.in_([RECEIVED, SAID, ESCALATED, EMPTIED, *MOVES, BROKE_OFF])
    for row in connection.execute(select(table).where(wanted).order_by(table.c.seq)).mappings():
        entry = Entry(**row)
        one = told[entry.subject]
        one.tried = entry if entry.action in INSPECTIONS else one.tried
        if entry.action in (RECEIVED, SAID, ESCALATED, EMPTIED):
            setattr(one, entry.action, entry)
        elif entry.action in MOVES:
            one.moved = entry
            one.inspected = entry if entry.action == "inspected" else one.inspected
    return told


def _said(views: Sequence[RowMapping]) -> tuple[str, str]:
    """The hashes of what the views of a case show, and of what is said of them."""
    shown = [[v[n] for n in ("sha256", "high_sha256") if v[n] is not None] for v in views]
    return sha256_of(shown), said_of_views(views)


def _links(connection: Connection) -> Links:
    links = Links(set)
    for row in connection.execute(select(tables.links)):
        links[row.case_id, row.why].add(row.other_id)
    return links


def _arrival(
    row: RowMapping, one: Told, views: tuple[str, str], links: set[str]
) -> Iterator[Problem]:
    entry = one.received
    assert entry is not None
    said: dict[str, Any] = json.loads(entry.body)
    declared = row["declaration"] or ""
    whose = sha256_of([row[name] for name in ("scanner", "container", "consignment")])
    there: dict[str, Any] = {
        "views": (views[0], views[1], row["content_sha256"]),
        "identity": (whose, row["identity_sha256"]),
        "declaration": hashlib.sha256(declared.encode()).hexdigest(),
        "kind": row["kind"],
        "sender": row["submitted_by"],
        "arrival": moment(row["received_at"]),
        "links": links,
    }
    shown = said.get("content_sha256", views[0])
    sealed: dict[str, Any] = {
        "views": (shown, said.get("views_sha256", views[1]), shown),
        "identity": (said.get("identity_sha256", whose),) * 2,
        "declaration": said.get("declaration_sha256", there["declaration"]),
        "kind": said.get("kind", row["kind"]),
        "sender": entry.actor,
        "arrival": entry.at,
        "links": set(said.get("same_as", links)),
    }
    if one.emptied is not None and row["declaration"] is None:
        sealed["declaration"] = there["declaration"]  # gone by its age
    other = [name for name, value in there.items() if value != sealed[name]]
    if other:
        yield entry.seq, f"{entry.where}: its case was changed since ({', '.join(other)})"


def _inspection(
    row: RowMapping, one: Told, there: Mapping[str, str], links: set[str]
) -> Iterator[Problem]:
    """Whether what the officer sees is what the inspection left."""
    entry = one.inspected
    if entry is None:
        if row["problem"] not in (None, CUT_OFF) or row["score"] is not None or links:
            assert one.received is not None
            where = one.received
            yield where.seq, f"{where.where}: its case was judged by no inspection"
        return
    said = json.loads(entry.body)
    sealed = said.get("sealed", {})
    gone = {seals.HEADER} if one.emptied is not None else set[str]()
    other = [name for name in sealed.keys() - gone if sealed[name] != there.get(name)]
    other += ["links"] if links != set(said.get("same_as", ())) else []
    if other:
        yield entry.seq, f"{entry.where}: its case was changed since ({', '.join(sorted(other))})"


def _level(row: RowMapping, one: Told) -> Iterator[Problem]:
    """Whether it lies with those who may take it, and says why."""
    entry = _flagged_by(one)
    flags = _flags_sha256(entry)
    level = None if flags is None else Level.SUPERVISOR if flags != NO_FLAGS else Level.SCREENING
    wanted = {"level": Level.SUPERVISOR if one.escalated else level, "flags": flags}
    there = {"level": row["level"], "flags": hashlib.sha256(row["flags"].encode()).hexdigest()}
    other = [name for name, value in wanted.items() if value not in (None, there[name])]
    if other:
        yield entry.seq, f"{entry.where}: its case was changed since ({', '.join(other)})"


def _flagged_by(one: Told) -> Entry:
    """The last entry that says what a case is flagged with."""
    assert one.received is not None
    if one.escalated is None and one.inspected is not None and _flags_sha256(one.inspected):
        return one.inspected
    return one.escalated or one.received


def _flags_sha256(entry: Entry) -> str | None:
    said = json.loads(entry.body)
    if entry.action == RECEIVED and "flags_sha256" not in said and "same_as" in said:
        others = [Before(other, 1) for other in said["same_as"]]  # older: a flag for each
        return hashlib.sha256(canonical(flags_of(others, SAME_CONTENT)).encode()).hexdigest()
    return None if said.get("flags_sha256") is None else str(said["flags_sha256"])


def _standing(row: RowMapping, one: Told) -> Iterator[Problem]:
    entry = one.moved or one.received
    assert entry is not None
    left, stands = _left_as(entry), (row["state"], row["disposition"])
    open_still = left is None and row["state"] not in ENDS and row["disposition"] is None
    if not open_still and left != stands:
        said = " ".join(str(word).replace("_", " ") for word in stands if word)
        yield entry.seq, f"{entry.where}: its case stands as {said}, which nothing led to"
    elif not _closed_then(row, one, entry):
        yield entry.seq, f"{entry.where}: its case says that it was closed {_at(row['closed_at'])}"
    seen = one.inspected and json.loads(one.inspected.body).get("outcome")
    if row["outcome"] != seen:
        where = one.inspected or one.received
        assert where is not None
        yield where.seq, f"{where.where}: its case says {row['outcome']}, the chain {seen}"
    if _at(row["emptied_at"]) != (one.emptied and one.emptied.at):
        where = one.emptied or entry
        yield where.seq, f"{where.where}: its case was emptied, or filled again, by nobody"


def _closed_then(row: RowMapping, one: Told, entry: Entry) -> bool:
    closed = _at(row["closed_at"])
    if row["state"] != State.CLOSED or closed is None:
        return closed is None and row["state"] != State.CLOSED
    # An older version closed a case when a decision could no longer be taken back, not when it was
    # made; later than that, nothing is deleted too soon.
    written_later = one.said is not None and one.said.at == entry.at and is_older(one.tried)
    return closed == entry.at or (written_later and closed > entry.at)


def is_older(tried: Entry | None) -> bool:
    """Whether the entry of a case's last inspection is of a version that sealed less: no turn, nor
    who was shown what.
    """
    return tried is not None and "turn" not in json.loads(tried.body)


def _at(value: datetime | None) -> str | None:
    return None if value is None else moment(value)


def _left_as(entry: Entry) -> tuple[str, str | None] | None:
    """State and disposition that an entry led to; None: open."""
    said = json.loads(entry.body)
    if entry.action == "searched":
        return State.CLOSED, Disposition.FOUND if said["found"] else Disposition.NOT_FOUND
    if entry.action in ("decided", "corrected"):
        cleared = said["verdict"] == Verdict.CLEAR
        return (State.CLOSED, Disposition.CLEARED) if cleared else (State.SEARCH, None)
    if said.get("state") == State.CLOSED:
        return State.CLOSED, Disposition.CLEARED_BY_MACHINE
    return None
