"""The command `xray batch`: which engine does the work."""

import sys
from pathlib import Path

import pytest

from xray import __main__ as command
from xray.batch import cluster, crew


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
