"""Ray Train in place of torchrun: the same recipe gives the same losses."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from torch.distributed.distributed_c10d import Backend, BackendConfig
from typer.testing import CliRunner

from tests.xray_train import tiny
from xray.errors import RecipeError
from xray_datasets import coco, simulated
from xray_train import cluster
from xray_train.__main__ import app
from xray_train.recipe import Recipe


def on_ray(test: Any) -> Any:
    """One at a time: ports and memory."""
    needed = pytest.mark.skipif(find_spec("ray") is None, reason="the extra ray is not installed")
    return needed(pytest.mark.slow(pytest.mark.xdist_group("ray")(test)))


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


@on_ray
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


@on_ray
def test_what_a_process_finds_wrong_is_said_in_its_own_words(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "FAILURES", 0)  # it would be tried again, as after a lost machine
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "last.pt").write_bytes(b"no checkpoint")
    with pytest.raises(RecipeError, match=r"last\.pt"):
        cluster.fit(cluster.Job(recipe, tmp_path / "ray"), processes=1)


def test_what_processes_are_told_means_the_same_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = tiny.recipe(pools=("pool",), data=("mine", "/srv/scans"), teachers=("a/last.pt",))
    job = cluster.from_anywhere(cluster.Job(told, Path("out"), init=Path("b.onnx")))
    assert job.recipe == replace(
        told,
        pools=(f"{tmp_path}/pool",),
        data=(f"{tmp_path}/mine", "/srv/scans"),
        teachers=(f"{tmp_path}/a/last.pt",),
    )
    assert (job.out, job.init) == (tmp_path / "out", tmp_path / "b.onnx")


def test_what_is_shared_on_the_cpu_is_not_sent_through_nccl() -> None:
    carried = BackendConfig(Backend(cluster.backend("cuda"))).get_device_backend_map()
    assert carried == {"cpu": "gloo", "cuda": "nccl"}
    assert cluster.backend("cpu") == "gloo"


def test_figures_for_tensorboard_are_refused_where_ray_starts_the_processes(tmp_path: Path) -> None:
    asked = ["fit", "--data", str(tmp_path), "--processes", "2", "--tensorboard", str(tmp_path)]
    ran = CliRunner().invoke(app, asked)
    assert isinstance(ran.exception, RecipeError)
    assert "leave out one of --tensorboard and --processes" in str(ran.exception)
