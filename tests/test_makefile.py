"""What `make weights` ends with, and what is said of its recipes: by stand-ins for our commands.
And what `make soak` and `make fuzz` run."""

import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.xray_app.needed import missing
from xray import card
from xray_train import recipe

ROOT = Path(__file__).parent.parent


def weights(tmp_path: Path, *more: str, fails: str) -> subprocess.CompletedProcess[str]:
    """`make weights` where our commands do nothing; those whose words begin like `fails` fail."""
    tmp_path.joinpath("bin").mkdir()
    for name in ("xray-train", "xray-data"):
        program = tmp_path / "bin" / name
        program.write_text(
            f'#!/bin/sh\necho {name} "$@"\ncase "$1 $3" in "{fails}"*) exit 1;; esac\n'
        )
        program.chmod(0o755)
    here = [f"VENV={tmp_path}", f"BIN={tmp_path}/bin", f"RUNS={tmp_path}/runs", "XRAY_REAL_SCANS=x"]
    command = ["make", "-C", str(ROOT), "-o", f"{tmp_path}/dev.stamp", "weights", *here, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("fails", "ends_with"), [("nothing", 0), ("compare parcel-sim", 2)])
def test_weights_made_anew_that_miss_the_shipped_figures_are_an_error(
    tmp_path: Path, fails: str, ends_with: int
) -> None:
    done = weights(tmp_path, fails=fails)
    assert done.returncode == ends_with, done.stderr
    compared = [line for line in done.stdout.splitlines() if line.startswith("xray-train compare")]
    assert [line.split()[-1] for line in compared] == ["parcel-sim", "parcel"]  # both, even so


def test_a_try_on_next_to_nothing_compares_nothing(tmp_path: Path) -> None:
    done = weights(tmp_path, "SMOKE=1", fails="compare")
    assert (done.returncode, "xray-train ship" in done.stdout) == (0, True)
    assert "xray-train compare" not in done.stdout


@pytest.mark.parametrize("name", ["parcel", "parcel-sim"])
def test_where_shipped_weights_learned_with_other_settings_than_the_recipe_it_is_said(
    name: str,
) -> None:
    said = (ROOT / "weights/README.md").read_text(encoding="utf-8")
    now = asdict(recipe.load(ROOT / f"train/recipes/{name}.toml"))
    then = card.read(ROOT / f"weights/{name}.onnx").training["recipe"]
    for setting, value in now.items():
        was = then.get(setting, value)  # what a card does not name came after its run
        given = list(value) if isinstance(value, tuple) else value
        if setting != "pools" and was != value and was != given:
            assert f"| {name} | {setting} | {was} | {value} |" in said


@pytest.mark.parametrize("target", ["soak", "fuzz"])
def test_the_long_runs_leave_no_database_out_and_skip_nothing(target: str) -> None:
    command = ["make", "-C", str(ROOT), "-n", target]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    runs = [line for line in said.replace("\\\n", " ").splitlines() if "-m pytest" in line]
    assert runs
    for run in runs:
        assert "NO_SKIP=1" in run
        assert " -k" not in run


@pytest.mark.parametrize(
    ("told", "ends_as"), [({}, pytest.skip.Exception), ({"NO_SKIP": "1"}, pytest.fail.Exception)]
)
def test_what_a_machine_does_not_have_is_a_failure_where_nothing_may_be_skipped(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], ends_as: type[BaseException]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ends_as):
        missing("no PostgreSQL server here")
