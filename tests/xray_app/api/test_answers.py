"""What becomes of an error of the database or the disk: whose fault it is, when to come back."""

import errno
import sqlite3
from collections.abc import Callable

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import exc

from xray_app.api import answers

driver = pytest.importorskip("pg8000.dbapi")
core = pytest.importorskip("pg8000.core")


def client(ends: Callable[[], object], accept: str = "*/*") -> TestClient:
    """Of a service with one route, which ends so."""
    app = FastAPI()
    answers.install(app)
    app.add_api_route("/", ends, methods=["GET", "POST"])
    return TestClient(app, raise_server_exceptions=False, headers={"accept": accept})


def failing(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


def asked(error: Exception) -> "tuple[int, str, str | None]":
    """Status, sentence and retry-after of a request that ends in this error."""
    answer = client(failing(error)).get("/")
    return answer.status_code, answer.json()["error"], answer.headers.get("retry-after")


def wrapped(orig: Exception, kind: type[exc.DBAPIError] = exc.DatabaseError) -> exc.DBAPIError:
    return kind("SELECT", {}, orig)


def server(state: str, severity: str = "ERROR") -> exc.DBAPIError:
    """As pg8000 hands on what PostgreSQL says."""
    return wrapped(
        driver.ProgrammingError({"S": severity, "C": state, "M": "said"}), exc.ProgrammingError
    )


@pytest.mark.parametrize(
    "error",
    [
        wrapped(sqlite3.OperationalError("database is locked"), exc.OperationalError),
        wrapped(driver.DatabaseError("network error"), exc.InterfaceError),
        exc.DBAPIError("SELECT", {}, Exception("gone"), connection_invalidated=True),
        exc.TimeoutError("no connection became free"),
        server("57P01", "FATAL"),
        server("55000", "FATAL"),
        server("53300"),
        server("40001"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_database_that_is_away_is_to_be_asked_again(error: Exception) -> None:
    status, said, again = asked(error)
    assert (status, again) == (503, "5")
    assert "database cannot be reached" in said


def test_what_took_too_long_is_not_said_to_be_away() -> None:
    status, said, again = asked(server("57014"))
    assert (status, again) == (503, "5")
    assert "took too long over this" in said
    assert "reached" not in said


@pytest.mark.parametrize(
    "error",
    [
        server("42P01"),
        server("23505"),
        wrapped(sqlite3.IntegrityError("UNIQUE constraint failed: full.x"), exc.IntegrityError),
        wrapped(ValueError("full"), exc.DataError),
        exc.InvalidRequestError("ours"),
        ConnectionResetError("not the database's"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_mistake_of_ours_is_not_said_to_be_the_databases(error: Exception) -> None:
    status, said, again = asked(error)
    assert (status, again) == (500, None)
    assert said.startswith("something failed on our side; incident ")


@pytest.mark.parametrize(
    "error",
    [
        server("53100"),
        wrapped(sqlite3.OperationalError("database or disk is full"), exc.OperationalError),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
    ids=["PostgreSQL", "SQLite", "disk"],
)
def test_a_full_disk_is_said_of_each_database(error: Exception) -> None:
    status, said, again = asked(error)
    assert (status, said, again) == (507, "the disk is full; nothing was kept", "60")


def test_a_connection_that_the_driver_lost_in_mid_request_is_the_databases() -> None:
    class Gone:
        def read(self, _: int) -> bytes:
            raise ConnectionResetError("reset by peer")

    read: Callable[..., bytes] = core._read
    answer = client(lambda: str(read(Gone(), 4))).get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"


def test_whoever_asked_for_a_page_reads_the_sentence_on_one_that_comes_again_by_itself() -> None:
    browser = client(failing(exc.TimeoutError("no connection became free")), PAGE)
    read, sent = browser.get("/"), browser.post("/")
    for answer in (read, sent):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "<h1>Not now</h1>" in answer.text
        assert "the database cannot be reached; nothing was kept, try again." in answer.text
    assert read.headers["refresh"] == "5"
    assert "refresh" not in sent.headers  # nothing is sent twice


def test_what_a_page_says_of_a_request_is_text_and_no_markup() -> None:
    error = HTTPException(404, "<script>alert(1)</script> is not here")
    answer = client(failing(error), PAGE).get("/")
    assert (answer.status_code, "<script" in answer.text) == (404, False)
    assert "<h1>That did not work</h1>" in answer.text
    assert "&lt;script&gt;" in answer.text
