"""Training, top to bottom.

One process, or several that share a batch, under torchrun: with two cores, two processes of one
thread each train about as fast as one of two threads and do not stall when a third program
wants a core, which costs threaded loops a factor of three (measured, GNU OpenMP).
"""

import json
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import cv2
import torch
import torch.distributed as dist
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import nn
from xray_datasets import real

from xray_train import checkpoint, checks
from xray_train.checkpoint import Checkpoint
from xray_train.item import Item
from xray_train.loader import Steps, batches, to
from xray_train.losses import loss
from xray_train.recipe import Recipe
from xray_train.sources import Real, sources, threats

Log = Callable[[dict[str, Any]], None]


def fit(
    recipe: Recipe,
    out: Path,
    *,
    minutes: float | None = None,
    device: str = "cpu",
    workers: int = 0,
    init: Path | None = None,
    steps: Steps | None = None,
    held_out: list[Item] | None = None,
) -> Path:
    """Train, or go on with the run that stands in `out`.

    Args:
        recipe: all settings.
        out: folder of this run: last.pt, log.jsonl.
        minutes: end after this long, all sittings together; the learning rate falls with the
            share of the steps or of the minutes that is used up, whichever is larger.
        device: "cpu" or "cuda".
        workers: processes that prepare scans; 0 prepares them between steps.
        init: checkpoint of another run to start from.
        steps, held_out: data from elsewhere, for tests and notebooks.

    Returns:
        the checkpoint's path.
    """
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")
    cv2.setNumThreads(1)  # its threads would fight with torch's
    out.mkdir(parents=True, exist_ok=True)
    place, path = torch.device(device), out / "last.pt"
    log = _logger(out / "log.jsonl") if rank == 0 else _silent

    torch.manual_seed(recipe.seed)
    network = checkpoint.build(recipe).to(place, memory_format=torch.channels_last)
    if init is not None and not path.exists():
        unknown = checkpoint.start_from(network, recipe.labels, init)
        log({"event": "init", "from": str(init), "labels_from_nothing": unknown})
    averaged = {k: v.clone() for k, v in network.state_dict().items()}
    optimiser = torch.optim.AdamW(_groups(network, recipe.weight_decay), lr=recipe.learning_rate)
    done, elapsed_s = 0, 0.0
    if path.exists():
        done, elapsed_s = _resume(checkpoint.read(path), network, averaged, optimiser)
        log({"event": "resume", "step": done})

    if steps is None:
        found = sources(recipe)
        steps = Steps(recipe, found, threats(recipe, found), rank, world)
    if held_out is None:
        held_out = calibration_scans(recipe) if rank == 0 else []
    autocast = _autocast(place)

    begun = time.monotonic() - elapsed_s
    network.train()
    with _bar(recipe, done, rank) as advance:
        for step, batch in enumerate(batches(steps, done, workers), done):
            used = _agreed((time.monotonic() - begun) / 60 / minutes if minutes else 0.0, world)
            if used >= 1:
                break
            rate = learning_rate(recipe, step, used)
            for group in optimiser.param_groups:
                group["lr"] = rate
            batch = to(batch, place)
            with autocast:
                prediction = network(batch.planes)
            total, parts = loss(prediction, batch.targets, recipe.box_weight, recipe.topk)
            optimiser.zero_grad()
            total.backward()
            _share_gradients(network, world)
            norm = nn.utils.clip_grad_norm_(network.parameters(), recipe.clip_norm)
            if math.isfinite(float(norm)):  # the same in every process, for they share gradients
                optimiser.step()
            _average(averaged, network, recipe.ema, step)

            done = step + 1
            passed = time.monotonic() - begun
            log({"step": done, "loss": float(total.detach()), "lr": rate, "norm": float(norm),
                 "elapsed_s": round(passed, 2), **{k: float(v) for k, v in parts.items()}})  # fmt: skip
            advance(float(total.detach()), passed)
            if rank == 0 and done % recipe.save_every == 0:
                _save(path, recipe, done, passed, network, averaged, optimiser)
            if rank == 0 and done % recipe.check_every == 0 and held_out:
                log({"step": done, "ap50": _check(recipe, averaged, held_out, place)})

    if rank == 0:
        _save(path, recipe, done, time.monotonic() - begun, network, averaged, optimiser)
        if held_out:
            log({"step": done, "ap50": _check(recipe, averaged, held_out, place), "event": "end"})
    return path


