"""One service at a time over a database."""

import pytest
from sqlalchemy import text

from xray.errors import RecipeError
from xray_app.cases.alone import SERVICE_LOCK, Alone
from xray_app.cases.database import Database


def never() -> None:
    raise AssertionError("nobody took the database")


def test_a_second_service_is_refused_until_the_first_has_ended(
    database: Database, database_url: str
) -> None:
    second = Database(database_url)
    with Alone(database, never) as alone:
        alone.check()
        with pytest.raises(RecipeError, match="another service"), Alone(second, never, 0):
            pass
    with Alone(second, never, 0):
        pass
    second.dispose()


def test_the_lock_is_taken_again_when_its_connection_was_cut(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a file has no connection")
    holders = f"FROM pg_locks WHERE locktype = 'advisory' AND objid = {SERVICE_LOCK}"
    with Alone(database, never) as alone:
        with database.engine.connect() as connection:
            cut = f"SELECT pg_terminate_backend(pid) {holders}"
            assert connection.execute(text(cut)).scalar_one()
        alone.check()
        with database.engine.connect() as connection:
            count = f"SELECT count(*) {holders}"
            assert connection.execute(text(count)).scalar_one() == 1


def test_a_connection_of_ours_that_the_server_alone_still_knows_is_ended_and_the_lock_taken_again(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("a file has no connection")
    with Alone(database, never) as alone:
        unheard, alone._connection = alone._connection, None  # the server did not see it go
        assert unheard is not None
        alone.check()
        unheard.invalidate()
        unheard.close()
        alone.check()
        assert alone._connection is not None


def test_whoever_was_quicker_meanwhile_keeps_it_and_the_service_is_told(
    database: Database, database_url: str
) -> None:
    if database.is_sqlite:
        pytest.skip("a file has no connection")
    told: list[str] = []
    quicker = Database(database_url)
    with Alone(database, lambda: told.append("lost")) as alone:
        alone._let_go()
        with Alone(quicker, never, 0):
            alone.check()
    assert told == ["lost"]
    quicker.dispose()
