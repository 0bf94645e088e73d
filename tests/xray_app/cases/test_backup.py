"""A copy of a PostgreSQL is made by its own tools, put back into an empty one, and checked."""

import secrets
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from xray.errors import DataError
from xray_app.cases import audit, backup, installation, postgresql, schema
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.service import utc_now


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def empty_url(postgresql_server: str) -> str:
    name = f"empty_{secrets.token_hex(4)}"
    driver = f"{postgresql_server}/postgres".replace("postgresql:", "postgresql+pg8000:")
    engine = create_engine(driver, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{postgresql_server}/{name}"


def test_a_copy_goes_into_an_empty_database_and_holds(
    database: Database, contents: Contents, tmp_path: Path, empty_url: str
) -> None:
    with database.write() as connection:
        contents.adopt(connection, [contents.stage(b"scan", "bag.png", 99)], utc_now())
        audit.append(connection, utc_now(), "kim", "taken", "case")
    copy = tmp_path / "copy"
    assert backup.write(database, contents, copy) == 1
    used = database.url.render_as_string(hide_password=False)
    with pytest.raises(DataError, match="holds tables already"):
        backup.restore(copy, tmp_path / "new", used, utc_now())
    assert backup.restore(copy, tmp_path / "new", empty_url, utc_now()) == 1
    restored = Database(empty_url)
    with restored.read() as connection:
        assert audit.verify(connection).entries == 1
    restored.dispose()
    with pytest.raises(DataError, match=r"holds no cases\.sqlite3"):
        backup.restore(copy, tmp_path / "newer", f"sqlite:///{tmp_path / 'x'}", utc_now())


def test_where_the_tool_is_missing_it_is_said_what_to_install(
    database: Database, contents: Contents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql.shutil, "which", lambda _: None)
    monkeypatch.setattr(postgresql.Path, "glob", lambda *_: [])
    with pytest.raises(DataError, match="postgresql-client"):
        backup.write(database, contents, tmp_path / "copy")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_copy_of_an_older_version_is_put_back_and_brought_up_to_this_one(
    kind: str, tmp_path: Path, contents: Contents, request: pytest.FixtureRequest
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    urls = [f"sqlite:///{tmp_path / 'old.sqlite3'}", f"sqlite:///{new / 'cases.sqlite3'}"]
    if kind == "postgresql":
        server = request.getfixturevalue("empty_database").url
        urls = [server.render_as_string(False), request.getfixturevalue("empty_url")]
    old, restored = Database(urls[0]), Database(urls[1])
    schema.upgrade(old, "0007")
    with old.write() as connection:
        contents.adopt(connection, [contents.stage(b"scan", "bag.png", 99)], utc_now())
        audit.append(connection, utc_now(), "kim", "taken", "case")
    backup.write(old, contents, tmp_path / "copy")
    assert backup.restore(tmp_path / "copy", new, urls[1], utc_now()) == 1
    assert schema.current(restored) == schema.newest()
    installation.pair(restored, Contents(new / "contents"))
    for database in (old, restored):
        database.dispose()
