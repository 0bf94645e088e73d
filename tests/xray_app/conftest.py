"""The desk in a process of its own, a browser to look at it with, and databases of both kinds."""

import asyncio
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

from tests.xray_app.here import Here
from tests.xray_app.needed import missing
from xray.detector import Detector
from xray_app import service
from xray_app.access.passwords import Passwords
from xray_app.cases import schema, tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.intake import Inspector
from xray_app.settings import Settings
from xray_app.uploads import Inbox

START_SECONDS = 300  # 5 s on an idle machine; a busy one must not fail a test


@pytest.fixture(scope="session")
def inspector(standin: Path) -> Inspector:
    return Inspector(Detector(standin))


@pytest.fixture(scope="session")
def here(inspector: Inspector) -> Any:
    """A pool of inspectors that is this process."""
    return Here(inspector)


@pytest.fixture(scope="session")
def desk_url(standin: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a demo with the stand-in model; uploads up to 2 MB. It leaves nothing behind."""
    command = [sys.executable, "-m", "xray_app", "serve", "--demo", "--port", "0"]
    command += ["--model", str(standin), "--max-upload-mb", "2"]
    folder = tmp_path_factory.mktemp("demo")
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(folder)}, **pipes) as desk:
        said: list[str] = []
        ready = threading.Event()
        threading.Thread(target=_listen, args=(desk, said, ready), daemon=True).start()
        ready.wait(START_SECONDS)
        found = re.search(r"http://\S+", "".join(said))
        if found is None:
            desk.kill()
            pytest.fail("the desk did not start:\n" + "".join(said))
        yield found.group()
        desk.terminate()
        desk.wait(60)
    left = list(folder.glob("xray-desk-*"))
    assert left == []


def _listen(desk: "subprocess.Popen[str]", said: list[str], ready: threading.Event) -> None:
    assert desk.stdout is not None
    for line in desk.stdout:
        said.append(line)
        if "http://" in line:
            ready.set()
    ready.set()  # it ended: whoever waits may look at what it said


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's chromium for pytest-playwright, told to stay off the network."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("no chromium here; on Debian: apt-get install chromium")
    quiet = ["--disable-background-networking", "--no-first-run", "--disable-sync"]
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu", *quiet]}


@pytest.fixture
def write_scan(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small grey picture of a box in air, at a chosen depth."""

    def write(name: str, dtype: type = np.uint8, bright: float = 0.5) -> Path:
        top = np.iinfo(dtype).max
        picture = np.full((120, 160), round(0.95 * top), dtype)
        picture[40:80, 40:120] = round(bright * top)
        path = tmp_path / name
        assert cv2.imwrite(str(path), picture)
        return path

    return write


@pytest.fixture
def send() -> Callable[..., str]:
    """Hands an inbox a file in chunks and says its key."""

    async def stream(chunks: tuple[bytes, ...]) -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    def send(inbox: Inbox, name: str, *chunks: bytes) -> str:
        async def receive() -> str:
            return await inbox.receive(name, stream(chunks))

        # In a thread: playwright's event loop may stand in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, receive()).result()

    return send


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    return Contents(tmp_path / "contents")


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    return str(request.param)


@pytest.fixture
def empty_database(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A database without tables, on each kind of server."""
    name = f"test_{secrets.token_hex(4)}"
    url = f"sqlite:///{tmp_path / name}"
    if backend == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        _on_server(server, f"CREATE DATABASE {name}")
        url = f"{server}/{name}"
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the newest tables and nothing in them."""
    shared: Database = request.getfixturevalue(f"migrated_{backend}")
    if backend == "sqlite":
        shutil.copy(str(shared.url.database), tmp_path / "cases.sqlite3")
        yield f"sqlite:///{tmp_path / 'cases.sqlite3'}"
        return
    yield shared.url.render_as_string(hide_password=False)
    names = ", ".join(tables.metadata.tables)
    with shared.write() as connection:  # making a database of its own for each test takes seconds
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        for name in tables.metadata.tables:
            connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    yield from _migrated(f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'cases.sqlite3'}")


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> Iterator[Database]:
    _on_server(postgresql_server, "CREATE DATABASE migrated")
    yield from _migrated(f"{postgresql_server}/migrated")


def _migrated(url: str) -> Iterator[Database]:
    database = Database(url)
    schema.upgrade(database)
    database.dispose()
    yield database
    database.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the newest tables and nothing in them, on each kind of server."""
    database = Database(database_url)
    yield database
    database.dispose()


def _on_server(server: str, statement: str) -> None:
    url = f"{server}/postgres".replace("postgresql:", "postgresql+pg8000:")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of our own on loopback; without one here, tests skip and say so."""
    programs = _postgresql_programs()
    if programs is None:
        missing("no PostgreSQL server here; on Debian: apt-get install postgresql")
    # PostgreSQL refuses to run as root; Debian's package makes a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(prefix="xray-postgresql-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        if user:
            shutil.chown(folder, user)
        at = {"user": user, "check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run([programs / "initdb", "-D", data, "-U", "xray", "-A", "trust"], **at)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        subprocess.run([*control, "-o", options, "start"], **at)
        try:
            yield f"postgresql://xray@127.0.0.1:{port}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **at)


def _postgresql_programs() -> Path | None:
    """Where `initdb` lies: on the path, or where Debian's package puts it."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


@pytest.fixture(scope="session")
def quick_passwords() -> Passwords:
    """Argon2 with the least parameters that it takes."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def parts(
    tmp_path: Path, database_url: str, standin: Path, quick_passwords: Passwords
) -> Iterator[service.Service]:
    """A service's parts over a database of each kind, nothing started."""
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, model=str(standin))
    built = service.build(settings, passwords=quick_passwords)
    yield built
    built.database.dispose()


@pytest.fixture
def running() -> Callable[..., Any]:
    """Runs a service without its desk in a process of its own, while it is entered."""
    return _running


@contextmanager
def _running(settings: Settings, port: int, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    here = {k: v for k, v in os.environ.items() if not k.startswith("XRAY_")}
    here |= {"XRAY_DATA_DIR": str(settings.data_dir), "XRAY_DATABASE_URL": settings.url}
    here |= {"XRAY_MODEL": str(settings.model), "XRAY_DESK": "no", "XRAY_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "xray_app", "serve"], env=here | more)
    try:
        ends = time.monotonic() + START_SECONDS
        while not _answers(port):
            assert process.poll() is None, "the service ended by itself"
            assert time.monotonic() < ends, "the service did not start"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).is_success
    except httpx.TransportError:
        return False
