"""The page of the service, block by block, beside a service that runs."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pages import ROOT, lay_out, run
from xray_app import service
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Right
from xray_app.cases import schema
from xray_app.settings import Settings

RIGHTS = [Right.SUBMIT, Right.READ_OWN, Right.INSPECT]


@pytest.mark.slow
def test_what_the_page_of_the_service_says_runs(
    standin: Path,
    quick_passwords: Passwords,
    running: Callable[..., AbstractContextManager[Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(data_dir=tmp_path / "kept", model=str(standin))
    parts = service.build(settings, passwords=quick_passwords)
    schema.upgrade(parts.database)
    key = parts.keys.make("test", "gate", RIGHTS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    for name, value in (("DATA_DIR", settings.data_dir), ("MODEL", standin), ("LEAST_FREE_GB", 0)):
        monkeypatch.setenv(f"XRAY_{name}", str(value))
    monkeypatch.setenv("KEY", key)
    with running(settings, port):
        here = f"http://127.0.0.1:{port}"
        files = {"scan": ("low.png", (tmp_path / "low.png").read_bytes())}
        sent = httpx.post(
            f"{here}/api/v1/scans", files=files, headers={"authorization": f"Bearer {key}"}
        )
        sent.raise_for_status()
        case = sent.json()["id"]
        instead = {
            "http://127.0.0.1:7860": here,
            "cases/ID/": f"cases/{case}/",
            "write ID": f"write {case}",
            "=/srv": f"={tmp_path}",
            "/mnt": str(tmp_path),
        }
        assert run(ROOT / "docs" / "service.md", instead) > 5
    parts.database.dispose()
