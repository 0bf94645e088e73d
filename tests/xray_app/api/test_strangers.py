"""Whoever is not signed in can neither fill the disk nor keep the service's threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient

from tests.xray_app.api.conftest import PASSWORD
from xray_app.access.passwords import EACH_WAITING, MOST_WAITING
from xray_app.access.roles import Role
from xray_app.api.bodies import STRANGERS_BYTES
from xray_app.api.signing import peer_of
from xray_app.cases.errors import Full
from xray_app.service import Service

LARGE = {"content-length": str(STRANGERS_BYTES + 1)}


def run(call: Any, *given: Any) -> Any:
    """In a thread of its own: where tests drive a browser, its loop runs in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, call, *given).result()


def answered(app: Any, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of an answer to a request of which nobody may read more than the head."""
    said: list[Any] = []

    async def unread() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        said.append(message)

    head = [(name.encode(), text.encode()) for name, text in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b""}
    run(app, scope | {"headers": [(b"host", b"127.0.0.1"), *head]}, unread, send)
    return said[0]["status"], said[1]["body"]


@pytest.mark.parametrize("path", ["/api/v1/scans", "/api/v1/inspect", "/sign-in"])
@pytest.mark.parametrize(
    ("head", "said"),
    [
        (LARGE, b"sign in, or send an API key"),
        ({"transfer-encoding": "chunked"}, b"sign in, or send an API key"),
        (LARGE | {"authorization": "Bearer xk_no_such"}, b"the API key is not good"),
        (LARGE | {"cookie": "xray_session=none"}, b"the session has ended"),
    ],
)
def test_a_strangers_large_body_is_refused_unread(
    client: TestClient, path: str, head: dict[str, str], said: bytes
) -> None:
    status, body = answered(client.app, path, head)
    assert (status, said in body) == (401, True)


def test_a_known_senders_large_body_is_read(scanner: TestClient, scan: bytes) -> None:
    large = scan + bytes(STRANGERS_BYTES)
    assert scanner.post("/api/v1/scans", files={"scan": ("bag.png", large)}).status_code == 202


@pytest.fixture
def crowd(service: Service) -> Iterator[None]:
    """So many sign in that nobody else finds a place."""
    with ExitStack() as held:
        for _ in range(MOST_WAITING):
            held.enter_context(service.people.passwords._places.one())
        yield


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/session", {"json": {"name": "kim", "password": PASSWORD}}),
        ("/sign-in", {"data": {"name": "kim", "password": PASSWORD}}),
        ("/first-run", {"data": {"key": "x", "name": "kim", "password": PASSWORD}}),
    ],
)
def test_in_a_crowd_who_signs_in_is_told_to_come_again(
    client: TestClient, crowd: None, path: str, sent: dict[str, Any]
) -> None:
    answer = client.post(path, **sent)
    assert (answer.status_code, "too many sign in" in answer.text) == (503, True)
    assert int(answer.headers["retry-after"]) > 0
    assert ("html" in answer.headers["content-type"]) == (not path.startswith("/api"))


def test_in_a_crowd_a_manager_who_adds_somebody_gets_the_page_again(
    sign_in: Callable[..., TestClient], service: Service
) -> None:
    boss = sign_in(Role.MANAGER)
    form = {"name": "lee", "password": PASSWORD, "role": Role.SCREENER}
    with ExitStack() as held:
        for _ in range(MOST_WAITING):
            held.enter_context(service.people.passwords._places.one())
        answer = boss.post("/people", data=form)
    assert (answer.status_code, "too many sign in" in answer.text) == (503, True)
    assert answer.headers["content-type"].startswith("text/html")
    assert 'value="lee"' in answer.text


def test_the_first_manager_who_finds_no_place_once_made_signs_in_as_usual(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(*_: Any) -> bool:
        raise Full("too many sign in", 2)

    monkeypatch.setattr(service.people.passwords, "fits", crowded)
    form = {"key": service.people.invite_first(), "name": "boss", "password": PASSWORD}
    answer = client.post("/first-run", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/sign-in")
    monkeypatch.undo()
    assert service.people.sign_in("boss", PASSWORD)


def test_one_address_cannot_have_every_place(client: TestClient, service: Service) -> None:
    form, other = {"name": "nobody", "password": "wrong"}, ("10.0.0.9", 1)
    with ExitStack() as held:
        for _ in range(EACH_WAITING):
            held.enter_context(service.people.passwords._places.one("testclient"))
        assert client.post("/sign-in", data=form).status_code == 503
        elsewhere = TestClient(client.app, base_url=client.base_url, client=other)
        assert elsewhere.post("/sign-in", data=form).status_code == 401
    assert client.post("/sign-in", data=form).status_code == 401
    assert not service.people.passwords._places._held  # nothing is kept of who came


def test_a_proxy_on_this_machine_is_not_one_address() -> None:
    asks: Any = SimpleNamespace(client=SimpleNamespace(host="127.0.0.1"))
    assert peer_of(asks) == ""
    asks.client.host = "10.0.0.9"
    assert peer_of(asks) == "10.0.0.9"


def test_a_place_is_free_again_after_a_wrong_password(client: TestClient) -> None:
    form = {"name": "nobody", "password": "wrong"}
    said = {client.post("/sign-in", data=form).status_code for _ in range(MOST_WAITING + 1)}
    assert said == {401}


def test_the_process_is_said_to_live_while_every_thread_is_at_work(client: TestClient) -> None:
    async def ask() -> int:
        threads = current_default_thread_limiter()
        for number in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(number)
        there: Any = httpx.ASGITransport(client.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=there, base_url="http://127.0.0.1") as caller:
            with anyio.fail_after(1):
                return (await caller.get("/health/live")).status_code

    assert run(ask) == 200
