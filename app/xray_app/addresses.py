"""Whom the service may call: encrypted or on this machine, a host that is listed, at an address
that can be that host's.

A name is looked up for each call, the address is checked, and the connection goes to that very
address: a name that leads elsewhere a moment later (DNS rebinding) is not asked again. A redirect
is never followed; were it, its host would have to be listed too.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from xray.errors import RecipeError, XrayError
from xray_app.settings import Settings, is_loopback

LISTED = "XRAY_OUTGOING_HOSTS"
PORTS = {"https": 443, "http": 80}
NOT_LISTED, NOT_PUBLIC, OUTSIDE, REDIRECT = "not listed", "not public", "outside", "redirect"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], Sequence[str]]


class NotAllowed(XrayError):
    """A target that may not be called; `host` and `why` (one of the words above) for the record."""

    def __init__(self, sentence: str, host: str, why: str) -> None:
        super().__init__(sentence)
        self.host, self.why = host, why


def check_address(setting: str, url: str) -> None:
    """Stop at an address that others on the way could read.

    Raises:
        RecipeError: it is neither https nor http on this machine, or holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    ):
        raise RecipeError(f"{setting} must be https://..., or http:// on this machine")
    if parts.username or parts.password:
        raise RecipeError(f"{setting} must hold no password")


def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, in the order in which the system would try them.

    Raises:
        OSError, UnicodeError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True)
class Outgoing:
    """The hosts that may be called.

    Attributes:
        hosts: in lower case → the networks that it may be in; none: any public address, or the
            one that is its own name.
        look_up: says the addresses of a name.
    """

    hosts: Mapping[str, tuple[Network, ...]]
    look_up: LookUp = looked_up

    @staticmethod
    def of(settings: Settings) -> "Outgoing":
        """What the settings list; where they list nothing, the hosts of the targets themselves.

        Raises:
            RecipeError: an entry cannot be read, or a target's host is not listed.
        """
        named = targets(settings)
        if not settings.outgoing_hosts:
            return Outgoing(dict.fromkeys(named.values(), ()))
        outgoing = Outgoing(dict(map(_entry, settings.outgoing_hosts)))
        for setting, host in named.items():
            try:
                outgoing.check(host, f"{setting} calls {host}")
            except NotAllowed as error:
                raise RecipeError(str(error)) from None
        return outgoing

    def check(self, host: str, what: str) -> None:
        """Stop at a host that is not listed, wherever it is.

        Args:
            what: who wants to call it, as the beginning of a sentence.

        Raises:
            NotAllowed: with what to add.
        """
        if host in self.hosts:
            return
        entries = [
            f"{name}@{'+'.join(map(str, networks))}" if networks else name
            for name, networks in self.hosts.items()
        ]
        said = f"{what}, which {LISTED} does not list; set it to {','.join([*entries, host])}"
        if _address(host) is None:
            said += f", with {host}@NETWORK at its end where that is no public address"
        raise NotAllowed(said, host, NOT_LISTED)

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where a host may be called, the first to be tried first.

        Raises:
            NotAllowed: it is not listed, or is at no address that may be called.
            OSError, UnicodeError: it has no address.
        """
        if host not in self.hosts:
            said = f"{host} is not among the hosts that may be called; {LISTED} lists them"
            raise NotAllowed(said, host, NOT_LISTED)
        networks, literal = self.hosts[host], _address(host)
        found = [host] if literal else self.look_up(host, port)
        good = [one for one in found if _may(host, one, networks)]
        if good:
            return good
        at = found[0] if found else "no address"
        if networks:
            raise NotAllowed(f"{host} is at {at}, outside of what {LISTED} says", host, OUTSIDE)
        said = f"{host} is at {at}, which is no public address; if that is right, "
        raise NotAllowed(f"{said}set {LISTED} to {host}@NETWORK, as {host}@{at}", host, NOT_PUBLIC)


class Checked(httpx.BaseTransport):
    """Sends requests to where they may go, and to no other address.

    Args:
        outgoing: whom to call.
        verify: how certificates are checked; None: by those of the usual authorities.
        http: httpx, or a module of the same names that who sends is made of.
    """

    def __init__(
        self, outgoing: Outgoing, verify: ssl.SSLContext | None = None, http: Any = httpx
    ) -> None:
        self._outgoing, self._http = outgoing, http
        self._inner = http.HTTPTransport(verify=True if verify is None else verify)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer.

        Raises:
            NotAllowed: the target may not be called; nothing was sent.
            httpx.TransportError: it cannot be reached.
        """
        host = request.url.raw_host.decode("ascii").lower()
        port = request.url.port or PORTS.get(request.url.scheme, 0)
        try:
            addresses = self._outgoing.addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise self._http.ConnectError(f"{type(error).__name__}: no such host") from None
        failed: Exception = self._http.ConnectError("no address")
        for address in addresses:
            try:
                answer: httpx.Response = self._inner.handle_request(_to(request, host, address))
            except (self._http.ConnectError, self._http.ConnectTimeout) as error:
                failed = error  # nothing was sent
            else:
                return answer
        raise failed

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


