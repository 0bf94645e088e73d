"""The typed client, against the interface itself and against one that fails."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from xray.report import Outcome
from xray_app.cases.states import State
from xray_app.client import Client, ServiceError


def through(scanner: TestClient) -> httpx.MockTransport:
    """Hands what the client sends to the interface in this process."""

    def handle(request: httpx.Request) -> httpx.Response:
        answer = scanner.request(
            *(request.method, str(request.url)),
            content=request.read(),
            headers={k: v for k, v in request.headers.items() if k != "host"},
        )
        return httpx.Response(
            answer.status_code, headers=dict(answer.headers), content=answer.content
        )

    return httpx.MockTransport(handle)


def test_a_scan_is_sent_waited_for_and_read(
    scanner: TestClient, write_scan: Callable[..., Path], inspect_all: Callable[[], None]
) -> None:
    key = scanner.headers["authorization"].split()[1]
    with Client("http://127.0.0.1:7860", key, transport=through(scanner)) as client:
        file = write_scan("bag.png")
        assert client.inspect(file).outcome is Outcome.ALARM
        kept = client.submit(file, about={"container": "CSQU3054383"})
        assert kept.new
        inspect_all()
        case = client.wait(kept.id)
        assert (case.state, case.outcome) == (State.WAITING, Outcome.ALARM)
        assert client.report(kept.id).detections[0].label == "gun"
        assert client.tdr(kept.id)[128:132] == b"DICM"
        assert client.image(kept.id)[:2] == b"\xff\xd8"
        with pytest.raises(ServiceError, match="check digit must be 3") as refused:
            client.submit(file, about={"container": "CSQU3054384"})
        assert refused.value.status == 422


def test_the_cases_of_a_sender_come_page_after_page_the_newest_first(
    scanner: TestClient, write_scan: Callable[..., Path], clock: Any
) -> None:
    key = scanner.headers["authorization"].split()[1]
    with Client("http://127.0.0.1:7860", key, transport=through(scanner)) as client:
        assert list(client.cases()) == []
        sent = list[str]()
        for n in range(3):
            sent.append(client.submit(write_scan(f"{n}.png", bright=n / 4)).id)
            clock.move(seconds=1)
        for page in (1, 2, 3):
            assert [case.id for case in client.cases(page=page)] == sent[::-1]
        assert len(list(client.cases(State.RECEIVED))) == 3
        assert list(client.cases(State.CLOSED)) == []


def test_a_full_service_is_asked_again_with_the_same_key_and_the_whole_file(
    write_scan: Callable[..., Path],
) -> None:
    seen: list[tuple[str, int]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["idempotency-key"], len(request.read())))
        if len(seen) == 1:
            return httpx.Response(503, headers={"retry-after": "7"}, json={"error": "full"})
        if len(seen) == 2:
            raise httpx.ConnectError("gone")
        said = {"id": "1" * 32, "state": "received", "new": True, "flags": []}
        return httpx.Response(202, content=json.dumps(said))

    slept: list[float] = []
    transport = httpx.MockTransport(handle)
    client = Client("http://x", "xk_1_2", transport=transport, sleep=slept.append)
    assert client.submit(write_scan("bag.png")).new
    assert len(set(seen)) == 1
    assert slept[0] == 7


def test_when_patience_ends_the_reason_is_said(write_scan: Any) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503, json={"error": "200 scans wait"})

    client = Client("http://x", "k", transport=httpx.MockTransport(handle), patience_s=0)
    with pytest.raises(ServiceError, match="200 scans wait"):
        client.submit(write_scan("bag.png"))
