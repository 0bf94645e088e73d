"""Cases by what stands on the thing: a container's number, a consignment's, a bar code's text."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.containers import packed, packed_in
from xray_app.cases.patience import at_length
from xray_app.cases.states import State

MOST = 20  # more than these, and the code says too little
LISTED = 200  # searches that are awaited
LEAST_PART = 4  # letters: any fewer fit nearly everything
LEAST_ID = 8
DECLARED = ("cargo_number", "house_bill")


def by_code(connection: Connection, code: str) -> list[Case]:
    """Cases that a code names, those to be searched first, then the newest.

    A number that is read whole finds the case wherever it stands. What only is a part of a number
    finds those that are to be searched.
    """
    text = code.strip()
    found = by_whole_number(connection, text)
    return found or (_where(connection, _part(text)) if len(text) >= LEAST_PART else [])


def by_whole_number(connection: Connection, number: str) -> list[Case]:
    """Cases that go by this number, wherever they stand, those to be searched first."""
    text = number.strip()
    if not packed(text):
        return []
    at_length(connection)
    return [case for case in _where(connection, _whole(text)) if _names(case, text)]


def to_search(connection: Connection) -> Sequence[tuple[Case, datetime]]:
    """Cases whose search is awaited, with the moment when it was ordered; the oldest first."""
    at_length(connection)
    table, said = tables.cases, tables.decisions
    ordered = (
        select(said.c.case_id, func.max(said.c.decided_at).label("at"))
        .group_by(said.c.case_id)
        .subquery()
    )
    rows = connection.execute(
        select(table, ordered.c.at)
        .join(ordered, ordered.c.case_id == table.c.id)
        .where(table.c.state == State.SEARCH)
        .order_by(ordered.c.at, table.c.id)
        .limit(LISTED)
    ).mappings()
    return [(Case.of({c.name: row[c.name] for c in table.c}), row["at"]) for row in rows]


def _where(connection: Connection, wanted: ColumnElement[bool]) -> list[Case]:
    table = tables.cases
    first = (table.c.state != State.SEARCH, table.c.received_at.desc(), table.c.id)
    rows = connection.execute(select(table).where(wanted).order_by(*first).limit(MOST))
    return [Case.of(row) for row in rows.mappings()]


def _whole(text: str) -> ColumnElement[bool]:
    table = tables.cases.c
    said = (table.state == State.SEARCH) & table.declaration.contains(text, autoescape=True)
    wanted = [table.container == packed(text), packed_in(table.consignment) == packed(text), said]
    if len(text) >= LEAST_ID and re.fullmatch(r"[0-9a-fA-F]+", text):
        wanted.append(table.id.startswith(text.lower()))
    return or_(*wanted)


def _part(text: str) -> ColumnElement[bool]:
    table = tables.cases.c
    part = table.container.contains(packed(text), autoescape=True)
    lowered = func.lower(table.consignment).contains(text.lower(), autoescape=True)
    return (table.state == State.SEARCH) & (part | lowered)


def _names(case: Case, text: str) -> bool:
    """Whether the code is one of the case's own, and not only somewhere in its declaration."""
    said = case.declaration or {}
    own = {case.container, packed(case.consignment or "")}
    own |= {packed(str(said.get(name) or "")) for name in DECLARED}
    return packed(text) in own or case.id.startswith(text.lower())