def learning_rate(recipe: Recipe, step: int, used: float) -> float:
    """Up in a line, flat, down in a line to a hundredth.

    `used` is the share of the allowed minutes that is gone; the larger share rules.
    """
    share = min(max(step / recipe.steps, used), 1.0)
    fall = (1 - share) / max(1 - recipe.decay_from, 1e-9)
    rise = (step + 1) / max(recipe.warm_up, 1)
    return recipe.learning_rate * min(1.0, rise, max(fall, 0.01))


def calibration_scans(recipe: Recipe) -> list[Item]:
    """Real scans that thresholds are set on; no training scan, no validation scan."""
    root = real.from_environment()
    if root is None:
        return []
    small = Recipe(real=True, labels=recipe.labels, cache_px=recipe.check_px)
    samples = [*real.sixray(root, "cal"), *real.sixray_benign(root, "cal")]
    return Real(samples, small).items


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Kernels decay; biases and norms do not."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": kernels, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0},
    ]


def _average(
    averaged: dict[str, torch.Tensor], network: nn.Module, decay: float, step: int
) -> None:
    """Exponential mean of the weights; the first ones fade fast."""
    keep = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                averaged[key].lerp_(value, 1 - keep)
            else:
                averaged[key].copy_(value)


def _share_gradients(network: nn.Module, world: int) -> None:
    """The mean over all processes, in one message."""
    if world == 1:
        return
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])  # (parameters,)
    dist.all_reduce(flat)
    flat /= world
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))


def _agreed(used: float, world: int) -> float:
    """The first process's clock rules, or one would stop and the others wait for ever."""
    if world == 1:
        return used
    clock = torch.tensor(used, dtype=torch.float64)
    dist.broadcast(clock, 0)
    return float(clock)


def _autocast(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 where the hardware computes in it; elsewhere it is twice as slow as float32."""
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    flags = Path("/proc/cpuinfo")
    text = flags.read_text(encoding="utf-8") if flags.exists() else ""
    return torch.autocast("cpu", torch.bfloat16) if "amx_bf16" in text else nullcontext()


def _resume(
    found: Checkpoint,
    network: nn.Module,
    averaged: dict[str, torch.Tensor],
    optimiser: torch.optim.Optimizer,
) -> tuple[int, float]:
    network.load_state_dict(found.network)
    for key, value in found.averaged.items():
        averaged[key].copy_(value)
    optimiser.load_state_dict(found.optimiser)
    torch.set_rng_state(found.generator)
    return found.step, found.elapsed_s


def _save(
    path: Path,
    recipe: Recipe,
    step: int,
    elapsed_s: float,
    network: nn.Module,
    averaged: dict[str, torch.Tensor],
    optimiser: torch.optim.Optimizer,
) -> None:
    state, generator = network.state_dict(), torch.get_rng_state()
    Checkpoint(recipe, step, elapsed_s, state, averaged, optimiser.state_dict(), generator).save(
        path
    )


def _check(
    recipe: Recipe, averaged: dict[str, torch.Tensor], held_out: list[Item], device: torch.device
) -> dict[str, float]:
    network = checkpoint.build(recipe).to(device, memory_format=torch.channels_last)
    network.load_state_dict(averaged)
    scores = checks.ap50(network, held_out, recipe.labels)
    return {"mean": round(checks.mean(scores), 4), **{k: round(v, 4) for k, v in scores.items()}}


def _logger(path: Path) -> Log:
    def log(entry: dict[str, Any]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    return log


def _silent(entry: dict[str, Any]) -> None:
    return None


@contextmanager
def _bar(recipe: Recipe, done: int, rank: int) -> Iterator[Callable[[float, float], None]]:
    """A progress bar of the first process: loss and images a second."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:.1f} img/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, disable=rank != 0) as progress:
        task = progress.add_task(
            recipe.name, total=recipe.steps, completed=done, loss=0.0, speed=0.0
        )
        marks: deque[tuple[float, int]] = deque(maxlen=20)

        def advance(total: float, passed_s: float) -> None:
            marks.append((passed_s, recipe.batch))
            seconds = max(marks[-1][0] - marks[0][0], 1e-6)
            speed = recipe.batch * (len(marks) - 1) / seconds
            progress.update(task, advance=1, loss=total, speed=speed)

        yield advance
