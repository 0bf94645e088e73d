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
        tls: how to speak; None: in the clear.
    """

    database: Database
    clock: Callable[[], datetime]
    peer: Peer
    title: str
    tls: ssl.SSLContext | None = None

    def send_due(self) -> int:
        """Send every report whose time has come; how many messages arrived."""
        outbox = Outbox(self.database, Target.DICOS)
        due = outbox.due(self.clock())
        if not due:
            return 0
        association, sent = self._associate(), 0
        try:
            for row in due:
                problem = self._send(association, row)
                if outbox.note(row, problem, self.clock()):
                    with logs.doing(case=row["case_id"]):
                        log.error("report %d was given up: %s", row["id"], problem)
                sent += problem is None
        finally:
            if association.is_established:
                association.release()
        return sent

    def _associate(self) -> Association:
        entity = AE(ae_title=self.title)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = WAIT_S
        entity.connection_timeout = WAIT_S
        entity.add_requested_context(TDR_STORAGE)
        return entity.associate(
            self.peer.host,
            self.peer.port,
            ae_title=self.peer.title,
            tls_args=(self.tls, self.peer.host) if self.tls else None,
        )

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
