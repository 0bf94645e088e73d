"""Processes that inspect: whoever dies is replaced, and the command may be killed at any moment."""

import os
import random
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import xray
from xray import batch
from xray.batch import Format, Settings, crew, marks

# Importable in the processes too, since they get this process's path.
DEADLY = """
import multiprocessing, os, signal, sys
from functools import partial
from pathlib import Path

import cv2

from xray import batch
from xray.batch import crew
from xray.batch.inspecting import Settings

class Deadly(Settings):
    def detector(self):
        detector = super().detector()
        inspect = detector.inspect
        def deadly(scan, min_score):
            if scan.id == "night-0/0003.png":
                os.kill(os.getpid(), signal.SIGKILL)
            return inspect(scan, min_score)
        detector.inspect = deadly
        return detector

class Felling(Settings):
    def detector(self):
        detector = super().detector()
        inspect = detector.inspect
        def felling(scan, min_score):
            if scan.id == "night-0/0003.png":
                os.kill(multiprocessing.parent_process().pid, signal.SIGSTOP)
                os.kill(multiprocessing.parent_process().pid, signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
            return inspect(scan, min_score)
        if multiprocessing.parent_process():
            detector.inspect = felling
        return detector

class Stopped(Settings):
    def detector(self):
        detector = super().detector()
        def stopped(scan, min_score):
            os.kill(multiprocessing.parent_process().pid, signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        if multiprocessing.parent_process():
            detector.inspect = stopped
        return detector

class Counting(Settings):
    def detector(self):
        detector = super().detector()
        def counting(scan, min_score):
            raise ValueError(f"OpenCV has {cv2.getNumThreads()} threads")
        detector.inspect = counting
        return detector

class Stillborn(Settings):
    def detector(self):
        os._exit(7)

def run(archive, out, model, settings):
    engine = partial(crew.finished, workers=1, at=Path(out) / batch.AT)
    batch.run(Path(archive), Path(out), globals()[settings](model), batch.Format.JSONL, engine)

if __name__ == "__main__":
    run(*sys.argv[1:])
"""


@pytest.fixture
def strange(tmp_path: Path, monkeypatch):
    (tmp_path / "strange_settings.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    import strange_settings

    return strange_settings


def with_workers(workers: int):
    return lambda shards, settings, saw: crew.finished(shards, settings, saw, workers)


def children(process: int) -> list[int]:
    """Descriptors that can be read when the processes that this one started have ended."""
    found = []
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
            with suppress(ProcessLookupError):
                found.append(os.pidfd_open(int(child)))
    return found


def test_a_scan_that_kills_twice_is_set_aside_and_all_others_are_inspected(
    make_archive, standin: Path, strange, tmp_path: Path
) -> None:
    said: list[int] = []

    def engine(shards, settings, saw):
        return crew.finished(shards, strange.Deadly(str(standin)), said.append, 1)

    out = tmp_path / "out"
    summary = batch.run(make_archive(6), out, Settings(str(standin)), Format.JSONL, engine)
    assert (summary["inspected"], summary["set_aside"]) == (5, 3)
    aside = (out / "set_aside.jsonl").read_text().splitlines()
    assert "night-0/0003.png" in aside[1]
    assert "ended the process 2 times" in aside[1]
    assert sum(said) == 8  # what was begun again was not counted twice


def test_processes_that_never_get_to_a_scan_end_the_batch_with_a_sentence(
    make_archive, standin: Path, strange, tmp_path: Path
) -> None:
    def engine(shards, settings, saw):
        return crew.finished(shards, strange.Stillborn(str(standin)), saw, 1)

    with pytest.raises(xray.ModelError, match=r"before they look at a scan \(exit code 7\)"):
        batch.run(make_archive(3), tmp_path / "out", Settings(str(standin)), Format.JSONL, engine)


def test_the_results_are_the_same_whatever_the_number_of_workers(
    make_archive, standin: Path, engine, results, tmp_path: Path
) -> None:
    archive, settings = make_archive(60), Settings(str(standin))
    batch.run(archive, tmp_path / "alone", settings, Format.PARQUET, engine)
    batch.run(archive, tmp_path / "three", settings, Format.PARQUET, with_workers(3))
    assert results(tmp_path / "alone") == results(tmp_path / "three")


def test_opencv_takes_one_thread_in_each_process(
    make_archive, standin: Path, strange, tmp_path: Path
) -> None:
    def engine(shards, settings, saw):
        return crew.finished(shards, strange.Counting(str(standin)), saw, 1)

    batch.run(make_archive(2), tmp_path / "out", Settings(str(standin)), Format.JSONL, engine)
    assert "OpenCV has 1 threads" in (tmp_path / "out/set_aside.jsonl").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="kills as Unix does")
