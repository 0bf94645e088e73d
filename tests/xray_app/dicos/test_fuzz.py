"""Whatever a listed scanner sends, the next one is answered, and what was kept is there, once.

`FUZZ_FILES=10000` makes the long run of it (`make fuzz`): as many broken sessions.
"""

import logging
import os
import random
import socket
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pydicom
import pytest
from pynetdicom import AE, evt
from pynetdicom.sop_class import Verification
from sqlalchemy import select

from tests.xray_app.logged import heard
from tests.xray_app.memory import OWN, Watch, resident_mb
from xray_app.cases import integrity, tables
from xray_app.dicos.keeping import keep
from xray_app.dicos.objects import SCANS
from xray_app.dicos.peers import Sender
from xray_app.dicos.receiving import KEPT, Receiver, known_to_pynetdicom
from xray_app.inspectors.heads import Heads
from xray_app.service import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pynetdicom leaves sockets
]
# Without FUZZ_FILES, 20 sessions: each waits in real time for what it broke to be over.
SESSIONS = int(os.environ.get("FUZZ_FILES", "20"))
GOOD_EACH, OVER_EACH = 20, 100  # sessions between good ones, and until all have ended
PLACES = 150  # associations at once: no broken session is turned away unread
LOOKS = 100  # at the memory, over the run
PATIENCE_S = 5.0
GROWN_MB = 20  # what the service's process or the one that reads heads may grow by
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


@pytest.fixture
def fell(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The kinds of errors that threads ended by; no more of them, or all that they held stays.

    pynetdicom ends a connection's thread by an error of its own where a message comes out of order
    (PS3.8 9.2) or says what cannot be. Of any other error, from where it came.
    """
    fell = Counter[str]()

    def count(end: threading.ExceptHookArgs) -> None:
        frames = traceback.extract_tb(end.exc_traceback)
        its_own = "pynetdicom" in frames[-1].filename
        its_own &= not any("xray_app" in frame.filename for frame in frames)
        where = "" if its_own else "".join(traceback.format_list(frames))
        fell[where + end.exc_type.__name__] += 1

    monkeypatch.setattr(threading, "excepthook", count)
    return fell


def test_after_broken_sessions_a_good_one_is_answered_and_all_that_was_kept_is_there_once(
    service: Service,
    heads: Heads,
    dx: Callable[..., pydicom.Dataset],
    fell: Counter[str],
    inspect_all: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "pynetdicom")  # pytest keeps every line: 50 KB a session
    chance, listed = random.Random(7), frozenset({Sender("GATE1", HERE)})
    monkeypatch.setattr("xray_app.dicos.receiving.WAIT_S", 2.0)
    monkeypatch.setattr("xray_app.dicos.receiving.ASSOCIATIONS", PLACES)
    cases, good = Counter[str](), set[str]()

    def kept(file: bytes, title: str, uid: str) -> None:
        registered = keep(service, heads, file, title, uid)
        cases[registered.case.id] += 1
        good.discard(uid)

    def well(sent: pydicom.Dataset) -> list[bytes]:
        good.add(str(sent.SOPInstanceUID))
        status, pdus = talk(receiver.port, sent)
        assert status == KEPT
        return pdus

    watch = Watch(parent=partial(resident_mb, OWN), heads=partial(_of_heads, heads))
    with (
        heard("xray_app") as said,
        Receiver((HERE, 0), "XRAY", listed, kept, max_bytes=2**20) as receiver,
    ):
        pdus = well(dx())
        for number in range(1, SESSIONS + 1):
            send(receiver.port, mutated(pdus, chance))
            if number % OVER_EACH == 0:
                _left(receiver)  # broken sessions keep their places until their time is over
                inspect_all()  # what is broken may be whole enough: many of them fill the queue
            if number % GOOD_EACH == 0:
                pdus = well(dx(bright=1000 + number % 20_000))
            if number % max(1, SESSIONS // LOOKS) == 0:
                watch.look()
        assert _left(receiver) == 0  # or in time nobody would be let in any more
    print(f"{SESSIONS} broken sessions, {len(cases)} cases, threads fell by {dict(fell)}; {watch}")
    assert good == set()  # each of them came to be kept
    assert [one for one in fell if "\n" in one] == []  # none of ours
    assert [line for line in said() if line["level"] == "ERROR"] == []
    _check(service, cases)
    assert watch.grown("parent") < GROWN_MB
    assert watch.grown("heads") < GROWN_MB


def _check(service: Service, kept: Counter[str]) -> None:
    """Every case that was kept is there once, whole, and no other."""
    with service.database.read() as connection:
        ids = connection.execute(select(tables.cases.c.id)).scalars().all()
        files = connection.execute(select(tables.views.c.sha256)).scalars().all()
        assert integrity.verify(connection).problem is None
    assert sorted(ids) == sorted(kept)
    assert len(files) == len(ids)
    assert all(map(service.contents.is_whole, files))
    assert list(service.contents.incoming.iterdir()) == []


def _of_heads(heads: Heads) -> float:
    running = heads.process.running
    return resident_mb(running.pid) if running else 0.0


def _left(receiver: Receiver) -> int:
    """Associations that are still there once their time is over."""
    ends = time.monotonic() + 4 * PATIENCE_S
    while receiver.associations and time.monotonic() < ends:
        time.sleep(0.05)
    return receiver.associations
