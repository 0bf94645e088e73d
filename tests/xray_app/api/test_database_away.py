"""PostgreSQL goes away and comes back: said clearly, nothing half-kept, no restart needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from xray_app import service as services
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Right
from xray_app.api import app as api
from xray_app.api.bodies import STRANGERS_BYTES
from xray_app.settings import Settings


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


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_database_that_is_away_is_said_and_comes_back_by_itself(
    backend: str,
    postgresql_server: str,
    database_url: str,
    tmp_path: Path,
    clock: Any,
    quick_passwords: Passwords,
) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
    service = services.build(settings, clock, quick_passwords)
    key = service.keys.make("test", "gate", [Right.SUBMIT])
    client = TestClient(api.build(service), raise_server_exceptions=False)
    client.headers["authorization"] = f"Bearer {key}"

    def send(content: bytes = b"scan") -> Any:
        return client.post("/api/v1/scans", files={"scan": ("bag.png", content)})

    with away(postgresql_server, database_url.rpartition("/")[2]):
        for content in (b"scan", bytes(STRANGERS_BYTES)):
            refused = send(content)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert "database cannot be reached" in refused.json()["error"]
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
    assert send().status_code == 202
    assert list(service.contents.incoming.iterdir()) == []
    service.database.dispose()