def test_a_scan_that_kills_the_command_with_all_processes_is_set_aside_the_fourth_time(
    make_archive, standin: Path, strange, tmp_path: Path
) -> None:
    archive, out = make_archive(6), tmp_path / "out"
    command = [sys.executable, strange.__file__, str(archive), str(out), str(standin), "Felling"]
    ended = [subprocess.run(command, check=False).returncode for _ in range(4)]
    assert ended == [-signal.SIGKILL] * 3 + [0]
    aside = (out / "set_aside.jsonl").read_text().splitlines()
    assert len(aside) == 3
    assert "all processes were killed 3 times" in aside[1]


def test_processes_that_are_told_to_end_blame_no_scan(
    make_archive, standin: Path, strange, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [sys.executable, strange.__file__, make_archive(2), out, standin, "Stopped"]
    ended = subprocess.run(command, check=False, capture_output=True)  # and whoever writes to it
    assert ended.returncode == -signal.SIGTERM
    assert not marks.counted(out / batch.AT)


def test_marks_of_processes_that_ended_alone_blame_no_scan(tmp_path: Path) -> None:
    one = marks.Mark(tmp_path, 1)
    one.at("a.png")
    one.gone()
    for process, left in ((2, '"b.png"\n'), (3, "null\n"), (4, "")):  # two were at no scan
        marks.mark(tmp_path, process).write_text(left)
    assert marks.counted(tmp_path) == marks.counted(tmp_path) == {"b.png": 1}


KILLS = 10


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="processes are watched as on Linux")
def test_killed_ten_times_at_random_it_goes_on_and_leaves_the_results_of_an_undisturbed_run(
    make_archive, standin: Path, engine, results, tmp_path: Path
) -> None:
    archive, draw = make_archive(340), random.Random(7)  # 22 shards
    batch.run(archive, tmp_path / "calm", Settings(str(standin)), Format.PARQUET, engine)
    command = [sys.executable, "-m", "xray", "batch", str(archive), "--model", str(standin)]
    outs, killed, shards = [tmp_path / "out-0"], 0, sorted(draw.choices(range(16), k=KILLS))
    while killed < KILLS:
        process = subprocess.Popen(
            [*command, "--out", str(outs[-1]), "--workers", str(draw.choice((1, 2)))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        moment = shards[killed], draw.random() / 2  # so many shards done, and a while after that
        if killed_at(process, outs[-1], *moment):
            killed += 1
        else:  # it was done before: on with another one
            assert results(outs[-1]) == results(tmp_path / "calm")
            outs.append(tmp_path / f"out-{len(outs)}")
    last = subprocess.run(
        [*command, "--out", str(outs[-1])], check=False, capture_output=True, text=True
    )
    assert last.returncode == 3, last.stderr  # some files could not be read
    assert results(outs[-1]) == results(tmp_path / "calm")
    assert sorted(path.name for path in outs[-1].iterdir()) == [
        *(".lock", "parts", "plan.json", "reports", "set_aside.jsonl", "summary.json", "work.jsonl")
    ]


def killed_at(process: subprocess.Popen, out: Path, shards: int, seconds: float) -> bool:
    """Kill it so long after so many shards of its batch are done; whether it was still at work."""
    while process.poll() is None and len(list(out.glob("shards/*/*.jsonl"))) < shards:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    orphans = children(process.pid)
    process.kill()
    ended = process.wait()
    for orphan in orphans:  # they end with the command
        assert select.select([orphan], [], [], 60)[0]
        os.close(orphan)
    return ended == -signal.SIGKILL
