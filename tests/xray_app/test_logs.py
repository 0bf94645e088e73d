"""Lines of JSON, into which nothing gets that somebody declared, wrote or named."""

import ast
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.xray_app.logged import Lines, heard
from xray.errors import RecipeError
from xray_app import logs
from xray_app.cases.database import Database
from xray_app.folder import Folder
from xray_app.inspectors import child
from xray_app.intake import Inspector
from xray_app.service import Service
from xray_app.settings import Settings

SECRETS = ("Kim Minji", "ceramic frogs", "holiday-photo", "3054383", "BL-77", "hunter2")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged since, each line read; fails where one is not JSON."""
    with heard() as lines:
        yield lines


def clean(lines: list[dict[str, Any]]) -> bool:
    said = json.dumps(lines, ensure_ascii=False)
    return not any(secret in said for secret in SECRETS)


def test_what_a_message_is_filled_with_leaves_numbers_addresses_and_kinds_alone(
    lines: Lines,
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
    database: Database, lines: Lines
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
    parts: Service, tmp_path: Path, lines: Lines
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


def test_a_line_says_the_request_and_the_case_that_it_is_about_and_nothing_else_of_them(
    lines: Lines,
) -> None:
    log = logging.getLogger("xray_app.test")
    log.info("before")
    with logs.doing(case="c1", name="Kim Minji"):
        log.info("within")
        with logs.doing(request="r1"):
            log.info("deeper")
            logs.of_case("c2")
            log.info("another")
    log.info("after")
    said = [(line.get("case"), line.get("request")) for line in lines()]
    assert said == [(None, None), ("c1", None), ("c1", "r1"), ("c2", "r1"), (None, None)]
    assert clean(lines())


def test_what_fails_in_an_inspecting_process_is_told_with_its_case_and_without_its_file(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("holiday-photo.png of Kim Minji")

    monkeypatch.setattr("xray_app.intake.xray.read", fails)
    asked = {"files": [str(tmp_path / "x")], "names": ["holiday-photo.png"], "said": {}}
    asked |= {"profiles": {}, "folder": str(tmp_path), "about": {"case": "c1"}}  # type: ignore[dict-item]
    child.inspected(asked, Inspector(None, "none"))
    (line,) = lines()
    assert (line["case"], line["error"], line["level"]) == ("c1", "RuntimeError", "ERROR")
    assert clean(lines())


PRINTS = """
import logging, os, threading, warnings
from xray_app import logs
logs.configure("json")
logs.keep_libraries_out()
os.write(2, b"libtiff: holiday-photo.tif")
warnings.warn("header of Kim Minji")
logging.getLogger("pydicom").warning("BL-77")
logging.getLogger("xray_app.child").info("ours")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
raise ValueError("hunter2")
"""


def test_nothing_that_a_library_prints_stands_among_our_lines() -> None:
    done = subprocess.run([sys.executable, "-c", PRINTS], capture_output=True, text=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in said] == [
        *(*["of a library"] * 2, "ours", "a thread ended by an error", "uncaught")
    ]
    assert [line["error"] for line in said[-2:]] == ["ZeroDivisionError", "ValueError"]
    assert (done.returncode, done.stdout) == (1, "")
    assert clean(said)


SERVES = """
import logging
from fastapi import FastAPI
from xray_app.running import asgi
asgi(FastAPI())
for name in ("uvicorn", "uvicorn.error"):
    assert logging.getLogger(name).handlers == []
    assert logging.getLogger(name).propagate
"""


def test_the_server_logs_in_no_form_of_its_own() -> None:
    subprocess.run([sys.executable, "-c", SERVES], check=True)


def test_lines_are_json_unless_somebody_wants_them_for_eyes_or_looks_at_a_demo() -> None:
    said = [Settings(), Settings(log="text"), Settings(demo=True), Settings(demo=True, log="json")]
    assert [one.log_form for one in said] == ["json", "text", "text", "json"]


# A message that is put together is written as it is: each of these holds words of ours alone.
PUT_TOGETHER = {
    "cases/outage.py",
    "exchange/messages.py",
    "inspectors/process.py",
    "rounds.py",
}


def test_every_message_is_a_text_of_ours_that_values_are_filled_into() -> None:
    folder = Path(logs.__file__).parent
    for file in sorted(folder.rglob("*.py")):
        name = file.relative_to(folder).as_posix()
        for call in logged(ast.parse(file.read_text(encoding="utf-8"))):
            assert isinstance(call.args[0], ast.Constant) or name in PUT_TOGETHER, (
                name,
                call.lineno,
            )
            given = {keyword.arg for keyword in call.keywords}
            assert given <= {"exc_info", "extra"}, (name, call.lineno)


def logged(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and of.id == "log" and node.func.attr != "isEnabledFor":
                yield node


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(RecipeError, match="one of text, json"):
        Settings(log="xml")
