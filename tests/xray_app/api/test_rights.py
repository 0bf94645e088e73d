"""Each role against each route; a route that is not in the table fails the test."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from tests.xray_app.ways import ways_of
from xray_app.access.roles import RIGHTS, SCOPES, Actor, Right, Role
from xray_app.api.door import Door
from xray_app.cases import schema
from xray_app.service import Service

NOBODY_NEEDS = None  # these answer everybody, and check for themselves
CASE, KEY = "0" * 32, "1" * 16
ROUTES: dict[tuple[str, str], Right | None] = {
    ("POST", "/api/v1/inspect"): Right.INSPECT,
    ("POST", "/api/v1/scans"): Right.SUBMIT,
    ("GET", "/api/v1/cases"): Right.READ_OWN,
    ("GET", "/api/v1/cases/progress"): Right.READ_OWN,
    ("GET", "/api/v1/cases/{case_id}"): Right.READ_OWN,
    ("GET", "/api/v1/cases/{case_id}/report"): Right.READ_OWN,
    ("GET", "/api/v1/cases/{case_id}/image"): Right.READ_OWN,
    ("POST", "/api/v1/queue/take"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/renew"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/release"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/hold"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/resume"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/escalate"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/hand-over"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/decision"): Right.WORK,
    ("POST", "/api/v1/cases/{case_id}/correction"): Right.SUPERVISE,
    ("POST", "/api/v1/cases/{case_id}/search"): Right.SEARCH,
    ("POST", "/api/v1/cases/{case_id}/search-correction"): Right.SUPERVISE,
    ("GET", "/api/v1/cases/{case_id}/opinions"): Right.READ_OWN,
    ("POST", "/api/v1/cases/{case_id}/opinions"): Right.WORK,
    ("PUT", "/api/v1/own"): Right.WORK,
    ("PUT", "/api/v1/own/scanner"): Right.WORK,
    ("GET", "/api/v1/people"): Right.MANAGE,
    ("POST", "/api/v1/people"): Right.MANAGE,
    ("PATCH", "/api/v1/people/{name}"): Right.MANAGE,
    ("GET", "/api/v1/keys"): Right.MANAGE,
    ("POST", "/api/v1/keys"): Right.MANAGE,
    ("DELETE", "/api/v1/keys/{key_id}"): Right.MANAGE,
    ("GET", "/api/v1/audit/head"): Right.AUDIT,
    ("POST", "/api/v1/audit/verify"): Right.AUDIT,
    ("GET", "/api/v1/audit/cases/{case_id}"): Right.AUDIT,
    ("GET", "/api/v1/audit/cases/{case_id}/dossier"): Right.AUDIT,
    ("GET", "/api/v1/openapi.json"): Right.OBSERVE,
    ("GET", "/api/v1/export/cases.csv"): Right.EXPORT,
    ("GET", "/api/v1/export/findings.csv"): Right.EXPORT,
    ("GET", "/metrics"): Right.OBSERVE,
    ("GET", "/v2"): Right.INSPECT,
    ("GET", "/v2/health/live"): Right.INSPECT,
    ("GET", "/v2/health/ready"): Right.INSPECT,
    ("GET", "/v2/models/{model}"): Right.INSPECT,
    ("GET", "/v2/models/{model}/ready"): Right.INSPECT,
    ("POST", "/v2/models/{model}/infer"): Right.INSPECT,
    ("GET", "/people"): Right.MANAGE,
    ("POST", "/people"): Right.MANAGE,
    ("POST", "/api/v1/session"): NOBODY_NEEDS,
    ("DELETE", "/api/v1/session"): NOBODY_NEEDS,
    ("GET", "/health/live"): NOBODY_NEEDS,
    ("GET", "/health/ready"): NOBODY_NEEDS,
    ("GET", "/sign-in"): NOBODY_NEEDS,
    ("POST", "/sign-in"): NOBODY_NEEDS,
    ("POST", "/sign-out"): NOBODY_NEEDS,
    ("POST", "/language"): NOBODY_NEEDS,
    ("POST", "/theme"): NOBODY_NEEDS,
    ("GET", "/colours.css"): NOBODY_NEEDS,
    ("GET", "/pages.css"): NOBODY_NEEDS,
    ("GET", "/oidc/begin"): NOBODY_NEEDS,
    ("GET", "/oidc/end"): NOBODY_NEEDS,
    ("GET", "/first-run"): NOBODY_NEEDS,
    ("POST", "/first-run"): NOBODY_NEEDS,
}


def ask(who: TestClient, method: str, path: str) -> int:
    address = path.format(case_id=CASE, key_id=KEY, name="nobody", model="parcel")
    return who.request(method, address).status_code


def test_every_route_stands_in_the_table(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    described = sign_in(Role.AUDITOR).get("/api/v1/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, ways in described.items() for method in ways}
    described_at = ("/api", "/health", "/metrics", "/v2")
    shown = {way for way in ROUTES if way[1].startswith(described_at)}
    assert there == shown - {("GET", "/api/v1/openapi.json")}
    found = ways_of(client.app)  # type: ignore[arg-type]
    assert {way for way in found if not way[1].endswith("{rest:path}")} == set(ROUTES)


def test_a_page_that_nobody_put_into_the_table_is_found(client: TestClient) -> None:
    hidden = APIRouter(prefix="/hidden", include_in_schema=False)
    hidden.add_api_route("/page", lambda: "nobody knows")
    client.app.include_router(hidden)  # type: ignore[attr-defined]
    assert ("GET", "/hidden/page") in ways_of(client.app)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_its_rights_name_and_nothing_else(
    role: Role, sign_in: Callable[..., TestClient]
) -> None:
    who, actor = sign_in(role), Actor("x", RIGHTS[role], role)
    for (method, path), right in ROUTES.items():
        if right is NOBODY_NEEDS:
            continue
        status = ask(who, method, path)
        assert (status != 403) == actor.may(right), (role, method, path, status)
        assert status != 401
        assert status < 500


def test_a_stranger_reaches_nothing(client: TestClient) -> None:
    for (method, path), right in ROUTES.items():
        if right is not NOBODY_NEEDS:
            assert ask(client, method, path) == 401, (method, path)


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_key_reaches_what_its_scope_names_and_nothing_else(
    scope: Right, client: TestClient, service: Service
) -> None:
    key = service.keys.make("test", "gate", [scope])
    client.headers["authorization"] = f"Bearer {key}"
    for (method, path), right in ROUTES.items():
        if right is not NOBODY_NEEDS:
            assert (ask(client, method, path) != 403) == (right == scope), (method, path)


def test_another_name_for_the_service_is_not_answered(client: TestClient) -> None:
    assert client.get("/health/live", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_whoever_lacks_the_tables_of_this_version_is_not_ready(
    client: TestClient, service: Service
) -> None:
    schema.downgrade(service.database, "-1")
    assert client.get("/health/ready").status_code == 503
    schema.upgrade(service.database)
    assert client.get("/health/ready").status_code == 200


@pytest.fixture
def desk(client: TestClient) -> TestClient:
    """The same with a page behind the door that answers everything, as Gradio might."""
    app = client.app
    assert isinstance(app, FastAPI)
    behind = FastAPI()
    behind.add_api_route("/{rest:path}", lambda rest: "the desk", methods=["GET", "POST"])
    app.mount("/", behind)
    app.add_middleware(Door)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/pictures/1/full",
        "/gradio_api/queue/join",
        "/uploads",
        "/sign-inx",
        "/v2x",
        "/people/x",
    ],
)
def test_the_door_lets_nobody_to_the_desk_who_is_not_an_officer(
    desk: TestClient, sign_in: Callable[..., TestClient], path: str
) -> None:
    assert desk.get(path, follow_redirects=False).status_code == 401
    html = desk.get(path, headers={"accept": "text/html"}, follow_redirects=False)
    assert (html.status_code, html.headers["location"]) == (303, "/sign-in")
    for role in Role:
        answer = sign_in(role).get(path, follow_redirects=False)
        assert (answer.status_code == 200) == (Right.WORK in RIGHTS[role]), role


@pytest.mark.parametrize("path", ["/api/v1/x", "/api/predict", "/health/x", "/v2/x", "/v2/../x"])
def test_what_is_open_ends_where_the_interface_ends(desk: TestClient, path: str) -> None:
    assert desk.get(path).status_code in (401, 404)
