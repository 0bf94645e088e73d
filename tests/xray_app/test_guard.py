"""The guard, in front of an application that says yes to everything."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from xray_app.guard import Guard


def client(host: str = "127.0.0.1", *names: str) -> TestClient:
    app = FastAPI()
    app.get("/")(lambda: "yes")
    app.post("/")(lambda: "yes")
    app.add_middleware(Guard, host=host, names=names)
    return TestClient(app)


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "[::1]:7860", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(host: str) -> None:
    assert client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:7860", "", "[", "a@b"]
)
def test_any_other_name_is_refused_so_that_no_site_can_pose_as_the_desk(host: str) -> None:
    answer = client().get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "--name" in answer.text


def test_a_name_that_was_given_is_answered() -> None:
    assert client("127.0.0.1", "Desk.Example").get("/", headers={"host": "desk.example"}).is_success


def test_on_an_open_network_any_address_is_answered_but_no_unknown_name() -> None:
    desk = client("0.0.0.0")
    assert desk.get("/", headers={"host": "192.168.1.5:7860"}).status_code == 200
    assert desk.get("/", headers={"host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_requests_from_other_sites_pages_are_refused(origin: str) -> None:
    headers = {"host": "127.0.0.1:7860", "origin": origin}
    assert client().post("/", headers=headers).status_code == 403


def test_the_desks_own_page_may_post() -> None:
    headers = {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:7860"}
    assert client().post("/", headers=headers).status_code == 200


def test_every_answer_forbids_loading_from_elsewhere_and_framing() -> None:
    headers = client().get("/", headers={"host": "localhost"}).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