def client(outgoing: Outgoing, verify: ssl.SSLContext | None = None) -> httpx.Client:
    """Calls those that may be called, past no proxy, and follows no redirects."""
    through = Checked(outgoing, verify)
    return httpx.Client(transport=through, follow_redirects=False, trust_env=False)


def redirected(answer: httpx.Response) -> NotAllowed:
    """What is said of an answer that sends us elsewhere."""
    host = answer.request.url.raw_host.decode("ascii").lower()
    said = f"{host} answered {answer.status_code}, a redirect, which is not followed; "
    return NotAllowed(f"{said}set the address that it leads to", host, REDIRECT)


def targets(settings: Settings) -> Mapping[str, str]:
    """Setting → the host that it names, of those that are called. Scanners call us.

    Raises:
        RecipeError: one names none.
    """
    urls = {
        **{"XRAY_WEBHOOK_URL": settings.webhook_url, "XRAY_CLEARANCE_URL": settings.clearance_url},
        "XRAY_OIDC_ISSUER": settings.oidc_issuer,
    }
    named = {setting: host_of(setting, url) for setting, url in urls.items() if url}
    _, _, where = (settings.dicos_reports_to or "").partition("@")
    if host := where.rpartition(":")[0]:  # where there is none, `dicos.peers` says what is wrong
        named["XRAY_DICOS_REPORTS_TO"] = host.strip("[]").lower()
    return named


def host_of(setting: str, url: str) -> str:
    """The host of a target, as it is listed.

    Raises:
        RecipeError: there is none.
    """
    try:
        host = httpx.URL(url).raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError):
        host = ""
    if not host:
        raise RecipeError(f"{setting} names no host, got {url!r}")
    return host


def _entry(text: str) -> tuple[str, tuple[Network, ...]]:
    """HOST, or HOST@NETWORK with + between networks."""
    host, at, where = text.partition("@")
    try:
        networks = tuple(ipaddress.ip_network(one) for one in where.split("+") if one)
        if not host or bool(at) != bool(networks) or "/" in host or "*" in host:
            raise ValueError
    except ValueError:
        raise RecipeError(
            f"{LISTED}: expected HOST or HOST@NETWORK, as hooks.example@10.1.0.0/16, got {text!r}"
        ) from None
    return host.strip("[]").lower(), networks


def _may(host: str, at: str, networks: Iterable[Network]) -> bool:
    address = _address(at)
    if address is None:
        return False
    if networks:
        return any(address in network for network in networks)
    if _address(host) is not None:
        return True  # whoever lists an address means it
    if is_loopback(host):
        return address.is_loopback
    return address.is_global and not address.is_multicast


def _address(text: str) -> Address | None:
    """An address; one of version 4 in the clothes of version 6 is one of version 4."""
    try:
        read = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (read.ipv4_mapped or read) if isinstance(read, ipaddress.IPv6Address) else read


def _to(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same request to one address; certificate and Host header are still the host's."""
    return type(request)(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
