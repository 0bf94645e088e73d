"""Each role against each handler of the rooms; one that is not in the table fails the test."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Route

from xray_app.access.roles import RIGHTS, Right, Role
from xray_app.desk import navigation
from xray_app.desk.rooms import routes
from xray_app.service import Service

PASSWORD = "correct horse battery"
HANDLERS: dict[tuple[str, str], Right] = {
    ("GET", "/queue"): Right.READ,
    ("GET", "/search-room"): Right.SEARCH,
    ("POST", "/search-room"): Right.SEARCH,
    ("GET", "/search-room/photo"): Right.SEARCH,
    ("GET", "/supervisor"): Right.SUPERVISE,
    ("POST", "/supervisor"): Right.SUPERVISE,
    ("GET", "/insight"): Right.OBSERVE,
    ("GET", "/audit"): Right.AUDIT,
    ("POST", "/audit"): Right.AUDIT,
    ("GET", "/admin"): Right.MANAGE,
    ("POST", "/admin/people"): Right.MANAGE,
    ("POST", "/admin/keys"): Right.MANAGE,
    ("POST", "/admin/profile"): Right.MANAGE,
}


def test_every_handler_stands_in_the_table() -> None:
    there = [route for room in routes.ROOMS for route in room.router.routes]
    assert all(isinstance(route, Route) for route in there)
    ways = {(way, one.path) for one in there for way in one.methods or set()}  # type: ignore[attr-defined]
    assert ways == set(HANDLERS)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_its_rights_name_and_nothing_else(
    role: Role, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(role)
    for (method, path), right in HANDLERS.items():
        status = who.request(method, path, params={"case": "0" * 32}).status_code
        assert (status == 403) == (right not in RIGHTS[role]), (method, path, status)
        assert status < 500
    assert who.get("/rooms/rooms.css").status_code == 200


def test_the_handlers_ask_for_the_right_themselves_where_no_door_stands_before_them(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(Role.RESEARCHER)
    client.app.user_middleware.clear()  # type: ignore[attr-defined]
    client.app.middleware_stack = None  # type: ignore[attr-defined]
    for (method, path), right in HANDLERS.items():
        if right not in RIGHTS[Role.RESEARCHER]:
            assert who.request(method, path).status_code == 403, (method, path)


def test_a_stranger_is_sent_to_sign_in(client: TestClient) -> None:
    for method, path in HANDLERS:
        html = {"accept": "text/html"}
        answer = client.request(method, path, headers=html, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
        assert client.request(method, path).status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_the_bar_holds_the_pages_of_a_role_and_no_others(
    role: Role, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(role)
    mine = [room for room in navigation.ROOMS if room.right in RIGHTS[role]]
    for room in mine:
        if room.path == "/":
            continue
        page = who.get(room.path).text
        for other in navigation.ROOMS:
            assert (f'<a href="{other.path}"' in page) == (other in mine), other
        assert page.count('aria-current="page"') == 1


def test_pages_load_nothing_but_files_of_our_own(
    sign_in: Callable[..., TestClient],
) -> None:
    who = sign_in(Role.SCREENER)
    answer = who.get("/search-room")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "style=" not in answer.text
    for name in routes.FILES:
        assert f"/rooms/{name}" in answer.text
        assert who.get(f"/rooms/{name}").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/search-room?case=" + "0" * 32, "/search-room?case=" + "0" * 32),
        ("/?case=" + "0" * 32, "/?case=" + "0" * 32),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/queue?x=\r\nset-cookie: a", "/"),
    ],
)
def test_a_link_into_a_page_survives_signing_in_and_leads_nowhere_else(
    client: TestClient, service: Service, wanted: str, reached: str
) -> None:
    service.people.add("test", "kim", PASSWORD, Role.SCREENER)
    form = {"name": "kim", "password": PASSWORD, "next": wanted}
    answer = client.post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == reached
    html = {"accept": "text/html"}
    away = TestClient(client.app, base_url=client.base_url, follow_redirects=False)
    if wanted == reached:
        link = away.get(wanted, headers=html).headers["location"]
        assert f'value="{wanted}"' in away.get(link).text
