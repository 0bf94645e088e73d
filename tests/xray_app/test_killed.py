"""The service is killed under load, again and again: what it acknowledged is there, once.

`SOAK_KILLS=25`, on each kind of database, is the long run; one is a slice for every day.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from sqlalchemy import func, select

from xray_app import service
from xray_app.access.roles import Right, Role
from xray_app.cases import integrity, tables
from xray_app.cases.database import Database

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("SOAK_KILLS", "1"))
PASSWORD = "correct horse battery"
Running = Callable[..., AbstractContextManager["subprocess.Popen[bytes]"]]
ALIVE_SECONDS = 4.0  # between the first answer of a service and its end
SENDERS, OFFICERS = 2, 2


class World:
    """Senders and officers who go on whatever happens to the service, and note what it said."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key
        self.over = threading.Event()
        self.numbers = count()
        self.scans: dict[str, str] = {}  # request key → case, as acknowledged
        self.decisions: Counter[str] = Counter()  # case → acknowledged decisions

    def send(self) -> None:
        with httpx.Client(base_url=self.address, timeout=20) as http:
            http.headers["authorization"] = f"Bearer {self.key}"
            while not self.over.is_set():
                number = next(self.numbers)
                picture = np.full((40, 60), 240, np.uint8)
                picture[10:30, 10:30] = number % 200
                picture.ravel()[-64:] = np.frombuffer(f"{number:064}".encode(), np.uint8)
                scan = cv2.imencode(".png", picture)[1].tobytes()
                self.submit(http, f"scan-{number}", scan)

    def submit(self, http: httpx.Client, key: str, scan: bytes) -> None:
        while not self.over.is_set():
            try:
                files = {"scan": ("bag.png", scan)}
                answer = http.post("/api/v1/scans", files=files, headers={"idempotency-key": key})
            except httpx.TransportError:
                self.over.wait(0.2)
                continue
            assert answer.status_code in (202, 503), answer.text
            if answer.status_code == 202:
                self.scans[key] = answer.json()["id"]
                return
            self.over.wait(0.2)

    def decide(self, name: str) -> None:
        with httpx.Client(base_url=self.address, timeout=20) as http:
            while not self.over.is_set():
                try:
                    self.decide_one(http, name)
                except httpx.TransportError:
                    self.over.wait(0.2)

    def decide_one(self, http: httpx.Client, name: str) -> None:
        taken = http.post("/api/v1/queue/take")
        if taken.status_code == 401:
            http.post("/api/v1/session", json={"name": name, "password": PASSWORD})
        elif taken.status_code == 200:
            case = taken.json()
            said = {"version": case["version"], "verdict": "clear", "reason": name}
            answer = http.post(f"/api/v1/cases/{case['id']}/decision", json=said)
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                self.decisions[case["id"]] += 1
        else:
            self.over.wait(0.2)


def test_what_a_killed_service_acknowledged_is_there_once(
    parts: service.Service, running: Running
) -> None:
    key = parts.keys.make("test", "gate", [Right.SUBMIT])
    for number in range(OFFICERS):
        parts.people.add("test", f"officer {number}", PASSWORD, Role.SCREENER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    world = World(f"http://127.0.0.1:{port}", key)
    with ThreadPoolExecutor(SENDERS + OFFICERS) as pool:
        jobs: list[Future[Any]] = [pool.submit(world.send) for _ in range(SENDERS)]
        jobs += [pool.submit(world.decide, f"officer {n}") for n in range(OFFICERS)]
        try:
            for _ in range(KILLS):
                with running(parts.settings, port) as process:
                    world.over.wait(ALIVE_SECONDS)
                    while not (world.scans and world.decisions):  # a busy machine takes longer
                        assert not any(job.done() for job in jobs), jobs
                        world.over.wait(0.1)
                    process.send_signal(signal.SIGKILL)
                assert not any(job.done() for job in jobs), [job for job in jobs if job.done()]
        finally:
            world.over.set()
        for job in jobs:
            job.result()
    assert world.scans
    with running(parts.settings, port):
        _wait_until_nothing_is_in_inspection(parts.database)
    _check(parts, world)


def _wait_until_nothing_is_in_inspection(database: Database) -> None:
    in_line = select(func.count()).where(tables.cases.c.state.in_(["received", "inspecting"]))
    while True:
        with database.read() as connection:
            if connection.execute(in_line).scalar_one() == 0:
                return
        time.sleep(0.2)


def _check(parts: service.Service, world: World) -> None:
    with parts.database.read() as connection:
        cases = connection.execute(select(tables.cases.c.id)).scalars().all()
        decided = Counter(connection.execute(select(tables.decisions.c.case_id)).scalars())
        hashes = connection.execute(select(tables.contents.c.sha256)).scalars().all()
        keys = select(tables.requests.c.key, tables.requests.c.case_id)
        requests = {row.key: row.case_id for row in connection.execute(keys)}
        assert integrity.verify(connection).problem is None
    acknowledged = list(world.scans.values())
    assert len(set(acknowledged)) == len(acknowledged)
    assert {key: requests.get(key) for key in world.scans} == world.scans
    assert sorted(cases) == sorted(requests.values())  # sent again, it was no second case
    assert len(requests) - len(acknowledged) <= SENDERS * (KILLS + 1)  # answers that got lost
    assert set(world.decisions.values()) == set(decided.values()) == {1}
    assert set(world.decisions) <= set(decided)
    assert len(decided) - len(world.decisions) <= OFFICERS * (KILLS + 1)  # answers that got lost
    assert all(parts.contents.path(sha256).exists() for sha256 in hashes)
    assert list(parts.contents.incoming.iterdir()) == []
    print(f"{KILLS} kills: {len(acknowledged)} scans and {len(world.decisions)} decisions hold")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # signals know no database
def test_a_service_that_is_told_to_stop_gives_its_case_back_and_the_try_does_not_count(
    parts: service.Service, running: Running
) -> None:
    key = parts.keys.make("test", "gate", [Right.SUBMIT])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(parts.settings, port) as process:
        _send(port, key, 0)
        _wait_until_nothing_is_in_inspection(parts.database)  # what inspects has started by now
        (inspecting,) = _children(process.pid)
        os.kill(inspecting, signal.SIGSTOP)  # it takes the case and gets no further
        case = _send(port, key, 1)
        while _stands(parts.database, case) != ("inspecting", 1):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert _stands(parts.database, case) == ("received", 0)
    with running(parts.settings, port):
        _wait_until_nothing_is_in_inspection(parts.database)
    assert _stands(parts.database, case) == ("waiting", 1)


def _send(port: int, key: str, number: int) -> str:
    """A scan that is like no other; its case."""
    picture = np.roll(np.arange(2400, dtype=np.uint8).reshape(40, 60), number)
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/scans",
        files={"scan": ("bag.png", cv2.imencode(".png", picture)[1].tobytes())},
        headers={"authorization": f"Bearer {key}"},
        timeout=60,
    )
    return str(answer.raise_for_status().json()["id"])


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _stands(database: Database, case: str) -> tuple[str, int]:
    asked = select(tables.cases.c.state, tables.cases.c.tries).where(tables.cases.c.id == case)
    with database.read() as connection:
        row = connection.execute(asked).one()
    return row.state, row.tries
