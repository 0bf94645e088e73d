"""What no database takes is refused at the door, over each kind of database."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from xray_app.access.roles import Role
from xray_app.desk.rooms import routes

NUL, SIGN = "\0", "2026-03-01T08:00:00+00:00~"
TOO_LATE, TOO_EARLY = "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"
MARK = {"label": "gun", "xyxy_px": [float("nan"), 0, 1, 1]}
BOX = {"drawn": "0" * 32, "xyxy_px": [1, 2, 30, 40]}


@pytest.fixture
def kept_in(database_url: str) -> str:
    return database_url


def test_a_text_with_a_nul_and_a_moment_beyond_the_calendar_are_refused(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    assert isinstance(client.app, FastAPI)
    routes.add(client.app, None)
    form = {"name": NUL, "password": "x"}
    answers = {"/sign-in": client.post("/sign-in", data=form).status_code}
    boss, manager = sign_in(Role.SUPERVISOR), sign_in(Role.MANAGER)
    for path, name in (("/queue", "text"), ("/queue", "lane"), ("/search-room", "code")):
        answers[path + name] = boss.get(path, params={name: NUL + "abcd"}).status_code
    for after in (SIGN + NUL, TOO_LATE + "~x", TOO_EARLY + "~x"):
        answers[after] = boss.get("/api/v1/cases", params={"after": after}).status_code
    for ends_at in (TOO_LATE, TOO_EARLY):
        key = {"name": "gate 1", "scopes": ["submit"], "ends_at": ends_at}
        answers[ends_at] = manager.post("/api/v1/keys", json=key).status_code
    assert answers == dict.fromkeys(answers, 422)


def test_what_an_officer_sends_of_a_case_is_bounded(
    scanner: TestClient,
    scan: bytes,
    inspect_all: Callable[[], None],
    sign_in: Callable[..., TestClient],
) -> None:
    scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    inspect_all()
    kim = sign_in(Role.SCREENER)
    case = kim.post("/api/v1/queue/take").json()
    asked: dict[str, dict[str, Any]] = {
        "hold": {"until": TOO_LATE, "why": "papers"},
        "decision": {"verdict": "search", "code": "weapon", "marks": [MARK]},
        "opinions": {"says": "drawn", **BOX, "label": "İ" * 200},
    }
    for act, said in asked.items():
        body = json.dumps({"version": case["version"], **said})  # httpx writes no NaN
        headers = {"content-type": "application/json"}
        answer = kim.post(f"/api/v1/cases/{case['id']}/{act}", content=body, headers=headers)
        assert answer.status_code == 422, (act, answer.text)
