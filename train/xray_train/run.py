"""The state of a training run: what a step changes, and what a checkpoint keeps."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from xray_train import checkpoint
from xray_train.checkpoint import Checkpoint
from xray_train.progress import Log
from xray_train.recipe import Recipe


@dataclass
class Run:
    """One training run in memory."""

    recipe: Recipe
    device: torch.device
    network: nn.Module
    averaged: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    done: int = 0  # steps
    elapsed_s: float = 0.0  # of training, all sittings together

    def average(self) -> None:
        """Take this step's weights into the exponential mean; the first ones fade fast."""
        keep = min(self.recipe.ema, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            for key, value in self.network.state_dict().items():
                if value.dtype.is_floating_point:
                    self.averaged[key].lerp_(value, 1 - keep)
                else:
                    self.averaged[key].copy_(value)

    def averaged_network(self) -> nn.Module:
        """A network with the averaged weights, for scoring."""
        network = copy.deepcopy(self.network)
        network.load_state_dict(self.averaged)
        return network.eval()

    def save(self, path: Path) -> None:
        """Write the checkpoint."""
        Checkpoint(
            self.recipe,
            self.done,
            self.elapsed_s,
            self.network.state_dict(),
            self.averaged,
            self.optimiser.state_dict(),
            torch.get_rng_state(),
        ).save(path)

    def resume(self, found: Checkpoint) -> None:
        """Stand where the checkpoint was written."""
        self.network.load_state_dict(found.network)
        for key, value in found.averaged.items():
            self.averaged[key].copy_(value)
        self.optimiser.load_state_dict(found.optimiser)
        torch.set_rng_state(found.generator)
        self.done, self.elapsed_s = found.step, found.elapsed_s


def begin(recipe: Recipe, path: Path, device: torch.device, init: Path | None, log: Log) -> Run:
    """A new run, one that starts from another's weights, or the one that stands at `path`."""
    torch.manual_seed(recipe.seed)
    network = checkpoint.build(recipe)
    if init is not None and not path.exists():
        unknown = checkpoint.start_from(network, recipe.labels, init)
        log({"event": "init", "from": str(init), "labels_from_nothing": unknown})
    network = network.to(device).to(memory_format=torch.channels_last)
    averaged = {k: v.clone() for k, v in network.state_dict().items()}
    optimiser = torch.optim.AdamW(_groups(network, recipe.weight_decay), lr=recipe.learning_rate)
    run = Run(recipe, device, network, averaged, optimiser)
    if path.exists():
        run.resume(checkpoint.read(path))
        log({"event": "resume", "step": run.done})
    return run


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Kernels decay; biases and norms do not."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    rest = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": kernels, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0}]
