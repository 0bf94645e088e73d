"""Signing in by an OpenID Connect provider: the authorization code flow with PKCE, by authlib.

The provider is called where `addresses` lets it be: at its issuer's host, and at those of its keys
and tokens if they are listed too. It says who somebody is, never what they may do: a person must
have been made here, to be signed in from outside, and whoever has a password here cannot be. What
a sign-in began with (state, nonce, verifier) stays in this process, for ten minutes, under a key
that the browser holds.
"""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from xray.errors import MissingExtra, RecipeError
from xray_app.access.errors import NotSignedIn
from xray_app.access.places import Places
from xray_app.addresses import Checked, NotAllowed, Outgoing, check_address, host_of
from xray_app.settings import Settings

BACK = "/oidc/end"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # none by a shared secret, and not "none"
PATIENCE, MOST_BEGUN = timedelta(minutes=10), 1000
TIMEOUT_S = 10.0
KEPT = timedelta(minutes=10)  # what the provider says of itself, which changes in weeks
MOST_CALLS = 4  # at a time: each may hold a thread until the time-out
EACH_CALLS = 2  # of them for one address
CROWDED = "too many sign in by the provider at this moment; try again in a few seconds"
NOT_CALLED = "the sign-in provider may not be called from here; xray-app doctor says why"
SORRY = "the provider did not sign you in here; ask a manager, or sign in with a password"

log = logging.getLogger("xray_app.oidc")


@dataclass(frozen=True)
class Begun:
    """A sign-in on its way: what its end must bring back, and where they wanted to go."""

    state: str
    nonce: str
    verifier: str
    until: datetime
    wanted: str


