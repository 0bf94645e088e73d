"""Whatever a listed scanner sends, the next one is answered, and no kept case is lost.

`FUZZ_FILES=10000` makes the long run of it (`make fuzz`).
"""

import os
import random
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pydicom
import pytest
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification

from xray_app.dicos.keeping import keep
from xray_app.dicos.objects import SCANS
from xray_app.dicos.peers import Sender
from xray_app.dicos.receiving import KEPT, Receiver, known_to_pynetdicom
from xray_app.inspectors.heads import Heads
from xray_app.service import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pynetdicom leaves sockets
    # and a connection's own thread ends by an error where PDUs come out of order
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]
SESSIONS = max(20, int(os.environ.get("FUZZ_FILES", "150")) // 10)
PATIENCE_S = 5.0
HERE = "127.0.0.1"


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """What is broken on the wire does not reach the database."""
    return str(request.param)


def talk(port: int, dx: pydicom.Dataset) -> tuple[int, list[bytes]]:
    """A good session: the answer to its object, and every PDU that the scanner sent."""
    sent: list[bytes] = []
    known_to_pynetdicom(SCANS[1])
    entity = AE(ae_title="GATE1")
    entity.add_requested_context(Verification)
    entity.add_requested_context(SCANS[1])
    handlers: Any = [(evt.EVT_DATA_SENT, lambda event: sent.append(bytes(event.data)))]
    scanner = entity.associate(HERE, port, ae_title="XRAY", evt_handlers=handlers)
    assert scanner.is_established
    status = int(scanner.send_c_store(dx).Status)
    scanner.release()
    return status, sent


def mutated(pdus: list[bytes], chance: random.Random) -> list[bytes]:
    """The session with some bytes changed, cut or repeated, PDUs lost or out of order."""
    changed = [bytearray(pdu) for pdu in pdus]
    for _ in range(chance.randint(1, 4)):
        pdu = chance.choice(changed)
        reach = min(len(pdu), chance.choice([12, 80, len(pdu)]))
        at = chance.randrange(reach) if reach else 0
        act = chance.randrange(5)
        if act == 0 and pdu:
            pdu[at] = chance.randrange(256)
        elif act == 1:
            pdu[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\0\0\x40\0"])
        elif act == 2:
            del pdu[at:]
        elif act == 3:
            pdu[at:at] = chance.randbytes(chance.randint(1, 64))
        else:
            chance.shuffle(changed)
    return [bytes(pdu) for pdu in changed]


def send(port: int, pdus: list[bytes]) -> None:
    """Send them as they are; what comes back is read away."""
    with socket.create_connection((HERE, port), PATIENCE_S) as wire:
        reading = threading.Thread(target=_read_away, args=(wire,))
        reading.start()
        try:
            for pdu in pdus:
                wire.sendall(pdu)
            wire.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other end has had enough
        reading.join()


def _read_away(wire: socket.socket) -> None:
    try:
        while wire.recv(2**16):
            pass
    except OSError:
        pass


def test_after_broken_sessions_a_good_one_is_answered(
    service: Service,
    heads: Heads,
    dx: Callable[..., pydicom.Dataset],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance, listed = random.Random(7), frozenset({Sender("GATE1", HERE)})
    monkeypatch.setattr("xray_app.dicos.receiving.WAIT_S", 2.0)
    kept = partial(keep, service, heads)
    with Receiver((HERE, 0), "XRAY", listed, kept, max_bytes=2**20) as receiver:
        status, pdus = talk(receiver.port, dx())
        assert status == KEPT
        for number in range(SESSIONS):
            send(receiver.port, mutated(pdus, chance))
            if number % 20 == 19:
                _left(receiver)  # broken sessions keep their places until their time is over
                assert talk(receiver.port, dx(bright=1000 + number))[0] == KEPT
        assert _left(receiver) == 0  # or in time nobody would be let in any more


def _left(receiver: Receiver) -> int:
    """Associations that are still there once their time is over."""
    ends = time.monotonic() + 4 * PATIENCE_S
    while receiver.associations and time.monotonic() < ends:
        time.sleep(0.05)
    return receiver.associations
