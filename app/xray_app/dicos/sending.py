"""Threat detection reports by C-STORE to the one peer that takes them, out of the outbox.

A report is sent until it is taken; sent twice, it is the same object with the same UID.
"""

import json
import logging
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydicom import Dataset
from pynetdicom import AE
from pynetdicom.association import Association
from sqlalchemy import RowMapping

from xray.tdr import TDR_STORAGE
from xray_app import logs
from xray_app.addresses import NotAllowed, Outgoing
from xray_app.cases.database import Database
from xray_app.cases.outbox import Outbox
from xray_app.cases.states import Target
from xray_app.dicos.peers import Peer
from xray_app.exchange.threat_reports import by_machine, by_officer

WAIT_S = 30.0
AWAY = "the peer cannot be reached, or refuses us"
WARNINGS = range(0xB000, 0xC000)  # PS3.4 B.2.3: taken, though something was changed

log = logging.getLogger("xray_app.dicos")


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

    def send_due(self) -> int:
        """Send every report whose time has come; how many messages arrived."""
        outbox = Outbox(self.database, Target.DICOS)
        due = outbox.due(self.clock())
        if not due:
            return 0
        try:
            association = self._associate()
        except NotAllowed as error:
            return sum(self._noted(outbox, row, str(error), error) for row in due)
        except (OSError, UnicodeError):  # its name has no address
            return sum(self._noted(outbox, row, AWAY) for row in due)
        try:
            return sum(self._noted(outbox, row, self._send(association, row)) for row in due)
        finally:
            if association.is_established:
                association.release()

    def _noted(
        self,
        outbox: Outbox,
        row: RowMapping,
        problem: str | None,
        refused: NotAllowed | None = None,
    ) -> bool:
        """Keep what became of a message; whether it arrived."""
        if outbox.note(row, problem, self.clock(), refused):
            with logs.doing(case=row["case_id"]):
                log.error("report %d was given up: %s", row["id"], problem)
        return problem is None

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
