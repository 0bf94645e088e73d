"""A request is a line of the log, by its route alone."""

import json
import logging
from collections.abc import Callable
from io import StringIO
from typing import Any

from fastapi.testclient import TestClient

from xray_app import logs
from xray_app.access.roles import Role
from xray_app.service import Service

DECLARED = {"consignee": "Kim Minji", "description": "ceramic frogs"}


def test_requests_are_logged_without_names_files_or_declarations(
    service: Service,
    scanner: TestClient,
    sign_in: Callable[..., TestClient],
    scan: bytes,
    inspect_all: Callable[[], None],
    monkeypatch: Any,
) -> None:
    out, ours = StringIO(), logging.getLogger("xray_app")
    handler, before = logging.StreamHandler(out), ours.level
    handler.setFormatter(logs.JsonLines())
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    about = json.dumps({"declaration": DECLARED, "consignment": "BL-77"})
    files = {"scan": ("holiday-photo.png", scan)}
    manager = sign_in(Role.MANAGER)
    sent = scanner.post("/api/v1/scans", files=files, data={"about": about})
    scanner.post("/api/v1/scans", files={"scan": ("holiday-photo.png", b"x")}, data={"about": "{"})
    inspect_all()
    manager.patch("/api/v1/people/Kim Minji", json={"active": False})
    monkeypatch.setattr(service.people.__class__, "names", _fails)
    wrong = manager.get("/api/v1/people")
    assert wrong.status_code == 500
    ours.removeHandler(handler)
    ours.setLevel(before)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    seen = [(line["method"], line["route"], line["status"]) for line in lines if "route" in line]
    assert ("POST", "/scans", 202) in seen
    assert ("PATCH", "/people/{name}", 422) in seen
    (came,) = [line for line in lines if line.get("status") == 202]
    assert (came["case"], came["request"]) == (sent.json()["id"], sent.headers["x-request-id"])
    (failed,) = [line for line in lines if line["event"] == "incident"]
    assert failed["request"] == wrong.headers["x-request-id"] != came["request"]
    assert (failed["error"], len(failed["incident"])) == ("RuntimeError", 8)
    for secret in ("Kim Minji", "ceramic", "holiday-photo", "BL-77"):
        assert secret not in out.getvalue()


def test_requests_have_numbers_of_their_own_and_the_case_that_they_ask_for(
    scanner: TestClient, monkeypatch: Any
) -> None:
    out, ours = StringIO(), logging.getLogger("xray_app")
    handler, before = logging.StreamHandler(out), ours.level
    handler.setFormatter(logs.JsonLines())
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    told = {"x-request-id": "Kim Minji"}
    case, no_case = "ab" * 16, "Kim%20Minji"
    asked = (f"cases/{case}", f"cases/{no_case}", f"cases/progress?id={case}")
    numbers = [scanner.get(f"/api/v1/{one}", headers=told).headers["x-request-id"] for one in asked]
    ours.removeHandler(handler)
    ours.setLevel(before)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["request"], line.get("case")) for line in lines] == [
        *((numbers[0], case), (numbers[1], None), (numbers[2], None)),
    ]
    assert len(set(numbers)) == 3
    assert "Kim" not in out.getvalue()


def _fails(_: Any) -> None:
    raise RuntimeError("the list of Kim Minji")
