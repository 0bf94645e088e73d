"""Scans go by their age while a copy is made: the copy is put back all the same."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from xray.errors import DataError
from xray_app.cases import audit, backup, integrity, postgresql
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.inspection import views_of
from xray_app.cases.queue import Queue
from xray_app.cases.retention import empty_old
from xray_app.cases.rules import Officer
from xray_app.cases.states import Verdict

KEEP = timedelta(days=30)


@pytest.fixture
def old(
    queue: Queue, inspected: Callable[..., Case], database: Database, clock: Any
) -> Callable[[], Case]:
    """A case whose time is over."""

    def old() -> Case:
        inspected()
        case = queue.take(Officer("kim"))
        assert case is not None
        closed = decide(queue, case.id, case.version, Officer("kim"), Decision(Verdict.CLEAR))
        clock.move(days=30)
        with database.write() as connection:
            audit.append(connection, clock(), "kim", "signed in", "kim")
        clock.move(days=1)
        return closed

    return old


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, backend: str) -> Callable[[Callable[[], Any]], None]:
    """Has something done between the copy of the database and that of the files."""
    room, name = (backup, "_sqlite") if backend == "sqlite" else (postgresql, "dump")
    copy: Any = getattr(room, name)

    def meanwhile(done: Callable[[], Any]) -> None:
        def copy_and_do(*given: Any) -> Any:
            made = copy(*given)
            done()
            return made

        monkeypatch.setattr(room, name, copy_and_do)

    return meanwhile


def test_a_copy_during_which_a_case_was_emptied_by_its_age_is_put_back_without_an_error(
    *, old: Callable[[], Case], inspected: Callable[..., Case], meanwhile: Callable[..., None],
    database: Database, empty_database: Database, contents: Contents, clock: Any, tmp_path: Path,
) -> None:  # fmt: skip
    old()
    inspected()
    meanwhile(lambda: empty_old(database, contents, clock(), KEEP))
    copy, new = tmp_path / "copy", tmp_path / "new"
    kept = 2  # a scan and its planes; those of the other case went
    assert backup.write(database, contents, copy) == kept
    url = empty_database.url.render_as_string(hide_password=False)
    assert backup.restore(copy, new, url, clock()) == kept
    put_back = Contents(new / "contents")
    assert empty_old(empty_database, put_back, clock(), KEEP) == 0  # restoring has done it
    assert integrity.broken_files(empty_database, put_back) == []
    assert backup.write(empty_database, put_back, tmp_path / "another") == kept
    with empty_database.read() as connection:
        assert integrity.verify(connection).problem is None


def test_what_is_missing_in_a_copy_and_did_not_go_by_its_age_is_an_error_still(
    *, old: Callable[[], Case], inspected: Callable[..., Case], meanwhile: Callable[..., None],
    database: Database, empty_database: Database, contents: Contents, clock: Any, tmp_path: Path,
) -> None:  # fmt: skip
    old()
    case, copy = inspected(), tmp_path / "copy"
    meanwhile(lambda: empty_old(database, contents, clock(), KEEP))
    backup.write(database, contents, copy)
    with database.read() as connection:
        sha256 = views_of(connection, case.id)[0]["sha256"]
    Contents(copy / "contents").path(sha256).unlink()
    url = empty_database.url.render_as_string(hide_password=False)
    with pytest.raises(DataError, match=f"1 files are missing or changed: {sha256[:12]}"):
        backup.restore(copy, tmp_path / "new", url, clock())
