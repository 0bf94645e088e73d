"""The notebooks run in a clean clone, each paired with an .ipynb that holds no outputs."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext
import pytest

from tests.xray_train import made_up

FOLDER = Path(__file__).parent.parent / "notebooks"
SOURCES = sorted(FOLDER.glob("*.py"))
LOOP = FOLDER.parent / "docs" / "guides" / "loop.md"  # its lines: tests/xray_train/test_loop.py
MOST_CPU_S = 20.0

# What a notebook says of its figures, held against them; `it` has the names of the notebook.
CLAIMS = {
    "choose_a_working_point": """
from xray_train.judged import hinted
assert it["unsure"]
assert not any(hinted(j, *it["alarming"]) for j in it["clean"]), "a hidden threat counts as none"
assert it["confidence"] == 0.95
how = it["threats"], it["seen"], it["MISS_RATE"]
assert it["kept"] == it["miss_rate"].coverage(*how, 0.95, repeats=200), "another promise is tried"
""",
    "look_at_scans": """
import numpy as np
at = {name: float(np.interp(0.3, *it["line"](name))) for name in it["PURE"]}
assert at["polyethylene"] < at["aluminium"] < at["steel"] > at["lead"]
few, many = at["polyethylene"] / 0.3, at["steel"] / 0.3
assert all(few - 0.1 < slope < many + 0.2 for _, slope in it["slopes"]), "other things lie there"
assert len(it["slopes"]) >= 3, "take another SEED: here too few objects lie alone"
""",
    "retrain": """
assert it["layouts"].name(it["CASES"]) == "decided cases"
assert all(it["parts"][split] for split in ("train", "val"))
assert any(s.annotations or s.rejected for mine in it["parts"].values() for s in mine)
assert not any("search found no such thing" in said for said in it["findings"].notes)
page = (it["trial"].out / "promotion.html").read_text()
assert it["result"].passes or "The old model stays." in page
""",
}
# What stands in for something of its own.
INSTEAD = {
    "choose_a_working_point": """
from dataclasses import replace
from xray_datasets import simulated
def read(kind, count, seed, simulate=simulated.read):
    for number, one in enumerate(simulate(kind, count, seed)):  # in every sixth, all is hidden
        hidden = dict(annotations=(), ignored=one.annotations) if number % 6 == 0 else {}
        yield replace(one, **hidden)
simulated.read = read
""",
    "retrain": """
from xray import Encoding
from xray_datasets import simulated
def read(kind, count, seed, simulate=simulated.read):  # scanners of two energies have cases, too
    return simulate(kind, count, seed, Encoding.DUAL)
simulated.read = read
""",
}
QUICK = {
    "--count 40": "--count 2",
    "--minutes 30": "--minutes 0.02",
    "--miss-rate 0.05": "--miss-rate 0.5 --confidence 0",
    "ROOT": "my-scans/",
}


def by_name(path: Path) -> str:
    return path.stem


def commands(source: Path) -> Iterator[str]:
    """The lines of its text that a reader may type: those set apart, and what has arguments."""
    for cell in jupytext.read(source).cells:
        if cell.cell_type == "markdown":
            yield from re.findall(r"^ {4}(xray\S* .+)$", cell.source, re.M)
            yield from re.findall(r"`(xray-\w+ \w+ [^`]+)`", cell.source)


@pytest.fixture(scope="session")
def compiled() -> None:
    """The simulator's loops and all modules, which a fresh clone compiles once and keeps."""
    code = (
        "import matplotlib.pyplot, numpy as np, torch._dynamo, xray_train.promote, xray_train.fit\n"
    )
    code += "from xray_datasets.simulator import show, simulate\n"
    code += "show(simulate('parcel', 0), np.random.default_rng(0))"
    subprocess.run([sys.executable, "-c", code], env=environment(Path.cwd()), check=True)


def environment(folder: Path) -> dict[str, str]:
    env = os.environ | {"NOTEBOOK_QUICK": "1", "MPLBACKEND": "agg", "TMPDIR": str(folder)}
    env |= {"OMP_NUM_THREADS": "1", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for name in ("XRAY_REAL_SCANS", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    return env


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
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("source", SOURCES, ids=by_name)
def test_it_runs_with_a_small_recipe(source: Path, tmp_path: Path) -> None:
    code = f"import runpy\nit = runpy.run_path({str(source)!r})\n"
    code = INSTEAD.get(source.stem, "") + code + CLAIMS.get(source.stem, "")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(tmp_path),
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ran.returncode == 0, ran.stderr
    took_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{source.name}: {took_s:.1f} s of one processor")
    assert took_s < MOST_CPU_S, (
        f"{source.name} took {took_s:.1f} s of one processor and may take {MOST_CPU_S:g}: a recipe "
        "for tests is small. (Seconds of the processor, since a machine may have other work)"
    )


@pytest.mark.slow
def test_a_data_set_of_ones_own_is_told_with_its_own_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the text says: name the folder, and skip the next cell."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    root = made_up.sixray(tmp_path / "six", {"10/train": range(3), "10/test": range(3, 5)})
    cells = jupytext.read(FOLDER / "read_a_public_data_set.py").cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    (making,) = (k for k, source in enumerate(code) if "WORDS = " in source)
    code[making] = f"ROOT = Path({str(root)!r})"
    exec("\n".join(code), {"__name__": "notebook"})
    said = capsys.readouterr().out
    assert "academic use only, no commercial use (UCAS-PRISDL)" in said
    assert "DvXray" not in said


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
def test_the_commands_that_notebooks_name_run_one_after_the_other(tmp_path: Path) -> None:
    asked = ["xray-data simulate --kind parcel --count 8 --out my-scans/"]
    page = LOOP.read_text()
    for source in SOURCES:
        mine = [line for line in commands(source) if line not in page]
        assert mine or source.stem in ("compare_models", "look_at_scans", "retrain")
        asked += mine
    for line in asked:
        for old, new in QUICK.items():
            line = line.replace(old, new)
        ran = subprocess.run(
            line, shell=True, cwd=tmp_path, env=environment(tmp_path),
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert ran.returncode == 0, f"{line}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
