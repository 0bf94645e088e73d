"""Rooms of a service whose database has no time for them: they say so, and all else goes on."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.access.roles import Role
from xray_app.cases import database as databases
from xray_app.service import Service

LISTS = {
    "/queue": Role.SCREENER,
    "/search-room": Role.SCREENER,
    "/supervisor": Role.SUPERVISOR,
    "/audit": Role.AUDITOR,
}


@pytest.mark.parametrize("path", LISTS)
def test_so_many_lists_are_read_at_once_and_no_more(
    path: str,
    sign_in: Callable[..., TestClient],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "LIST_S", 0.01)
    who, boss = sign_in(LISTS[path]), sign_in(Role.MANAGER)
    with ExitStack() as others:
        for _ in range(databases.LISTS):
            others.enter_context(service.database.read_at_length())
        answer = who.get(path, headers={"accept-language": "ko"})
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
        assert "목록이 많습니다" in answer.json()["error"]
        assert boss.get("/admin").status_code == 200
    for _ in range(2 * databases.LISTS):  # each gives its turn back
        assert who.get(path).status_code == 200


def test_a_session_that_cannot_be_written_down_just_now_is_told_when_to_ask_again(
    sign_in: Callable[..., TestClient],
    service: Service,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kim = sign_in(Role.SCREENER)
    clock.move(minutes=2)
    monkeypatch.setattr(service.database, "_turn_s", 0.05)
    with service.database.write():
        answers = [kim.get("/queue"), kim.post("/gradio_api/queue/join", json={})]
    assert [(one.status_code, one.headers["retry-after"]) for one in answers] == [(503, "5")] * 2
    assert kim.get("/queue").status_code == 200
