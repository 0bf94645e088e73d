"""Signed messages about cases, sent from the outbox until they arrive or are given up.

A message is JSON, POSTed to the one address that the settings name and allow, with

    X-Xray-Delivery: number of the message, the same at every try
    X-Xray-Timestamp: seconds since 1970
    X-Xray-Signature: sha256=HEX, the HMAC-SHA-256 of "TIMESTAMP.BODY" under the shared secret

A receiver checks the signature, refuses timestamps that are minutes old, and drops deliveries that
it has seen: a message is sent at least once. Any 2xx counts as received; redirects are not
followed, because the address would no longer be the one that was allowed.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy import RowMapping

from xray_app.addresses import check_address, redirected
from xray_app.cases.database import Database
from xray_app.cases.outbox import Outbox
from xray_app.cases.states import Target
from xray_app.exchange.messages import send_each

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Webhooks:
    """Sends what waits in the outbox.

    Args:
        database: where the outbox is.
        clock: says the moment, UTC.
        url: where to; HTTPS, or plain HTTP on this machine alone.
        secret: shared with the receiver.
        http: sends, to where it may (`addresses.client`); follows no redirects.

    Raises:
        RecipeError: the address is neither.
    """

    database: Database
    clock: Callable[[], datetime]
    url: str
    secret: str
    http: httpx.Client

    def __post_init__(self) -> None:
        check_address("XRAY_WEBHOOK_URL", self.url)

    def send_due(self, stopping: threading.Event | None = None) -> int:
        """Send the messages whose time has come, until stopped; how many arrived."""
        outbox = Outbox(self.database, Target.WEBHOOK)
        return send_each(outbox, outbox.due(self.clock()), self.clock, self._post, stopping)

    def _post(self, row: RowMapping) -> str | None:
        """Why the message did not arrive; None: it did. Raises NotAllowed."""
        at = str(int(self.clock().timestamp()))
        headers = {
            "content-type": "application/json",
            "x-xray-delivery": str(row["id"]),
            "x-xray-timestamp": at,
            "x-xray-signature": signature(self.secret, at, row["body"]),
        }
        try:
            answer = self.http.post(
                self.url, content=row["body"].encode(), headers=headers, timeout=TIMEOUT_S
            )
        except httpx.HTTPError as error:
            return f"{type(error).__name__}: {error}"
        if answer.has_redirect_location:
            raise redirected(answer)
        return None if answer.is_success else f"status {answer.status_code}"


def signature(secret: str, timestamp: str, body: str) -> str:
    """What the header holds; a receiver calculates the same and compares in constant time."""
    signed = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256)
    return f"sha256={signed.hexdigest()}"
