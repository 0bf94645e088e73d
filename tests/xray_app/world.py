"""Those around a service that is killed: they go on whatever becomes of it, and note what it said.

A sender by REST, one through the watched folder, an officer by REST who decides at once, and one at
the desk, whose decisions can be taken back and sometimes are.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from enum import StrEnum, auto
from itertools import count
from pathlib import Path

import cv2
import httpx
import numpy as np

from tests.xray_app.seat import Seat

PASSWORD = "correct horse battery"
AGAIN_S = 0.2  # between tries while the service is away
DROPS_S = 0.5  # between files that are put into the watched folder
TAKES_BACK = 3  # one in so many decisions at the desk


class Said(StrEnum):
    """What the desk acknowledged of a case last."""

    DECIDED = auto()
    TAKEN_BACK = auto()
    UNSURE = auto()  # it was asked for, and no answer came


class World:
    """Everybody around one service.

    Args:
        address: http://HOST:PORT.
        key: that may bring in scans.
        folder: the watched one.
        officers: names of the one who uses REST and of the one at the desk.
    """

    def __init__(self, address: str, key: str, folder: Path, officers: tuple[str, str]) -> None:
        self.address, self.key, self.folder, self.officers = address, key, folder, officers
        self.over = threading.Event()
        self.numbers = count()
        self.scans: dict[str, str] = {}  # request key → case, as acknowledged
        self.dropped: dict[str, str] = {}  # name in the watched folder → SHA-256
        self.decisions: Counter[str] = Counter()  # case → decisions acknowledged by REST
        self.said: dict[str, Said] = {}  # case → what the desk said
        self.turns = count(1)  # decisions at the desk
        self.taken_back = 0

    def jobs(self) -> list[Callable[[], None]]:
        """What each of them does until it is over."""
        return [self.send, self.drop, self.decide, self.sit]

    def began(self) -> bool:
        """Whether something of every kind was acknowledged."""
        at_desk = Said.DECIDED in self.said.values()
        return bool(self.scans and self.decisions and at_desk and self.lying("done"))

    def lying(self, place: str) -> set[str]:
        """Names of the scans in `done` or `failed`."""
        return {path.name for path in (self.folder / place).glob("*.png")}

    def waiting(self) -> int:
        """Scans that were put into the watched folder and have no place yet."""
        return len(self.dropped) - len(self.lying("done") | self.lying("failed"))

    def send(self) -> None:
        with self._http() as http:
            http.headers["authorization"] = f"Bearer {self.key}"
            while not self.over.is_set():
                number = next(self.numbers)
                self._submit(http, f"scan-{number}", _scan(number))

    def drop(self) -> None:
        while not self.over.wait(DROPS_S):
            number = next(self.numbers)
            name, scan = f"bag-{number}.png", _scan(number)
            self.dropped[name] = hashlib.sha256(scan).hexdigest()
            unfinished = self.folder / f"{name}.part"
            unfinished.write_bytes(scan)
            unfinished.rename(self.folder / name)

    def decide(self) -> None:
        with self._http() as http:
            self._go_on(lambda: self._decide_one(http, self.officers[0]))

    def sit(self) -> None:
        seat = Seat(self.address, self.officers[1], PASSWORD)
        self._go_on(lambda: self._decide_at(seat))
        seat.close()

    def _http(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=20)

    def _go_on(self, act: Callable[[], bool]) -> None:
        """Again and again, whether or not anybody answers; slower where there is nothing to do."""
        while not self.over.is_set():
            try:
                if act():
                    continue
            except httpx.TransportError:
                pass
            self.over.wait(AGAIN_S)

    def _submit(self, http: httpx.Client, key: str, scan: bytes) -> None:
        while not self.over.is_set():
            try:
                files = {"scan": ("bag.png", scan)}
                answer = http.post("/api/v1/scans", files=files, headers={"idempotency-key": key})
            except httpx.TransportError:
                self.over.wait(AGAIN_S)
                continue
            assert answer.status_code in (202, 503), answer.text
            if answer.status_code == 202:
                self.scans[key] = answer.json()["id"]
                return
            self.over.wait(AGAIN_S)

    def _decide_one(self, http: httpx.Client, name: str) -> bool:
        taken = http.post("/api/v1/queue/take")
        if taken.status_code == 401:
            return http.post(
                "/api/v1/session", json={"name": name, "password": PASSWORD}
            ).is_success
        if taken.status_code != 200:
            return False
        case = taken.json()
        said = {"version": case["version"], "verdict": "clear", "reason": name}
        answer = http.post(f"/api/v1/cases/{case['id']}/decision", json=said)
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            self.decisions[case["id"]] += 1
        return True

    def _decide_at(self, seat: Seat) -> bool:
        """Decide a case at the desk, and now and then take that back."""
        shown = seat.do("take")
        if not shown.case:
            return False
        case = shown.case
        self.said[case] = Said.UNSURE
        shown = seat.do("search", case, shown.version, code="other")
        if case not in shown.undoable:
            return False
        self.said[case] = Said.DECIDED
        if next(self.turns) % TAKES_BACK == 0:
            self._take_back(seat, case, shown.undoable[case])
        return True

    def _take_back(self, seat: Seat, case: str, version: int) -> None:
        self.said[case] = Said.UNSURE
        shown = seat.do("undo", case, version)
        if shown.case == case:
            self.said[case] = Said.TAKEN_BACK
            self.taken_back += 1
        else:
            assert "over" in shown.notice, shown  # ten seconds have passed
            self.said[case] = Said.DECIDED


def _scan(number: int) -> bytes:
    """A small scan that is like no other."""
    picture = np.full((40, 60), 240, np.uint8)
    picture[10:30, 10:30] = number % 200
    picture.ravel()[-64:] = np.frombuffer(f"{number:064}".encode(), np.uint8)
    return cv2.imencode(".png", picture)[1].tobytes()
