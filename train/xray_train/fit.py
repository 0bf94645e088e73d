"""Training, top to bottom.

One process, or several that share each batch, under torchrun: with two cores, two processes of
one thread each train about as fast as one of two threads, and do not stall when a third program
wants a core, which costs threaded loops a factor of three (measured, GNU OpenMP).
"""

import math
import os
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import torch
import torch.distributed as dist
from torch import Tensor, nn

from xray.errors import RecipeError
from xray_train import checkpoint, checks, distillation, huggingface, shipped, sources, teaching
from xray_train.autocast import autocast
from xray_train.checkpoint import Checkpoint
from xray_train.detr import Detr
from xray_train.item import Item
from xray_train.lessons import Lesson, Lessons
from xray_train.loader import Steps
from xray_train.losses import loss
from xray_train.prints import Marks
from xray_train.progress import Log, bar, both, cut_back, logger, silent
from xray_train.recipe import Recipe
from xray_train.run import Run, begin
from xray_train.shelf import Shelf


def fit(
    recipe: Recipe,
    out: Path,
    *,
    minutes: float | None = None,
    device: str = "cpu",
    workers: int = 0,
    init: Path | None = None,
    steps: Steps | None = None,
    held_out: Sequence[Item] | None = None,
    also: Log = silent,
) -> Path:
    """Train, or go on with the run that stands in `out`.

    Args:
        recipe: all settings.
        out: folder of this run: last.pt, log.jsonl, and scans that memory has no room for.
        minutes: end after this long, all sittings together; the learning rate falls with the
            share of the steps or of the minutes that is used up, whichever is larger.
        device: "cpu" or "cuda".
        workers: processes that prepare scans; 0 prepares them between steps.
        init: what to start from: checkpoint of another run, a file that ships, or a folder of
            published weights of a transformer.
        steps, held_out: data from elsewhere, for tests and notebooks.
        also: hears of each step beside log.jsonl; see `progress.tensorboard`.

    Returns:
        the checkpoint's path.
    """
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")
    cv2.setNumThreads(1)  # its threads would fight with torch's
    out.mkdir(parents=True, exist_ok=True)
    log = _log(out, also) if rank == 0 else silent
    shelf = Shelf(recipe.cache_gb, out)
    steps, taught, marks = (steps, {}, ()) if steps else _steps(recipe, rank, world, shelf)
    before = partial(_before, init, recipe, steps)
    run = begin(recipe, out / "last.pt", torch.device(device), before, log)
    run.learns_from(taught, recipe.dual_folds, teaching.told(recipe) if taught else {}, marks)
    if held_out is None:
        held_out = sources.held_out(recipe, shelf) if rank == 0 else []

    start = time.monotonic() - run.elapsed_s
    run.network.train()
    with bar(recipe, run.done, shown=rank == 0) as advance:
        for lesson in Lessons(recipe, steps, run.device, run.done, workers):
            used = _agreed((time.monotonic() - start) / 60 / minutes if minutes else 0.0, world)
            if used >= 1:
                break
            rate = learning_rate(recipe, run.done, used)
            figures = step(run, lesson, rate, world)
            run.done, run.elapsed_s = run.done + 1, time.monotonic() - start
            log({"step": run.done, "lr": rate, "elapsed_s": round(run.elapsed_s, 2), **figures})
            advance(figures["loss"], run.elapsed_s)
            if rank == 0:
                if run.done % recipe.save_every == 0:
                    run.save(out / "last.pt")
                if run.done % recipe.check_every == 0 and held_out:
                    log({"step": run.done, "ap50": check(run, held_out)})

    if rank == 0:
        run.save(out / "last.pt")
        if held_out:
            log({"step": run.done, "ap50": check(run, held_out), "event": "end"})
    return out / "last.pt"


