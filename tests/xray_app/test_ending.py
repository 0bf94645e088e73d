"""A service that is told to end does so at once, whatever a target does, and in order."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from xray_app import beside, rounds, running, service
from xray_app.exchange.clearance import Clearance
from xray_app.exchange.webhooks import Webhooks
from xray_app.settings import Settings

TOLD = {
    **{"webhook_url": "http://127.0.0.1:9/", "webhook_secret": "0123456789abcdef" * 2},
    **{"clearance_url": "http://127.0.0.1:9/", "clearance_key": "key"},
}


def test_cases_in_inspection_go_back_before_any_target_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    did: list[str] = []

    @contextlib.contextmanager
    def around(_: object) -> Iterator[None]:
        yield
        did.append("rounds")

    settings = Settings(data_dir=tmp_path)
    parts: Any = SimpleNamespace(pair=lambda: None, start=lambda: None)
    parts.people = SimpleNamespace(invite_first=lambda: None)
    parts.dispatch = SimpleNamespace(stop=lambda: did.append("inspections"))
    parts.stop = lambda: did.append("the rest")
    monkeypatch.setattr(service, "build", lambda _: parts)
    monkeypatch.setattr(beside, "beside", around)
    with running._started(settings, "http://127.0.0.1"):
        pass
    assert did == ["inspections", "rounds", "the rest"]


def test_all_that_runs_beside_is_told_to_end_before_any_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began, ended = threading.Barrier(3), threading.Event()
    in_time: list[bool] = []

    def first(_: object, stopping: threading.Event) -> None:
        began.wait(30)
        stopping.wait(30)
        ended.set()

    def second(_: object, stopping: threading.Event) -> None:
        began.wait(30)
        in_time.append(ended.wait(2))

    monkeypatch.setattr(rounds, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(Webhooks, "send_due", first)
    monkeypatch.setattr(Clearance, "ask_due", second)
    monkeypatch.setattr(beside.pending, "settle", lambda _: None)
    settings = Settings(data_dir=tmp_path, **TOLD)  # type: ignore[arg-type]
    parts: Any = SimpleNamespace(settings=settings, database=None)
    parts.queue = SimpleNamespace(clock=None)
    with beside.beside(parts):
        began.wait(30)
    assert in_time == [True]
