"""Scans go when their time is over; what was said of them, and what is undecided, stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from xray_app.cases import audit, integrity, retention
from xray_app.cases.case import Case, load
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide, decisions_of
from xray_app.cases.errors import NotFound
from xray_app.cases.inspection import views_of
from xray_app.cases.queue import Queue
from xray_app.cases.retention import empty_old
from xray_app.cases.rules import Officer
from xray_app.cases.states import Level, Verdict

BOSS = Officer("boss", Level.SUPERVISOR)
KEEP = timedelta(days=30)


@pytest.fixture
def decided(queue: Queue, inspected: Callable[..., Case]) -> Callable[..., Case]:
    def decided(verdict: Verdict = Verdict.CLEAR, **about: Any) -> Case:
        inspected(declaration={"consignee": "Kim"}, **about)
        case = queue.take(BOSS)
        assert case is not None
        return decide(queue, case.id, case.version, BOSS, Decision(verdict, "look inside"))

    return decided


def scan_of(database: Database, case: Case, column: str = "sha256") -> str:
    with database.read() as connection:
        return str(views_of(connection, case.id)[0][column])


@pytest.fixture
def later(database: Database, clock: Any) -> Callable[..., None]:
    """Days go by in which something is done."""

    def later(days: int) -> None:
        clock.move(days=days - 1)
        with database.write() as connection:
            audit.append(connection, clock(), "kim", "signed in", "kim")
        clock.move(days=1)

    return later


def test_a_closed_case_is_emptied_by_its_age_and_its_decision_stays(
    decided: Callable[..., Case],
    database: Database,
    contents: Contents,
    clock: Any,
    later: Callable[..., None],
) -> None:
    case = decided()
    later(days=29)
    assert empty_old(database, contents, clock(), KEEP) == 0
    assert contents.read(scan_of(database, case, "planes_sha256")).startswith(b"planes")
    clock.move(days=1)
    assert empty_old(database, contents, clock(), KEEP) == 1
    assert empty_old(database, contents, clock(), KEEP) == 0
    for column in ("sha256", "planes_sha256"):
        with pytest.raises(NotFound, match="deleted by its age"):
            contents.read(scan_of(database, case, column))
    with database.read() as connection:
        assert load(connection, case.id).declaration is None
        assert len(decisions_of(connection, case.id)) == 1
        assert integrity.verify(connection).problem is None


def test_what_is_not_decided_or_not_searched_yet_is_kept(
    decided: Callable[..., Case],
    inspected: Callable[..., Case],
    database: Database,
    contents: Contents,
    clock: Any,
    later: Callable[..., None],
) -> None:
    cases = [decided(Verdict.SEARCH), inspected()]
    later(days=400)
    assert empty_old(database, contents, clock(), KEEP) == 0
    assert all(contents.read(scan_of(database, case)) for case in cases)


def test_a_scan_that_another_case_needs_stays_until_that_is_over_too(
    decided: Callable[..., Case],
    database: Database,
    contents: Contents,
    clock: Any,
    later: Callable[..., None],
) -> None:
    case = decided(content=b"scan", consignment="A")
    later(days=30)
    decided(content=b"scan", consignment="B")
    assert empty_old(database, contents, clock(), KEEP) == 1
    assert contents.read(scan_of(database, case)) == b"scan"


def test_what_goes_by_its_age_while_the_files_are_read_is_not_called_missing(
    decided: Callable[..., Case],
    inspected: Callable[..., Case],
    database: Database,
    contents: Contents,
    clock: Any,
    later: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided()
    lost, is_whole = scan_of(database, inspected()), Contents.is_whole
    contents.path(lost).unlink()
    later(days=31)

    def late(self: Contents, sha256: str) -> bool:
        empty_old(database, contents, clock(), KEEP)
        return is_whole(self, sha256)

    monkeypatch.setattr(Contents, "is_whole", late)
    assert integrity.broken_files(database, contents) == [lost]


@pytest.mark.parametrize("first", [True, False])
def test_a_case_is_kept_while_one_that_shows_its_picture_is_open(
    *, decided: Callable[..., Case], inspected: Callable[..., Case], queue: Queue,
    database: Database, contents: Contents, clock: Any, later: Callable[..., None], first: bool,
) -> None:  # fmt: skip
    if first:
        case = decided(content=b"scan", consignment="A")
        inspected(content=b"scan", consignment="B")
    else:
        inspected(content=b"scan", consignment="A")
        case = decided(content=b"scan", consignment="B")  # for supervisors, and so taken first
    later(days=31)
    assert empty_old(database, contents, clock(), KEEP) == 0
    with database.read() as connection:
        assert load(connection, case.id).declaration == {"consignee": "Kim"}
    taken = queue.take(BOSS)
    assert taken is not None
    decide(queue, taken.id, taken.version, BOSS, Decision(Verdict.CLEAR))
    assert empty_old(database, contents, clock(), KEEP) == 1


@pytest.mark.parametrize("set_right", [False, True])
def test_where_the_clock_leaps_nothing_is_emptied_for_a_day(
    *, decided: Callable[..., Case], queue: Queue, database: Database, contents: Contents,
    clock: Any, caplog: pytest.LogCaptureFixture, set_right: bool,
) -> None:  # fmt: skip
    decided()
    clock.move(days=400)
    decided()  # others work on by the wrong clock, and leave entries
    for _ in range(2):
        assert empty_old(database, contents, clock(), KEEP) == 0
        clock.move(hours=23)
    assert caplog.text.count("is the clock right?") == 1
    clock.move(days=-400 if set_right else 0, hours=2 - 23)
    assert empty_old(database, contents, clock(), KEEP) == (0 if set_right else 1)


@pytest.mark.parametrize("aside", [False, True])
def test_what_an_end_between_rows_and_files_left_goes_at_the_next_start(
    *, decided: Callable[..., Case], inspected: Callable[..., Case], database: Database,
    contents: Contents, clock: Any, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
    aside: bool,
) -> None:  # fmt: skip
    case, other = decided(), inspected()
    later(days=31)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Contents, "remove", end)
    with pytest.raises(KeyboardInterrupt):
        empty_old(database, contents, clock(), KEEP)
    file = contents.path(scan_of(database, case))
    assert file.exists()
    if aside:  # an older version set it aside
        contents.quarantine.mkdir()
        file.rename(contents.quarantine / file.name)
    with database.write() as connection:
        assert contents.sweep(connection) == 0
    assert not contents.holds(file.name)
    assert not contents.holds(scan_of(database, case, "planes_sha256"))
    assert contents.read(scan_of(database, other))


def test_what_goes_by_its_age_is_sought_in_nobodys_turn_and_emptied_within_a_limit(
    *, decided: Callable[..., Case], database: Database, contents: Contents, clock: Any,
    later: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    limits: list[str] = []

    def emptied(connection: Connection, *given: Any) -> Any:
        if not database.is_sqlite:
            limits.append(connection.execute(text("SHOW statement_timeout")).scalar_one())
        return empty(connection, *given)

    empty = retention._empty
    monkeypatch.setattr(retention, "_empty", emptied)
    decided()
    later(days=29)
    with monkeypatch.context() as impatient:
        impatient.setattr(database, "_turn_s", 0.1)
        with database.write():  # another's
            assert empty_old(database, contents, clock(), KEEP) == 0
    clock.move(days=1)
    assert empty_old(database, contents, clock(), KEEP) == 1
    assert limits == ([] if database.is_sqlite else ["1min"])
