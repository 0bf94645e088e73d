"""Lists of cases as the queue's page shows them: filtered, sorted, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from xray.report import Outcome
from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.containers import packed, packed_in
from xray_app.cases.patience import at_length
from xray_app.cases.states import State

PAGE = 50  # rows

OPEN = frozenset(State) - {State.CLOSED}


class Order(StrEnum):
    """How a list is sorted."""

    QUEUE = "queue"  # as officers take them
    OLDEST = "oldest"
    NEWEST = "newest"
    SCORE = "score"
    LANE = "lane"
    HOLDER = "holder"


@dataclass(frozen=True)
class Asked:
    """Which cases a list shows; None and empty: whichever.

    Attributes:
        states: where they stand.
        outcome: what the machine said.
        lane, scanner, holder: word for word.
        text: part of a container's or consignment's number, blanks and hyphens as one likes, else
            of a file's name.
        order: how they are sorted.
        page: counts from 0.
    """

    states: frozenset[State] = OPEN
    outcome: Outcome | None = None
    lane: str = ""
    scanner: str = ""
    holder: str = ""
    text: str = ""
    order: Order = Order.QUEUE
    page: int = 0


def cases(connection: Connection, asked: Asked) -> tuple[list[Case], int]:
    """One page, and how many there are in all."""
    at_length(connection)
    table, wanted = tables.cases, _wanted(asked)
    count = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
    rows = connection.execute(
        select(table)
        .where(*wanted)
        .order_by(*_order(asked.order))
        .limit(PAGE)
        .offset(PAGE * asked.page)
    )
    return [Case.of(row) for row in rows.mappings()], int(count)


def counts(connection: Connection) -> dict[State, int]:
    """State → how many cases stand there."""
    at_length(connection)
    state = tables.cases.c.state
    rows = connection.execute(select(state, func.count()).group_by(state)).all()
    return dict.fromkeys(State, 0) | {State(row[0]): int(row[1]) for row in rows}


def choices(connection: Connection, since: datetime) -> dict[str, Sequence[str]]:
    """Lanes, scanners and holders to choose from: those of cases since then."""
    table = tables.cases.c
    found = {}
    for column in (table.lane, table.scanner, table.holder):
        wanted = select(column).where(column.is_not(None), table.received_at >= since)
        found[column.name] = connection.execute(wanted.distinct().order_by(column)).scalars().all()
    return found


def names(connection: Connection, case_ids: Collection[str]) -> dict[str, str]:
    """Case → its container, its consignment, else what the files of its first view are called."""
    table, ids = tables.cases.c, sorted(set(case_ids))
    wanted = select(table.id, table.container, table.consignment).where(table.id.in_(ids))
    files = first_files(connection, ids)
    return {
        row.id: called(row.container, row.consignment, files.get(row.id, ""))
        for row in connection.execute(wanted)
    }


def called(container: str | None, consignment: str | None, files: str) -> str:
    """What a case goes by: container, consignment, else its files; empty if it has none of them."""
    return container or consignment or files


def first_files(connection: Connection, case_ids: Sequence[str]) -> dict[str, str]:
    """Case → what the files of its first view are called."""
    view = tables.views.c
    wanted = select(view.case_id, view.file_name, view.high_file_name)
    rows = connection.execute(wanted.where(view.position == 0, view.case_id.in_(case_ids)))
    return {row.case_id: files_of(row.file_name, row.high_file_name) for row in rows}


def files_of(low: str | None, high: str | None) -> str:
    """What the files of a view are called, each name once."""
    return " + ".join(dict.fromkeys(filter(None, (low, high))))


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    table = tables.cases.c
    wanted: list[ColumnElement[bool]] = [table.state.in_(asked.states)]
    for name in ("outcome", "lane", "scanner", "holder"):
        if getattr(asked, name):
            wanted.append(table[name] == getattr(asked, name))
    if asked.text:
        part, number = asked.text.strip().lower(), packed(asked.text)
        numbers = (table.container, table.consignment) if number else ()
        fits = [packed_in(one).contains(number, autoescape=True) for one in numbers]
        wanted.append(or_(*fits, _is_called(part), table.id.startswith(part, autoescape=True)))
    return wanted


def _is_called(part: str) -> ColumnElement[bool]:
    """Whether a case that has no number goes by a file whose name holds this."""
    table, view = tables.cases.c, tables.views.c
    names = (view.file_name, view.high_file_name)
    fits = or_(*(func.lower(name).contains(part, autoescape=True) for name in names))
    named = select(view.case_id).where(view.position == 0, fits)
    nameless = (func.coalesce(number, "") == "" for number in (table.container, table.consignment))
    return and_(*nameless, table.id.in_(named))


def _order(order: Order) -> tuple[ColumnElement[Any], ...]:
    table = tables.cases.c
    queue = (table.level.desc(), table.place_at, table.id)
    return {
        Order.QUEUE: queue,
        Order.OLDEST: (table.received_at, table.id),
        Order.NEWEST: (table.received_at.desc(), table.id),
        Order.SCORE: (func.coalesce(table.score, -1).desc(), *queue),
        Order.LANE: (func.coalesce(table.lane, ""), *queue),
        Order.HOLDER: (table.holder.is_(None), table.holder, *queue),
    }[order]