@dataclass
class Provider:
    """One OpenID Connect provider.

    Attributes:
        settings: its issuer, our client's ID and secret, our own address.
        clock: says the moment, UTC.
        outgoing: whom we may call.
    """

    settings: Settings
    clock: Callable[[], datetime]
    outgoing: Outgoing
    _begun: "OrderedDict[str, Begun]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calls: Places = field(default_factory=lambda: Places(MOST_CALLS, EACH_CALLS, CROWDED))
    _asked: "tuple[datetime, dict[str, Any]] | None" = None  # when, and what it said of itself

    @staticmethod
    def of(settings: Settings, clock: Callable[[], datetime]) -> "Provider | None":
        """The provider that the settings name; None: none.

        Raises:
            RecipeError: something is missing, would go unencrypted, or may not be called.
            MissingExtra: authlib is not installed.
        """
        if not settings.oidc_issuer:
            return None
        if not settings.oidc_client_id or not settings.oidc_address:
            raise RecipeError("XRAY_OIDC_ISSUER needs XRAY_OIDC_CLIENT_ID and XRAY_OIDC_ADDRESS")
        check_address("XRAY_OIDC_ISSUER", settings.oidc_issuer)
        check_address("XRAY_OIDC_ADDRESS", settings.oidc_address)
        outgoing = Outgoing.of(settings)
        if not find_spec("authlib") or not find_spec("joserfc"):
            raise MissingExtra("signing in by OpenID Connect", "oidc")
        return Provider(settings, clock, outgoing)

    def begin(self, wanted: str = "", peer: str = "") -> tuple[str, str]:
        """Where to send the browser, and the key that it must bring back as a cookie; `peer`: the
        address that asks.

        Raises:
            NotSignedIn: the provider cannot be reached.
            Full: too many wait for it, of all or from there.
        """
        key, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        with _said_to_the_log(), self._client() as client:
            about = self._known(client, self._calls.one(peer))
            address, state = client.create_authorization_url(
                about["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        with self._lock:
            self._begun[key] = Begun(state, nonce, verifier, self.clock() + PATIENCE, wanted)
            while len(self._begun) > MOST_BEGUN:
                self._begun.popitem(last=False)
        return str(address), key

    def end(self, key: str, state: str, code: str, peer: str = "") -> tuple[str, str]:
        """Who came back, by the claim that the settings name, and what `begin` was told that they
        wanted. Each key is good once; whoever finds no place keeps theirs, and comes again.

        Raises:
            NotSignedIn: it was not begun here, or the provider does not vouch for them.
            Full: as by `begin`.
        """
        with self._calls.one(peer):
            with self._lock:
                begun = self._begun.pop(key, None)
            return self._end(begun, state, code)

    def _end(self, begun: Begun | None, state: str, code: str) -> tuple[str, str]:
        if begun is None or begun.until <= self.clock():
            raise NotSignedIn("this sign-in took too long, or did not begin here; begin again")
        if not secrets.compare_digest(begun.state.encode(), state.encode()):
            raise NotSignedIn(SORRY)
        try:
            with _said_to_the_log(), self._client() as client:
                about = self._known(client, nullcontext())  # within the place that is held
                where = {"url": about["token_endpoint"], "code": code}
                token = client.fetch_token(**where, code_verifier=begun.verifier)
                keys = client.request("GET", about["jwks_uri"], withhold_token=True)
                keys = keys.raise_for_status().json()
            claims = self._claims(token["id_token"], keys, begun.nonce)
        except NotSignedIn:
            raise
        except Exception:  # whatever a provider answers, nobody is signed in by it
            raise NotSignedIn(SORRY) from None
        return self._name(claims), begun.wanted

    def ask(self) -> dict[str, Any]:
        """What the provider says of itself.

        Raises:
            NotSignedIn: it cannot be reached, or says nothing that will do.
            NotAllowed: its host, or one where it has its keys or tokens, may not be called.
        """
        with self._client() as client:
            return self._about(client)

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        # httpx, or httpx2: whichever authlib found; what it sends through is made of the same.
        http = next(one for one in OAuth2Client.__mro__ if one.__name__ == "Client").__module__
        return OAuth2Client(
            self.settings.oidc_client_id,
            self.settings.oidc_client_secret,
            scope="openid email profile",
            redirect_uri=f"{(self.settings.oidc_address or '').rstrip('/')}{BACK}",
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            transport=Checked(self.outgoing, http=import_module(http.partition(".")[0])),
            trust_env=False,
        )

    def _known(self, client: Any, place: AbstractContextManager[None]) -> dict[str, Any]:
        """As `_about`, asked anew when that is long ago, or still to come: a clock was set back."""
        asked, now = self._asked, self.clock()
        if asked is None or not timedelta() <= now - asked[0] < KEPT:
            with place:
                asked = self._asked = now, self._about(client)
        return asked[1]

    def _about(self, client: Any) -> dict[str, Any]:
        issuer = (self.settings.oidc_issuer or "").rstrip("/")
        where = f"{issuer}/.well-known/openid-configuration"
        try:
            said = client.request("GET", where, withhold_token=True).raise_for_status().json()
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            for name in names:
                check_address(f"the provider's {name}", said[name])
            for name in names[1:]:  # to the first the browser goes, not we
                host = host_of(f"the provider's {name}", said[name])
                self.outgoing.check(host, f"the provider's {name} is at {host}")
        except NotAllowed:
            raise
        except Exception as error:  # a connection, a status, a text that is no JSON: no common base
            kind = type(error).__name__
            raise NotSignedIn(f"the sign-in provider cannot be asked ({kind})") from None
        if said.get("issuer", "").rstrip("/") != issuer:
            raise NotSignedIn("the sign-in provider calls itself by another name")
        return dict(said)

    def _claims(self, token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.jwk import KeySet

        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        issuer, client = self.settings.oidc_issuer or "", self.settings.oidc_client_id or ""
        jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock().timestamp()),
            leeway=60,
            iss={"essential": True, "values": [issuer.rstrip("/"), f"{issuer.rstrip('/')}/"]},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(read.claims)
        if read.claims.get("azp", client) != client:
            raise NotSignedIn(SORRY)
        return dict(read.claims)

    def _name(self, claims: dict[str, Any]) -> str:
        claim = self.settings.oidc_claim
        if claim == "email" and claims.get("email_verified") is not True:
            raise NotSignedIn(SORRY)
        name = claims.get(claim)
        if not isinstance(name, str) or not name:
            raise NotSignedIn(SORRY)
        return name


@contextmanager
def _said_to_the_log() -> Iterator[None]:
    """Whoever signs in is told that the provider may not be called, the log why not."""
    try:
        yield
    except NotAllowed as error:
        log.warning("signing in: %s", error)  # of our settings and the provider's, of no person
        raise NotSignedIn(NOT_CALLED) from None
