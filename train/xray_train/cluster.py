"""Training over several machines: Ray Train starts the processes that torchrun starts on one.

They share each batch and average gradients as everywhere (`fit`), so the same recipe with the same
number of processes gives the same losses, wherever they run. All of them read the same pools and
data and write to the same folder: paths must mean the same on every machine.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xray.cluster import LOCAL, joined
from xray.errors import RecipeError, XrayError
from xray_train.recipe import Recipe

FAILURES = 3  # processes that may die; the run goes on from its checkpoint


@dataclass(frozen=True)
class Job:
    """What every process does.

    Attributes:
        recipe, out, minutes, device, workers, init: as `fit` takes them.
    """

    recipe: Recipe
    out: Path
    minutes: float | None = None
    device: str = "cpu"
    workers: int = 0
    init: Path | None = None


def fit(job: Job, processes: int, address: str = LOCAL) -> Path:
    """Train on a Ray cluster, or go on with the run that stands in `job.out`.

    Args:
        job: what to do.
        processes: how many share each batch, a core or a GPU each.
        address: of a cluster, as `ray.init` takes it; "local" starts Ray on this machine.

    Returns:
        the checkpoint's path.

    Raises:
        MissingExtra: Ray is not installed.
        RecipeError: no cluster answers at that address, or a process met something wrong.
    """
    job = from_anywhere(job)
    ray = joined(address, processes, "xray-train fit --processes")
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    try:
        TorchTrainer(
            _process,
            train_loop_config={"job": job},
            torch_config=TorchConfig(backend=backend(job.device)),
            scaling_config=ScalingConfig(num_workers=processes, use_gpu=job.device != "cpu"),
            run_config=RunConfig(
                storage_path=str(job.out / "ray"),  # its own notes
                failure_config=FailureConfig(max_failures=FAILURES),
            ),
        ).fit()
    except Exception as error:  # Ray's and Ray Train's own have no common class over them
        raise RecipeError(_said(error)) from None
    finally:
        ray.shutdown()
    return job.out / "last.pt"


def from_anywhere(job: Job) -> Job:
    """The same with whole paths: Ray starts each process in a folder of its own.

    Links stay what they are: on another machine they may lead elsewhere.
    """
    told = job.recipe
    return replace(
        job,
        recipe=replace(
            told, pools=_whole(told.pools), data=_whole(told.data), teachers=_whole(told.teachers)
        ),
        out=job.out.absolute(),
        init=None if job.init is None else job.init.absolute(),
    )


def _whole(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(Path(path).absolute()) for path in paths)


def backend(device: str) -> str:
    """What carries messages: NCCL knows no CPU, where the clock lies that processes agree on."""
    return "gloo" if device == "cpu" else "cpu:gloo,cuda:nccl"


def _process(given: dict[str, Any]) -> None:
    """One of the processes: RANK and WORLD_SIZE stand in the environment, as under torchrun."""
    import torch

    from xray_train.fit import fit as run

    torch.set_num_threads(1)
    job: Job = given["job"]
    run(
        job.recipe,
        job.out,
        minutes=job.minutes,
        device=job.device,
        workers=job.workers,
        init=job.init,
    )


def _said(error: BaseException) -> str:
    """Our own sentence inside what Ray wraps around it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, XrayError):
            return str(cause)
        for inner in getattr(cause, "worker_failures", {}).values():
            return _said(inner)
        cause = cause.__cause__ or getattr(cause, "cause", None)
    return f"Ray ended the training: {error}"
