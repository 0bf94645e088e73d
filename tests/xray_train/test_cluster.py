"""Ray Train in place of torchrun: the same recipe gives the same losses."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from tests.xray_train import tiny
from xray.errors import RecipeError
from xray_datasets import coco, simulated
from xray_train import cluster
from xray_train.recipe import Recipe

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]  # one at a time: ports and memory

UNDER_TORCHRUN = """
import sys
from pathlib import Path
import torch
from xray_train.fit import fit
from xray_train.recipe import Recipe
torch.set_num_threads(1)
fit(Recipe.from_json(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    coco.write(simulated.read("parcel", 4, seed=7), tmp_path / "scans")
    return tiny.recipe(real=False, data=(str(tmp_path / "scans"),), steps=3, batch=4)


def losses(run: Path) -> list[float]:
    lines = map(json.loads, (run / "log.jsonl").read_text().splitlines())
    return [line["loss"] for line in lines if "loss" in line]


def test_two_processes_of_ray_learn_what_two_of_torchrun_do(recipe: Recipe, tmp_path: Path) -> None:
    cluster.fit(cluster.Job(recipe, tmp_path / "ray"), processes=2)
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    (tmp_path / "under.py").write_text(UNDER_TORCHRUN)
    command = [*torchrun, "--nproc-per-node", "2", str(tmp_path / "under.py")]
    command += [str(tmp_path / "recipe.json"), str(tmp_path / "torchrun")]
    subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert losses(tmp_path / "ray") == losses(tmp_path / "torchrun")
    assert len(losses(tmp_path / "ray")) == 3


def test_what_a_process_finds_wrong_is_said_in_its_own_words(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "FAILURES", 0)  # it would be tried again, as after a lost machine
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "last.pt").write_bytes(b"no checkpoint")
    with pytest.raises(RecipeError, match=r"last\.pt"):
        cluster.fit(cluster.Job(recipe, tmp_path / "ray"), processes=1)
