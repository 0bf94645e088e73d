"""A service over SQLite in a folder of its own, whose inspector runs in this process."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app import __main__ as command
from xray_app import service as services
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Right, Role
from xray_app.api import app as api
from xray_app.cases import inspection
from xray_app.cases.database import Database
from xray_app.desk.officer import OfficerDesk
from xray_app.guard import Guard
from xray_app.inspectors.dispatch import Dispatch
from xray_app.service import Service
from xray_app.settings import Settings
from xray_app.uploads import Inbox

PASSWORD = "correct horse battery"


@pytest.fixture
def kept_in(tmp_path: Path, migrated_sqlite: Database) -> str | None:
    """The database's address; None: in the data folder, as where no setting names another."""
    (tmp_path / "data").mkdir()
    shutil.copy(str(migrated_sqlite.url.database), tmp_path / "data" / "cases.sqlite3")
    return None


@pytest.fixture
def service(
    tmp_path: Path,
    kept_in: str | None,
    clock: Any,
    quick_passwords: Passwords,
    here: Any,
) -> Iterator[Service]:
    told = {"webhook_url": "https://customs.example/hook", "webhook_secret": "0123456789abcdef" * 2}
    few = {"max_upload_mb": 1, "max_request_mb": 3, "max_waiting": 3}
    settings = Settings(data_dir=tmp_path / "data", database_url=kept_in, **few, **told)  # type: ignore[arg-type]
    built = services.build(settings, clock, quick_passwords)
    yield replace(built, pool=here, dispatch=Dispatch(built.queue, built.contents, here))
    built.database.dispose()


@pytest.fixture
def client(service: Service) -> TestClient:
    """Nobody yet, by the address that the service listens on."""
    app = api.build(service)
    app.add_middleware(Guard, host="127.0.0.1")
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


@pytest.fixture
def sign_in(service: Service, client: TestClient) -> Callable[..., TestClient]:
    """Signs a new person of a role in; the same name is the same person."""

    def sign_in(role: Role, name: str | None = None) -> TestClient:
        who = name or f"a {role}"
        if who not in [person["name"] for person in service.people.names()]:
            service.people.add("test", who, PASSWORD, role)
        one = TestClient(client.app, base_url=client.base_url, raise_server_exceptions=False)
        assert one.post("/api/v1/session", json={"name": who, "password": PASSWORD}).is_success
        return one

    return sign_in


@pytest.fixture
def scanner(service: Service, client: TestClient) -> TestClient:
    """A scanner with a key that brings in scans and reads its own."""
    key = service.keys.make("test", "gate 1", [Right.SUBMIT, Right.READ_OWN, Right.INSPECT])
    one = TestClient(client.app, base_url=client.base_url, raise_server_exceptions=False)
    one.headers["authorization"] = f"Bearer {key}"
    return one


@pytest.fixture
def inspect_all(service: Service) -> Callable[[], None]:
    """Inspects whatever waits, as the dispatch threads would."""

    def inspect_all() -> None:
        process: Any = service.pool
        while (case := inspection.claim(service.database, service.now)) is not None:
            service.dispatch.inspect(case, process)

    return inspect_all


@pytest.fixture
def scan(write_scan: Callable[..., Path]) -> bytes:
    return write_scan("bag.png").read_bytes()


@pytest.fixture
def desk(service: Service, tmp_path: Path) -> OfficerDesk:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return OfficerDesk(service, Inbox(folder, 2**20), None)


@pytest.fixture
def who(desk: OfficerDesk, sign_in: Callable[..., TestClient]) -> Callable[..., Any]:
    """An officer who is signed in, as the page finds them."""
    return lambda role, name=None: desk.who(dict(sign_in(role, name).cookies))


@pytest.fixture
def cases(
    scanner: TestClient, write_scan: Any, inspect_all: Callable[[], None], clock: Any
) -> list[str]:
    """Two inspected cases of one consignee, the older first."""
    made = []
    for name, bright in (("a.png", 0.5), ("b.png", 0.4)):
        about = json.dumps({"consignment": name, "declaration": {"consignee": "Acme"}})
        files = {"scan": (name, write_scan(name, bright=bright).read_bytes())}
        sent = scanner.post("/api/v1/scans", files=files, data={"about": about})
        made.append(str(sent.json()["id"]))
        clock.move(minutes=1)
    inspect_all()
    return made


@pytest.fixture
def typed(
    service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs `xray-app` beside the service; its exit code, and everything it said."""
    monkeypatch.setenv("XRAY_DATA_DIR", str(service.settings.data_dir))
    monkeypatch.setenv("XRAY_LOG", "text")

    def typed(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["xray-app", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out + err

    return typed
