"""Whatever is sent to the interface, it answers in order: no crash, no 500, nothing undescribed.

What is asked of a case is asked of one that is there, in each state in turn, at its version.

`FUZZ_EXAMPLES=200` and `FUZZ_FILES=10000` make the long run of it (`make fuzz`).
"""

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi import checks
from sqlalchemy import update

from xray_app.access.roles import Actor, Right, Role
from xray_app.api import signing
from xray_app.cases import tables
from xray_app.cases.case import Case, load
from xray_app.cases.queue import NOBODY
from xray_app.cases.states import Disposition, State
from xray_app.demo.samples import samples
from xray_app.inspectors.pool import Limits, Pool
from xray_app.service import Service

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
FILES = int(os.environ.get("FUZZ_FILES", "150"))
CHECKS = (  # what an answer is: its status, its kind, its fields and headers, as described
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
LEASE = timedelta(minutes=5)
HOST = {"host": "127.0.0.1:7860"}
pytestmark = pytest.mark.slow


@pytest.fixture
def kept_in(database_url: str) -> str:
    return database_url


@pytest.fixture
def stand(
    service: Service, scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]
) -> Callable[[], Case]:
    """Puts an inspected case into the next state; into every other one, with whoever fuzzes."""
    case_id = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)}).json()["id"]
    inspect_all()
    others = [state for state in State if state is not State.TAKEN]
    states = cycle([state for other in others for state in (State.TAKEN, other)])

    def stand() -> Case:
        state, table = next(states), tables.cases
        stands: dict[str, Any] = {**NOBODY, "state": state, "closed_at": None, "disposition": None}
        if state in (State.TAKEN, State.HELD, State.PENDING):
            stands["holder"] = "fuzz"
            until = {State.TAKEN: "lease_until", State.HELD: "held_until"}
            stands |= {until[state]: service.now + LEASE} if state in until else {}
        if state is State.CLOSED:
            stands |= {"closed_at": service.now, "disposition": Disposition.CLEARED}
        with service.database.write() as connection:
            connection.execute(update(table).where(table.c.id == case_id).values(**stands))
            return load(connection, case_id)

    return stand


def aim(sent: Any, case: Case) -> None:
    """Have what is sent mean a case as it stands, where it means one."""
    if "case_id" in (sent.path_parameters or {}):
        sent.path_parameters["case_id"] = case.id
        if isinstance(sent.body, dict) and "version" in sent.body:
            sent.body["version"] = case.version


@pytest.fixture
def described(client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The interface as it describes itself, to somebody who may do everything."""
    service.people.add_outside("test", "fuzz", Role.SUPERVISOR)
    everything = Actor("fuzz", frozenset(Right))
    monkeypatch.setattr(signing, "actor_of", lambda request: everything)
    app = client.app
    assert isinstance(app, FastAPI)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HOST)


def test_nothing_that_is_sent_ends_in_an_error_of_ours(
    described: Any, stand: Callable[[], Case]
) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        def check(case: Any) -> None:
            aim(case, stand())
            answer = case.call(headers=HOST)  # no 5xx but the 503 and 507 that are described
            assert answer.status_code != 500
            case.validate_response(answer, checks=CHECKS)

        check()


@pytest.fixture
def pool(standin: Path) -> Iterator[Pool]:
    pool = Pool(1, str(standin), Limits(seconds=60))
    yield pool
    pool.close()


def good_files(write_scan: Callable[..., Path], folder: Path) -> list[bytes]:
    """A small file of every format."""
    files = [write_scan("8.png").read_bytes(), write_scan("16.png", np.uint16).read_bytes()]
    files.append(write_scan("8.jpg").read_bytes())
    files.append(write_scan("16.tif", np.uint16).read_bytes())
    two = [np.full((60, 80), value, np.uint16) for value in (30_000, 50_000)]
    two[0][20:40, 20:40] = two[1][20:40, 20:40] = 9_000
    assert cv2.imwritemulti(str(folder / "two.tif"), two)
    files.append((folder / "two.tif").read_bytes())
    dataset = pydicom.Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.501.2.2"
    dataset.SOPInstanceUID = "1.2.3"
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.set_pixel_data(two[0], "MONOCHROME2", 16)
    dataset.save_as(folder / "one.dcm", enforce_file_format=True)
    files.append((folder / "one.dcm").read_bytes())
    files.append(samples()[0].file.read_bytes())
    return files


def mutated(file: bytes, chance: random.Random) -> bytes:
    """A file with some bytes changed, cut off, repeated or moved; headers more often."""
    data = bytearray(file)
    for _ in range(chance.randint(1, 8)):
        reach = len(data) if chance.random() < 0.5 else min(len(data), 512)
        at = chance.randrange(reach)
        act = chance.randrange(5)
        if act == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            data[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        elif act == 2 and len(data) > 64:
            del data[chance.randrange(32, len(data)) :]
        elif act == 3:
            data[at:at] = data[at : at + chance.randint(1, 64)]
        else:
            data[at : at + 8] = chance.randbytes(8)
    return bytes(data)


def test_no_mutated_file_ends_the_inspecting_process_or_is_our_fault(
    pool: Pool, write_scan: Callable[..., Path], tmp_path: Path
) -> None:
    chance = random.Random(5)
    good = good_files(write_scan, tmp_path)
    file, ours = tmp_path / "file", []
    with pool.lend() as process:
        for number in range(FILES):
            file.write_bytes(mutated(good[number % len(good)], chance))
            # BrokeOff fails the test
            answer = process.ask([str(file)], ["bag"], {"id": "bag"}, {})
            assert answer["report"] or answer["problem"]
            if "our fault" in str(answer["problem"]):
                ours.append((number, answer["problem"]))
                (tmp_path / f"ours-{number}").write_bytes(file.read_bytes())
    assert ours == [], tmp_path
