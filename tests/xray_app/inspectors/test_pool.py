"""Inspecting processes: they answer, they are killed when too slow, and others take their place."""

import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from xray.clearance import Rule
from xray.profile import Profile
from xray.scan import Encoding
from xray_app.cases.errors import Full
from xray_app.inspectors.pool import LOADING, Inspecting, Limits, Pool
from xray_app.inspectors.process import BrokeOff

pytestmark = pytest.mark.slow


@pytest.fixture
def pool(standin: Path) -> Iterator[Pool]:
    pool = Pool(1, str(standin), Limits())
    yield pool
    pool.close()


def ask(process: Inspecting, file: Path) -> object:
    return process.ask([str(file)], ["bag.png"], {"id": "a case"}, {})["report"]["scan_id"]


def test_a_process_answers_again_and_again_and_after_it_was_killed(
    pool: Pool, write_scan: Callable[..., Path], tmp_path: Path
) -> None:
    file = write_scan("bag.png")
    text = tmp_path / "text.png"
    text.write_text("this is no picture")
    assert (pool.alive, pool.restarts) == (0, 0)
    with pool.lend() as process:
        assert [ask(process, file) for _ in range(2)] == ["a case", "a case"]
        assert (pool.alive, pool.restarts) == (1, 0)
        assert "found text" in process.ask([str(text)], ["notes.png"], {}, {})["problem"]
        killed = process.process.running
        assert killed is not None
        os.kill(killed.pid, signal.SIGKILL)
        with pytest.raises(BrokeOff):
            ask(process, file)
        assert (pool.alive, pool.restarts) == (0, 0)
        assert ask(process, file) == "a case"
        assert (pool.alive, pool.restarts) == (1, 1)


def test_whoever_waits_for_an_answer_is_told_at_once_when_the_process_is_closed() -> None:
    idle = 'import time; print(\'{"model": "m", "absence": ""}\', flush=True); time.sleep(600)'
    for _ in range(8):  # closed under its reader, the answer was waited for to the end of the time
        one = Inspecting(None, Limits(seconds=300), None)
        one.process.command = [sys.executable, "-c", idle]
        one.start()
        with ThreadPoolExecutor(1) as thread:
            waits = thread.submit(one.ask, [], [], {}, {})
            while one.process.reading.acquire(blocking=False):  # until it waits
                one.process.reading.release()
            one.close()
            with pytest.raises(BrokeOff):
                waits.result(60)


@pytest.mark.parametrize(("model", "said"), [(None, ""), ("no-such-model", "No model is loaded")])
def test_the_pool_says_whether_the_weights_are_loaded(
    standin: Path, model: str | None, said: str
) -> None:
    pool = Pool(1, model or str(standin), Limits())
    assert pool.absence == LOADING
    with pool.lend() as process:
        process.start()
    pool.close()
    assert pool.absence.startswith(said)
    assert bool(pool.absence) == bool(said)


def test_a_process_goes_by_the_calibration_that_it_was_given(
    standin: Path, write_scan: Callable[..., Path], tmp_path: Path
) -> None:
    sha256, file = hashlib.sha256(standin.read_bytes()).hexdigest(), tmp_path / "clearance.json"
    said = {"scanner": "gate 1", "encodings": frozenset(Encoding), "profile": Profile()}
    Rule(0.93, 0.05, 0.95, **said, model="standin@1", sha256=sha256).save(file)  # type: ignore[arg-type]
    pool = Pool(1, str(standin), Limits(), str(file))
    with pool.lend() as process:
        answer = process.ask([str(write_scan("bag.png"))], ["bag.png"], {"id": "a case"}, {})
    pool.close()
    assert answer["report"]["clearance"]["bound"] == 0.05


def test_a_process_takes_the_profile_of_each_question_without_a_restart(
    pool: Pool, standin: Path, write_scan: Callable[..., Path]
) -> None:
    file, sha256 = write_scan("bag.png"), hashlib.sha256(standin.read_bytes()).hexdigest()
    wary = {sha256: Profile(name="wary", thresholds={"gun": 0.95}).to_dict()}

    def profile(profiles: dict[str, Any]) -> str:
        answer = process.ask([str(file)], ["bag.png"], {"id": "a case"}, profiles)
        return str(answer["report"]["profile"]["name"])

    with pool.lend() as process:
        names = [profile(one) for one in ({}, wary, {"0" * 64: wary[sha256]})]
        first = process.process.running
        assert names == ["default", "wary", "default"]
        assert first is not None
        assert first.poll() is None


def test_an_inspection_that_takes_too_long_is_killed(
    pool: Pool, write_scan: Callable[..., Path]
) -> None:
    file = write_scan("bag.png")
    with pool.lend() as process:
        assert ask(process, file) == "a case"
        stopped = process.process.running
        assert stopped is not None
        process.limits = Limits(seconds=0.2)
        os.kill(stopped.pid, signal.SIGSTOP)  # stands for a file that takes for ever
        began = time.monotonic()
        with pytest.raises(BrokeOff, match="took over 0 s"):
            ask(process, file)
        assert time.monotonic() - began < 30
        assert stopped.poll() is not None


def test_a_file_that_takes_too_much_memory_ends_its_own_process_alone(
    standin: Path, write_scan: Callable[..., Path]
) -> None:
    pool = Pool(1, str(standin), Limits(memory_mb=64))  # too little even to start
    with pool.lend() as process, pytest.raises(BrokeOff):
        ask(process, write_scan("bag.png"))
    pool.close()


def test_whoever_finds_every_process_lent_is_told_to_come_back(standin: Path) -> None:
    pool = Pool(1, str(standin), Limits())
    with pool.lend(), pytest.raises(Full), pool.lend(seconds=0.01):
        pass


def test_a_closed_pool_starts_nothing(standin: Path, write_scan: Callable[..., Path]) -> None:
    pool = Pool(1, str(standin), Limits())
    pool.close()
    before = threading.active_count()
    with pool.lend() as process, pytest.raises(BrokeOff, match="stopping"):
        ask(process, write_scan("bag.png"))
    assert threading.active_count() == before
