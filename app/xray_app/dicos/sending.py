"""Threat detection reports by C-STORE to the one peer that takes them, out of the outbox.

A report is sent until it is taken; sent twice, it is the same object with the same UID.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pydicom import Dataset
from pynetdicom import AE
from pynetdicom.association import Association
from sqlalchemy import RowMapping

from xray.tdr import TDR_STORAGE
from xray_app.addresses import NotAllowed, Outgoing
from xray_app.cases.database import Database
from xray_app.cases.outbox import Outbox
from xray_app.cases.states import Target
from xray_app.dicos.peers import Peer
from xray_app.exchange.messages import Problem, send_each
from xray_app.exchange.threat_reports import by_machine, by_officer

WAIT_S = 10.0  # as for webhooks: a stop waits for the report that is on its way
AWAY = "the peer cannot be reached, or refuses us"
WARNINGS = range(0xB000, 0xC000)  # PS3.4 B.2.3: taken, though something was changed


@dataclass(frozen=True)
class Reports:
    """Sends what waits in the outbox.

    Attributes:
        database: where cases and outbox are.
        clock: says the moment, UTC.
        peer: who takes the reports.
        title: what we are called.
        outgoing: whom we may call.
        tls: how to speak; None: in the clear.
    """

    database: Database
    clock: Callable[[], datetime]
    peer: Peer
    title: str
    outgoing: Outgoing
    tls: ssl.SSLContext | None = None

    def send_due(self, stopping: threading.Event | None = None) -> int:
        """Send the reports whose time has come, until stopped; how many messages arrived."""
        outbox = Outbox(self.database, Target.DICOS)
        due = outbox.due(self.clock())
        if not due:
            return 0
        with self._line() as send:
            return send_each(outbox, due, self.clock, send, stopping)

    @contextmanager
    def _line(self) -> Iterator[Callable[[RowMapping], Problem]]:
        """What sends messages by one association, or says why there can be none."""
        try:
            association = self._associate()
        except (OSError, UnicodeError, NotAllowed) as error:  # without NotAllowed: no such name
            away = error if isinstance(error, NotAllowed) else AWAY
            yield lambda _: away
            return
        try:
            yield partial(self._send, association)
        finally:
            if association.is_established:
                association.release()

    def _associate(self) -> Association:
        """An association with the peer, established if it could be.

        Raises:
            NotAllowed: the peer may not be called.
            OSError, UnicodeError: its name has no address.
        """
        entity = AE(ae_title=self.title)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = WAIT_S
        entity.connection_timeout = WAIT_S
        entity.add_requested_context(TDR_STORAGE)
        host, port = self.peer.host.lower(), self.peer.port
        tls = (self.tls, self.peer.host) if self.tls else None
        for address in self.outgoing.addresses(host, port):
            association = entity.associate(address, port, ae_title=self.peer.title, tls_args=tls)
            if association.is_established:
                break
        return association

    def _send(self, association: Association, row: RowMapping) -> str | None:
        for said in self._datasets(row):
            if not association.is_established:
                return AWAY
            status = association.send_c_store(said)
            if "Status" not in status:
                return "the peer broke off"
            if status.Status != 0 and status.Status not in WARNINGS:
                return f"status 0x{status.Status:04X}"
        return None

    def _datasets(self, row: RowMapping) -> Sequence[Dataset]:
        body = json.loads(row["body"])
        with self.database.read() as connection:
            if body["event"] == "case.inspected":
                said = by_machine(connection, row["case_id"])
            else:
                said = by_officer(connection, row["case_id"], body["version"])
            return [one.dataset() for one in said]
