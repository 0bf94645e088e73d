"""Whatever file is brought in, the inspecting process answers, and in memory that is bounded.

What can still be read after the damage goes on, as any scan does: to the report as JSON and as
TDR, to the picture; a tenth as many files more go through the whole service.

`FUZZ_FILES=10000` makes the long run of it (`make fuzz`).
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from fastapi.testclient import TestClient

from tests.xray_app.memory import OWN, Watch, most_mb, resident_mb
from tests.xray_app.seeds import damaged, seeds
from xray import tdr
from xray_app.cases import inspection
from xray_app.cases.reports import read_report
from xray_app.inspectors.pool import Inspecting, Limits, Pool
from xray_app.service import Service

FILES = int(os.environ.get("FUZZ_FILES", "150"))
WHOLE_WAY = 10  # a file goes through the service for so many that do not
LOOKS = 100  # at the memory, over the run
ADDRESS_SPACE_MB = 2048  # a sixth of what a service gives an inspecting process
CHILD_MB, GROWN_MB = 512, 20  # resident at any moment; how far it may grow, caches once full
pytestmark = pytest.mark.slow


@pytest.fixture
def process(standin: Path) -> Iterator[Inspecting]:
    pool = Pool(1, str(standin), Limits(seconds=60, memory_mb=ADDRESS_SPACE_MB))
    with pool.lend() as process:
        process.start()
        yield process
    pool.close()


def broken_files(count: int, seed: int) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """What they were, and what became of them: every format in turn."""
    chance, kinds = random.Random(seed), cycle(seeds().items())
    for _ in range(count):
        kind, files = next(kinds)
        yield kind, damaged(files, chance)


def written(files: tuple[bytes, ...], folder: Path, name: str = "file") -> list[str]:
    paths = [folder / f"{name}{number}" for number in range(len(files))]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file)
    return [str(path) for path in paths]


def check_whole(answer: dict[str, Any]) -> None:
    """What was inspected is a report in every form, and a picture of its size."""
    report = read_report(json.loads(json.dumps(answer["report"])))
    out = BytesIO()
    tdr.write(report, out, source=tdr.Source(answer["dicom"], answer["pixel_mm"]))
    check_tdr(out.getvalue())
    assert picture_hw(answer["picture"]) == (answer["height_px"], answer["width_px"])
    assert max(picture_hw(answer["thumbnail"])) <= 160


def check_tdr(file: bytes) -> None:
    assert pydicom.dcmread(BytesIO(file)).SOPClassUID == tdr.TDR_STORAGE


def picture_hw(file: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return int(picture.shape[0]), int(picture.shape[1])


def test_before_the_damage_every_format_is_inspected(process: Inspecting, tmp_path: Path) -> None:
    for kind, files in seeds().items():
        answer = process.ask(written(files, tmp_path), ["bag"] * len(files), {"id": "bag"}, {})
        assert answer["problem"] is None, kind
        check_whole(answer)


def test_no_damaged_file_ends_the_inspecting_process_or_is_our_fault_or_stays_in_memory(
    process: Inspecting, tmp_path: Path
) -> None:
    running = process.process.running
    assert running is not None
    child, own = partial(resident_mb, running.pid), partial(resident_mb, OWN)
    watch, readable, ours = Watch(child=child, parent=own), Counter[str](), []
    for number, (kind, files) in enumerate(broken_files(FILES, seed=5)):
        paths = written(files, tmp_path)
        # BrokeOff fails the test
        answer = process.ask(paths, ["bag"] * len(paths), {"id": "bag"}, {})
        assert answer["report"] or answer["problem"]
        if answer["blame"] == "us" or "our fault" in str(answer["problem"]):
            ours.append((number, kind, answer["problem"]))
            written(files, tmp_path, f"ours-{number}-")
        if answer["report"]:
            readable[kind] += 1
            check_whole(answer)
        if number % max(1, FILES // LOOKS) == 0:
            watch.look()
    kinds = f"{readable.total()} of {len(readable)} kinds still readable"
    most = most_mb(running.pid)
    print(f"{FILES} damaged files, {kinds}; {watch}; child {most:.0f} MiB at any moment")
    assert ours == [], tmp_path
    assert readable.total() > FILES / 10
    assert most < CHILD_MB
    assert watch.grown("child") < GROWN_MB
    assert watch.grown("parent") < GROWN_MB


def test_what_is_still_readable_goes_through_the_service_to_json_tdr_and_picture(
    service: Service, scanner: TestClient, process: Inspecting
) -> None:
    reported = 0
    for _, files in broken_files(FILES // WHOLE_WAY, seed=6):
        parts = zip(("scan", "high"), files, strict=False)
        sent = scanner.post("/api/v1/scans", files=[(part, ("bag", file)) for part, file in parts])
        assert sent.status_code == 202, sent.text
        where = f"/api/v1/cases/{sent.json()['id']}"
        while (case := inspection.claim(service.database, service.now)) is not None:
            service.dispatch.inspect(case, process)
        known = scanner.get(where).json()
        assert known["state"] == "waiting", known
        forms = [scanner.get(f"{where}/report?format={form}") for form in ("json", "tdr")]
        picture = scanner.get(f"{where}/image")
        assert {answer.status_code for answer in (*forms, picture)} <= {200, 404}
        assert (known["problem"] is None) == forms[0].is_success == forms[1].is_success
        if forms[1].is_success:
            reported += 1
            check_tdr(forms[1].content)
            picture_hw(picture.content)
    assert reported > 0
