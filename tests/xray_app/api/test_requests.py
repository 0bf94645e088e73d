"""A request is a line of the log, by its route alone."""

import json
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from tests.xray_app.logged import heard
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
    about = json.dumps({"declaration": DECLARED, "consignment": "BL-77"})
    with heard("xray_app") as said:
        files = {"scan": ("holiday-photo.png", scan)}
        manager = sign_in(Role.MANAGER)
        sent = scanner.post("/api/v1/scans", files=files, data={"about": about})
        files["scan"] = ("holiday-photo.png", b"x")
        scanner.post("/api/v1/scans", files=files, data={"about": "{"})
        inspect_all()
        manager.patch("/api/v1/people/Kim Minji", json={"active": False})
        monkeypatch.setattr(service.people.__class__, "names", _fails)
        wrong = manager.get("/api/v1/people")
        assert wrong.status_code == 500
        lines = said()
    seen = [(line["method"], line["route"], line["status"]) for line in lines if "route" in line]
    assert ("POST", "/scans", 202) in seen
    assert ("PATCH", "/people/{name}", 422) in seen
    (came,) = [line for line in lines if line.get("status") == 202]
    assert (came["case"], came["request"]) == (sent.json()["id"], sent.headers["x-request-id"])
    (failed,) = [line for line in lines if line["event"] == "incident"]
    assert failed["request"] == wrong.headers["x-request-id"] != came["request"]
    assert (failed["error"], len(failed["incident"])) == ("RuntimeError", 8)
    for secret in ("Kim Minji", "ceramic", "holiday-photo", "BL-77"):
        assert secret not in json.dumps(lines, ensure_ascii=False)


def test_requests_have_numbers_of_their_own_and_the_case_that_they_ask_for(
    scanner: TestClient, monkeypatch: Any
) -> None:
    told = {"x-request-id": "Kim Minji"}
    case, no_case = "ab" * 16, "Kim%20Minji"
    asked = (f"cases/{case}", f"cases/{no_case}", f"cases/progress?id={case}")
    with heard("xray_app") as said:
        answers = [scanner.get(f"/api/v1/{one}", headers=told) for one in asked]
        lines = said()
    numbers = [answer.headers["x-request-id"] for answer in answers]
    assert [(line["request"], line.get("case")) for line in lines] == [
        *((numbers[0], case), (numbers[1], None), (numbers[2], None)),
    ]
    assert len(set(numbers)) == 3
    assert "Kim" not in json.dumps(lines, ensure_ascii=False)


def _fails(_: Any) -> None:
    raise RuntimeError("the list of Kim Minji")
