"""Scanners at a gate: simulated scans, each unlike any other, sent over REST as they please."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from types import TracebackType
from typing import Any

import cv2
import httpx
import numpy as np
import tifffile

from xray_app.demo.samples import samples

SENDERS = 24  # at once; each keeps its connection
BLOCK_PX, BITS = 8, 24  # of a number that is drawn into a JPEG, in blocks of black and white
STEP, LEVELS = 256, 200  # counts that `fingerprint` tells apart; digits of a number in pixels
KEPT = httpx.Limits(keepalive_expiry=3.0)  # uvicorn closes what was quiet for 5 s
MIXED = 6  # samples that come in turn: colour of parcels, baggage and a container, two energies


class Scans:
    """Samples that ship with the project, by the simulator, made unlike each other.

    A JPEG has a number drawn into its corner, as a console does with its clock, and is written
    anew; in a TIFF of two energies three pixels of each are set. Both take 1.5 ms.
    """

    def __init__(self) -> None:
        self._numbers = count()
        files = [sample.file for sample in samples()[:MIXED]]
        self._makers: list[Callable[[int], tuple[str, bytes]]] = [
            _colour(cv2.imread(str(file)))
            if file.suffix == ".jpg"
            else _energies(file.read_bytes())
            for file in files
        ]

    def next(self) -> tuple[str, bytes]:
        """The name and the bytes of a scan that nobody has seen before."""
        number = next(self._numbers)
        return self._makers[number % len(self._makers)](number)


def _colour(picture: np.ndarray) -> Callable[[int], tuple[str, bytes]]:
    def made(number: int) -> tuple[str, bytes]:
        bits = np.array([255 * (number >> bit & 1) for bit in range(BITS)], np.uint8)
        marked = picture.copy()
        marked[:BLOCK_PX, : BITS * BLOCK_PX] = np.repeat(bits, BLOCK_PX)[None, :, None]
        return "bag.jpg", cv2.imencode(".jpg", marked)[1].tobytes()

    return made


def _energies(file: bytes) -> Callable[[int], tuple[str, bytes]]:
    planes = tifffile.imread(BytesIO(file))  # (2, H, W) uint16

    def made(number: int) -> tuple[str, bytes]:
        digits = [number // LEVELS**place % LEVELS for place in range(3)]
        planes[:, 0, :3] = [(20 + digit) * STEP for digit in digits]
        out = BytesIO()
        tifffile.imwrite(out, planes, photometric="minisblack")
        return "bag.tif", out.getvalue()

    return made


class Gate:
    """Sends scans and counts what is answered; entered, its senders are connected.

    Args:
        address: http://HOST:PORT.
        key: that may bring in scans.
    """

    def __init__(self, address: str, key: str) -> None:
        self.answers: Counter[int] = Counter()
        self.kept: list[str] = []
        self.planned: dict[str, datetime] = {}  # case → when it was to arrive
        self._scans, self._making = Scans(), threading.Lock()
        self._stock: deque[tuple[str, bytes]] = deque()
        self._address, self._key = address, key
        self._own = threading.local()
        self._clients: list[httpx.Client] = []
        self._pool = ThreadPoolExecutor(SENDERS, initializer=self._connect)

    def __enter__(self) -> "Gate":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for client in self._clients:
            client.close()

    def burst(self, scans: int) -> None:
        """So many at once, made beforehand: the machine's cores are the service's meanwhile."""
        self._stock.extend(self._scans.next() for _ in range(scans))
        now = time.monotonic()
        list(self._pool.map(self._send, [now] * scans))

    def arrive(self, per_second: float, seconds: float) -> None:
        """Scans at a steady rate, however long each takes."""
        began = time.monotonic()
        moments = [began + n / per_second for n in range(max(1, round(per_second * seconds)))]
        list(self._pool.map(self._send, moments))

    def _send(self, at: float) -> None:
        """Send one at this moment, of the monotonic clock; too late is better than not at all.

        Its time counts from this moment, whether or not anything was free to send it then.
        """
        planned = datetime.now(UTC) + timedelta(seconds=at - time.monotonic())
        scan = self._made()
        time.sleep(max(0.0, at - time.monotonic()))
        answer = self._own.http.post("/api/v1/scans", files={"scan": scan})
        self.answers[answer.status_code] += 1
        if answer.status_code == 202:
            case = answer.json()["id"]
            self.planned[case] = planned
            self.kept.append(case)

    def _made(self) -> tuple[str, bytes]:
        try:
            return self._stock.popleft()
        except IndexError:
            with self._making:  # the planes of a scan are written into
                return self._scans.next()

    def _connect(self) -> None:
        headers = {"authorization": f"Bearer {self._key}"}
        about: Any = {"base_url": self._address, "headers": headers, "limits": KEPT, "timeout": 120}
        self._own.http = httpx.Client(**about)
        self._clients.append(self._own.http)
