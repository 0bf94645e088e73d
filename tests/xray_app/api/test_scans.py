"""Scans come in over REST."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

import xray
from xray_app.access.roles import Right, Role
from xray_app.api import asking
from xray_app.cases import audit, seen
from xray_app.cases.contents import CHUNK_BYTES
from xray_app.inspectors.pool import RETRY_AFTER_S, Limits, Pool
from xray_app.inspectors.process import BrokeOff
from xray_app.service import Service

Answer = Any


def send(who: TestClient, content: bytes, key: str | None = None, **about: Any) -> Answer:
    headers = {"idempotency-key": key} if key else {}
    files = {"scan": ("bag.png", content, "image/png")}
    return who.post(
        "/api/v1/scans", files=files, data={"about": json.dumps(about)}, headers=headers
    )


def test_a_scan_goes_in_and_a_report_comes_out(scanner: TestClient, scan: bytes) -> None:
    answer = scanner.post("/api/v1/inspect", files={"scan": ("bag.png", scan)})
    assert answer.status_code == 200
    assert answer.json()["schema"] == "xray.report/1"
    assert [d["label"] for d in answer.json()["detections"]] == ["gun", "wrench"]


def test_what_is_no_scan_is_refused_with_the_reason(scanner: TestClient) -> None:
    answer = scanner.post("/api/v1/inspect", files={"scan": ("bag.png", b"this is no picture")})
    assert answer.status_code == 422
    assert "expected a PNG, JPEG, TIFF or DICOM file, found text" in answer.json()["error"]


def test_a_reason_keeps_its_numbers(scanner: TestClient) -> None:
    black = cv2.imencode(".png", np.zeros((40, 60), np.uint8))[1].tobytes()
    answer = scanner.post("/api/v1/inspect", files={"scan": ("bag.png", black)})
    assert answer.json()["error"].startswith("bag.png: every pixel is 0; expected a scan")


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("read", "this is our fault, not your file's"),
        ("ask", "bag.png: the inspecting process died"),
    ],
)
def test_what_failed_on_our_side_is_not_laid_on_the_sender(
    scanner: TestClient,
    service: Service,
    scan: bytes,
    monkeypatch: pytest.MonkeyPatch,
    failing: str,
    said: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokeOff("the inspecting process died")

    monkeypatch.setattr(*{"read": (xray, "read"), "ask": (service.pool, "ask")}[failing], fail)
    answer = scanner.post("/api/v1/inspect", files={"scan": ("bag.png", scan)})
    assert answer.status_code == 500
    assert said in answer.json()["error"]


def test_whoever_finds_every_process_busy_is_told_when_to_come_back(
    client: TestClient,
    scanner: TestClient,
    service: Service,
    scan: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.0)
    pool = Pool(1, None, Limits())
    client.app.state.service = replace(service, pool=pool)  # type: ignore[attr-defined]
    data = {"datatype": "BYTES", "shape": [1], "data": [base64.b64encode(scan).decode()]}
    with pool.lend():
        answers = [
            scanner.post("/api/v1/inspect", files={"scan": ("bag.png", scan)}),
            scanner.post("/v2/models/parcel/infer", json={"inputs": [{"name": "scan", **data}]}),
        ]
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY_AFTER_S))
        assert answer.json() == {"error": "every inspecting process is busy"}


def test_a_kept_scan_is_answered_at_once_and_inspected_later(
    scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]
) -> None:
    answer = send(scanner, scan, scanner="gate 1", container="CSQU3054383")
    assert answer.status_code == 202
    said = answer.json()
    assert (said["state"], said["new"]) == ("received", True)
    where = answer.headers["location"]
    assert scanner.get(f"{where}/report").status_code == 404
    inspect_all()
    case = scanner.get(where).json()
    assert (case["state"], case["outcome"], case["container"]) == (
        "waiting",
        "ALARM",
        "CSQU3054383",
    )
    report = scanner.get(f"{where}/report").json()
    assert report["scan_id"] == f"{said['id']}/0"
    tdr = scanner.get(f"{where}/report?format=tdr")
    assert tdr.headers["content-type"] == "application/dicom"
    assert tdr.content[128:132] == b"DICM"
    assert scanner.get(f"{where}/image").content[:2] == b"\xff\xd8"
    small = scanner.get(f"{where}/image?size=small")
    again = scanner.get(
        f"{where}/image?size=small", headers={"if-none-match": small.headers["etag"]}
    )
    assert again.status_code == 304


def test_a_file_that_cannot_be_read_goes_to_an_officer_with_the_reason(
    scanner: TestClient, inspect_all: Callable[[], None]
) -> None:
    where = send(scanner, b"this is no picture").headers["location"]
    inspect_all()
    case = scanner.get(where).json()
    assert (case["state"], case["outcome"]) == ("waiting", None)
    assert "found text" in case["problem"]
    assert scanner.get(f"{where}/image").status_code == 404


def test_a_request_that_was_kept_is_answered_though_the_queue_is_full_by_now(
    scanner: TestClient, write_scan: Any
) -> None:
    scans = [write_scan(f"{n}.png", bright=0.2 + n / 10).read_bytes() for n in range(4)]
    first = send(scanner, scans[0], "key-0").json()
    assert [send(scanner, scan).status_code for scan in scans[1:]] == [202, 202, 503]
    again = send(scanner, scans[0], "key-0")
    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    assert send(scanner, scans[3], "key-3").status_code == 503


def test_who_brings_the_same_after_another_can_read_the_case_but_not_what_the_other_declared(
    service: Service, scanner: TestClient, client: TestClient, scan: bytes
) -> None:
    first = send(scanner, scan, declaration={"consignee": "Kim"}).json()
    other = TestClient(client.app, base_url=str(client.base_url))
    key = service.keys.make("test", "gate 2", [Right.SUBMIT, Right.READ_OWN])
    other.headers["authorization"] = f"Bearer {key}"
    where = f"/api/v1/cases/{first['id']}"
    assert other.get(where).status_code == 404
    for _ in range(2):
        assert send(other, scan).json() == {**first, "new": False}
    assert other.get(where).json()["declaration"] == {}
    assert scanner.get(where).json()["declaration"] == {"consignee": "Kim"}
    with service.database.read() as connection:
        assert [entry.action for entry in audit.of(connection, first["id"])] == [
            "received",
            "received again",
        ]


def test_low_and_high_energy_are_one_view(
    scanner: TestClient, write_scan: Any, inspect_all: Callable[[], None]
) -> None:
    import numpy as np

    low, high = (
        write_scan(name, np.uint16, bright).read_bytes()
        for name, bright in (("low.png", 0.4), ("high.png", 0.6))
    )
    files = [("scan", ("low.png", low)), ("high", ("high.png", high))]
    answer = scanner.post("/api/v1/scans", files=files)
    assert answer.status_code == 202
    inspect_all()
    assert scanner.get(answer.headers["location"]).json()["problem"] is None


def test_several_views_are_one_case(
    scanner: TestClient, write_scan: Any, inspect_all: Callable[[], None]
) -> None:
    files = [
        ("scan", (name, write_scan(name, bright=bright).read_bytes()))
        for name, bright in (("top.png", 0.4), ("side.png", 0.6))
    ]
    about = json.dumps({"views": [{"name": "top", "pixel_mm": 1.5}]})
    where = scanner.post("/api/v1/scans", files=files, data={"about": about}).headers["location"]
    inspect_all()
    case = scanner.get(where).json()
    assert [(v["name"], v["has_report"]) for v in case["views"]] == [("top", True), (None, True)]
    assert scanner.get(f"{where}/report?view=1").status_code == 200


def test_a_request_that_is_sent_twice_makes_one_case_and_another_body_is_422(
    scanner: TestClient, scan: bytes
) -> None:
    first, second = (send(scanner, scan, "key 1".replace(" ", "-")) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    other = send(scanner, scan, "key-1", lane="7")
    assert other.status_code == 422
    assert "used before for another scan" in other.json()["error"]


def test_a_re_used_picture_is_flagged(scanner: TestClient, scan: bytes) -> None:
    send(scanner, scan, consignment="A")
    again = send(scanner, scan, consignment="B").json()
    assert again["new"]
    assert "the same picture came before" in again["flags"][0]


def test_a_re_used_picture_is_flagged_in_a_file_that_was_written_anew_too(
    scanner: TestClient,
    scan: bytes,
    inspect_all: Callable[[], None],
    sign_in: Callable[..., TestClient],
) -> None:
    first = send(scanner, scan, consignment="A").json()["id"]
    inspect_all()
    again = send(scanner, scan + b"\0", consignment="B").json()["id"]
    inspect_all()
    case = sign_in(Role.SUPERVISOR).get(f"/api/v1/cases/{again}").json()
    assert case["flags"] == [f"the same picture was inspected before, as case {first}"]
    assert (case["for_supervisor"], case["links"]) == (True, [first])


def test_when_too_much_waits_the_sender_is_told_when_to_come_back(
    scanner: TestClient, service: Service
) -> None:
    for number in range(3):
        assert send(scanner, f"scan {number}".encode()).status_code == 202
    full = send(scanner, b"scan 4")
    assert full.status_code == 503
    assert int(full.headers["retry-after"]) > 0
    assert len(list(service.contents.folder.glob("??/*"))) == 3


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"container": "CSQU3054384"}, "the check digit must be 3, got 4"),
        ({"container": "nonsense"}, "ISO 6346"),
        ({"contaner": "CSQU3054383"}, "contaner: Extra inputs"),
        ({"declaration": {"hs_code": "12"}}, "declaration.hs_code"),
        ({"kind": "projected"}, "made by the service itself"),
        ({"views": [{}, {}]}, "2 views are described, 1 came"),
    ],
)
def test_what_the_sender_says_is_checked(
    scanner: TestClient, service: Service, about: dict[str, Any], said: str
) -> None:
    answer = send(scanner, b"scan", **about)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert list(service.contents.incoming.iterdir()) == []


def test_too_large_a_scan_is_refused_and_nothing_is_kept(
    scanner: TestClient, service: Service
) -> None:
    answer = send(scanner, b"x" * (2**20 + 1))
    assert answer.status_code in (413, 422)
    assert list(service.contents.incoming.iterdir()) == []


@pytest.mark.parametrize("large", ["scan", "high"])
def test_a_scan_that_is_not_kept_may_be_no_larger_than_one_that_is(
    scanner: TestClient, scan: bytes, monkeypatch: pytest.MonkeyPatch, large: str
) -> None:
    read: list[int] = []

    class Large(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            read.append(count or -1)
            return super().read(count)

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile", lambda **_: Large())
    files = {name: (f"{name}.png", scan) for name in ("scan", "high")}
    files[large] = (f"{large}.png", b"x" * (2**20 + 1))
    answers = [scanner.post(f"/api/v1/{to}", files=files) for to in ("inspect", "scans")]
    said = {"error": f"{large}.png is larger than the 1 MB taken"}
    assert [(one.status_code, one.json()) for one in answers] == [(422, said)] * 2
    assert set(read) == {CHUNK_BYTES}


def test_a_request_holds_more_than_the_largest_file_and_not_without_end(
    scanner: TestClient,
) -> None:
    views = [("scan", (f"{n}.png", bytes([n]) * (9 * 2**20 // 10))) for n in range(5)]
    sent = [scanner.post("/api/v1/scans", files=views[:many]) for many in (3, 5)]
    assert [answer.status_code for answer in sent] == [202, 413]


def test_an_empty_scan_and_broken_json_are_refused(scanner: TestClient) -> None:
    assert send(scanner, b"").status_code == 422
    files = {"scan": ("bag.png", b"scan")}
    broken = scanner.post("/api/v1/scans", files=files, data={"about": "{"})
    assert broken.status_code == 422


def test_a_full_disk_is_said_and_nothing_is_kept(
    scanner: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xray_app.cases.contents.os.fsync", full)
    answer = send(scanner, b"scan")
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["error"]
    assert list(service.contents.incoming.iterdir()) == []


def test_who_brought_a_case_in_does_not_read_on_paper_what_json_keeps_from_them(
    scanner: TestClient, scan: bytes, sign_in: Callable[..., TestClient]
) -> None:
    where = send(scanner, scan).headers["location"]
    assert scanner.get(where).is_success
    for kind in ("html", "pdf"):
        assert scanner.get(f"{where}/report?format={kind}").status_code == 403
    who = sign_in(Role.INTEGRATOR)
    mine = send(who, scan + b"2").headers["location"]
    assert who.get(mine).is_success
    assert who.get(f"{mine}/report?format=html").status_code == 403


def test_a_file_that_an_officer_drops_and_is_no_picture_becomes_no_case(
    scanner: TestClient, sign_in: Callable[..., TestClient], scan: bytes
) -> None:
    kim = sign_in(Role.SCREENER, "kim")
    refused = kim.post("/api/v1/scans", files={"scan": ("README.md", b"# Readme, and so on")})
    assert refused.status_code == 422
    assert refused.json()["error"].startswith("README.md: expected a PNG, JPEG, TIFF or DICOM")
    assert kim.get("/api/v1/cases").json()["cases"] == []
    assert send(kim, scan).status_code == 202
    assert send(scanner, b"what a scanner sends is kept").status_code == 202


def test_whoever_asks_how_far_cases_are_hears_nothing_of_the_machine(
    scanner: TestClient,
    sign_in: Callable[..., TestClient],
    service: Service,
    scan: bytes,
    inspect_all: Callable[[], None],
) -> None:
    text, bag = (send(scanner, content).json()["id"] for content in (b"no picture", scan))
    inspect_all()
    asked = "/api/v1/cases/progress?" + "&".join(f"id={one}" for one in (bag, "0" * 32, text))
    kim = sign_in(Role.SCREENER, "kim")
    told = kim.get(asked).json()
    assert [sorted(one) for one in told] == [["id", "problem", "state"]] * 2
    assert [(one["id"], one["state"], bool(one["problem"])) for one in told] == [
        (bag, "waiting", False),
        (text, "waiting", True),
    ]
    with service.database.read() as connection:
        assert seen.by(connection, "kim", [bag, text]) == set()
    key = service.keys.make("test", "gate 2", [Right.READ_OWN])
    stranger = TestClient(scanner.app, base_url=str(scanner.base_url))
    stranger.headers["authorization"] = f"Bearer {key}"
    assert stranger.get(asked).json() == []
    assert kim.get("/api/v1/cases/progress").status_code == 422
