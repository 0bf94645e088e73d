"""A transaction that fails at its very end leaves no file of its own, and takes no other's."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pg8000
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.xray_app.cases.conftest import report
from xray_app.cases import inspection, integrity, outage
from xray_app.cases.case import Case
from xray_app.cases.contents import LEFT_BY_A_CRASH, Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.inspection import Looked
from xray_app.cases.queue import Queue
from xray_app.cases.register import Registered
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Verdict

Submit = Callable[..., Registered]


@pytest.fixture
def refused(database: Database) -> Callable[..., Any]:
    """For a while, no transaction that writes is committed; or it is, and nobody hears of it."""

    @contextmanager
    def refused(*, unheard: bool = False) -> Iterator[None]:
        def fail(connection: Connection) -> None:
            if connection.get_execution_options().get("xray_writes"):
                if unheard:
                    connection.exec_driver_sql("COMMIT")
                raise OperationalError("COMMIT", {}, full(database, unheard))

        event.listen(database.engine, "commit", fail)
        try:
            yield
        finally:
            event.remove(database.engine, "commit", fail)

    return refused


def full(database: Database, unheard: bool) -> Exception:
    """What the driver raises where the disk is full; or where the server went away, unheard."""
    if database.is_sqlite:
        return sqlite3.OperationalError(outage.SQLITE_FULL)
    if unheard:
        return pg8000.InterfaceError("network error")
    said = {"S": outage.UNDONE, "C": outage.DISK_FULL, "M": "database or disk is full"}
    return pg8000.DatabaseError(said)


def files(contents: Contents) -> list[bytes]:
    return sorted(file.read_bytes() for file in contents.folder.glob("??/*"))


def test_a_scan_whose_commit_is_refused_leaves_nothing_behind(
    submit: Submit, database: Database, contents: Contents, refused: Callable[..., Any]
) -> None:
    submit(b"before")
    with refused():
        for number in range(LEFT_BY_A_CRASH + 6):
            with pytest.raises(OperationalError, match="disk is full"):
                submit(b"scan %d" % number)
    assert files(contents) == [b"before"]
    assert list(contents.incoming.iterdir()) == []
    with database.write() as connection:
        assert contents.sweep(connection) == 0
    assert submit(b"scan 0").new
    assert files(contents) == [b"before", b"scan 0"]


def test_what_another_case_shows_stays_though_the_new_one_is_refused(
    submit: Submit, contents: Contents, refused: Callable[..., Any]
) -> None:
    submit(b"scan", consignment="A")
    with refused(), pytest.raises(OperationalError):
        submit(b"scan", consignment="B")
    assert files(contents) == [b"scan"]


def test_a_file_that_stood_there_before_stays_though_no_case_names_it(
    submit: Submit, contents: Contents, refused: Callable[..., Any]
) -> None:
    staged = contents.stage(b"scan", "bag.png", 99)
    contents.path(staged.sha256).parent.mkdir()
    staged.path.rename(contents.path(staged.sha256))  # its case may be in a database that is lost
    with refused(), pytest.raises(OperationalError):
        submit(b"scan")
    assert files(contents) == [b"scan"]


def test_a_commit_whose_answer_was_lost_keeps_its_scan(
    submit: Submit, database: Database, contents: Contents, refused: Callable[..., Any]
) -> None:
    with refused(unheard=True), pytest.raises(OperationalError):
        submit(b"scan")
    assert files(contents) == [b"scan"]
    assert not submit(b"scan").new
    with database.read() as connection:
        assert integrity.verify(connection).problem is None


def test_what_an_inspection_drew_goes_with_its_report(
    submit: Submit, database: Database, contents: Contents, clock: Any, refused: Callable[..., Any]
) -> None:
    submit(b"scan")
    case = inspection.claim(database, clock())
    assert case is not None

    def record() -> Case:
        drawn = contents.stage(b"picture", "picture", 99)
        seen = [Looked(0, report("ALARM"), picture=drawn, width_px=10, height_px=10)]
        return inspection.record(database, contents, case, seen, clock(), Rules(), lambda: 0.5)

    with refused(), pytest.raises(OperationalError):
        record()
    assert files(contents) == [b"scan"]
    record()
    assert files(contents) == [b"picture", b"scan"]


def test_the_photo_of_a_search_goes_with_its_result(
    case: Case, queue: Queue, contents: Contents, refused: Callable[..., Any]
) -> None:
    before, kim = files(contents), Officer("kim")
    said = Decision(Verdict.SEARCH, "look inside")
    ordered = decide(queue, case.id, case.version, kim, said)

    def search() -> Case:
        photo = contents.stage(b"photo", "photo.png", 99)
        result = SearchResult(found=True, what=("gun",), photo=photo)
        return record_search(queue, contents, case.id, ordered.version, "lee", result)

    with refused(), pytest.raises(OperationalError):
        search()
    assert files(contents) == before
    search()
    assert files(contents) == sorted([*before, b"photo"])


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_disk_that_takes_no_more_of_the_database_leaves_nothing_behind(
    backend: str, submit: Submit, database: Database, contents: Contents
) -> None:
    submit(b"before")
    log = Path(f"{database.url.database}-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
    try:
        with pytest.raises(DBAPIError) as ended:
            submit(b"scan")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outage.passes(ended.value)
    assert files(contents) == [b"before"]
    assert submit(b"scan").new
    with database.read() as connection:
        assert integrity.verify(connection).problem is None
