"""What searches find. Said once; corrected only by a further entry, and the newest counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert

from xray_app.cases import audit, outbox, tables
from xray_app.cases.bringing import bringing
from xray_app.cases.canonical import canonical
from xray_app.cases.case import Case, change, load, load_version
from xray_app.cases.contents import Contents, Staged, discard
from xray_app.cases.decisions import rows_of, seal_of
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Disposition, Level, State

SEARCHED = (Disposition.FOUND, Disposition.NOT_FOUND)


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        found: something that should not be there.
        what: labels of what was found.
        note: in the searcher's words.
        photo: a picture, staged.
    """

    found: bool
    what: tuple[str, ...] = field(default=())
    note: str = ""
    photo: Staged | None = None


def record_search(
    queue: Queue,
    contents: Contents,
    case_id: str,
    version: int,
    searcher: str,
    result: SearchResult,
) -> Case:
    """Close a case with what its search found.

    Raises:
        Conflict: it has changed, or no search was ordered.
        Refused: something was found, and nothing says what: the next search could not learn of it.
    """
    photos = [result.photo] if result.photo is not None else []
    try:
        with bringing(queue.database, contents, photos), queue.writing() as (connection, now):
            if _found_before(connection, case_id, version, searcher, result):
                return load(connection, case_id)
            case = load_version(connection, case_id, version)
            if case.state is not State.SEARCH:
                raise Conflict(f"case {case_id} is {case.state}; no search was ordered")
            contents.adopt(connection, photos, now)
            return _end_search(queue, connection, case, searcher, result, now)
    finally:
        discard(*photos)


def correct_search(
    queue: Queue, case_id: str, version: int, officer: Officer, result: SearchResult
) -> Case:
    """Overrule what a search is said to have found: a supervisor's further entry, without a photo.

    The first one stays; the newest is the one that counts.

    Raises:
        Refused: not a supervisor, no note says why, or nothing says what was found.
        Conflict: it has changed, or no search has ended.
    """
    if officer.level is not Level.SUPERVISOR or not result.note.strip():
        raise Refused("only a supervisor corrects what a search found, and only with a note")
    plain = replace(result, photo=None)
    with queue.writing() as (connection, now):
        if _found_before(connection, case_id, version, officer.name, plain):
            return load(connection, case_id)
        case = load_version(connection, case_id, version)
        if case.disposition not in SEARCHED:
            raise Conflict(f"case {case_id} is {case.state}; no search of it has ended")
        return _end_search(queue, connection, case, officer.name, plain, now)


def searches_of(connection: Connection, case_id: str) -> Sequence[RowMapping]:
    """The rows of its search results, oldest first."""
    return rows_of(connection, tables.search_results, case_id)


def _end_search(
    queue: Queue,
    connection: Connection,
    case: Case,
    searcher: str,
    result: SearchResult,
    now: datetime,
) -> Case:
    if result.found and not (result.what or result.note.strip()):
        raise Refused("say what was found, in a word or in the note")
    _keep_search(connection, case, searcher, result, now)
    ended = Disposition.FOUND if result.found else Disposition.NOT_FOUND
    after = change(connection, case, state=State.CLOSED, disposition=ended, closed_at=now)
    outbox.put(connection, now, queue.rules.tells, "case.searched", after, found=result.found)
    return after


def _keep_search(
    connection: Connection, case: Case, searcher: str, result: SearchResult, now: datetime
) -> None:
    row = {
        **{"case_id": case.id, "case_version": case.version, "found": result.found},
        **{"what": canonical(result.what), "note": result.note},
        "photo_sha256": None if result.photo is None else result.photo.sha256,
        **{"searched_by": searcher, "searched_at": now},
    }
    connection.execute(insert(tables.search_results).values(**row))
    seal = {"found": result.found, "sha256": seal_of(row)}
    audit.append(connection, now, searcher, "searched", case.id, seal)


def _found_before(
    connection: Connection, case_id: str, version: int, searcher: str, result: SearchResult
) -> bool:
    for row in searches_of(connection, case_id):
        if row["case_version"] == version and row["searched_by"] == searcher:
            photo = None if result.photo is None else result.photo.sha256
            asked = (result.found, canonical(result.what), result.note, photo)
            kept = (row["found"], row["what"], row["note"], row["photo_sha256"])
            return bool(kept == asked)
    return False
