"""PostgreSQL goes away, or falls silent, and comes back: said clearly, nothing half-kept, no
restart needed.
"""

import gc
import os
import signal
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

from xray_app import service as services
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Right, Role
from xray_app.api import app as api
from xray_app.api.bodies import STRANGERS_BYTES
from xray_app.api.door import Door
from xray_app.api.signing import COOKIE
from xray_app.cases import (
    chronicle,
    integrity,
    listing,
    lookup,
    outage,
    oversight,
    patience,
    tables,
)
from xray_app.cases import database as databases
from xray_app.desk import navigation
from xray_app.settings import Settings

PASSWORD = "correct horse battery"


@contextmanager
def away(server: str, name: str) -> Iterator[None]:
    """Every connection is cut and none is let in."""
    engine = create_engine(
        f"{server}/postgres".replace("postgresql:", "postgresql+pg8000:"),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(cut), {"name": name})
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


@contextmanager
def frozen(connection: Connection) -> Iterator[None]:
    """Every process of the server stands still: it takes connections and answers none."""
    backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    status = Path(f"/proc/{backend}/status").read_text(encoding="utf-8")
    server = int(status.partition("PPid:")[2].split()[0])
    children = Path(f"/proc/{server}/task/{server}/children")
    stopped: list[int] = []
    try:
        os.kill(server, signal.SIGSTOP)  # first: it starts no others
        stopped.append(server)
        for process in map(int, children.read_text(encoding="utf-8").split()):
            os.kill(process, signal.SIGSTOP)
            stopped.append(process)
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


@pytest.fixture
def backend() -> str:
    return "postgresql"


@pytest.fixture
def service(
    database_url: str, tmp_path: Path, clock: Any, quick_passwords: Passwords
) -> Iterator[services.Service]:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
    built = services.build(settings, clock, quick_passwords)
    yield built
    built.database.dispose()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a frozen server is given is short, so that the test is."""
    monkeypatch.setattr(patience, "ANSWER_S", 1.5)  # a busy machine is no frozen server
    monkeypatch.setattr(patience, "STATEMENT_MS", 400)
    monkeypatch.setattr(databases, "TURN_S", 0.2)


@pytest.fixture
def gate(service: services.Service) -> TestClient:
    key = service.keys.make("test", "gate", [Right.SUBMIT])
    client = TestClient(api.build(service), raise_server_exceptions=False)
    client.headers["authorization"] = f"Bearer {key}"
    return client


def send(gate: TestClient, content: bytes = b"scan") -> Any:
    return gate.post("/api/v1/scans", files={"scan": ("bag.png", content)})


def check_away(answer: Any) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "database cannot be reached" in answer.json()["error"]


def test_a_database_that_is_away_is_said_and_comes_back_by_itself(
    postgresql_server: str, database_url: str, service: services.Service, gate: TestClient
) -> None:
    with away(postgresql_server, database_url.rpartition("/")[2]):
        for content in (b"scan", bytes(STRANGERS_BYTES)):
            check_away(send(gate, content))
        assert gate.get("/health/ready").status_code == 503
        assert gate.get("/health/live").status_code == 200
    assert send(gate).status_code == 202
    assert list(service.contents.incoming.iterdir()) == []


def test_every_address_of_the_desk_says_so_in_its_readers_language(
    postgresql_server: str, database_url: str, service: services.Service
) -> None:
    app = api.build(service)
    app.add_middleware(Door, rooms=navigation.rights())
    service.people.add("test", "kim", PASSWORD, Role.SCREENER)
    kim = TestClient(app, raise_server_exceptions=False)
    kim.cookies.set(COOKIE, service.people.sign_in("kim", PASSWORD))
    kim.headers["accept-language"] = "ko"
    with away(postgresql_server, database_url.rpartition("/")[2]):
        answers = [kim.post("/gradio_api/queue/join", json={})]
        answers += [kim.get(path) for path in ("/gradio_api/queue/data", "/queue", "/")]
        page = kim.get("/queue", headers={"accept": "text/html,*/*;q=0.8"})
        colours = kim.get("/colours.css")
    assert (page.status_code, page.headers["refresh"]) == (503, "5")
    assert "데이터베이스에 연결할 수 없어" in page.text
    assert "color-scheme: dark" in colours.text
    assert {(one.status_code, one.headers["retry-after"]) for one in answers} == {(503, "5")}
    assert all("데이터베이스에 연결할 수 없어" in one.json()["error"] for one in answers)


def forget(caplog: pytest.LogCaptureFixture) -> None:
    """pg8000 leaves the socket of a connection that never came to be to whoever frees its error;
    here, that is the log that a test keeps.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for record in caplog.records:
            record.exc_info = None
        gc.collect()


