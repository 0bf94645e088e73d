"""Who was shown what the machine says."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from tests.xray_app.cases.conftest import SEALED_ONCE, Older
from tests.xray_app.cases.test_audit import without_triggers
from xray_app.cases import audit, integrity, seen, tables
from xray_app.cases.case import Case, load
from xray_app.cases.database import Database
from xray_app.cases.queue import Queue
from xray_app.cases.register import Registered
from xray_app.cases.rules import Officer


def test_the_first_time_that_an_officer_saw_it_is_kept_for_each_of_them(
    case: Case, database: Database, clock: Any
) -> None:
    began = clock()
    seen.keep(database, "kim", case, began)
    clock.move(minutes=1)
    seen.keep(database, "kim", case, clock())
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM seen")).scalar_one() == 1
        assert seen.by(connection, "kim", [case.id, "0" * 32]) == {case.id}
        assert seen.by(connection, "lee", [case.id]) == set()


def test_a_case_that_is_decided_is_nobodys_to_judge_any_more(
    case: Case, database: Database, queue: Queue, clock: Any
) -> None:
    queue.take(Officer("kim"))
    with database.write() as connection:
        connection.execute(text("UPDATE cases SET state = 'search', holder = NULL"))
    with database.read() as connection:
        case = load(connection, case.id)
    seen.keep(database, "kim", case, clock())
    with database.read() as connection:
        assert seen.by(connection, "kim", [case.id]) == set()


def test_the_database_refuses_to_forget_it(case: Case, database: Database, clock: Any) -> None:
    seen.keep(database, "kim", case, clock())
    for act in ("DELETE FROM seen", "UPDATE seen SET seen_by = 'lee'"):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(text(act))


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        ("DELETE FROM seen", "is gone"),
        ("UPDATE seen SET seen_at = '2026-03-02 08:00:00.000000'", "was changed"),
        ("UPDATE seen SET seen_by = 'lee'", "was changed"),
    ],
)
def test_who_has_it_forgotten_past_the_database_is_found_by_the_audit_chain(
    case: Case, database: Database, clock: Any, act: str, problem: str
) -> None:
    seen.keep(database, "kim", case, clock())
    with database.read() as connection:
        (entry,) = [one for one in audit.of(connection, case.id) if one.action == seen.SHOWN]
        assert integrity.verify(connection).problem is None
    assert entry.actor == "kim"
    with database.write() as connection:
        without_triggers(connection, "seen")
        connection.execute(text(act))
        said = str(integrity.verify(connection).problem)
    assert said.startswith(f"{entry.where}: a row of seen of case {case.id} {problem}")


def slipped_in(database: Database, case_id: str, at: datetime) -> str | None:
    """What does not hold after such a row."""
    row = {"case_id": case_id, "seen_by": "kim", "seen_at": at}
    with database.write() as connection:
        connection.execute(insert(tables.seen).values(**row))
        return integrity.verify(connection).problem


def test_rows_of_older_versions_which_no_entry_seals_are_no_alarm(
    inspected: Callable[..., Case], database: Database, clock: Any, older: Older
) -> None:
    with older(*SEALED_ONCE):
        case = inspected()
    assert slipped_in(database, case.id, clock()) is None


@pytest.mark.parametrize("received", [False, True])
def test_a_row_that_was_slipped_in_is_named(
    *, inspected: Callable[..., Case], submit: Callable[..., Registered], database: Database,
    clock: Any, received: bool,
) -> None:  # fmt: skip
    case = submit().case if received else inspected()
    said = f"a row of seen of case {case.id} is in no entry of the chain: it was slipped in"
    assert slipped_in(database, case.id, clock()) == said
