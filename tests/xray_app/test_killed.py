"""The service is killed under load, again and again: what it acknowledged is there, once.

`SOAK_KILLS=25`, on each kind of database, is the long run; one is a slice for every day.
"""

import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from sqlalchemy import func, select

from tests.xray_app.world import PASSWORD, Said, World
from xray_app import service
from xray_app.access.roles import Right, Role
from xray_app.cases import integrity, tables
from xray_app.cases.database import Database

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("SOAK_KILLS", "1"))
Running = Callable[..., AbstractContextManager["subprocess.Popen[bytes]"]]
ALIVE_S = (0.2, 8.0)  # between the first answer of a service and its end; a draw between them
GOING_ON = ("received", "inspecting", "pending")
PATIENCE_S = 300.0  # for what was left to do when the service was killed last
OFFICERS = ("lee", "kim")  # by REST, at the desk


def test_what_a_killed_service_acknowledged_is_there_once(
    parts: service.Service, running: Running, tmp_path: Path
) -> None:
    key = parts.keys.make("test", "gate", [Right.SUBMIT])
    for name in OFFICERS:
        parts.people.add("test", name, PASSWORD, Role.SCREENER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "watched"
    folder.mkdir()
    world = World(f"http://127.0.0.1:{port}", key, folder, OFFICERS)
    draw = random.Random(parts.database.url.get_backend_name())
    watching = {"XRAY_WATCH_DIR": str(folder)}
    with ThreadPoolExecutor(len(world.jobs())) as pool:
        jobs: list[Future[Any]] = [pool.submit(job) for job in world.jobs()]
        try:
            for number in range(KILLS):
                with running(parts.settings, port, **watching, XRAY_DESK="yes") as process:
                    world.over.wait(draw.uniform(*ALIVE_S))
                    while number == KILLS - 1 and not world.began():  # a busy machine takes longer
                        assert not any(job.done() for job in jobs), jobs
                        world.over.wait(0.1)
                    process.kill()
                assert not any(job.done() for job in jobs), [job for job in jobs if job.done()]
        finally:
            world.over.set()
        for job in jobs:
            job.result()
    with running(parts.settings, port, **watching):
        _wait_until_nothing_goes_on(parts.database, world)
    _check(parts, world)


def _wait_until_nothing_goes_on(database: Database, world: World | None = None) -> None:
    """Every case is inspected, every file has its place, nothing can be taken back any more."""
    in_line = select(func.count()).where(tables.cases.c.state.in_(GOING_ON))
    ends = time.monotonic() + PATIENCE_S
    while True:
        with database.read() as connection:
            going_on = connection.execute(in_line).scalar_one()
        if not going_on and not (world and world.waiting()):
            return
        assert time.monotonic() < ends, (going_on, world and world.waiting())
        time.sleep(0.2)


def _check(parts: service.Service, world: World) -> None:
    with parts.database.read() as connection:
        cases = connection.execute(select(tables.cases.c.id)).scalars().all()
        of_files = select(tables.views.c.sha256, tables.views.c.case_id)
        files = [(row.sha256, row.case_id) for row in connection.execute(of_files)]
        decided = Counter(connection.execute(select(tables.decisions.c.case_id)).scalars())
        hashes = connection.execute(select(tables.contents.c.sha256)).scalars().all()
        keys = select(tables.requests.c.key, tables.requests.c.case_id)
        requests = {row.key: row.case_id for row in connection.execute(keys)}
        assert integrity.verify(connection).problem is None
    acknowledged = list(world.scans.values())
    assert len(set(acknowledged)) == len(acknowledged)
    assert {key: requests.get(key) for key in world.scans} == world.scans
    assert len(requests) - len(acknowledged) <= KILLS + 1  # answers that got lost
    assert world.lying("done") == set(world.dropped)  # each file, once, under its name
    in_folder = [case for sha256, case in files if sha256 in set(world.dropped.values())]
    assert len(in_folder) == len(world.dropped)  # each file that was put there is one case
    assert sorted(cases) == sorted([*requests.values(), *in_folder])  # and nothing else is any
    _check_decisions(world, decided)
    assert all(parts.contents.path(sha256).exists() for sha256 in hashes)
    assert list(parts.contents.incoming.iterdir()) == []
    print(
        f"{parts.database.url.get_backend_name()}, {KILLS} kills: {len(acknowledged)} scans by "
        f"REST, {len(in_folder)} by the folder, {len(world.decisions)} decisions at once and "
        f"{len(world.said)} at the desk hold, {world.taken_back} were taken back"
    )


def _check_decisions(world: World, decided: Counter[str]) -> None:
    at_desk = {said: {case for case, was in world.said.items() if was is said} for said in Said}
    sure = set(world.decisions) | at_desk[Said.DECIDED]
    assert len(sure) == len(world.decisions) + len(at_desk[Said.DECIDED])  # no case to both
    assert set(world.decisions.values()) == set(decided.values()) == {1}
    assert sure <= set(decided)
    assert not at_desk[Said.TAKEN_BACK] & set(decided)
    assert len(set(decided) - sure) <= len(OFFICERS) * (KILLS + 1)  # answers that got lost


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # signals know no database
def test_a_service_that_is_told_to_stop_gives_its_case_back_and_the_try_does_not_count(
    parts: service.Service, running: Running
) -> None:
    key = parts.keys.make("test", "gate", [Right.SUBMIT])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(parts.settings, port) as process:
        _send(port, key, 0)
        _wait_until_nothing_goes_on(parts.database)  # what inspects has started by now
        (inspecting,) = _children(process.pid)
        os.kill(inspecting, signal.SIGSTOP)  # it takes the case and gets no further
        case = _send(port, key, 1)
        while _stands(parts.database, case) != ("inspecting", 1):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert _stands(parts.database, case) == ("received", 0)
    with running(parts.settings, port):
        _wait_until_nothing_goes_on(parts.database)
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