@pytest.mark.usefixtures("impatient")
def test_a_database_that_says_nothing_is_as_good_as_away_and_loses_nothing(
    service: services.Service, gate: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    kept = send(gate, b"before").json()["id"]
    with service.database.engine.connect() as connection, frozen(connection):
        for content in (b"scan", b"another"):
            check_away(send(gate, content))
        assert gate.get("/health/ready").status_code == 503
        assert gate.get("/health/live").status_code == 200
    assert gate.get("/health/ready").status_code != 503
    again = send(gate)
    assert (again.status_code, send(gate, b"before").json()["id"]) == (202, kept)
    with service.database.read() as connection:
        assert integrity.verify(connection).problem is None
        cases = connection.execute(select(func.count()).select_from(tables.cases)).scalar_one()
    assert cases == 2
    assert list(service.contents.incoming.iterdir()) == []
    forget(caplog)


@pytest.mark.parametrize("kept", [True, False])
def test_a_connection_that_breaks_within_a_commit_leaves_open_what_is_kept_and_loses_nothing(
    service: services.Service, gate: TestClient, kept: bool
) -> None:
    broken = count()

    def breaks(connection: Connection) -> None:
        if not connection.get_execution_options().get("xray_writes") or next(broken):
            return  # the first write alone
        driver: Any = connection.connection.dbapi_connection
        if kept:
            driver.commit()
        patience._socket(driver).shutdown(socket.SHUT_RDWR)

    event.listen(service.database.engine, "commit", breaks)
    answer = send(gate)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert "it may be kept or not, look again" in answer.json()["error"]
    again = send(gate)
    assert (again.status_code, again.json()["new"]) == (202, not kept)
    with service.database.read() as connection:
        (sha256,) = connection.execute(select(tables.contents.c.sha256)).scalars()
        assert integrity.verify(connection).problem is None
    assert service.contents.read(sha256) == b"scan"


def test_what_the_server_says_that_it_undid_is_not_left_open(service: services.Service) -> None:
    later = "CREATE TABLE later (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
    with service.database.write() as connection:
        connection.execute(text(later))
    try:
        with pytest.raises(DBAPIError) as undone, service.database.write() as connection:
            connection.execute(text("INSERT INTO later VALUES (1), (1)"))
        assert not isinstance(undone.value, outage.InDoubt)
    finally:
        with service.database.write() as connection:
            connection.execute(text("DROP TABLE later"))


@pytest.mark.usefixtures("impatient")
def test_a_write_that_hangs_makes_nobody_wait_for_longer_than_their_turn(
    service: services.Service, gate: TestClient
) -> None:
    began, end = threading.Event(), threading.Event()

    def hang() -> None:
        with service.database.write():
            began.set()
            end.wait(30)

    thread = threading.Thread(target=hang)
    thread.start()
    began.wait(30)
    try:
        check_away(send(gate))
    finally:
        end.set()
        thread.join()
    assert send(gate).status_code == 202


@pytest.mark.usefixtures("impatient")
def test_what_the_server_does_for_too_long_ends_unless_it_is_said_to_take_long(
    service: services.Service,
) -> None:
    def sleep(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(0.8)"))

    for longer in (patience.unhurried, patience.at_length):
        with service.database.write() as connection:
            longer(connection)
            sleep(connection)
    for _ in range(2):  # the same connection is limited again, and stays good
        with (
            pytest.raises(DBAPIError, match="statement timeout") as ended,
            service.database.read() as connection,
        ):
            sleep(connection)
        assert outage.database_away(ended.value)


@pytest.mark.usefixtures("impatient")
def test_what_grows_with_the_data_may_take_longer_and_not_for_ever(
    service: services.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "the queue": lambda one: listing.cases(one, listing.Asked()),
        "its counts": listing.counts,
        "a number": lambda one: lookup.by_code(one, "CSQU3054383"),
        "searches": lookup.to_search,
        "the chain": lambda one: chronicle.entries(one, chronicle.Asked()),
        "a supervisor's lists": oversight.escalated,
        "pictures used twice": oversight.used_twice,
    }
    monkeypatch.setattr(patience, "LONG_MS", 1500)
    allowed = {}
    for what, read in asked.items():
        with service.database.read() as connection:
            read(connection)
            allowed[what] = connection.execute(text("SHOW statement_timeout")).scalar_one()
    assert allowed == dict.fromkeys(asked, "1500ms")
    with service.database.read() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "400ms"


def test_the_network_is_not_asked_for_long_after_a_server_that_is_gone(
    service: services.Service,
) -> None:
    with service.database.read() as connection:
        there = patience._socket(connection.connection.dbapi_connection)
        limit = there.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert limit == 60_000


@pytest.mark.usefixtures("impatient")
def test_another_process_that_writes_for_long_makes_nobody_wait_for_it(
    service: services.Service, database_url: str, gate: TestClient
) -> None:
    other = databases.Database(database_url)
    with other.write():
        answer = send(gate)
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert "the database took too long over this" in answer.json()["error"]
    assert send(gate).status_code == 202
    other.dispose()
