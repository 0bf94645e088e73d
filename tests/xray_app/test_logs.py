"""Lines of JSON, into which nothing gets that somebody declared, wrote or named."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xray.errors import RecipeError
from xray_app import logs
from xray_app.cases.database import Database
from xray_app.folder import Folder
from xray_app.service import Service
from xray_app.settings import Settings

SECRETS = ("Kim Minji", "ceramic frogs", "holiday-photo", "3054383", "BL-77", "hunter2")


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged since, each line read; fails where one is not JSON."""
    out, root, ours = StringIO(), logging.getLogger(), logging.getLogger("xray_app")
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines())
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    ours.setLevel(before)
    root.removeHandler(handler)


def clean(lines: list[dict[str, Any]]) -> bool:
    said = json.dumps(lines, ensure_ascii=False)
    return not any(secret in said for secret in SECRETS)


def test_what_a_message_is_filled_with_leaves_numbers_addresses_and_kinds_alone(
    lines: Callable[[], list[dict[str, Any]]],
) -> None:
    log = logging.getLogger("xray_app.test")
    log.warning("%d of %r from %s: %s", 3, "Kim Minji", "10.0.0.7", ValueError("ceramic frogs"))
    logging.getLogger("library").warning("holiday-photo.png is broken")
    first, second = lines()
    assert first["event"] == "3 of … from 10.0.0.7: ValueError"
    assert (first["level"], first["logger"]) == ("WARNING", "xray_app.test")
    assert second["event"] == "of a library"
    assert clean(lines())


def test_a_failed_statement_is_told_by_its_kind_and_its_way(
    database: Database, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    with pytest.raises(DBAPIError) as failed, database.read() as connection:
        connection.execute(text("SELECT :x FROM nowhere"), {"x": "ceramic frogs"})
    assert "ceramic frogs" not in str(failed.value)
    logging.getLogger("xray_app.api").error("the database failed", exc_info=failed.value)
    (line,) = lines()
    assert line["error"].endswith("Error")
    assert any("test_a_failed_statement" in frame for frame in line["through"])
    assert clean(lines())


def test_a_refused_file_is_told_without_its_name_or_what_was_declared(
    parts: Service, tmp_path: Path, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    folder = Folder(tmp_path / "watched", parts)
    about = {"container": "CSQU3054384", "consignment": "BL-77"}
    about["declaration"] = {"consignee": "Kim Minji", "description": "ceramic frogs"}  # type: ignore[assignment]
    (folder.path / "holiday-photo.png").write_bytes(b"scan")
    (folder.path / "holiday-photo.png.json").write_text(json.dumps(about))
    folder.look()
    folder.look()
    assert [line["event"] for line in lines()] == [
        "a file in the watched folder was refused: Refused"
    ]
    assert clean(lines())


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(RecipeError, match="one of text, json"):
        Settings(log="xml")
