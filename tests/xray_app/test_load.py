"""Scans arrive as they please, whether or not the service keeps up.

`SOAK_SECONDS=600` is the long run, whose times are judged; a few seconds are a slice of it, which
holds that nothing is lost and nothing fails, on a machine that may be busy with something else.
"""

import os
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from sqlalchemy import func, select

from xray_app import service
from xray_app.access.roles import Right
from xray_app.cases import integrity, tables

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("SOAK_SECONDS", "5"))
JUDGED = SECONDS >= 120  # shorter runs say little about times
SENDERS = 24
FIRST = 12  # scans that the capacity is measured with
Running = Callable[..., AbstractContextManager["subprocess.Popen[bytes]"]]


@dataclass
class Gate:
    """Sends scans that nobody has seen before, and counts what is answered."""

    address: str
    key: str
    numbers: "count[int]" = field(default_factory=count)
    answers: Counter[int] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    planned: dict[str, datetime] = field(default_factory=dict)  # case → when it was to arrive

    def send(self, at: float) -> None:
        """Send one at this moment, of the monotonic clock; too late is better than not at all.

        Its time counts from this moment, whether or not anything was free to send it then.
        """
        planned = datetime.now(UTC) + timedelta(seconds=at - time.monotonic())
        number = next(self.numbers)
        picture = np.full((480, 640), 240, np.uint8)
        picture[100:300, 100:400] = number % 200
        picture[0, :64] = np.frombuffer(f"{number:064}".encode(), np.uint8)
        scan = cv2.imencode(".png", picture)[1].tobytes()
        time.sleep(max(0.0, at - time.monotonic()))
        answer = httpx.post(
            f"{self.address}/api/v1/scans",
            files={"scan": ("bag.png", scan)},
            headers={"authorization": f"Bearer {self.key}"},
            timeout=120,
        )
        self.answers[answer.status_code] += 1
        if answer.status_code == 202:
            case = answer.json()["id"]
            self.planned[case] = planned
            self.kept.append(case)

    def arrive(self, per_second: float, seconds: float) -> None:
        """Scans at a steady rate, however long each takes."""
        began = time.monotonic()
        moments = [began + n / per_second for n in range(max(1, round(per_second * seconds)))]
        with ThreadPoolExecutor(SENDERS) as pool:
            list(pool.map(self.send, moments))


def test_nothing_is_lost_at_any_load(parts: service.Service, running: Running) -> None:
    key = parts.keys.make("test", "gate", [Right.SUBMIT])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gate = Gate(f"http://127.0.0.1:{port}", key)
    with running(parts.settings, port) as process:
        gate.arrive(1000, 0.001)
        drained(parts)  # the model is loaded now
        began = time.monotonic()
        gate.arrive(1000, FIRST / 1000)
        drained(parts)
        capacity = FIRST / (time.monotonic() - began)
        for _ in range(5):
            gate.send(time.monotonic())
            drained(parts)
        alone = sorted(times(parts, gate, -5))[2]

        usual_from = len(gate.kept)
        gate.arrive(0.6 * capacity, SECONDS / 2)
        memory = resident_mb(process.pid)  # the database's caches are full now, and grow no more
        gate.arrive(0.6 * capacity, SECONDS / 2)
        drained(parts)
        grown = (resident_mb(process.pid) - memory) / (SECONDS / 2 / 60)
        usual = sorted(times(parts, gate, usual_from))
        p95 = usual[int(0.95 * (len(usual) - 1))]

        assert set(gate.answers) == {202}
        gate.arrive(3 * capacity, SECONDS / 3)
        began = time.monotonic()
        drained(parts)
        back = time.monotonic() - began
    check(parts, gate)
    print(
        f"{parts.database.url.get_backend_name()}: {capacity:.1f} scans/s, alone {alone:.3f} s, "
        f"p95 at 60 % {p95:.3f} s, memory {grown:+.1f} MB/min, at 300 % "
        f"{dict(gate.answers)}, back after {back:.1f} s"
    )
    if JUDGED:
        assert p95 <= 5 * alone
        assert grown < 1
        assert back < 30


def drained(parts: service.Service) -> None:
    """Wait until nothing waits for inspection."""
    in_line = select(func.count()).where(tables.cases.c.state.in_(["received", "inspecting"]))
    while True:
        with parts.database.read() as connection:
            if connection.execute(in_line).scalar_one() == 0:
                return
        time.sleep(0.02)


def times(parts: service.Service, gate: Gate, since: int) -> list[float]:
    """Seconds from the planned arrival of each case to its report: its upload, its wait for
    whatever was busy and its inspection. In the order in which they were acknowledged.
    """
    table = tables.cases
    with parts.database.read() as connection:
        rows = connection.execute(select(table.c.id, table.c.waiting_at)).all()
    ended = {row.id: row.waiting_at for row in rows}
    return [(ended[case] - gate.planned[case]).total_seconds() for case in gate.kept[since:]]


def resident_mb(pid: int) -> float:
    """Memory of a process and of what it started."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text().split()]
    own = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return own + sum(resident_mb(int(child)) for child in children)


def check(parts: service.Service, gate: Gate) -> None:
    assert set(gate.answers) <= {202, 503}
    with parts.database.read() as connection:
        cases = connection.execute(select(tables.cases.c.id)).scalars().all()
        assert integrity.verify(connection).problem is None
    assert sorted(cases) == sorted(gate.kept)
    assert list(parts.contents.incoming.iterdir()) == []
