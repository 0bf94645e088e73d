"""Decisions: made once, corrected by a further entry, closed by what a search finds."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, correct, decide, decisions_of
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.searches import SearchResult, record_search, searches_of
from xray_app.cases.states import Disposition, Level, State, Verdict

KIM, BOSS = Officer("kim"), Officer("boss", Level.SUPERVISOR)
CLEAR, SEARCH = Decision(Verdict.CLEAR), Decision(Verdict.SEARCH, "looks like a pistol")
GUN = SearchResult(True, ("gun",))


def drawn(*xyxy_px: float, view: int = 0) -> Decision:
    return Decision(Verdict.SEARCH, "odd", ({"label": "gun", "xyxy_px": xyxy_px, "view": view},))


Inspected = Callable[..., Case]


def test_clearing_closes_the_case(queue: Queue, case: Case) -> None:
    after = decide(queue, case.id, case.version, KIM, CLEAR)
    assert (after.state, after.disposition) == (State.CLOSED, Disposition.CLEARED)
    assert after.holder is None


def test_a_decision_asked_for_twice_is_made_once(
    queue: Queue, case: Case, database: Database
) -> None:
    first = decide(queue, case.id, case.version, KIM, SEARCH)
    again = decide(queue, case.id, case.version, KIM, SEARCH)
    assert first == again
    with database.read() as connection:
        assert len(decisions_of(connection, case.id)) == 1


def test_another_decision_on_the_same_version_is_refused(queue: Queue, case: Case) -> None:
    decide(queue, case.id, case.version, KIM, SEARCH)
    with pytest.raises(Conflict):
        decide(queue, case.id, case.version, KIM, CLEAR)


def test_a_decision_or_a_result_that_differs_in_a_box_or_a_label_alone_is_not_said_to_be_kept(
    queue: Queue, case: Case, contents: Contents
) -> None:
    after = decide(queue, case.id, case.version, KIM, drawn(1, 1, 2, 2))
    with pytest.raises(Conflict):
        decide(queue, case.id, case.version, KIM, drawn(1, 1, 2, 3))
    where = (queue, contents, after.id, after.version, "lee")
    closed = record_search(*where, GUN)
    assert record_search(*where, GUN) == closed
    with pytest.raises(Conflict):
        record_search(*where, SearchResult(True, ("knife",)))


@pytest.mark.parametrize("found", [True, False])
def test_a_search_closes_the_case_with_what_it_found(
    queue: Queue, case: Case, contents: Contents, database: Database, found: bool
) -> None:
    after = decide(queue, case.id, case.version, KIM, SEARCH)
    photo = contents.stage(b"jpeg", "photo.jpg", 100)
    result = SearchResult(found, ("gun",) if found else (), "in a shoe", photo)
    closed = record_search(queue, contents, after.id, after.version, "lee", result)
    assert closed.disposition is (Disposition.FOUND if found else Disposition.NOT_FOUND)
    assert contents.read(photo.sha256) == b"jpeg"
    with database.read() as connection:
        (row,) = searches_of(connection, case.id)
        assert (row["found"], row["searched_by"]) == (found, "lee")


def test_a_search_that_nobody_ordered_is_refused_and_its_photo_goes(
    queue: Queue, case: Case, contents: Contents
) -> None:
    photo = contents.stage(b"jpeg", "photo.jpg", 100)
    with pytest.raises(Conflict, match="no search was ordered"):
        record_search(
            queue, contents, case.id, case.version, "lee", SearchResult(True, photo=photo)
        )
    assert not photo.path.exists()


def test_a_supervisor_corrects_by_a_further_entry(
    queue: Queue, case: Case, database: Database
) -> None:
    cleared = decide(queue, case.id, case.version, KIM, CLEAR)
    after = correct(queue, cleared.id, cleared.version, BOSS, SEARCH)
    assert (after.state, after.disposition) == (State.SEARCH, None)
    with database.read() as connection:
        first, second = decisions_of(connection, case.id)
    assert (first["verdict"], second["verdict"]) == ("clear", "search")
    assert second["corrects"] == first["id"]


def test_a_correction_needs_a_supervisor_and_a_reason(queue: Queue, case: Case) -> None:
    cleared = decide(queue, case.id, case.version, KIM, CLEAR)
    for officer, said in ((KIM, SEARCH), (BOSS, Decision(Verdict.SEARCH))):
        with pytest.raises(Refused):
            correct(queue, cleared.id, cleared.version, officer, said)


def test_what_a_search_found_is_past_correcting(
    queue: Queue, case: Case, contents: Contents
) -> None:
    after = decide(queue, case.id, case.version, KIM, SEARCH)
    closed = record_search(queue, contents, after.id, after.version, "lee", GUN)
    with pytest.raises(Conflict, match="only a decision can be corrected"):
        correct(queue, closed.id, closed.version, BOSS, SEARCH)


@pytest.mark.parametrize("table", ["decisions", "reports", "search_results"])
def test_the_database_itself_refuses_to_change_what_was_said(
    queue: Queue, case: Case, contents: Contents, database: Database, table: str
) -> None:
    after = decide(queue, case.id, case.version, KIM, SEARCH)
    record_search(queue, contents, after.id, after.version, "lee", GUN)
    for act in (f"UPDATE {table} SET case_id = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(text(act))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Decision(Verdict.SEARCH, " "), "choose a reason or write a note"),
        (drawn(-500, 1e9, 5, 3), r"0 <= x1 < x2 <= 10 .*, got -500, 1e\+09, 5, 3"),
        (drawn(1, 1, 2, 2, view=7), "has no view 7"),
    ],
)
def test_a_decision_says_why_and_its_marks_lie_within_their_views(
    queue: Queue, case: Case, said: Decision, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        decide(queue, case.id, case.version, KIM, said)
    cleared = decide(queue, case.id, case.version, KIM, CLEAR)
    if said.marks:
        with pytest.raises(Refused, match=why):
            correct(queue, case.id, cleared.version, BOSS, said)


def test_a_search_that_found_something_says_what(
    queue: Queue, case: Case, contents: Contents
) -> None:
    after = decide(queue, case.id, case.version, KIM, SEARCH)
    where = (queue, contents, after.id, after.version, "lee")
    with pytest.raises(Refused, match="say what was found"):
        record_search(*where, SearchResult(True, note=" "))
    assert record_search(*where, SearchResult(True, note="in a shoe")).disposition == "found"
