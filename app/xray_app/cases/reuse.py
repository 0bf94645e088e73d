"""Pictures that are handed in again under another identity: a fraud until somebody has looked.

Two things are compared. The hashes of the files, where a scan comes in: they are known at once. The
hash of the pixels, where it was inspected: it is the same in a file that was written anew. A case
is linked to the first that shows its picture; how many do is said in the flag. Kinds are never
mixed: what tests the line says nothing of what comes in.

Of scans that name neither container nor consignment nobody can say that they are of the same thing.
The same bytes once more are the same case all the same (`register`): a sender who repeats. The same
pixels in a file that was written anew are not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select

from xray_app.cases import tables
from xray_app.cases.case import Case
from xray_app.cases.states import Kind

SAME_CONTENT = "same content"  # why cases are linked
SAME_PIXELS = "same pixels"
FLAGS = {  # came once before, and more often
    SAME_CONTENT: (
        "the same picture came before, as case {first}",
        "the same picture came {times} times before, first as case {first}",
    ),
    SAME_PIXELS: (
        "the same picture was inspected before, as case {first}",
        "the same picture was inspected {times} times before, first as case {first}",
    ),
}


@dataclass(frozen=True)
class Before:
    """Cases that show a picture: the first of them, and how many they are."""

    first: str
    times: int


def by_files(
    connection: Connection, kind: Kind, identity_sha256: str, hashes: Iterable[str]
) -> tuple[Before, ...]:
    """For each file that came before under another identity, the cases that hold it."""
    view, another = tables.views.c, tables.cases.c.identity_sha256 != identity_sha256
    showing = [(view.sha256 == one) | (view.high_sha256 == one) for one in dict.fromkeys(hashes)]
    return _before(connection, kind, another, showing)


def by_pixels(
    connection: Connection, case: Case, hashes: Iterable[str | None]
) -> tuple[Before, ...]:
    """For each view that was inspected before under another identity, the cases that show it,
    unless this case and the first of them are linked already. Naming nothing is no identity.

    Args:
        case: the one that was inspected now.
        hashes: of the pixels of its views; None: blank, or never read.
    """
    pixels, table, link = tables.views.c.pixels_sha256, tables.cases.c, tables.links.c
    named = case.container or case.consignment
    another = table.identity_sha256 != case.identity_sha256 if named else table.id != case.id
    showing = [pixels == one for one in dict.fromkeys(hashes) if one is not None]
    found = _before(connection, case.kind, another, showing)
    earlier = select(link.other_id).where(link.case_id == case.id)
    later = select(link.case_id).where(link.other_id == case.id)  # inspected before this one
    known = set(connection.execute(earlier.union(later)).scalars())
    return tuple(one for one in found if one.first not in known)


def link(
    connection: Connection, case_id: str, before: Sequence[Before], why: str, now: datetime
) -> None:
    """Link a case to the first that shows each of its pictures."""
    for one in before:
        row = {"case_id": case_id, "other_id": one.first, "why": why, "linked_at": now}
        connection.execute(insert(tables.links).values(**row))


def flags_of(before: Sequence[Before], why: str) -> list[str]:
    """What a case is flagged with.

    >>> flags_of([Before("a", 1), Before("b", 3)], SAME_CONTENT)[1]
    'the same picture came 3 times before, first as case b'
    >>> flags_of([Before("a", 1)], SAME_PIXELS)
    ['the same picture was inspected before, as case a']
    """
    once, often = FLAGS[why]
    said = [once if one.times == 1 else often for one in before]
    return [text.format(**vars(one)) for text, one in zip(said, before, strict=True)]


def _before(
    connection: Connection,
    kind: Kind,
    another: ColumnElement[bool],
    showing: Iterable[ColumnElement[bool]],
) -> tuple[Before, ...]:
    case, times = tables.cases.c, dict[str, int]()
    oldest = select(case.id, func.count().over().label("times"))
    oldest = oldest.where(case.kind == kind, another)
    oldest = oldest.order_by(case.received_at, case.id).limit(1)
    for shows in showing:
        mine = case.id.in_(select(tables.views.c.case_id).where(shows))
        for row in connection.execute(oldest.where(mine)):
            times[row.id] = max(row.times, times.get(row.id, 0))
    return tuple(Before(first, count) for first, count in times.items())