def step(run: Run, lesson: Lesson, rate: float, world: int) -> dict[str, float]:
    """One step of gradient descent: figures for the log."""
    for group in run.optimiser.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)  # older checkpoints have none
    total, parts = losses(run, lesson)
    run.optimiser.zero_grad()
    torch.autograd.backward(total)
    learning = run.learning()
    _share_gradients(learning, world)
    norm = float(nn.utils.clip_grad_norm_(learning, run.recipe.clip_norm))
    if not math.isfinite(norm):  # the same in every process, for they share gradients
        raise RecipeError(
            f"step {run.done + 1}: the gradient is not finite, and the network would learn "
            "nothing more; go on from the last checkpoint with a lower learning_rate"
        )
    run.optimiser.step()
    run.average()
    return {
        "loss": float(total.detach()),
        "norm": norm,
        **{k: float(v.detach()) for k, v in parts.items()},
    }


def losses(run: Run, lesson: Lesson) -> tuple[Tensor, dict[str, Tensor]]:
    """What the step is to make smaller, and its parts for the log."""
    recipe, network = run.recipe, run.network
    batch, taught = lesson
    with autocast(run.device, recipe.vectors):
        if isinstance(network, Detr):
            return network.learn(batch.planes, batch.targets)
        prediction = network(batch.planes)
    total, parts = loss(prediction, batch.targets, recipe.box_weight, recipe.topk)
    if taught is not None:
        parts["taught"] = distillation.loss(prediction, taught, recipe.box_weight)
        total = recipe.marks_weight * total + parts["taught"]
        if run.likeness is not None:
            parts["unlike"] = run.likeness(prediction.grids, taught.grids)
            total = total + recipe.features_weight * parts["unlike"]
    return total, parts


def learning_rate(recipe: Recipe, done: int, used: float) -> float:
    """Up in a line, flat, down in a line to a hundredth.

    `used` is the share of the allowed minutes that is gone; the larger share rules.
    """
    share = min(max(done / recipe.steps, used), 1.0)
    fall = (1 - share) / max(1 - recipe.decay_from, 1e-9)
    rise = (done + 1) / max(recipe.warm_up, 1)
    return recipe.learning_rate * min(1.0, rise, max(fall, 0.01))


def check(run: Run, held_out: Sequence[Item]) -> dict[str, float]:
    """AP50 of the averaged network."""
    scores = checks.ap50(run.averaged_network(), held_out, run.recipe.labels)
    return {"mean": round(checks.mean(scores), 4), **{k: round(v, 4) for k, v in scores.items()}}


def _log(out: Path, also: Log) -> Log:
    """The run's own, without the steps after its last checkpoint, and another."""
    path, last = out / "log.jsonl", out / "last.pt"
    cut_back(path, checkpoint.read(last).step if last.exists() else 0)
    return both(logger(path), also)


def _steps(
    recipe: Recipe, rank: int, world: int, shelf: Shelf
) -> tuple[Steps, dict[str, int], Marks]:
    """All batches, how many scans of which data set are in them, and marks of these scans."""
    found = sources.sources(recipe, shelf)
    stock = sources.threats(recipe, found)
    steps = Steps(recipe, found, stock, rank, world)
    return steps, sources.counts(found, stock), sources.marks(found)


def _before(init: Path | None, recipe: Recipe, steps: Steps) -> Checkpoint | None:
    """The weights to start from; a shipped file's are laid out around the first batch."""
    if init is None:
        return None
    if init.is_dir():
        return huggingface.read(init, recipe)
    if init.suffix != ".onnx":
        return checkpoint.read(init)
    return shipped.read(init, recipe, list(steps[0].planes.numpy()))


def _share_gradients(learning: Sequence[nn.Parameter], world: int) -> None:
    """The mean over all processes, in one message."""
    if world == 1:
        return
    for p in learning:
        if p.grad is None:  # nothing in this share concerned it: no objects
            p.grad = torch.zeros_like(p)
    gradients = [p.grad for p in learning if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])  # (parameters,)
    dist.all_reduce(flat)
    flat /= world
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at : at + gradient.numel()].view_as(gradient))
        at += gradient.numel()


def _agreed(used: float, world: int) -> float:
    """The first process's clock rules, or one would stop and the others wait for ever."""
    if world == 1:
        return used
    clock = torch.tensor(used, dtype=torch.float64)
    dist.broadcast(clock, 0)
    return float(clock)
