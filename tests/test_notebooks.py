"""The notebooks run in a clean clone, each paired with an .ipynb that holds no outputs."""

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(FOLDER.glob("*.py"))


def by_name(path: Path) -> str:
    return path.stem


def test_each_source_has_its_pair_and_each_pair_its_source() -> None:
    assert {p.stem for p in SOURCES} == {p.stem for p in FOLDER.glob("*.ipynb")}
    assert len(SOURCES) >= 6


@pytest.mark.parametrize("source", SOURCES, ids=by_name)
def test_the_pair_holds_the_same_cells_and_no_outputs(source: Path) -> None:
    ours, pair = jupytext.read(source), jupytext.read(source.with_suffix(".ipynb"))
    assert [(c.cell_type, c.source) for c in pair.cells] == [
        (c.cell_type, c.source) for c in ours.cells
    ], "run make notebooks"
    code = [cell for cell in pair.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES, ids=by_name)
def test_it_runs_with_a_small_recipe(source: Path, tmp_path: Path) -> None:
    env = os.environ | {"NOTEBOOK_QUICK": "1", "MPLBACKEND": "agg", "TMPDIR": str(tmp_path)}
    env.pop("XRAY_REAL_SCANS", None)
    ran = subprocess.run(
        [sys.executable, source], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
