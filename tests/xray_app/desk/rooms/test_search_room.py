"""The search room: found by what stands on the thing, and the result kept."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.access.roles import Role
from xray_app.cases import integrity, statistics
from xray_app.cases.case import Case
from xray_app.cases.searches import searches_of
from xray_app.cases.states import Disposition, State, Verdict
from xray_app.service import Service

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def kim(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.SCREENER, "kim")


@pytest.fixture
def ordered(inspected: Callable[..., Case], decided: Callable[..., Case]) -> Case:
    declared = {"description": HOSTILE, "cargo_number": "00ABCDE123456789012"[:19]}
    about = {"container": "CSQU3054383", "consignment": "KR-77 1234"}
    inspected(declaration=declared, **about)
    mark = {"label": "gun_part", "xyxy_px": [50.0, 40.0, 70.0, 55.0], "view": 0}
    return decided(Verdict.SEARCH, HOSTILE, marks=(mark,))


@pytest.mark.parametrize(
    "code",
    ["CSQU3054383", " csqu 305438-3 ", "KR-77 1234", "kr771234", "00ABCDE123456789012"],
)
def test_a_case_is_found_by_what_stands_on_it(kim: TestClient, ordered: Case, code: str) -> None:
    page = kim.get("/search-room", params={"code": code}).text
    assert f'name="case" value="{ordered.id}"' in page


def test_a_case_is_found_by_its_own_number_and_by_a_part_of_the_consignment(
    kim: TestClient, ordered: Case
) -> None:
    for code in (ordered.id, ordered.id[:12], "R-77"):
        assert f'value="{ordered.id}"' in kim.get("/search-room", params={"code": code}).text


def test_an_unknown_code_is_said_and_text_stays_text(kim: TestClient, ordered: Case) -> None:
    page = kim.get("/search-room", params={"code": HOSTILE}).text
    assert "No case goes by" in page
    assert HOSTILE not in page + kim.get("/search-room", params={"case": ordered.id}).text


def test_several_of_one_number_are_offered(
    kim: TestClient, ordered: Case, inspected: Callable[..., Case]
) -> None:
    again = inspected(container="CSQU3054383", scanner="other")
    page = kim.get("/search-room", params={"code": "CSQU3054383"}).text
    assert f"?case={again.id}" in page
    assert f"?case={ordered.id}" in page
    assert 'method="post" action="/search-room"' not in page


def test_the_sheet_shows_where_to_look_the_officers_mark_first(
    kim: TestClient, ordered: Case
) -> None:
    page = kim.get("/search-room", params={"case": ordered.id}).text
    assert page.index("gun part") < page.index("90 %")
    for words in (
        "drawn by the officer",
        "bottom right",
        "Alarm, 90 %",
        'viewBox="0 0 80 60"',
    ):
        assert words in page
    assert kim.get(f"/api/v1/cases/{ordered.id}/image?view=0").content[:2] == b"\xff\xd8"


def test_a_result_is_kept_with_its_photo_and_cannot_be_kept_twice(
    kim: TestClient, ordered: Case, reload: Callable[[Case], Case], service: Service
) -> None:
    photo = b"\xff\xd8\xff a photo"
    said: dict[str, Any] = {
        "case": ordered.id,
        "version": ordered.version,
        "found": "yes",
    }
    said |= {"what": ["gun"], "other": "bullet, ", "note": HOSTILE}
    sent = {"data": said, "files": {"photo": ("seen.jpg", photo)}}
    for _ in range(2):  # a button pressed twice, a page sent again: it is done, and done once
        answer = kim.post("/search-room", **sent)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/search-room?done={ordered.id}",
        )
    assert reload(ordered).disposition is Disposition.FOUND
    with service.database.read() as connection:
        (kept,) = searches_of(connection, ordered.id)
    assert (kept["what"], kept["searched_by"]) == ('["gun","bullet"]', "kim")
    page = kim.get(answer.headers["location"]).text
    assert "Found: gun, bullet" in page
    assert HOSTILE not in page
    shown = kim.get("/search-room/photo", params={"case": ordered.id, "n": 0})
    assert (shown.content, shown.headers["content-type"]) == (photo, "image/jpeg")
    assert kim.get("/search-room/photo", params={"case": ordered.id, "n": 1}).status_code == 404
    again = kim.post("/search-room", data=said | {"found": "no"})
    assert again.status_code == 422
    assert "case CSQU3054383 has changed: it is at version" in again.text


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "say first whether something was found"),
        ({"found": "yes"}, "say what was found"),
        ({"found": "no", "photo": b"MZ not a photo"}, "must be a JPEG or a PNG"),
    ],
)
def test_a_result_that_says_too_little_is_not_kept_and_what_was_said_stays(
    kim: TestClient,
    ordered: Case,
    reload: Callable[[Case], Case],
    said: dict[str, Any],
    problem: str,
) -> None:
    files = {"photo": ("a.jpg", said["photo"])} if "photo" in said else None
    form = {
        "case": ordered.id,
        "version": ordered.version,
        "found": said.get("found", ""),
    }
    answer = kim.post("/search-room", data=form, files=files)
    assert answer.status_code == 422
    assert problem in answer.text
    assert reload(ordered).state is State.SEARCH
    assert ("checked" in answer.text) == bool(said)


def test_a_supervisor_corrects_a_result_by_a_further_entry_that_counts(
    kim: TestClient,
    sign_in: Callable[..., TestClient],
    ordered: Case,
    searched: Callable[..., Case],
    reload: Callable[[Case], Case],
    service: Service,
) -> None:
    closed, park = searched(ordered, False), sign_in(Role.SUPERVISOR, "park")
    assert "Correct the result" in park.get(f"/search-room?case={closed.id}").text
    assert "Correct the result" not in kim.get(f"/search-room?case={closed.id}").text
    form: dict[str, Any] = {"case": closed.id, "version": closed.version, "corrects": "true"}
    form |= {"found": "yes", "what": ["gun"]}
    assert "only with a note" in park.post("/search-room", data=form).text
    form["note"] = "the wrong key"
    assert kim.post("/search-room", data=form).status_code == 422
    assert park.post("/search-room", data=form).status_code == 303
    assert reload(closed).disposition is Disposition.FOUND
    with service.database.read() as connection:
        assert [row["found"] for row in searches_of(connection, closed.id)] == [False, True]
        assert integrity.verify(connection).problem is None
        facts = statistics.facts(connection, closed.received_at)
    assert [fact.found for fact in facts.rows] == [True]
    assert "park, correcting" in kim.get(f"/search-room?case={closed.id}").text


def test_a_case_that_is_not_to_be_searched_says_where_it_stands(
    kim: TestClient, inspected: Callable[..., Case]
) -> None:
    case = inspected(container="CSQU3054383")
    page = kim.get("/search-room", params={"code": "CSQU3054383"}).text
    assert "waits for an officer" in page
    assert f'name="case" value="{case.id}"' not in page
    assert "There is no such case" in kim.get("/search-room", params={"case": "f" * 32}).text
