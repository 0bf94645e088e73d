"""Files by their hash: whole or not at all."""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from xray.errors import RecipeError
from xray_app.cases import inspection, integrity, tables
from xray_app.cases.case import Case
from xray_app.cases.contents import LEFT_BY_A_CRASH, Contents, discard
from xray_app.cases.database import Database
from xray_app.cases.errors import NotFound, Refused

Now = Callable[[], datetime]


def test_a_staged_file_has_no_place_until_it_is_adopted(
    contents: Contents, database: Database, clock: Now
) -> None:
    staged = contents.stage(io.BytesIO(b"scan"), "bag.png", 10)
    assert staged.sha256 == hashlib.sha256(b"scan").hexdigest()
    with pytest.raises(NotFound):
        contents.read(staged.sha256)
    with database.write() as connection:
        contents.adopt(connection, [staged], clock())
    discard(staged)
    assert contents.read(staged.sha256) == b"scan"


def test_files_of_one_case_find_their_places_together_and_what_is_here_already_stays(
    contents: Contents, database: Database, clock: Now
) -> None:
    for round_of in ([b"low", b"high", b"high"], [b"high", b"picture"], []):
        staged = [contents.stage(data, "bag.png", 10) for data in round_of]
        with database.write() as connection:
            contents.adopt(connection, staged, clock())
        discard(*staged)
        assert all(
            contents.read(file.sha256) == d for file, d in zip(staged, round_of, strict=True)
        )
    with database.read() as connection:
        rows = connection.execute(select(tables.contents.c.sha256)).scalars().all()
    assert sorted(rows) == sorted(
        hashlib.sha256(d).hexdigest() for d in (b"low", b"high", b"picture")
    )
    assert list(contents.incoming.iterdir()) == []


def test_a_file_that_was_changed_on_the_disk_is_not_read_as_what_was_kept(
    contents: Contents, database: Database, clock: Now
) -> None:
    staged = contents.stage(b"scan", "bag.png", 10)
    with database.write() as connection:
        contents.adopt(connection, [staged], clock())
    assert contents.is_whole(staged.sha256)
    assert integrity.broken_files(database, contents) == []
    for change in (lambda file: file.write_bytes(b"another"), lambda file: file.unlink()):
        change(contents.path(staged.sha256))
        assert not contents.is_whole(staged.sha256)
        assert integrity.broken_files(database, contents) == [staged.sha256]
        with pytest.raises(NotFound, match=r"was changed on the disk|deleted by its age"):
            contents.read(staged.sha256)


def test_a_file_that_an_open_case_names_is_missing_though_its_row_is_gone_too(
    case: Case, contents: Contents, database: Database
) -> None:
    with database.write() as connection:
        (view,) = inspection.views_of(connection, case.id)
        connection.execute(delete(tables.contents))
    contents.path(view["sha256"]).unlink()
    assert integrity.broken_files(database, contents) == [view["sha256"]]


@pytest.mark.parametrize(("data", "said"), [(b"x" * 11, "larger than"), (b"", "is empty")])
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, data: bytes, said: str) -> None:
    contents = Contents(tmp_path)
    with pytest.raises(Refused, match=f"bag.png {said}|bag.png is {said}"):
        contents.stage(data, "bag.png", 10)
    assert list(contents.incoming.iterdir()) == []


def test_what_a_crash_left_is_set_aside_and_what_has_a_row_stays(
    contents: Contents, database: Database, clock: Now
) -> None:
    for data in (b"kept", b"adopted and not committed"):
        staged = contents.stage(data, "bag.png", 100)
        with database.write() as connection:
            contents.adopt(connection, [staged], clock())
            if data != b"kept":
                connection.rollback()
                break
    contents.stage(b"half-way", "bag.png", 100)
    with database.write() as connection:
        assert contents.sweep(connection) == 1
    assert [p.read_bytes() for p in contents.folder.glob("??/*")] == [b"kept"]
    (aside,) = contents.quarantine.iterdir()
    assert aside.read_bytes() == b"adopted and not committed"
    assert list(contents.incoming.iterdir()) == []


def test_with_a_database_that_does_not_know_most_files_none_is_touched(
    contents: Contents, database: Database
) -> None:
    files = [contents.path(f"{n:064x}") for n in range(LEFT_BY_A_CRASH + 1)]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(b"scan")
    contents.stage(b"half-way", "bag.png", 100)
    said = "25 of 25 files in .* are named by no case.*XRAY_DATABASE_URL"
    with pytest.raises(RecipeError, match=said), database.write() as connection:
        contents.sweep(connection)
    assert all(file.exists() for file in files)
    assert len(list(contents.incoming.iterdir())) == 1
    files.pop().unlink()
    with database.write() as connection:
        assert contents.sweep(connection) == LEFT_BY_A_CRASH  # as much as a crash may leave
