"""The whole server, as it is served: each way into it stands in a table, with its right."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.xray_app.api.test_rights import ROUTES
from tests.xray_app.desk.rooms.test_rights import HANDLERS
from tests.xray_app.ways import MOUNT, ways_of
from xray_app import server
from xray_app.access.roles import RIGHTS, Right, Role
from xray_app.desk.rooms.routes import FILES
from xray_app.service import Service

PASSWORD = "correct horse battery"
DESK = {
    ("POST", "/uploads"): Right.WORK,
    ("GET", "/pictures/{key}/{size}"): Right.WORK,
    ("GET", "/planes/{key}"): Right.WORK,
    ("GET", "/viewer-tables/{version}"): Right.WORK,
}
BEHIND_THE_DOOR = {  # which asks for them: scripts and styles, Gradio, and what is nowhere
    *{("GET", f"/rooms/{name}") for name in (*FILES, "words.json")},
    *{("GET", "/viewer/words.json"), (MOUNT, "/viewer"), (MOUNT, "")},
    *{(method, "/gradio_api/upload") for method in ("GET", "POST")},
}


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def app(parts: Service, tmp_path: Path) -> FastAPI:
    async def build() -> FastAPI:
        return server.build(parts.settings, tmp_path, parts)

    # Within a loop: outside of one Gradio leaves its own open. In a thread: playwright's may stand
    # in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, build()).result()


@pytest.fixture
def sign_in(app: FastAPI, parts: Service) -> Callable[[Role], TestClient]:
    def sign_in(role: Role) -> TestClient:
        parts.people.add("test", f"a {role}", PASSWORD, role)
        one = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
        said = {"name": f"a {role}", "password": PASSWORD}
        assert one.post("/api/v1/session", json=said).is_success
        return one

    return sign_in


def ask(who: TestClient, way: tuple[str, str]) -> int:
    method, path = way
    address = path.format(key="0" * 32, size="full", version="1")
    params = {"name": "bag.png"} if method == "POST" else {}
    return who.request(method, address, params=params, follow_redirects=False).status_code


def test_every_way_into_the_server_stands_in_a_table(app: FastAPI) -> None:
    there = {way for way in ways_of(app) if not way[1].endswith("{rest:path}")}
    assert there == {*ROUTES, *HANDLERS, *DESK, *BEHIND_THE_DOOR}
    assert len(there) > 80


def test_each_role_reaches_of_the_desk_what_its_rights_name_whether_or_not_the_door_stands(
    app: FastAPI, sign_in: Callable[[Role], TestClient]
) -> None:
    people = {role: sign_in(role) for role in Role}
    stranger = TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)
    for _ in ("with the door", "without"):
        for way, right in DESK.items():
            assert ask(stranger, way) == 401, way
            for role, who in people.items():
                assert (ask(who, way) == 403) == (right not in RIGHTS[role]), (role, way)
        app.user_middleware.clear()
        app.middleware_stack = None


def test_an_address_that_is_nowhere_is_answered_by_a_page_to_whoever_reads_it(
    sign_in: Callable[[Role], TestClient],
) -> None:
    kim = sign_in(Role.SCREENER)
    page = kim.get("/nothing-here", headers={"accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, "<h1>That did not work</h1>" in page.text) == (404, True)
    assert "there is nothing at this address" in page.text
    assert kim.get("/nothing-here").json() == {"detail": "Not Found"}, "as Gradio's scripts read it"
