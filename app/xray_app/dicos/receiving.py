"""Scans by C-STORE, and C-ECHO, from listed scanners.

Addresses are checked before a byte is read, titles when an association is asked for. TLS is shaken
hands on in the connection's own thread: who stands still there holds up nobody else. An object
that cannot be kept is answered with its status; it costs the association nothing.

The protocol itself is parsed in the service's process, by pynetdicom: PDUs and the command of a
C-STORE, which is no part of the object. That must stay, since it is the connection; only listed
scanners come so far, and what they send counts against the largest object. The object is handed on
as its bytes and read by other processes.
"""

import logging
import ssl
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from pydicom import Dataset
from pynetdicom import AE, _config, evt, register_uid
from pynetdicom.service_class import StorageServiceClass
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from pynetdicom.transport import ThreadedAssociationServer

from xray.errors import XrayError
from xray_app.cases.errors import Full
from xray_app.dicos.objects import SCANS, SYNTAXES
from xray_app.dicos.peers import Sender, plain

# PS3.4 B.2.3: what a C-STORE is answered with.
KEPT, NO_ROOM, NOT_UNDERSTOOD = 0x0000, 0xA700, 0xC000
NOT_LISTED = (0x01, 0x01, 0x03)  # PS3.8 9.3.4: permanent, by the user, calling title unknown
NOT_OURS = (0x01, 0x01, 0x07)  # called title unknown
ASSOCIATIONS = 8  # at once
WAIT_S = 30.0  # for what the other end owes us
HANDSHAKE_S = 10.0
COMMENT_LETTERS = 64  # of the type LO

log = logging.getLogger("xray_app.dicos")
Keep = Callable[[bytes, str, str], object]  # a file, its sender's title, its UID


class _Server(ThreadedAssociationServer):
    """Takes connections from listed addresses alone."""

    tls: ssl.SSLContext | None = None
    addresses: frozenset[str] = frozenset()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        if plain(client_address[0]) in self.addresses:
            return True
        log.warning("DICOS: a connection from %s was refused, not listed", client_address[0])
        return False

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.tls is not None:
            request.settimeout(HANDSHAKE_S)
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        said = (client_address[0], sys.exception())
        log.warning("DICOS: a connection from %s broke off: %s", *said)


class Receiver:
    """Listens from entering to leaving.

    Args:
        address: host and port; port 0 takes a free one.
        title: what we are called.
        senders: who may send.
        keep: keeps a file; when it returns, it is on the disk.
        max_bytes: largest object that is taken.
        tls: how to be spoken to; None: in the clear.
    """

    def __init__(
        self,
        address: tuple[str, int],
        title: str,
        senders: frozenset[Sender],
        keep: Keep,
        max_bytes: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address, self._title, self._senders = address, title, senders
        self._keep, self._max_bytes, self._tls = keep, max_bytes, tls
        self._taken: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # bytes since the last one

    @property
    def port(self) -> int:
        """Where we listen."""
        return int(self._server.server_address[1])

    @property
    def associations(self) -> int:
        """How many there are at the moment."""
        return len(self._server.active_associations)

    def __enter__(self) -> "Receiver":
        _config.LOG_HANDLER_LEVEL = "none"  # it would log what objects hold
        entity = _entity(self._title)
        handlers: list[Any] = [
            (evt.EVT_REQUESTED, self._check),
            (evt.EVT_DATA_RECV, self._count),
            (evt.EVT_C_STORE, self._store),
        ]
        server: Any = entity.make_server(
            self._address,
            ae_title=self._title,
            contexts=entity.supported_contexts,
            evt_handlers=handlers,
            server_class=_Server,
        )
        server.tls = self._tls
        server.addresses = frozenset(sender.address for sender in self._senders)
        entity._servers.append(server)
        self._server: _Server = server
        self._thread = threading.Thread(target=self._server.serve_forever, name="DICOS")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        for association in self._server.active_associations:
            association.abort()
        self._thread.join()

    def _check(self, event: evt.Event) -> None:
        asked: Any = event.assoc.requestor
        title, address = asked.primitive.calling_ae_title.strip(), plain(asked.address)
        called = asked.primitive.called_ae_title.strip()
        if Sender(title, address) not in self._senders:
            refusal = NOT_LISTED
        elif called != self._title:
            refusal = NOT_OURS
        else:
            return
        said = (title, address, called)
        log.warning("DICOS: an association of %r from %s to %r was refused", *said)
        event.assoc.acse.send_reject(*refusal)
        event.assoc.kill()

    def _count(self, event: evt.Event) -> None:
        before = self._taken.get(event.assoc, 0)
        self._taken[event.assoc] = taken = before + len(event.data)
        if before <= self._max_bytes < taken:
            log.warning("DICOS: an object larger than is taken was broken off")
            event.assoc.abort()

    def _store(self, event: evt.Event) -> Any:
        self._taken.pop(event.assoc, None)
        asked: Any = event.assoc.requestor
        title = asked.primitive.calling_ae_title.strip()
        request: Any = event.request
        uid = str(request.AffectedSOPInstanceUID)
        try:
            self._keep(event.encoded_dataset(), title, uid)
        except Full as error:
            return _status(NO_ROOM, str(error))
        except XrayError as error:
            log.warning("DICOS: an object of %r was refused: %s", title, type(error).__name__)
            return _status(NOT_UNDERSTOOD, str(error))
        except Exception:  # a database or a disk that is away must not end the association
            log.exception("DICOS: an object of %r could not be kept", title)
            return _status(NO_ROOM, "it could not be kept; send it again")
        return KEPT


def _entity(title: str) -> AE:
    entity = AE(ae_title=title)
    entity.maximum_associations = ASSOCIATIONS
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = WAIT_S
    entity.add_supported_context(Verification)
    for uid in SCANS:
        known_to_pynetdicom(uid)
        entity.add_supported_context(uid, list(SYNTAXES))
    return entity


def known_to_pynetdicom(uid: str) -> None:
    """Tell it that this class is one of storage; DICOS's are not among those that it knows."""
    register_uid(uid, "Dicos" + uid.replace(".", "_"), StorageServiceClass)


def _status(code: int, comment: str) -> Dataset:
    said = Dataset()
    said.Status = code
    plain = comment.encode("ascii", "replace").decode().replace("\\", "/")
    said.ErrorComment = plain[:COMMENT_LETTERS]
    return said
