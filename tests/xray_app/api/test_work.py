"""Officers and managers over REST."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import TimeoutError as NoConnection

from xray_app.access.roles import Role
from xray_app.api import metrics
from xray_app.service import Service

SignIn = Callable[..., TestClient]


@pytest.fixture
def case_id(scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]) -> str:
    answer = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    inspect_all()
    return str(answer.json()["id"])


def act(who: TestClient, case: dict[str, Any], what: str, /, **said: Any) -> Any:
    body = {"version": case["version"], **said}
    return who.post(f"/api/v1/cases/{case['id']}/{what}", json=body)


def test_a_case_is_taken_decided_and_searched(sign_in: SignIn, case_id: str) -> None:
    kim, lee = sign_in(Role.SCREENER, "kim"), sign_in(Role.SCREENER, "lee")
    case = kim.post("/api/v1/queue/take").json()
    assert (case["id"], case["holder"]) == (case_id, "kim")
    assert lee.post("/api/v1/queue/take").status_code == 204
    assert act(lee, case, "decision", verdict="clear").status_code == 409
    mark = {"label": "gun", "xyxy_px": [1, 2, 3, 4]}
    said = {"verdict": "search", "code": "weapon", "reason": "a pistol", "marks": [mark]}
    first, again = (act(kim, case, "decision", **said) for _ in range(2))
    assert first.json() == again.json()
    form = {
        "version": first.json()["version"],
        "found": "true",
        "what": ["gun"],
        "note": "in a shoe",
    }
    photo = {"photo": ("p.exe", b"MZ")}
    refused = lee.post(f"/api/v1/cases/{case_id}/search", data=form, files=photo)
    assert refused.json() == {"error": "the photo must be a JPEG or a PNG"}
    photo = {"photo": ("p.jpg", b"\xff\xd8\xff")}
    closed = lee.post(f"/api/v1/cases/{case_id}/search", data=form, files=photo).json()
    assert (closed["state"], closed["disposition"]) == ("closed", "found")
    whole = kim.get(f"/api/v1/cases/{case_id}").json()
    assert [(d["code"], d["reason"]) for d in whole["decisions"]] == [("weapon", "a pistol")]
    assert whole["decisions"][0]["marks"] == [{"label": "gun", "xyxy_px": [1, 2, 3, 4], "view": 0}]
    assert [s["what"] for s in whole["searches"]] == [["gun"]]


def test_a_case_is_renewed_held_resumed_handed_over_escalated_and_corrected(
    sign_in: SignIn, case_id: str
) -> None:
    kim, lee = sign_in(Role.SCREENER, "kim"), sign_in(Role.SCREENER, "lee")
    boss = sign_in(Role.SUPERVISOR, "boss")
    case = kim.post("/api/v1/queue/take").json()
    case = act(kim, case, "renew").json()
    case = act(kim, case, "hold", until="2026-03-01T10:00:00Z", why="papers").json()
    assert case["held_why"] == "papers"
    case = act(kim, case, "resume").json()
    assert act(kim, case, "hand-over", to="nobody").status_code == 422
    case = act(kim, case, "hand-over", to="lee").json()
    case = act(lee, case, "escalate", why="odd seal").json()
    assert case["for_supervisor"]
    case = boss.post("/api/v1/queue/take").json()
    case = act(boss, case, "release").json()
    case = boss.post("/api/v1/queue/take").json()
    case = act(boss, case, "decision", verdict="clear").json()
    case = act(boss, case, "correction", verdict="search", reason="second look").json()
    assert case["state"] == "search"


def test_a_supervisor_corrects_what_a_search_found_by_a_further_entry_that_counts(
    sign_in: SignIn, case_id: str
) -> None:
    kim, boss = sign_in(Role.SCREENER, "kim"), sign_in(Role.SUPERVISOR, "boss")
    case = kim.post("/api/v1/queue/take").json()
    case = act(kim, case, "decision", verdict="search", code="weapon").json()
    said = {"found": True, "what": ["gun"], "note": "the wrong parcel was opened"}
    early = act(boss, case, "search-correction", **said)
    assert (early.status_code, "no search of it has ended" in early.text) == (409, True)
    form = {"version": case["version"], "found": "false"}
    case = kim.post(f"/api/v1/cases/{case_id}/search", data=form).json()
    assert act(kim, case, "search-correction", **said).status_code == 403
    for lacking in ({"note": " "}, {"note": "of the other shoe", "photo": "p.jpg"}):
        assert act(boss, case, "search-correction", **said | lacking).status_code == 422
    first, again = (act(boss, case, "search-correction", **said) for _ in range(2))
    assert (first.json()["disposition"], again.json()) == ("found", first.json())
    other = act(boss, case, "search-correction", **said | {"what": ["knife"]})
    assert other.status_code == 409, "what differs in a label alone is not taken for kept"
    searches = kim.get(f"/api/v1/cases/{case_id}").json()["searches"]
    assert [(s["found"], s["searched_by"], s["is_correction"]) for s in searches] == [
        (False, "kim", False),
        (True, "boss", True),
    ]


def test_a_sender_sees_its_own_cases_alone(
    scanner: TestClient, service: Service, client: TestClient, case_id: str
) -> None:
    from xray_app.access.roles import Right

    key = service.keys.make("test", "gate 2", [Right.READ_OWN])
    other = {"authorization": f"Bearer {key}"}
    assert [c["id"] for c in scanner.get("/api/v1/cases").json()["cases"]] == [case_id]
    assert client.get("/api/v1/cases", headers=other).json()["cases"] == []
    for part in ("", "/report", "/image"):
        assert client.get(f"/api/v1/cases/{case_id}{part}", headers=other).status_code == 404
        assert scanner.get(f"/api/v1/cases/{case_id}{part}").status_code == 200


def test_lists_come_in_pages_newest_first(sign_in: SignIn, scanner: TestClient, clock: Any) -> None:
    sent = []
    for number in range(3):
        files = {"scan": ("bag.png", f"scan {number}".encode())}
        sent.append(scanner.post("/api/v1/scans", files=files).json()["id"])
        clock.move(seconds=1)
    auditor = sign_in(Role.AUDITOR)
    first = auditor.get("/api/v1/cases?limit=2").json()
    second = auditor.get("/api/v1/cases", params={"limit": 2, "after": first["next"]}).json()
    assert [c["id"] for c in first["cases"] + second["cases"]] == sent[::-1]
    assert second["next"] is None
    assert auditor.get("/api/v1/cases?after=nonsense").status_code == 422
    assert auditor.get("/api/v1/cases?state=waiting").json()["cases"] == []


def test_a_manager_makes_people_and_keys_and_takes_them_away(
    sign_in: SignIn, client: TestClient
) -> None:
    boss = sign_in(Role.MANAGER)
    new = {"name": "park", "password": "correct horse battery", "role": "screener"}
    assert boss.post("/api/v1/people", json=new).status_code == 201
    assert boss.post("/api/v1/people", json=new).status_code == 422
    assert boss.patch("/api/v1/people/park", json={"active": False}).status_code == 204
    sign = {k: new[k] for k in ("name", "password")}
    assert client.post("/api/v1/session", json=sign).status_code == 401
    made = boss.post("/api/v1/keys", json={"name": "gate 9", "scopes": ["submit"]}).json()["key"]
    header = {"authorization": f"Bearer {made}"}
    files = {"scan": ("bag.png", b"scan")}
    assert client.post("/api/v1/scans", headers=header, files=files).status_code == 202
    (row,) = [k for k in boss.get("/api/v1/keys").json() if k["name"] == "gate 9"]
    assert boss.delete(f"/api/v1/keys/{row['id']}").status_code == 204
    assert client.post("/api/v1/scans", headers=header, files=files).status_code == 401


def test_an_auditor_checks_the_chain(sign_in: SignIn, case_id: str) -> None:
    auditor = sign_in(Role.AUDITOR)
    head = auditor.get("/api/v1/audit/head").json()
    assert auditor.post("/api/v1/audit/verify").json() == {"entries": head["seq"], "problem": None}
    entries = auditor.get(f"/api/v1/audit/cases/{case_id}").json()
    assert [entry["action"] for entry in entries] == ["received", "inspected"]
    assert "bag.png" not in json.dumps(entries)


def test_figures_are_read_by_whoever_observes(sign_in: SignIn, case_id: str, clock: Any) -> None:
    clock.move(seconds=90)
    lines = sign_in(Role.AUDITOR).get("/metrics").text.splitlines()
    assert 'xray_cases{state="waiting"} 1' in lines
    assert 'xray_cases{state="closed"} 0' in lines
    assert 'xray_oldest_waiting_seconds{state="waiting"} 90.0' in lines
    assert 'xray_messages{state="waiting"} 1' in lines
    assert 'xray_inspecting_processes{state="alive"} 1' in lines


def test_figures_that_take_long_to_count_are_those_of_the_last_count_and_say_how_old_they_are(
    sign_in: SignIn, service: Service, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, go_on, began = metrics._of_tables, threading.Event(), list[float]()
    now = [1000.0]

    def slow(*asked: Any) -> list[str]:
        began.append(now[0])
        assert go_on.wait(60)
        now[0] += 30
        return counted(*asked)

    def ended(age: float) -> bool:
        for _ in range(600):
            answer = observer.get("/metrics")
            if f"xray_counted_age_seconds {age}" in answer.text.splitlines():
                return 'xray_cases{state="waiting"} 0' in answer.text
            time.sleep(0.05)
        return False

    monkeypatch.setattr(metrics, "_of_tables", slow)
    monkeypatch.setattr(metrics, "WITHIN_S", 0.05)
    app: Any = client.app
    app.state.counted = metrics.Counted(service, lambda: now[0])
    observer = sign_in(Role.AUDITOR)
    for _ in range(2):
        answer = observer.get("/metrics")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    go_on.set()
    assert ended(30.0)
    now[0] += 200
    assert ended(230.0)
    assert began == [1000.0], "it rests for as long as ten of its kind take"
    go_on.clear()
    now[0] += 100
    assert ended(330.0), "one is under way, and nobody waits for it"
    go_on.set()
    assert ended(30.0)
    assert began == [1000.0, 1330.0]


def test_a_database_that_is_away_has_no_figures(
    sign_in: SignIn, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = sign_in(Role.AUDITOR)
    assert observer.get("/metrics").status_code == 200

    def away(*_: Any) -> None:
        raise NoConnection("it is away")

    monkeypatch.setattr(metrics, "_of_tables", away)
    assert observer.get("/metrics").status_code == 503


def test_how_long_inspections_took_and_how_requests_were_answered_is_counted(
    client: TestClient,
    sign_in: SignIn,
    scanner: TestClient,
    scan: bytes,
    inspect_all: Callable[[], None],
    clock: Any,
) -> None:
    observer = sign_in(Role.AUDITOR)
    for seconds, number in ((2, 1), (45, 2)):
        about = {"about": json.dumps({"consignment": f"{number}"})}
        scanner.post("/api/v1/scans", data=about, files={"scan": ("bag.png", scan)})
        clock.move(seconds=seconds)
        inspect_all()
    client.get("/api/v1/no-such-page")
    lines = observer.get("/metrics").text.splitlines()
    assert "# TYPE xray_inspection_seconds histogram" in lines
    for bound, count in (("1.0", 0), ("2.0", 1), ("30.0", 1), ("60.0", 2), ("+Inf", 2)):
        assert f'xray_inspection_seconds_bucket{{le="{bound}"}} {count}' in lines
    assert "xray_inspection_seconds_sum 47.0" in lines
    assert "xray_inspection_seconds_count 2" in lines
    assert 'xray_answers_total{status="2xx"} 3' in lines
    assert 'xray_answers_total{status="4xx"} 1' in lines


def test_a_projected_threat_looks_like_life_until_it_is_decided(
    sign_in: SignIn, service: Service, case_id: str
) -> None:
    from sqlalchemy import update

    from xray_app.cases import tables

    with service.database.write() as connection:
        connection.execute(update(tables.cases).values(kind="projected"))
    kim = sign_in(Role.SCREENER, "kim")
    case = kim.post("/api/v1/queue/take").json()
    assert case["kind"] == "live"
    assert sign_in(Role.MANAGER).get(f"/api/v1/cases/{case_id}").json()["kind"] == "projected"
    assert act(kim, case, "decision", verdict="clear").json()["kind"] == "projected"


def test_a_manager_adds_people_by_a_page(sign_in: SignIn, client: TestClient) -> None:
    boss = sign_in(Role.MANAGER)
    form = {"name": "<b>park</b>", "password": "correct horse battery", "role": "screener"}
    assert boss.post("/people", data=form | {"role": "king"}).status_code == 422
    page = boss.post("/people", data=form).text
    assert "&lt;b&gt;park&lt;/b&gt;" in page
    assert "already" in boss.post("/people", data=form).text
    sign = {"name": form["name"], "password": form["password"]}
    assert client.post("/api/v1/session", json=sign).status_code == 204


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    kim = sign_in(Role.SCREENER)
    assert kim.get("/api/v1/cases").status_code == 200
    token = kim.cookies["xray_session"]
    assert kim.delete("/api/v1/session").status_code == 204
    kim.cookies.set("xray_session", token)
    assert kim.get("/api/v1/cases").status_code == 401


def test_signing_out_of_a_page_without_a_script_empties_the_browsers_storage_too(
    sign_in: SignIn,
) -> None:
    boss = sign_in(Role.MANAGER)
    assert '<form method="post" action="/sign-out">' in boss.get("/people").text
    for method, path in (("POST", "/sign-out"), ("DELETE", "/api/v1/session")):
        answer = boss.request(method, path, follow_redirects=False)
        assert answer.headers["clear-site-data"] == '"storage"'


def test_pages_for_signing_in_and_for_the_first_run(client: TestClient, service: Service) -> None:
    secret = service.people.invite_first()
    page = client.get(f"/first-run?key={secret}")
    assert str(secret) in page.text
    form = {"key": str(secret), "name": "boss", "password": "short"}
    assert client.post("/first-run", data=form).status_code == 422
    form["password"] = "correct horse battery"
    assert client.post("/first-run", data=form, follow_redirects=False).status_code == 303
    assert client.get("/api/v1/people").status_code == 200
    client.cookies.clear()
    wrong = client.post("/sign-in", data={"name": '"><script>', "password": "wrong"})
    assert wrong.status_code == 401
    assert "<script>" not in wrong.text
    right = client.post("/sign-in", data=form, follow_redirects=False)
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
