"""Dark, light or as the system has it: chosen once, there wherever this person signs in."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from xray_app.access.roles import Right, Role
from xray_app.api.style import SCHEMES, Theme
from xray_app.desk.dressing import Dressed
from xray_app.guard import PAGE_POLICY
from xray_app.service import Service

PASSWORD = "correct horse battery"


def scheme(client: TestClient) -> str:
    """What the palette ends with: it overrules what it began with."""
    return client.get("/colours.css").text.rpartition("color-scheme: ")[2].partition(";")[0]


def test_who_chose_nothing_or_is_not_signed_in_sees_a_dark_desk(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    assert scheme(client) == "dark"
    assert scheme(sign_in(Role.SCREENER)) == "dark"


@pytest.mark.parametrize("role", list(Role))
def test_everybody_chooses_and_it_goes_with_them_to_another_screen(
    role: Role, client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(role, "kim")
    for theme in reversed(Theme):
        came = {"referer": "http://127.0.0.1:7860/queue?tab=all"}
        form = {"theme": str(theme)}
        answer = who.post("/theme", data=form, headers=came, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/queue?tab=all")
        assert scheme(who) == SCHEMES[theme]
    who.post("/theme", data={"theme": "light"}, follow_redirects=False)
    other = TestClient(client.app, base_url=str(client.base_url))
    form = {"name": "kim", "password": PASSWORD}
    other.post("/sign-in", data=form, follow_redirects=False)
    assert scheme(other) == "light"
    other.post("/sign-out", follow_redirects=False)
    assert scheme(other) == "dark"


def test_a_theme_that_there_is_not_is_refused_and_so_is_a_stranger(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(Role.SCREENER)
    for theme in ("", "sepia", "light; } body { display: none"):
        assert who.post("/theme", data={"theme": theme}).status_code == 422
    assert client.post("/theme", data={"theme": "light"}).status_code == 401
    assert scheme(who) == "dark"


def test_a_key_keeps_no_theme(client: TestClient, service: Service) -> None:
    key = service.keys.make("test", "gate", [Right.INSPECT])
    bearer = {"authorization": f"Bearer {key}"}
    client.post("/theme", data={"theme": "light"}, headers=bearer, follow_redirects=False)
    client.headers.update(bearer)
    assert scheme(client) == "dark"


@pytest.mark.parametrize("path", ["/sign-in", "/first-run", "/people"])
def test_the_pages_beside_the_desk_are_as_strict_as_its_rooms(
    path: str, sign_in: Callable[..., TestClient]
) -> None:
    answer = sign_in(Role.MANAGER).get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert "unsafe" not in PAGE_POLICY
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "<script" not in answer.text
    assert '<link rel="stylesheet" href="/colours.css">' in answer.text


def dressed(app: ASGIApp, method: str = "GET", path: str = "/") -> Response:
    client = TestClient(Dressed(app))
    answer = client.request(method, path)
    return Response(answer.content, headers=dict(answer.headers))


def test_gradios_page_has_its_colours_before_anything_else_of_its_head() -> None:
    page = HTMLResponse("<html><head><title>é</title></head><body><head></body></html>")
    answer = dressed(page)
    assert bytes(answer.body).startswith(b'<html><head><link rel="stylesheet" href="/colours.css">')
    assert bytes(answer.body).count(b"stylesheet") == 1
    assert answer.headers["content-length"] == str(len(answer.body))


def test_what_is_not_gradios_page_goes_through_as_it_is() -> None:
    page = HTMLResponse("<head></head>")
    assert dressed(page, path="/queue").body == b"<head></head>"
    assert dressed(page, "HEAD").headers["content-length"] == "13"
