"""Connections: one writer at a time, readers who see one moment, addresses that are refused."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from xray.errors import RecipeError
from xray_app.cases import audit
from xray_app.cases.database import Database

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(database: Database) -> None:
    with database.read() as reading:
        before = audit.head(reading)
        with database.write() as writing:
            audit.append(writing, NOW, "kim", "taken", "case")
        assert audit.head(reading) == before
    with database.read() as reading:
        assert audit.head(reading).seq == before.seq + 1


def test_what_fails_is_undone(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            audit.append(connection, NOW, "kim", "taken", "case")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.read() as connection:
        assert audit.head(connection).seq == 0


def test_writers_go_one_after_another_and_the_chain_has_no_fork(database: Database) -> None:
    def write() -> None:
        for _ in range(5):
            with database.write() as connection:
                audit.append(connection, NOW, "kim", "taken", "case")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert audit.verify(connection) == audit.Verified(20)
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 20


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_addresses_that_cannot_hold_cases_are_refused(url: str) -> None:
    with pytest.raises(RecipeError, match="XRAY_DATABASE_URL"):
        Database(url)
