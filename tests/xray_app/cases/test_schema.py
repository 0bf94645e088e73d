"""The tables: made, compared with what the program knows, and unmade."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect, text
from sqlalchemy.exc import DBAPIError

from xray_app.cases import audit, schema, tables
from xray_app.cases.database import Database
from xray_app.cases.errors import CaseError


def test_migrations_lead_to_exactly_the_tables_that_the_program_knows(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrations_lead_down_to_nothing_and_up_again(database: Database) -> None:
    schema.downgrade(database)
    assert [t for t in inspect(database.engine).get_table_names() if t != "alembic_version"] == []
    schema.upgrade(database)
    assert schema.current(database) == schema.newest()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    schema.check(database)


def test_older_tables_are_refused_with_what_to_do_and_stay_as_they_are(
    empty_database: Database,
) -> None:
    schema.upgrade(empty_database, "0001")
    with pytest.raises(CaseError, match="database backup, then run: xray-app database upgrade"):
        schema.make(empty_database)
    assert schema.current(empty_database) == "0001"


@pytest.mark.parametrize("act", [schema.make, schema.upgrade, schema.downgrade])
def test_tables_of_a_newer_version_are_refused_in_a_sentence(
    empty_database: Database, act: Callable[[Database], None]
) -> None:
    schema.upgrade(empty_database, "0001")
    with empty_database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CaseError, match="9999, which this version does not know"):
        act(empty_database)


def test_a_revision_that_is_none_is_refused_in_a_sentence(database: Database) -> None:
    with pytest.raises(CaseError, match="cannot be led to revision 12345"):
        schema.downgrade(database, "12345")


@pytest.mark.parametrize("act", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_audit_chain(
    database: Database, act: str
) -> None:
    with database.write() as connection:
        audit.append(connection, datetime(2026, 1, 1, tzinfo=UTC), "kim", "taken", "case")
    with pytest.raises(DBAPIError, match="audit is append-only"), database.write() as connection:
        connection.execute(text(act))


@pytest.mark.parametrize(
    "row",
    ["1, prev, 'new'", "2, prev, 'new'", f"2, '{'1' * 64}', hash"],
    ids=("seq", "prev", "hash"),
)
def test_an_entry_is_not_replaced_by_another_of_the_same_key(database: Database, row: str) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    with database.write() as connection:
        audit.append(connection, datetime(2026, 1, 1, tzinfo=UTC), "kim", "taken", "case")
    seq, prev, sealed = row.split(", ")
    columns = f"{seq}, at, 'lee', action, subject, body, {prev}, {sealed}"
    act = text(f"INSERT OR REPLACE INTO audit SELECT {columns} FROM audit")
    with pytest.raises(DBAPIError, match="audit is append-only"), database.write() as connection:
        connection.execute(act)


def test_each_append_only_table_refuses_replacing_by_each_of_its_keys(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    with database.read() as connection:
        known = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = {row.name: row.sql for row in connection.execute(known)}
    guarded = [name.removesuffix("_no_update") for name in triggers if name.endswith("_no_update")]
    assert "decisions" in guarded
    for name in guarded:
        table = tables.metadata.tables[name]
        keys = [table.primary_key.columns.keys()]
        keys += [
            one.columns.keys() for one in table.constraints if isinstance(one, UniqueConstraint)
        ]
        for key in keys:
            same = " AND ".join(f"{column} = NEW.{column}" for column in key)
            assert f"({same})" in triggers[f"{name}_no_replace"], (name, key)


def test_postgresql_refuses_to_empty_the_chain_too(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text("TRUNCATE audit"))
