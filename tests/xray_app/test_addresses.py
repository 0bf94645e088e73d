"""The service calls who is listed, at an address that can be theirs, and nobody else."""

import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.xray_app.certificates import make
from xray.errors import RecipeError
from xray_app import addresses, doctor
from xray_app.addresses import NotAllowed, Outgoing
from xray_app.settings import Settings

SECRET = "0123456789abcdef" * 2
HOOK = {"webhook_url": "https://hooks.example/in", "webhook_secret": SECRET}
ALL = {
    **HOOK,
    **{"clearance_url": "https://Customs.Example:38010/x", "clearance_key": "k"},
    **{"oidc_issuer": "https://Login.example/realm", "dicos_reports_to": "A B@[FD00::7]:104"},
}
Serve = Callable[..., SimpleNamespace]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Servers on loopback that remember the Host header of what they were asked."""
    with ExitStack() as until:

        def serve(location: str = "", certificate: Any = None) -> SimpleNamespace:
            said = SimpleNamespace(asked=[])

            class Answers(BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    said.asked.append(self.headers["host"])
                    self.send_response(302 if location else 204)
                    if location:
                        self.send_header("location", location)
                    self.send_header("content-length", "0")
                    self.end_headers()

                def log_message(self, *_: Any) -> None:
                    pass

            server = until.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Answers))
            if certificate is not None:
                server.socket = certificate.wrap_socket(server.socket, server_side=True)
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            until.callback(thread.join)
            until.callback(server.shutdown)
            said.port = server.server_address[1]
            return said

        yield serve


def post(outgoing: Outgoing, url: str, **more: Any) -> int:
    with addresses.client(outgoing, **more) as http:
        return http.post(url, content=b"{}").status_code


def at(*found: str) -> Callable[[str, int], Sequence[str]]:
    return lambda _host, _port: list(found)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "192.168.1.9", "172.16.3.4", "169.254.169.254", "127.0.0.1", "0.0.0.0"),
        *("100.64.0.1", "224.0.0.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "ff02::1"),
    ],
)
def test_a_name_that_leads_to_no_public_address_is_refused_with_what_to_do(address: str) -> None:
    outgoing = Outgoing({"hooks.example": ()}, at(address))
    with pytest.raises(NotAllowed, match="no public address; if that is right, set XRAY_OUT") as no:
        outgoing.addresses("hooks.example", 443)
    assert (no.value.host, no.value.why) == ("hooks.example", addresses.NOT_PUBLIC)


def test_of_several_addresses_those_that_may_be_called_are_left() -> None:
    public, inside = "93.184.216.34", "10.1.2.3"
    assert Outgoing({"a": ()}, at(inside, public)).addresses("a", 443) == [public]
    listed = Outgoing(dict([addresses._entry("a@10.1.0.0/16")]), at(inside, public))
    assert listed.addresses("a", 443) == [inside]
    with pytest.raises(NotAllowed, match="outside of what"):
        Outgoing(listed.hosts, at(public)).addresses("a", 443)


def test_a_name_that_leads_inside_is_not_called(serve: Serve) -> None:
    there = serve()
    url = f"http://hooks.example:{there.port}/in"
    with pytest.raises(NotAllowed, match=r"hooks\.example is at 127\.0\.0\.1"):
        post(Outgoing({"hooks.example": ()}, at("127.0.0.1")), url)
    assert there.asked == []


def test_a_listed_name_is_called_at_the_address_that_was_checked(serve: Serve) -> None:
    there, asked = serve(), []

    def look_up(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2", "127.0.0.1"]  # nobody listens at the first

    outgoing = Outgoing(dict([addresses._entry("hooks.example@127.0.0.0/8")]), look_up)
    assert post(outgoing, f"http://hooks.example:{there.port}/in") == 204
    assert there.asked == [f"hooks.example:{there.port}"]
    assert asked == ["hooks.example"]  # once: what it leads to a moment later does not matter


def test_a_redirect_leads_nowhere_even_where_a_client_would_follow_it(serve: Serve) -> None:
    inside = serve()
    there = serve(f"http://localhost:{inside.port}/admin")
    outgoing = Outgoing({"127.0.0.1": ()})
    url = f"http://127.0.0.1:{there.port}/in"
    assert post(outgoing, url) == 302
    with addresses.client(outgoing) as http, pytest.raises(NotAllowed, match="localhost is not am"):
        http.post(url, follow_redirects=True)
    assert inside.asked == []
    assert len(there.asked) == 2


def test_the_certificate_is_that_of_the_name_and_not_of_the_address(
    serve: Serve, tmp_path: Path
) -> None:
    files = make(tmp_path)  # for localhost alone
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(files.own, files.key)
    there = serve(certificate=own)
    trusts = ssl.create_default_context(cafile=str(files.authority))
    outgoing = Outgoing({"localhost": (), "127.0.0.1": ()}, at("127.0.0.1"))
    assert post(outgoing, f"https://localhost:{there.port}/", verify=trusts) == 204
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        post(outgoing, f"https://127.0.0.1:{there.port}/", verify=trusts)


def test_a_name_without_an_address_cannot_be_reached() -> None:
    def look_up(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(httpx.ConnectError, match="no such host"):
        post(Outgoing({"gone.example": ()}, look_up), "https://gone.example/")


def test_where_nothing_is_listed_the_targets_alone_may_be_called() -> None:
    outgoing = Outgoing.of(Settings(**ALL))  # type: ignore[arg-type]
    assert set(outgoing.hosts) == {"hooks.example", "customs.example", "login.example", "fd00::7"}
    assert Outgoing.of(Settings()).hosts == {}
    with pytest.raises(NotAllowed, match="XRAY_OUTGOING_HOSTS lists them"):
        outgoing.addresses("localhost", 80)


def test_the_doctor_says_whether_each_target_may_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    told = HOOK | {"clearance_url": "https://127.0.0.1/x", "clearance_key": "k"}
    monkeypatch.setattr(
        addresses.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("10.0.0.7",))]
    )
    hook, customs = doctor._targets(Settings(**told))  # type: ignore[arg-type]
    assert (hook.what, hook.good) == ("XRAY_WEBHOOK_URL", False)
    assert "hooks.example is at 10.0.0.7, which is no public address" in hook.said
    assert (customs.good, customs.said) == (True, "127.0.0.1 may be called, at 127.0.0.1")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.9"])
def test_whoever_names_an_address_means_it(address: str) -> None:
    told = HOOK | {"webhook_url": f"https://{address}/in"}
    assert Outgoing.of(Settings(**told)).addresses(address, 443) == [address]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (("other.example",), "XRAY_WEBHOOK_URL calls hooks.example, which XRAY_OUTGOING_HOSTS"),
        (
            ("a.example",),
            "set it to a.example,hooks.example, with hooks.example@NETWORK at its end",
        ),
        (("a@10.0.0.0/8+fd00::/8",), r"set it to a@10.0.0.0/8\+fd00::/8,hooks.example, with"),
        (("hooks.example@",), "expected HOST or HOST@NETWORK"),
        (("hooks.example@10.0.0.1/8",), "expected HOST or HOST@NETWORK"),
        (("https://hooks.example/",), "expected HOST or HOST@NETWORK"),
        (("*.example",), "expected HOST or HOST@NETWORK"),
    ],
)
def test_a_list_that_cannot_be_is_refused_at_the_start(listed: tuple[str, ...], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Outgoing.of(Settings(**HOOK, outgoing_hosts=listed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("hooks.example", "XRAY_WEBHOOK_URL calls hooks.example"),
        ("customs.example", "XRAY_CLEARANCE_URL calls customs.example"),
        ("login.example", "XRAY_OIDC_ISSUER calls login.example"),
        ("fd00::7", "XRAY_DICOS_REPORTS_TO calls fd00::7"),
    ],
)
def test_every_setting_that_names_whom_we_call_obeys_the_list(left_out: str, said: str) -> None:
    hosts = ("hooks.example", "customs.example", "login.example", "fd00::7")
    assert set(Outgoing.of(Settings(**ALL, outgoing_hosts=hosts)).hosts) == set(hosts)  # type: ignore[arg-type]
    listed = tuple(host for host in hosts if host != left_out)
    with pytest.raises(RecipeError, match=f"^{said}, which XRAY_OUTGOING_HOSTS does not") as no:
        Outgoing.of(Settings(**ALL, outgoing_hosts=listed))  # type: ignore[arg-type]
    assert f"set it to {','.join([*listed, left_out])}" in str(no.value)


def test_where_reports_go_is_told_apart_from_what_cannot_be_read() -> None:
    """`dicos.peers` says what is wrong with those."""
    for text in ("CONTROL", "CONTROL@host", "CONTROL@:104"):
        assert addresses.targets(Settings(dicos_reports_to=text)) == {}


def test_requests_of_httpx2_are_checked_alike(serve: Serve) -> None:
    httpx2 = pytest.importorskip("httpx2")
    there = serve()
    outgoing = Outgoing(dict([addresses._entry("hooks.example@127.0.0.0/8")]), at("127.0.0.1"))
    with httpx2.Client(transport=addresses.Checked(outgoing, http=httpx2)) as http:
        assert http.post(f"http://hooks.example:{there.port}/in").status_code == 204
        with pytest.raises(NotAllowed, match=r"other\.example is not among"):
            http.post(f"http://other.example:{there.port}/in")
    assert there.asked == [f"hooks.example:{there.port}"]
