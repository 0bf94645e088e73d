"""Opinions over REST, as the viewer in an officer's browser sends them."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.access.roles import Role

SignIn = Callable[..., TestClient]


@pytest.fixture
def address(scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]) -> str:
    """Where the opinions on a new case are; its report has a gun and a wrench."""
    case = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)}).json()
    inspect_all()
    return f"/api/v1/cases/{case['id']}/opinions"


def test_the_holder_says_something_of_each_and_everybody_reads_what_stands(
    sign_in: SignIn, address: str
) -> None:
    kim, lee = sign_in(Role.SCREENER, "kim"), sign_in(Role.SCREENER, "lee")
    assert kim.get(address).json()["mine"] is False
    kim.post("/api/v1/queue/take")
    before = kim.get(address).json()
    assert (before["mine"], before["standing"]) == (True, [])
    assert before["labels"][0] == "gun"

    def say(who: TestClient, **said: Any) -> Any:
        return who.post(address, json={"version": before["version"], **said})

    assert say(kim, says="rejected", finding=1).status_code == 200
    box = {"drawn": "0" * 32, "label": " Gun  PART", "xyxy_px": [1, 2, 30, 40]}
    after = say(kim, says="drawn", **box).json()
    assert [(o["says"], o["label"], o["finding"]) for o in after["standing"]] == [
        *(("rejected", "gun", 1), ("drawn", "gun_part", None))
    ]
    assert after["version"] == before["version"]
    assert say(lee, says="confirmed", finding=1).status_code == 409
    assert say(kim, says="confirmed", finding=9).status_code == 422
    assert say(kim, says="drawn", drawn="../x", label="gun").status_code == 422
    there = lee.get(address).json()
    assert (there["mine"], there["standing"]) == (False, after["standing"])
    said = kim.get(address.removesuffix("/opinions")).json()["opinions"]
    assert [(o["says"], o["said_by"]) for o in said] == [("rejected", "kim"), ("drawn", "kim")]


def test_another_sites_page_cannot_say_anything(sign_in: SignIn, address: str) -> None:
    kim = sign_in(Role.SCREENER, "kim")
    case = kim.post("/api/v1/queue/take").json()
    said = {"version": case["version"], "says": "confirmed", "finding": 1}
    blind = kim.post(address, json=said, headers={"origin": "https://evil.example"})
    assert blind.status_code == 403
    assert kim.get(address).json()["standing"] == []


def test_a_sender_reads_what_was_said_of_its_own_and_nothing_of_others(
    sign_in: SignIn, scanner: TestClient, address: str
) -> None:
    assert scanner.get(address).json()["mine"] is False
    assert sign_in(Role.INTEGRATOR).get(address).status_code == 404


def test_a_word_that_names_its_officer_is_taken_of_nobody_else(
    sign_in: SignIn, address: str
) -> None:
    kim, lee = sign_in(Role.SCREENER, "kim"), sign_in(Role.SCREENER, "lee")
    case = lee.post("/api/v1/queue/take").json()
    assert [one.get(address).json()["reader"] for one in (kim, lee)] == ["kim", "lee"]
    word = {"version": case["version"], "says": "confirmed", "finding": 1}
    refused = lee.post(address, json=word | {"officer": "kim"})
    assert (refused.status_code, lee.get(address).json()["standing"]) == (401, [])
    for more in ({"officer": "lee"}, {}):
        assert lee.post(address, json=word | more).json()["reader"] == "lee"
