"""Which language a page speaks: the browser's, until somebody chooses another and keeps it."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from xray_app.access.roles import Right, Role
from xray_app.service import Service

PASSWORD = "correct horse battery"
KOREAN = {"accept-language": "ko-KR,ko;q=0.9,en;q=0.5"}


def speaks(page: str) -> str:
    return page.partition('lang="')[2].partition('"')[0]


def test_a_page_speaks_the_browsers_language_and_english_where_it_knows_none(
    client: TestClient,
) -> None:
    assert speaks(client.get("/sign-in", headers=KOREAN).text) == "ko"
    assert speaks(client.get("/sign-in", headers={"accept-language": "fr, de;q=0.5"}).text) == "en"
    assert speaks(client.get("/sign-in").text) == "en"


def test_a_choice_overrules_the_browser_and_leads_back(client: TestClient) -> None:
    came = {"referer": "http://127.0.0.1:7860/sign-in?next=/queue"}
    answer = client.post("/language", data={"language": "en"}, headers=came, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/queue")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert speaks(client.get("/sign-in", headers=KOREAN).text) == "en"


def test_a_choice_leads_nowhere_but_to_this_desk(client: TestClient) -> None:
    for referer in ("http://evil.example//evil.example/", "//evil.example", "javascript:alert(1)"):
        form, headers = {"language": "ko"}, {"referer": referer}
        answer = client.post("/language", data=form, headers=headers, follow_redirects=False)
        assert answer.headers["location"] == "/", referer


def test_a_language_that_there_is_not_is_refused(client: TestClient) -> None:
    for code in ("xx", "../en", "en; x=1"):
        assert client.post("/language", data={"language": code}).status_code == 422
    client.cookies.set("xray_language", "../../etc/passwd")
    assert speaks(client.get("/sign-in", headers=KOREAN).text) == "ko"


def test_a_choice_goes_with_a_person_to_another_screen_and_leaves_with_them(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    who = sign_in(Role.SCREENER, "kim")
    who.post("/language", data={"language": "ko"}, follow_redirects=False)
    form = {"name": "kim", "password": PASSWORD}
    other = TestClient(client.app, base_url=client.base_url)
    other.post("/sign-in", data=form, follow_redirects=False)
    assert other.cookies["xray_language"] == "ko"
    other.post("/sign-out", follow_redirects=False)
    assert "xray_language" not in other.cookies
    who.delete("/api/v1/session")
    assert "xray_language" not in who.cookies
    assert speaks(other.get("/sign-in").text) == "en"


def test_errors_are_said_in_the_readers_language_and_codes_are_not(
    sign_in: Callable[..., TestClient],
) -> None:
    who = sign_in(Role.SCREENER)
    refused = who.get("/api/v1/cases/" + "0" * 32, headers=KOREAN)
    assert refused.json()["error"].startswith("해당하는 건이 없습니다")
    assert who.get("/api/v1/cases", headers=KOREAN).json() == {"cases": [], "next": None}


def test_a_field_that_there_is_not_is_named_by_its_beginning_and_not_translated(
    client: TestClient,
) -> None:
    for name in ("x: case a has changed: it is at version " * 107, "x: " * 400):
        answer = client.post("/api/v1/session", json={name: 1}, headers=KOREAN)
        assert answer.status_code == 422
        assert len(answer.json()["error"]) < 200, name
    unknown = {"name": "kim", "password": PASSWORD, "there is no case 1": 1}
    said = client.post("/api/v1/session", json=unknown, headers=KOREAN).json()["error"]
    assert said.startswith("body.there is no case 1: ")


def test_a_key_may_choose_a_language_and_nothing_is_kept_for_it(
    client: TestClient, service: Service
) -> None:
    client.headers["authorization"] = f"Bearer {service.keys.make('test', 'gate', [Right.SUBMIT])}"
    answer = client.post("/language", data={"language": "ko"}, follow_redirects=False)
    assert (answer.status_code, answer.cookies["xray_language"]) == (303, "ko")
