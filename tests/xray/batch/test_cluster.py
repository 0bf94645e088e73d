"""Ray's engine: the same results as without it, also where its workers are killed."""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from xray import batch
from xray.batch import Format, Settings, cluster, plan

pytestmark = pytest.mark.xdist_group("ray")  # it takes ports and memory: one at a time


def with_workers(workers: int):
    return lambda shards, settings, saw: cluster.finished(shards, settings, saw, workers)


@pytest.fixture(autouse=True)
def no_last_place(monkeypatch) -> None:
    """Ray's workers let all others go first; on a busy machine tests would wait for minutes."""
    monkeypatch.setenv("RAY_worker_niceness", "0")


@pytest.fixture
def small_shards(monkeypatch) -> None:
    monkeypatch.setattr(plan, "LEAST_SHARD", 2)


@pytest.mark.usefixtures("small_shards")
def test_ray_gives_the_same_bytes_and_counts_as_one_process(
    make_archive, standin: Path, engine, results, tmp_path: Path
) -> None:
    archive, settings = make_archive(12), Settings(str(standin))
    for name, does in (("alone", engine), ("ray", with_workers(2))):
        batch.run(archive, tmp_path / name, settings, Format.JSONL, does)
    assert results(tmp_path / "ray") == results(tmp_path / "alone")


def actors() -> list[int]:
    """Processes of Ray's that inspect."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            said = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if said.startswith(b"ray::") and b"Inspector" in said:
            found.append(int(folder.name))
    return found


@pytest.mark.usefixtures("small_shards")
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc")
def test_a_worker_killed_in_the_middle_costs_nothing(
    make_archive, standin: Path, engine, results, tmp_path: Path
) -> None:
    archive, settings = make_archive(30), Settings(str(standin))
    killed = []

    def breaking(shards, settings, saw):
        for shard, lines in cluster.finished(shards, settings, saw, 2):
            if not killed:
                killed.extend(actors())
                for process in killed:
                    os.kill(process, signal.SIGKILL)
            yield shard, lines

    batch.run(archive, tmp_path / "alone", settings, Format.JSONL, engine)
    batch.run(archive, tmp_path / "ray", settings, Format.JSONL, breaking)
    assert killed
    assert results(tmp_path / "ray") == results(tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers in /proc")
def test_the_command_itself_killed_leaves_no_worker_behind_and_goes_on(
    make_archive, standin: Path, engine, results, tmp_path: Path
) -> None:
    archive, out = make_archive(320), tmp_path / "ray"  # 21 shards
    batch.run(archive, tmp_path / "alone", Settings(str(standin)), Format.JSONL, engine)
    command = [sys.executable, "-m", "xray", "batch", str(archive), "--model", str(standin)]
    command += ["--out", str(out), "--engine", "ray", "--workers", "2", "--format", "jsonl"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list(out.glob("shards/*/*.jsonl")):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.005)
    orphans = [os.pidfd_open(worker) for worker in actors()]
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert orphans
    for orphan in orphans:
        assert select.select([orphan], [], [], 60)[0]
        os.close(orphan)
    assert not (out / "summary.json").exists()
    last = subprocess.run(command, check=False, capture_output=True, text=True)
    assert last.returncode == 3, last.stderr  # some files could not be read
    assert results(out) == results(tmp_path / "alone")
