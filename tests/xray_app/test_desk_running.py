"""What a running desk answers to requests that its own page would not send."""

import http.client
import json
from contextlib import closing
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]


@cache
def visit(desk_url: str) -> str:
    """The cookie of a visitor of the demo."""
    parts = urlsplit(desk_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    with closing(connection):
        connection.request("GET", "/sign-in")
        return str(connection.getresponse().headers["set-cookie"]).partition(";")[0]


def ask(desk_url: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Status and text of the answer to GET, or to POST where there is a body."""
    parts, headers = urlsplit(desk_url), {"cookie": visit(desk_url)} | headers
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    with closing(connection):
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")


def call(desk_url: str, function: int, data: list[Any], event: Any) -> str:
    """Everything that Gradio sends back when one of the page's handlers is called by hand."""
    asked = {"fn_index": function, "data": data, "event_data": event, "session_hash": "by-hand"}
    body = json.dumps(asked).encode()
    ask(desk_url, "/gradio_api/queue/join", body, **{"content-type": "application/json"})
    return ask(desk_url, "/gradio_api/queue/data?session_hash=by-hand")[1]


def test_it_answers_to_its_own_names_alone(desk_url: str) -> None:
    assert ask(desk_url, "/")[0] == 200
    assert ask(desk_url, "/", Host="evil.example")[0] == 403
    assert ask(desk_url, "/gradio_api/info", Origin="http://evil.example")[0] == 403


@pytest.mark.parametrize(
    "path", ["/pictures/none/full", "/pictures/../settings.py", "/docs", "/openapi.json"]
)
def test_it_offers_nothing_that_was_not_meant(desk_url: str, path: str) -> None:
    assert ask(desk_url, path)[0] == 404


def test_it_serves_no_file_of_this_machine(desk_url: str) -> None:
    status, text = ask(desk_url, f"/gradio_api/file={__file__}")
    assert status in (403, 404)
    assert "desk_url" not in text


def test_it_serves_nothing_that_the_demo_keeps(
    desk_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (kept,) = tmp_path_factory.getbasetemp().glob("demo0/xray-desk-*/demo/cases.sqlite3")
    status, text = ask(desk_url, f"/gradio_api/file={kept}")
    assert status in (403, 404)
    assert "SQLite" not in text


def test_it_reads_no_file_of_this_machine_as_if_it_had_been_uploaded(desk_url: str) -> None:
    forged = {"path": __file__, "meta": {"_type": "gradio.FileData"}}
    for function in (0, 1):
        for event in ({"case": forged}, {"uploads": [forged]}, {"uploads": [__file__]}, None):
            said = call(desk_url, function, [forged], event)
            assert "process_completed" in said
            assert "found text" not in said
            assert "What a running desk answers" not in said


def test_gradios_own_upload_is_shut(desk_url: str) -> None:
    assert ask(desk_url, "/gradio_api/upload", b"x")[0] == 404


def test_too_large_an_upload_is_refused_though_no_page_checked_it(desk_url: str) -> None:
    status, text = ask(desk_url, "/uploads?name=large.png", bytes(2 * 2**20 + 1))
    assert status == 413
    refused = "large.png is larger than the desk takes, at most 2 MB."
    assert json.loads(text) == {"refused": refused}
