"""The Open Inference Protocol: a platform that speaks it needs nothing of ours."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.xray_app.here import Here
from xray_app.api import kserve
from xray_app.intake import Inspector
from xray_app.service import Service
from xray_app.settings import FORM_BYTES


def ask(scanner: TestClient, *inputs: tuple[str, str]) -> Any:
    tensors = [
        {"name": name, "datatype": "BYTES", "shape": [1], "data": [data]} for name, data in inputs
    ]
    return scanner.post("/v2/models/parcel/infer", json={"id": "bag 7", "inputs": tensors})


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_scan_goes_in_and_a_report_comes_out(scanner: TestClient, scan: bytes) -> None:
    answer = ask(scanner, ("scan", text(scan))).json()
    (output,) = answer["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("report", "BYTES", [1])
    report = json.loads(output["data"][0])
    assert (report["scan_id"], report["outcome"]) == ("bag 7", "ALARM")


def test_the_model_says_what_it_takes(scanner: TestClient) -> None:
    about = scanner.get("/v2/models/parcel").json()
    assert [one["name"] for one in about["inputs"]] == ["scan", "high"]
    assert scanner.get("/v2/models/parcel/ready").json()["ready"]
    assert scanner.get("/v2/models/other").status_code == 404


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([("scan", "not base64!")], "expected a file in base64"),
        ([("high", text(b"x"))], "expected one named scan"),
        ([("scan", text(b"this is no picture"))], "found text"),
    ],
)
def test_what_cannot_be_taken_is_said(scanner: TestClient, inputs: Any, said: str) -> None:
    answer = ask(scanner, *inputs)
    assert answer.status_code == 422
    assert said in answer.json()["error"]


def test_a_file_may_be_no_larger_than_elsewhere_and_is_not_decoded_to_be_told_so(
    scanner: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 2**20
    said = {"error": "scan is larger than the 1 MB taken"}
    for size in (most + 1, most + 3):  # the last letter of base64 stands for one byte to three
        answer = ask(scanner, ("scan", text(b"x" * size)))
        assert (answer.status_code, answer.json()) == (422, said)
        monkeypatch.setattr(base64, "b64decode", lambda *_, **__: pytest.fail("decoded"))
    monkeypatch.undo()
    assert "found text" in ask(scanner, ("scan", text(b"x" * most))).json()["error"]


def test_a_request_is_read_no_further_than_a_pair_of_files_takes(
    scanner: TestClient, service: Service
) -> None:
    most = kserve.most_bytes(service.settings)
    assert most == 4 * -(-2 * 2**20 // 3) + FORM_BYTES < service.settings.max_request_bytes
    words = {"content-type": "application/json"}
    statuses = [
        scanner.post("/v2/models/parcel/infer", content=b" " * size, headers=words).status_code
        for size in (most, most + 1)
    ]
    assert statuses == [422, 413]


def test_without_weights_nobody_says_that_scans_can_be_inspected(
    client: TestClient, scanner: TestClient, service: Service, scan: bytes
) -> None:
    paths = ("/v2/health/ready", "/v2/models/parcel/ready")
    assert [scanner.get(path).status_code for path in paths] == [200, 200]
    here: Any = Here(Inspector.load("no-such-model"))
    client.app.state.service = replace(service, pool=here)  # type: ignore[attr-defined]
    asked = [scanner.get(path) for path in paths]
    asked += [ask(scanner, ("scan", text(scan)))]
    asked += [scanner.post("/api/v1/inspect", files={"scan": ("bag.png", scan)})]
    for answer in asked:
        assert answer.status_code == 503
        assert "No model is loaded" in answer.json()["error"]
        assert int(answer.headers["retry-after"]) > 0
    # The desk works without a model: nobody is to end it where no weights are loaded.
    for path in ("/v2/health/live", "/health/ready"):
        assert scanner.get(path).status_code == 200
