"""A database and a folder of contents know each other; strangers are refused, and lose nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text

from xray.errors import DataError, RecipeError
from xray_app import service
from xray_app.access.passwords import Passwords
from xray_app.cases import backup, inspection, installation, tables
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.settings import Settings


def keep(database: Database, contents: Contents, data: bytes, clock: Callable[[], object]) -> Path:
    staged = contents.stage(data, "bag.png", 99)
    with database.write() as connection:
        contents.adopt(connection, [staged], clock())
    return contents.path(staged.sha256)


def forget(database: Database) -> None:
    """As after an upgrade of a version that knew of no number."""
    with database.write() as connection:
        connection.execute(text("DELETE FROM installation"))


@pytest.fixture
def kept(database: Database, contents: Contents, clock: Callable[[], object]) -> Path:
    """A scan of an installation."""
    installation.pair(database, contents)
    return keep(database, contents, b"scan", clock)


@pytest.fixture
def other(tmp_path: Path, migrated_sqlite: Database) -> Database:
    """Another database, with nothing in it."""
    file = tmp_path / "other.sqlite3"
    file.write_bytes(Path(str(migrated_sqlite.url.database)).read_bytes())
    return Database(f"sqlite:///{file}")


def test_a_service_with_another_database_does_not_start_and_every_scan_stays(
    kept: Path, contents: Contents, other: Database, quick_passwords: Passwords
) -> None:
    url = other.url.render_as_string()
    settings = Settings(data_dir=contents.folder.parent, database_url=url)
    built = service.build(settings, passwords=quick_passwords)
    with pytest.raises(RecipeError, match="XRAY_DATABASE_URL") as refused:
        built.start()
    built.database.dispose()
    assert "do not belong together" in str(refused.value)
    assert "move the files elsewhere" in str(refused.value)
    assert kept.read_bytes() == b"scan"


def test_the_two_are_joined_once_and_again_each_time(
    kept: Path, database: Database, contents: Contents
) -> None:
    number = contents.installation.read_text().strip()
    assert len(number) == 32
    installation.pair(database, contents)
    assert contents.installation.read_text().strip() == number


def test_a_folder_without_the_newest_scans_is_refused_with_what_to_write_into_it(
    kept: Path, database: Database, contents: Contents
) -> None:
    number = contents.installation.read_text().strip()
    contents.installation.unlink()
    kept.rename(kept.with_name("0" * 64))
    with pytest.raises(RecipeError, match=f"write {number} into {contents.installation}"):
        installation.pair(database, contents)
    contents.installation.write_text(number)
    installation.pair(database, contents)


def test_scans_beside_an_empty_database_are_refused_though_they_are_of_an_older_version(
    kept: Path, contents: Contents, other: Database
) -> None:
    contents.installation.unlink()
    with pytest.raises(RecipeError, match="move the files elsewhere"):
        installation.pair(other, contents)


def test_what_an_older_version_kept_is_joined(
    kept: Path, database: Database, contents: Contents
) -> None:
    contents.installation.unlink()
    forget(database)
    installation.pair(database, contents)
    assert contents.installation.exists()


def test_two_of_an_older_version_that_are_strangers_are_refused_and_the_right_ones_joined(
    *, kept: Path, database: Database, contents: Contents, other: Database, clock: Callable[[], Any]
) -> None:
    elsewhere = Contents(contents.folder.parent / "elsewhere")
    keep(other, elsewhere, b"of the other", clock)
    contents.installation.unlink()
    forget(database)
    for _ in range(2):  # what the first try wrote does not let the second one in
        with pytest.raises(RecipeError, match="do not belong together"):
            installation.pair(other, contents)
        assert not contents.installation.exists()
    installation.pair(other, elsewhere)
    installation.pair(database, contents)
    installation.pair(database, contents)


@pytest.mark.parametrize("half", ["database", "folder"])
def test_a_number_that_was_lost_on_the_way_back_or_in_a_power_cut_is_written_again(
    kept: Path, database: Database, contents: Contents, half: str
) -> None:
    number = contents.installation.read_text()
    forget(database) if half == "database" else contents.installation.unlink()
    for _ in range(2):
        installation.pair(database, contents)
        assert contents.installation.read_text() == number


def test_a_folder_that_was_not_mounted_is_no_folder_of_a_database_with_scans(
    kept: Path, database: Database, contents: Contents
) -> None:
    with pytest.raises(RecipeError, match="do not belong together"):
        installation.pair(database, Contents(contents.folder.parent / "elsewhere"))


def test_scans_that_were_set_aside_for_another_database_come_back_with_their_own(
    kept: Path, database: Database, contents: Contents, other: Database
) -> None:
    with other.write() as connection:
        assert contents.sweep(connection) == 1
    assert not kept.exists()
    contents.installation.unlink()
    installation.pair(database, contents)
    with database.write() as connection:
        assert contents.sweep(connection) == 0
    assert kept.read_bytes() == b"scan"
    assert list(contents.quarantine.iterdir()) == []


def test_a_command_that_uses_no_scan_runs_beside_the_database_alone(
    kept: Path, database_url: str, quick_passwords: Passwords, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path / "host", database_url=database_url)
    built = service.build(settings, passwords=quick_passwords)
    with pytest.raises(RecipeError, match="do not belong together"):
        built.pair()
    built.database.dispose()


def test_two_empty_halves_of_different_numbers_become_one(
    database: Database, contents: Contents, other: Database, clock: Callable[[], object]
) -> None:
    installation.pair(database, contents)
    installation.pair(other, Contents(contents.folder.parent / "elsewhere"))
    installation.pair(other, contents)
    keep(other, contents, b"scan", clock)
    installation.pair(other, contents)


def test_a_copy_takes_its_number_along(
    kept: Path, database: Database, contents: Contents, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("put back in test_backup")
    copy, new = tmp_path / "copy", tmp_path / "new"
    backup.write(database, contents, copy)
    url = f"sqlite:///{new / 'cases.sqlite3'}"
    new.mkdir()
    backup.restore(copy, new, url, service.utc_now())
    restored = Database(url)
    installation.pair(restored, Contents(new / "contents"))
    restored.dispose()


def test_a_copy_that_lacks_a_file_fails_and_names_it(
    kept: Path, database: Database, contents: Contents, tmp_path: Path
) -> None:
    kept.unlink()
    with pytest.raises(DataError, match=f"1 of 1 files .*{kept.name}"):
        backup.write(database, contents, tmp_path / "copy")


def test_a_copy_holds_no_file_that_was_changed(
    kept: Path, database: Database, contents: Contents, tmp_path: Path
) -> None:
    kept.write_bytes(b"another")
    with pytest.raises(DataError, match=r"or were changed there.* holds all the rest"):
        backup.write(database, contents, tmp_path / "copy")
    assert not Contents(tmp_path / "copy" / "contents").holds(kept.name)


def test_a_copy_holds_what_a_case_names_though_its_row_is_gone(
    case: Case, database: Database, contents: Contents, tmp_path: Path
) -> None:
    with database.write() as connection:
        (view,) = inspection.views_of(connection, case.id)
        connection.execute(delete(tables.contents))
    backup.write(database, contents, tmp_path / "copy")
    assert Contents(tmp_path / "copy" / "contents").is_whole(view["sha256"])


def test_a_service_sets_aside_what_no_case_names(parts: service.Service) -> None:
    parts.pair()
    stray = parts.contents.folder / "ab" / ("ab" * 32)
    stray.parent.mkdir()
    stray.write_bytes(b"whose?")
    replace(parts, dispatch=_Idle()).start()  # type: ignore[arg-type]
    assert not stray.exists()
    assert (parts.contents.quarantine / stray.name).read_bytes() == b"whose?"


class _Idle:
    def start(self) -> None:
        pass
