"""The rooms over a service on each kind of database, without a browser, and cases to look at."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from xray.card import Card
from xray.profile import Profile
from xray_app import service as services
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Role
from xray_app.api import app as api
from xray_app.api.door import Door
from xray_app.cases import inspection, register
from xray_app.cases.case import Case, load
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.inspection import Looked
from xray_app.cases.register import NewView, Submission
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Verdict
from xray_app.desk import navigation
from xray_app.desk.rooms import models, routes
from xray_app.guard import Guard
from xray_app.service import Service
from xray_app.settings import Settings

PASSWORD = "correct horse battery"
KIM = Officer("kim")
JPEG = cv2.imencode(".jpg", np.full((60, 80, 3), 200, np.uint8))[1].tobytes()


@pytest.fixture
def service(
    tmp_path: Path, database_url: str, clock: Any, quick_passwords: Passwords, here: Any
) -> Iterator[Service]:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
    built = services.build(settings, clock, quick_passwords)
    yield replace(built, pool=here)
    built.database.dispose()


@pytest.fixture
def client(
    service: Service, standin: Path, standin_card: Card, monkeypatch: pytest.MonkeyPatch
) -> TestClient:
    """Nobody yet, before the rooms and their door. One model ships, which is in use."""
    monkeypatch.setattr(models, "available", lambda: {"standin": standin})
    app = api.build(service)
    routes.add(app, standin_card)
    app.add_middleware(Door, rooms=navigation.rights())
    app.add_middleware(Guard, host="127.0.0.1")
    return TestClient(app, base_url="http://127.0.0.1:7860")


@pytest.fixture
def sign_in(service: Service, client: TestClient) -> Callable[..., TestClient]:
    """Signs a new person of a role in."""

    def sign_in(role: Role, name: str | None = None) -> TestClient:
        who = name or f"a {role}"
        service.people.add("test", who, PASSWORD, role)
        one = TestClient(client.app, base_url=client.base_url, follow_redirects=False)
        one.cookies.set("xray_session", service.people.sign_in(who, PASSWORD))
        return one

    return sign_in


@pytest.fixture
def inspected(service: Service) -> Callable[..., Case]:
    """Keeps a scan and what a model is made to say of it."""
    fresh = count()

    def inspected(
        outcome: str = "ALARM",
        label: str = "gun",
        eligible: bool = False,
        draw: float = 0.5,
        rules: Rules | None = None,
        content: bytes = b"",
        **about: Any,
    ) -> Case:
        contents, now = service.contents, service.now
        data = content or f"scan {next(fresh)}".encode()
        view = NewView(contents.stage(data, "bag.png", 2**20), "bag.png")
        sent = Submission((view,), "gate 1", **about)
        register.register(service.database, contents, sent, now, rules or Rules())
        case = inspection.claim(service.database, now)
        assert case is not None
        found = {"label": label, "score": 0.9, "xyxy_px": [8.0, 6.0, 30.0, 20.0]}
        report = {
            "model": {"name": "standin", "version": "1", "sha256": "ab" * 32},
            "outcome": outcome,
            "detections": [found | {"alarming": True}] if outcome == "ALARM" else [],
            "clearance": {"eligible": eligible},
            **{"scan_id": "bag", "width_px": 80, "height_px": 60, "profile": Profile().to_dict()},
            "made_at": now.isoformat(),
        }
        pictures = {"picture": contents.stage(JPEG, "picture", 2**20)}
        pictures["thumbnail"] = contents.stage(JPEG + b"small", "thumbnail", 2**20)
        said = Looked(0, report, width_px=80, height_px=60, encoding="dual", **pictures)
        asked = (service.database, contents, case, [said], now, rules or Rules())
        return inspection.record(*asked, lambda: draw)

    return inspected


@pytest.fixture
def decided(service: Service) -> Callable[..., Case]:
    """The next case as an officer decides it."""

    def decided(
        verdict: Verdict = Verdict.SEARCH,
        reason: str = "",
        officer: Officer = KIM,
        **more: Any,
    ) -> Case:
        case = service.queue.take(officer)
        assert case is not None
        said = Decision(verdict, reason, **more)
        return decide(service.queue, case.id, case.version, officer, said)

    return decided


@pytest.fixture
def searched(service: Service) -> Callable[..., Case]:
    """A case with what its search found."""

    def searched(case: Case, found: bool, *what: str) -> Case:
        said = SearchResult(found, what)
        asked = (service.queue, service.contents, case.id, case.version, "lee", said)
        return record_search(*asked)

    return searched


@pytest.fixture
def reload(service: Service) -> Callable[[Case], Case]:
    """A case as it stands now."""

    def reload(case: Case) -> Case:
        with service.database.read() as connection:
            return load(connection, case.id)

    return reload
