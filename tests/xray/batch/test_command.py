"""The command `xray batch`: which engine does the work."""

import os
import sys
from pathlib import Path

import pytest

from xray import __main__ as command
from xray.batch import cluster, crew, reach
from xray.batch.reach import Away


@pytest.fixture
def run(make_archive, standin: Path, tmp_path: Path, monkeypatch, capsys):
    """Runs the command over three scans; gives its exit code and what it said."""
    archive = make_archive(3)

    def run(name: str, *options: str) -> tuple[object, str]:
        words = ["xray", "batch", str(archive), "--out", str(tmp_path / name), "--format", "jsonl"]
        monkeypatch.setattr(sys, "argv", [*words, "--model", str(standin), *options])
        with pytest.raises(SystemExit) as ended:
            command.main()
        return ended.value.code, capsys.readouterr().err

    return run


@pytest.fixture
def engines(monkeypatch, engine) -> list[str]:
    """The names of the engines that did something, each of which works within this process."""
    used: list[str] = []
    for module, name in ((crew, "local"), (cluster, "ray")):
        monkeypatch.setattr(
            module,
            "finished",
            lambda shards, settings, saw, name=name, **_: (
                used.append(name),
                engine(shards, settings, saw),
            )[1],
        )
    return used


@pytest.mark.parametrize(
    ("options", "used"),
    [
        ((), "local"),
        (("--engine", "local"), "local"),
        (("--engine", "processes"), "local"),
        (("--engine", "ray"), "ray"),
    ],
)
def test_the_engine_goes_by_its_name_and_local_is_the_usual_one(
    run, engines, results, tmp_path: Path, options: tuple[str, ...], used: str
) -> None:
    assert run("out", *options)[0] == command.UNREAD  # a cut-off scan and a note are among them
    assert engines == [used]
    assert len(results(tmp_path / "out")["00000.jsonl"].splitlines()) == 3


def test_a_batch_goes_on_under_the_other_name_of_its_engine(run, engines) -> None:
    assert run("out", "--engine", "processes") == run("out", "--engine", "local")
    assert engines == ["local"]  # the second time there was nothing left to do


def test_an_unknown_engine_is_refused_by_name(run) -> None:
    code, said = run("out", "--engine", "spark")
    assert code == command.USAGE
    assert said == "xray batch: --engine must be local or ray, got spark\n"


def test_paths_mean_the_same_wherever_a_worker_starts(
    run, monkeypatch, standin: Path, tmp_path: Path, engine
) -> None:
    said = []

    def heard(shards, settings, saw, **_):
        said.append(settings)
        return engine(shards, settings, saw)

    monkeypatch.setattr(crew, "finished", heard)
    monkeypatch.setattr(reach, "WAITS_S", ())  # an empty folder looks like a mount that is away
    monkeypatch.chdir(standin.parent)
    (tmp_path / "high").mkdir()
    high = os.path.relpath(tmp_path / "high")
    run("out", "--model", standin.name, "--high", high)
    assert said[0].model == str(standin)
    assert said[0].high == str(tmp_path / "high")


def test_again_does_once_more_what_was_set_aside_and_nothing_new_is_overlooked(
    run, engines, tmp_path: Path
) -> None:
    assert run("out")[0] == command.UNREAD
    good = next((tmp_path / "archive/night-0").iterdir()).read_bytes()
    for bad in ("a note.txt", "night-1/cut.png"):
        (tmp_path / "archive" / bad).write_bytes(good)
    assert run("out")[0] == command.UNREAD  # as it was
    assert run("out", "--again") == (0, "")
    assert engines == ["local", "local"]
    (tmp_path / "archive/new.png").write_bytes(good)
    code, said = run("out")
    assert code == command.USAGE
    assert "1 more in" in said
    assert "(new.png)" in said


def test_an_archive_out_of_reach_is_told_from_a_batch_that_is_done(
    run, monkeypatch, tmp_path: Path
) -> None:
    def away(*_, **__):
        raise Away(0, "cannot be reached (it is gone)", "/archive/a.png")

    monkeypatch.setattr(crew, "finished", away)
    assert run("out") == (1, "/archive/a.png: cannot be reached (it is gone)\n")
