"""A scan becomes a case: once, durably, and not without a second look when it was seen before.

The same content under the same identity is the same case. The same content under another
identity is a new case, flagged, linked to the first and left to a supervisor: a picture that is
used twice is a fraud until somebody has looked.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from xray_app.cases import audit, outbox, reuse, tables
from xray_app.cases.bringing import bringing
from xray_app.cases.canonical import canonical, sha256_of
from xray_app.cases.case import Case, load
from xray_app.cases.contents import Contents, Staged, discard
from xray_app.cases.database import Database
from xray_app.cases.errors import Full, KeyReused
from xray_app.cases.rules import Rules
from xray_app.cases.states import Kind, Level, State

RETRY_AFTER_S = 5
RECEIVED = "received"  # the entry of the audit chain
AGAIN = "received again"  # by another sender
SAID_OF_A_VIEW = ("name", "pixel_mm", "file_name", "high_file_name")
ASKED_BY = {"cargo_number", "house_bill"}  # what the clearance system knows a cargo by


@dataclass(frozen=True)
class NewView:
    """One view of the thing, its files already staged.

    Attributes:
        content: the scan, or its low energy.
        file_name: as the sender calls it.
        high: the high energy, where it is a file of its own.
        name: the scanner's name of this view.
        pixel_mm: in place of what the file says.
    """

    content: Staged
    file_name: str
    high: Staged | None = None
    high_file_name: str | None = None
    name: str | None = None
    pixel_mm: float | None = None

    def files(self) -> tuple[Staged, ...]:
        """The staged files."""
        return (self.content,) if self.high is None else (self.content, self.high)


@dataclass(frozen=True)
class Submission:
    """What came in. Scanner, container and consignment are its identity; the lane is not."""

    views: tuple[NewView, ...]
    submitted_by: str
    kind: Kind = Kind.LIVE
    scanner: str | None = None
    lane: str | None = None
    container: str | None = None
    consignment: str | None = None
    declaration: dict[str, Any] = field(default_factory=dict)
    request_key: str | None = None

    def identity_sha256(self) -> str:
        """Whose picture it is."""
        return sha256_of([self.scanner, self.container, self.consignment])

    def content_sha256(self) -> str:
        """What was seen."""
        return sha256_of([[f.sha256 for f in view.files()] for view in self.views])

    def body_sha256(self) -> str:
        """Everything that the sender said, to tell a repeated request from another."""
        about = {
            name: value
            for name, value in asdict(self).items()
            if name not in ("views", "submitted_by", "request_key")
        }
        views = [[v.name, v.pixel_mm, v.file_name, v.high_file_name] for v in self.views]
        return sha256_of([about, views, self.content_sha256()])


@dataclass(frozen=True)
class Registered:
    """What became of a submission: its case, and whether it is a new one."""

    case: Case
    new: bool


def register(
    database: Database, contents: Contents, sent: Submission, now: datetime, rules: Rules
) -> Registered:
    """Keep a submission. When this returns, content and case are on the disk.

    Raises:
        Full: too many scans wait for inspection; nothing was kept.
        KeyReused: this request key came before with something else.
    """
    if rules.only is not None:
        sent = replace(sent, kind=rules.only)
    files = [file for view in sent.views for file in view.files()]
    try:
        with bringing(database, contents, files), database.write() as connection:
            before = _asked_before(connection, sent) or _same(connection, sent)
            if before is not None:
                _remember(connection, sent, before.id, now)
                if not brought(connection, before, sent.submitted_by):
                    audit.append(connection, now, sent.submitted_by, AGAIN, before.id)
                return Registered(before, new=False)
            _check_room(connection, rules)
            case = _insert(connection, sent, now)
            if ASKED_BY & set(sent.declaration):
                outbox.put(connection, now, rules.tells, "case.received", case)
            contents.adopt(connection, files, now)
            _remember(connection, sent, case.id, now)
            return Registered(case, new=True)
    finally:
        discard(*files)


def brought(connection: Connection, case: Case, sender: str) -> bool:
    """Whether a case is what this sender brought in, alone or after another."""
    entry = tables.audit.c
    mine = (entry.subject == case.id) & (entry.actor == sender) & (entry.action == AGAIN)
    again = select(entry.seq).where(mine).limit(1)
    return case.submitted_by == sender or connection.execute(again).first() is not None


def check_room(
    database: Database, rules: Rules, sender: str = "", request_key: str | None = None
) -> None:
    """Say early that there is no room, before a scan is taken in; a request that was kept already
    needs none.

    Raises:
        Full: too many scans wait for inspection.
    """
    table = tables.requests
    kept = select(table.c.key).where(table.c.actor == sender, table.c.key == request_key)
    with database.read() as connection:
        if request_key is None or connection.execute(kept).first() is None:
            _check_room(connection, rules)


def _check_room(connection: Connection, rules: Rules) -> None:
    state = tables.cases.c.state
    in_line = select(func.count()).where(state.in_([State.RECEIVED, State.INSPECTING]))
    waiting = connection.execute(in_line).scalar_one()
    if waiting >= rules.room():
        raise Full(f"{waiting} scans wait for inspection, no more are taken now", RETRY_AFTER_S)


def _asked_before(connection: Connection, sent: Submission) -> Case | None:
    if sent.request_key is None:
        return None
    table = tables.requests
    row = connection.execute(
        select(table).where(table.c.actor == sent.submitted_by, table.c.key == sent.request_key)
    ).one_or_none()
    if row is None:
        return None
    if row.body_sha256 != sent.body_sha256():
        raise KeyReused(f"the key {sent.request_key!r} was used before for another scan")
    return load(connection, row.case_id)


def _remember(connection: Connection, sent: Submission, case_id: str, now: datetime) -> None:
    if sent.request_key is None or _asked_before(connection, sent) is not None:
        return
    row = {"actor": sent.submitted_by, "key": sent.request_key, "case_id": case_id}
    row |= {"body_sha256": sent.body_sha256()}
    connection.execute(insert(tables.requests).values(**row, asked_at=now))


def _same(connection: Connection, sent: Submission) -> Case | None:
    table = tables.cases
    row = (
        connection.execute(
            select(table).where(
                table.c.kind == sent.kind,
                table.c.content_sha256 == sent.content_sha256(),
                table.c.identity_sha256 == sent.identity_sha256(),
            )
        )
        .mappings()
        .one_or_none()
    )
    return None if row is None else Case.of(row)


def _insert(connection: Connection, sent: Submission, now: datetime) -> Case:
    case_id = secrets.token_hex(16)
    before = _before(connection, sent)
    flags = canonical(reuse.flags_of(before, reuse.SAME_CONTENT))
    row = {
        **{"id": case_id, "kind": sent.kind, "state": State.RECEIVED, "version": 1},
        "level": Level.SUPERVISOR if before else Level.SCREENING,
        **{"place_at": now, "received_at": now, "flags": flags},
        **{"tries": 0, "checks_machine": False, "submitted_by": sent.submitted_by},
        **{"scanner": sent.scanner, "lane": sent.lane, "container": sent.container},
        "consignment": sent.consignment,
        "declaration": canonical(sent.declaration) if sent.declaration else None,
        "consignee": folded(sent.declaration.get("consignee")),
        "identity_sha256": sent.identity_sha256(),
        "content_sha256": sent.content_sha256(),
    }
    new = insert(tables.cases).values(**row).returning(tables.cases)
    case = Case.of(connection.execute(new).mappings().one())
    views = [_insert_view(connection, case_id, n, view) for n, view in enumerate(sent.views)]
    reuse.link(connection, case_id, before, reuse.SAME_CONTENT, now)
    said: dict[str, Any] = {
        "kind": sent.kind,
        "content_sha256": row["content_sha256"],
        "same_as": [one.first for one in before],
        "flags_sha256": hashlib.sha256(flags.encode()).hexdigest(),
    }
    said |= {"identity_sha256": row["identity_sha256"], "views_sha256": said_of_views(views)}
    said["declaration_sha256"] = hashlib.sha256(str(row["declaration"] or "").encode()).hexdigest()
    audit.append(connection, now, sent.submitted_by, RECEIVED, case_id, said)
    return case


def said_of_views(views: Sequence[Mapping[Any, Any]]) -> str:
    """The hash of what a sender said of the views of a case, from their rows in order."""
    said = [{name: view.get(name) for name in SAID_OF_A_VIEW} for view in views]
    widths = [None if one["pixel_mm"] is None else float(one["pixel_mm"]) for one in said]
    return sha256_of([one | {"pixel_mm": width} for one, width in zip(said, widths, strict=True)])


def folded(name: str | None) -> str | None:
    """A name as it is compared with others.

    >>> folded(" ACME  Trading Ltd"), folded("")
    ('acme trading ltd', None)
    """
    return " ".join(name.casefold().split())[:200] or None if name else None


def _insert_view(
    connection: Connection, case_id: str, position: int, view: NewView
) -> dict[str, Any]:
    row: dict[str, Any] = {"case_id": case_id, "position": position, "name": view.name}
    row |= {"sha256": view.content.sha256, "file_name": view.file_name, "pixel_mm": view.pixel_mm}
    if view.high is not None:
        row |= {"high_sha256": view.high.sha256, "high_file_name": view.high_file_name}
    connection.execute(insert(tables.views).values(**row))
    return row


def _before(connection: Connection, sent: Submission) -> tuple[reuse.Before, ...]:
    hashes = [staged.sha256 for view in sent.views for staged in view.files()]
    return reuse.by_files(connection, sent.kind, sent.identity_sha256(), hashes)
