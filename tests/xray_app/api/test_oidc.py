"""People sign in by a provider, run here over a real connection, and by nobody who pretends."""

import base64
import hashlib
import html
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from xray.errors import RecipeError
from xray_app import doctor
from xray_app.access.errors import AccessError
from xray_app.access.oidc import EACH_CALLS, MOST_CALLS, Provider
from xray_app.access.roles import Role
from xray_app.addresses import NotAllowed
from xray_app.api import app as api
from xray_app.service import Service
from xray_app.settings import Settings

WHO, HERE = "248289761001", "http://127.0.0.1:7860"
KEY = ECKey.generate_key("P-256", {"kid": "one"}, private=True)


@pytest.fixture
def provider() -> Iterator[SimpleNamespace]:
    """The stand-in: one client, one person, codes that are good once."""
    there = SimpleNamespace(codes={}, change={}, key=KEY, alg="ES256", name=None, ends={})
    there.asked = 0  # how often what it says of itself

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/jwks":
                self.say({"keys": [KEY.as_dict(private=False)]})
                return
            there.asked += 1
            ends = {n: f"{there.issuer}/{n}" for n in ("authorize", "token", "jwks")} | there.ends
            said = {"issuer": there.name or there.issuer}
            said |= {"authorization_endpoint": ends["authorize"], "jwks_uri": ends["jwks"]}
            self.say(said | {"token_endpoint": ends["token"]})

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            asked = there.codes.pop(sent["code"][0], None)
            digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if asked is None or asked["code_challenge"] != challenge:
                self.say({"error": "invalid_grant"}, 400)
                return
            claims = {"iss": there.issuer, "sub": WHO, "aud": asked["client_id"]}
            claims |= {"exp": there.now() + 300, "nonce": asked["nonce"], **there.change}
            token = jwt.encode({"alg": there.alg, "kid": "one"}, claims, there.key)
            self.say({"access_token": "x", "token_type": "Bearer", "id_token": token})

        def say(self, body: Any, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    def consent(address: str) -> dict[str, str]:
        """What the browser brings back once the person has agreed."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        assert asked["redirect_uri"] == f"{HERE}/oidc/end"
        assert asked["code_challenge_method"] == "S256"
        there.codes["good"] = asked
        return {"state": asked["state"], "code": "good"}

    there.consent = consent
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        there.issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield there
        server.shutdown()
        thread.join()


@pytest.fixture
def visitor(service: Service, provider: SimpleNamespace) -> TestClient:
    settings = replace(
        service.settings,
        oidc_issuer=provider.issuer,
        oidc_client_id="xray",
        oidc_client_secret="0123456789abcdef" * 2,
        oidc_address=HERE,
    )
    provider.now = lambda: int(service.now.timestamp())
    known = replace(service, settings=settings, oidc=Provider.of(settings, service.queue.clock))
    known.people.add_outside("test", WHO, Role.SCREENER)
    return TestClient(api.build(known), base_url=HERE, follow_redirects=False)


def begun(visitor: TestClient) -> str:
    answer = visitor.get("/oidc/begin")
    assert answer.status_code == 303
    return answer.headers["location"]


def test_whoever_the_provider_vouches_for_is_signed_in(
    visitor: TestClient, provider: SimpleNamespace
) -> None:
    assert "organisation" in visitor.get("/sign-in").text
    ended = visitor.get("/oidc/end", params=provider.consent(begun(visitor)))
    assert ended.status_code == 200
    assert "url=/" in ended.text
    cookies = " ".join(ended.headers.get_list("set-cookie")).lower()
    assert "samesite=strict" in cookies
    assert visitor.post("/api/v1/queue/take").status_code == 204


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/?case=0123", "/?case=0123"),
        ("/queue?tab=held&lane=2", "/queue?tab=held&amp;lane=2"),
        ('/?case="><script>', "/?case=&#34;&gt;&lt;script&gt;"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_they_come_to_the_page_of_this_desk_that_they_wanted(
    visitor: TestClient, provider: SimpleNamespace, wanted: str, goes: str
) -> None:
    page = visitor.get("/sign-in", params={"next": wanted}).text
    link = re.search(r'href="(/oidc/begin[^"]*)"', page)
    assert link is not None
    there = visitor.get(html.unescape(link[1])).headers["location"]
    ended = visitor.get("/oidc/end", params=provider.consent(there))
    assert f'content="0;url={goes}"' in ended.text


def test_a_sign_in_ends_once_in_the_browser_and_within_the_time_it_began_in(
    visitor: TestClient, provider: SimpleNamespace, clock: Any
) -> None:
    brought = provider.consent(begun(visitor))
    other = TestClient(visitor.app, base_url=HERE, follow_redirects=False)
    assert other.get("/oidc/end", params=brought).status_code == 401
    assert visitor.get("/oidc/end", params=brought | {"state": "x"}).status_code == 401
    assert visitor.get("/oidc/end", params=brought).status_code == 401  # the key was used
    brought = provider.consent(begun(visitor))
    clock.move(minutes=11)
    assert "took too long" in visitor.get("/oidc/end", params=brought).text


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"azp": "another"},
        {"sub": "nobody"},
    ],
)
def test_claims_that_are_not_about_this_sign_in_are_refused(
    visitor: TestClient, provider: SimpleNamespace, change: dict[str, Any]
) -> None:
    provider.change = change
    ended = visitor.get("/oidc/end", params=provider.consent(begun(visitor)))
    assert ended.status_code == 401
    assert visitor.post("/api/v1/queue/take").status_code == 401


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("ES256", ECKey.generate_key("P-256", {"kid": "one"}, private=True)),
        ("HS256", OctKey.import_key("shared-secret-of-this-client-0123")),
    ],
)
def test_what_another_key_signed_is_refused(
    visitor: TestClient, provider: SimpleNamespace, alg: str, key: Any
) -> None:
    provider.alg, provider.key = alg, key
    ended = visitor.get("/oidc/end", params=provider.consent(begun(visitor)))
    assert ended.status_code == 401


def test_what_the_provider_says_of_itself_is_asked_once_in_ten_minutes(
    visitor: TestClient, provider: SimpleNamespace, clock: Any
) -> None:
    for minutes, asked in ((0, 1), (9, 1), (1, 2), (-30, 3)):
        clock.move(minutes=minutes)
        begun(visitor)
        assert provider.asked == asked


def test_a_provider_that_keeps_its_callers_waiting_holds_few_threads(
    visitor: TestClient, provider: SimpleNamespace
) -> None:
    called: Any = visitor.app.state.service.oidc
    brought = provider.consent(begun(visitor))
    with ExitStack() as held:
        for _ in range(MOST_CALLS):
            held.enter_context(called._calls.one())
        ended = visitor.get("/oidc/end", params=brought)
        called._asked = None
        answers = [ended, visitor.get("/oidc/begin")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("too many sign in by the provider" in answer.text for answer in answers)
    assert visitor.get("/oidc/end", params=brought).status_code == 200  # the code was kept


def test_one_address_cannot_have_every_call_to_the_provider(
    visitor: TestClient, provider: SimpleNamespace
) -> None:
    called: Any = visitor.app.state.service.oidc
    brought = provider.consent(begun(visitor))
    with ExitStack() as held:
        for _ in range(EACH_CALLS):
            held.enter_context(called._calls.one("testclient"))  # where this visitor calls from
        assert visitor.get("/oidc/end", params=brought).status_code == 503
        other = TestClient(
            visitor.app, base_url=HERE, cookies=visitor.cookies, client=("10.0.0.9", 1)
        )
        assert other.get("/oidc/end", params=brought).status_code == 200


def test_a_short_secret_of_the_providers_is_a_warning_and_stops_nothing(
    provider: SimpleNamespace,
) -> None:
    told = {"oidc_issuer": provider.issuer, "oidc_client_id": "x", "oidc_address": HERE}
    short = Settings(**told, oidc_client_secret="Q~8sT.short-one_1")  # type: ignore[arg-type]
    warned, asked = doctor._sign_in(short)
    assert "a warning: XRAY_OIDC_CLIENT_SECRET must have 32 letters or more" in warned.said
    assert (warned.good, asked.good) == (True, True)


def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    visitor: TestClient, provider: SimpleNamespace
) -> None:
    provider.name = "https://evil.example"
    assert "another name" in visitor.get("/oidc/begin").text


@pytest.mark.parametrize("end", ["token", "jwks"])
def test_keys_and_tokens_at_a_host_that_is_not_listed_are_not_fetched(
    visitor: TestClient,
    provider: SimpleNamespace,
    service: Service,
    caplog: pytest.LogCaptureFixture,
    end: str,
) -> None:
    provider.ends = {"authorize": "https://elsewhere.example/", end: "https://keys.example/"}
    assert "may not be called from here" in visitor.get("/oidc/begin").text
    said = "is at keys.example, which XRAY_OUTGOING_HOSTS does not list; set it to "
    assert said in caplog.text
    told = {"oidc_issuer": provider.issuer, "oidc_client_id": "x", "oidc_address": HERE}
    (found,) = doctor._sign_in(Settings(**told))  # type: ignore[arg-type]
    assert (found.good, said in found.said) == (False, True)
    listed = Settings(**told, outgoing_hosts=("127.0.0.1", "keys.example"))  # type: ignore[arg-type]
    (found,) = doctor._sign_in(listed)
    assert (found.good, found.said) == (True, f"{provider.issuer} answers")


def test_a_provider_whose_name_leads_inside_is_not_called(
    visitor: TestClient, provider: SimpleNamespace, service: Service
) -> None:
    port = urlsplit(provider.issuer).port
    inside = Settings(
        oidc_issuer=f"https://login.example:{port}", oidc_client_id="x", oidc_address=HERE
    )
    found = Provider.of(inside, service.queue.clock)
    assert found is not None
    lured = replace(found, outgoing=replace(found.outgoing, look_up=lambda *_: ["127.0.0.1"]))
    with pytest.raises(NotAllowed, match=r"login\.example is at 127\.0\.0\.1, which is no public"):
        lured.ask()
    with pytest.raises(AccessError, match="may not be called from here"):
        lured.begin()


def test_a_provider_that_is_away_is_said_by_the_doctor() -> None:
    away = Settings(oidc_issuer="http://127.0.0.1:1", oidc_client_id="x", oidc_address=HERE)
    (found,) = doctor._sign_in(away)
    assert (found.good, found.said) == (
        False,
        "the sign-in provider cannot be asked (ConnectError)",
    )
    assert list(doctor._sign_in(Settings())) == []


def test_an_email_counts_only_where_it_was_verified(
    visitor: TestClient, provider: SimpleNamespace, service: Service
) -> None:
    settings = Settings(oidc_issuer=provider.issuer, oidc_client_id="x", oidc_address=HERE)
    one = Provider.of(replace(settings, oidc_claim="email"), service.queue.clock)
    assert one is not None
    assert one._name({"email": "kim@example", "email_verified": True}) == "kim@example"
    with pytest.raises(AccessError):
        one._name({"email": "kim@example"})


def test_who_has_a_password_here_cannot_come_from_outside_and_the_other_way_round(
    visitor: TestClient, provider: SimpleNamespace, service: Service
) -> None:
    service.people.add("test", "lee", "correct horse battery", Role.MANAGER)
    provider.change = {"sub": "lee"}
    assert visitor.get("/oidc/end", params=provider.consent(begun(visitor))).status_code == 401
    said = {"name": WHO, "password": "!"}
    assert visitor.post("/api/v1/session", json=said).status_code == 401


def test_where_no_provider_is_configured_there_are_no_such_pages(
    client: TestClient, sign_in: Callable[..., TestClient]
) -> None:
    assert client.get("/oidc/begin").status_code == 404
    assert "organisation" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "needs XRAY_OIDC_CLIENT_ID"),
        ({"oidc_client_id": "x", "oidc_address": "http://xray.example"}, "must be https"),
        (
            {"oidc_client_id": "x", "oidc_address": HERE, "outgoing_hosts": ("a.example",)},
            "XRAY_OIDC_ISSUER calls login.example, which XRAY_OUTGOING_HOSTS does not list",
        ),
    ],
)
def test_what_is_missing_or_unencrypted_stops_the_service(
    given: dict[str, Any], said: str, clock: Any
) -> None:
    with pytest.raises(RecipeError, match=said):
        Provider.of(Settings(oidc_issuer="https://login.example", **given), clock)
