"""Who is at the other end: titles, addresses, certificates.

A title alone proves nothing, anybody can say it; a sender is known by title and address together,
and by a certificate where an authority is given.
"""

import ipaddress
import ssl
from dataclasses import dataclass

from xray.errors import RecipeError
from xray_app.settings import Settings, is_loopback

MOST_LETTERS = 16  # of the type AE


@dataclass(frozen=True)
class Sender:
    """A scanner that may send: its application entity's title and its address."""

    title: str
    address: str

    @staticmethod
    def read(text: str) -> "Sender":
        """From TITLE@ADDRESS.

        Raises:
            RecipeError: it is no such thing.
        """
        title, _, address = text.partition("@")
        try:
            return Sender(_title(title, "XRAY_DICOS_SENDERS"), plain(address))
        except ValueError:
            raise RecipeError(
                f"XRAY_DICOS_SENDERS: expected TITLE@ADDRESS, an IP address, got {text!r}"
            ) from None


@dataclass(frozen=True)
class Peer:
    """Who takes our reports."""

    title: str
    host: str
    port: int

    @staticmethod
    def read(text: str) -> "Peer":
        """From TITLE@HOST:PORT.

        Raises:
            RecipeError: it is no such thing.
        """
        title, _, where = text.partition("@")
        host, _, port = where.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise RecipeError(f"XRAY_DICOS_REPORTS_TO: expected TITLE@HOST:PORT, got {text!r}")
        return Peer(_title(title, "XRAY_DICOS_REPORTS_TO"), host.strip("[]"), int(port))


def senders(settings: Settings) -> frozenset[Sender]:
    """Those who may send.

    Raises:
        RecipeError: nobody may, or the network may without TLS or having been told so.
    """
    if not settings.dicos_senders:
        raise RecipeError("XRAY_DICOS_SENDERS names no scanner; write TITLE@ADDRESS for each")
    if not is_loopback(settings.dicos_host) and not settings.open_network:
        raise RecipeError(
            f"XRAY_DICOS_HOST {settings.dicos_host} lets the network reach the service; "
            "set XRAY_OPEN_NETWORK=yes if that is wanted"
        )
    return frozenset(map(Sender.read, settings.dicos_senders))


def own_title(settings: Settings) -> str:
    """What we are called."""
    return _title(settings.dicos_title, "XRAY_DICOS_TITLE")


def listening_tls(settings: Settings) -> ssl.SSLContext | None:
    """How scanners reach us; None: in the clear.

    Raises:
        RecipeError: a file is missing or cannot be read.
    """
    if not _uses_tls(settings):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load_own(context, settings)
    if settings.dicos_authority:
        _load_authority(context, settings)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def calling_tls(settings: Settings) -> ssl.SSLContext | None:
    """How we reach who takes our reports; None: in the clear.

    Raises:
        RecipeError: a file is missing or cannot be read.
    """
    if not _uses_tls(settings):
        return None
    context = ssl.create_default_context()
    _load_own(context, settings)
    if settings.dicos_authority:
        _load_authority(context, settings)
    return context


def plain(address: str) -> str:
    """An address as it is compared.

    >>> plain("::ffff:10.0.0.7"), plain("FD00::7")
    ('10.0.0.7', 'fd00::7')
    """
    read = ipaddress.ip_address(address)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(read)


def _uses_tls(settings: Settings) -> bool:
    given = (settings.dicos_certificate, settings.dicos_key)
    if any(given) != all(given) or (settings.dicos_authority and not all(given)):
        raise RecipeError(
            "TLS for DICOS needs both XRAY_DICOS_CERTIFICATE and XRAY_DICOS_KEY, "
            "and XRAY_DICOS_AUTHORITY goes with them"
        )
    return all(given)


def _load_own(context: ssl.SSLContext, settings: Settings) -> None:
    assert settings.dicos_certificate
    try:
        context.load_cert_chain(settings.dicos_certificate, settings.dicos_key)
    except (OSError, ssl.SSLError) as error:
        raise RecipeError(
            f"XRAY_DICOS_CERTIFICATE, XRAY_DICOS_KEY: expected PEM files that fit ({error})"
        ) from None


def _load_authority(context: ssl.SSLContext, settings: Settings) -> None:
    try:
        context.load_verify_locations(settings.dicos_authority)
    except (OSError, ssl.SSLError) as error:
        raise RecipeError(f"XRAY_DICOS_AUTHORITY: expected a PEM file ({error})") from None


def _title(text: str, setting: str) -> str:
    title = text.strip()
    if not 0 < len(title) <= MOST_LETTERS or not title.isascii() or not title.isprintable():
        raise RecipeError(f"{setting}: a title has 1 to {MOST_LETTERS} ASCII letters, got {text!r}")
    if "\\" in title:
        raise RecipeError(f"{setting}: a title has no backslash, got {text!r}")
    return title
