"""The state of a training run: what a step changes, and what a checkpoint keeps."""

import copy
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from xray.errors import RecipeError
from xray.processor import usable_cores
from xray_train import checkpoint, prints
from xray_train.checkpoint import Checkpoint
from xray_train.detr import Detr
from xray_train.likeness import Likeness
from xray_train.lite import Lite, pretrained
from xray_train.progress import Log
from xray_train.recipe import Recipe
from xray_train.sources import DUAL

# Settings that a run may go on with changed: how long, how often it reports, where scans lie
MAY_CHANGE = ("steps", "pools", "check_every", "save_every", "cache_gb")


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
    learned_from: dict[str, int] = field(default_factory=dict)  # source → scans of it
    scans_before: int = 0  # seen by the runs that it began from
    seconds_before: float = 0.0  # that those took
    devices: tuple[str, ...] = ()  # what computed it, those runs included, in order
    dual_folds: tuple[int, ...] = ()  # of the dual-energy pairs, those runs included
    likeness: Likeness | None = None  # learns along, where the recipe weighs features
    splits: dict[str, tuple[str, ...]] = field(default_factory=dict)  # as a checkpoint has them
    marks: prints.Marks = ()  # of the scans that taught, those runs included

    def computed_on(self, *names: str) -> None:
        """Note what computes, unless the last sitting was on the same."""
        for name in names:
            if self.devices[-1:] != (name,):
                self.devices += (name,)

    def learns_from(
        self,
        counts: Mapping[str, int],
        folds: tuple[int, ...],
        splits: Mapping[str, tuple[str, ...]],
        marks: prints.Marks = (),
    ) -> None:
        """Note the sources of this run, their folds, splits and scans, beside those before it.

        A source is left out of the splits as soon as one run does not say which it learned from.
        """
        for name in counts:
            known = name in self.splits or name not in self.learned_from
            mine = (*self.splits.pop(name, ()), *splits.get(name, ()))
            if known and name in splits:
                self.splits[name] = tuple(dict.fromkeys(mine))
        if DUAL in counts:
            self.dual_folds = tuple(sorted({*self.dual_folds, *folds}))
        self.marks = prints.least(self.marks, marks)
        for name, count in counts.items():
            self.learned_from[name] = max(count, self.learned_from.get(name, 0))

    def learning(self) -> list[nn.Parameter]:
        """What a step changes."""
        along = [] if self.likeness is None else [*self.likeness.parameters()]
        return [p for p in (*self.network.parameters(), *along) if p.requires_grad]

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
            self.learned_from,
            self.scans_before,
            self.seconds_before,
            self.devices,
            self.dual_folds,
            {} if self.likeness is None else self.likeness.state_dict(),
            self.splits,
            prints.written(self.marks),
        ).save(path)

    def resume(self, found: Checkpoint) -> None:
        """Stand where the checkpoint was written."""
        self.network.load_state_dict(found.network)
        if self.likeness is not None:
            self.likeness.load_state_dict(found.likeness)
        for key, value in found.averaged.items():
            self.averaged[key].copy_(value)
        self.optimiser.load_state_dict(found.optimiser)
        torch.set_rng_state(found.generator)
        self.done, self.elapsed_s = found.step, found.elapsed_s
        self.learned_from = dict(found.learned_from)
        self.scans_before, self.seconds_before = found.scans_before, found.seconds_before
        self.devices, self.dual_folds = found.devices, found.taught_folds
        self.splits, self.marks = dict(found.splits), prints.read(found.marks)


def name_of(device: torch.device, cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """What computes, as the card will say it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return f"{usable_cores()} CPU cores, {next(models, platform.machine())}"


def begin(
    recipe: Recipe,
    path: Path,
    device: torch.device,
    start: Callable[[], Checkpoint | None],
    log: Log,
) -> Run:
    """The run that stands at `path`, or a new one, from the weights that `start` reads.

    Raises:
        RecipeError: the run at `path` began with other settings.
        ModelError: the checkpoint at `path` or a teacher's cannot be read, or the one before does
            not fit.
    """
    torch.manual_seed(recipe.seed)
    network = checkpoint.build(recipe)
    before = None if path.exists() else start()
    if isinstance(network, Lite) and before is None and not path.exists():
        pretrained(network)
    if before is not None:
        unknown = checkpoint.start_from(network, recipe.labels, before)
        log({"event": "from", "name": before.recipe.name, "labels_from_nothing": unknown})
    network = network.to(device).to(memory_format=torch.channels_last)
    averaged = {k: v.clone() for k, v in network.state_dict().items()}
    likeness, groups = _likeness(recipe), _groups(network, recipe)
    if likeness is not None:
        likeness.to(device)
        groups.append({"params": [*likeness.parameters()], "weight_decay": 0.0, "scale": 1.0})
    optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate)
    run = Run(recipe, device, network, averaged, optimiser, likeness=likeness)
    if before is not None:
        run.learned_from = before.taught_by
        run.scans_before, run.seconds_before = before.scans_seen, before.seconds
        run.devices, run.dual_folds = before.devices, before.taught_folds
        run.splits, run.marks = dict(before.splits), prints.read(before.marks)
    if path.exists():
        found = checkpoint.read(path)
        _same(recipe, found.recipe, path)
        run.resume(found)
        log({"event": "resume", "step": run.done})
    run.computed_on(name_of(device))
    for teacher in recipe.teachers:  # what they learned from is in their answers
        knew = checkpoint.read(Path(teacher))
        run.learns_from(knew.taught_by, knew.taught_folds, knew.splits, prints.read(knew.marks))
    return run


def _same(asked: Recipe, began: Recipe, path: Path) -> None:
    """Going on with other settings would be another run under the same name."""
    mine, theirs = asdict(asked), asdict(began)
    differ = [k for k in mine if k not in MAY_CHANGE and mine[k] != theirs[k]]
    if differ:
        raise RecipeError(
            f"{path}: this run began with {differ[0]} = {theirs[differ[0]]}, the recipe says "
            f"{mine[differ[0]]}; give the settings it began with, or another --out and "
            f"--from {path} to go on from its weights"
        )


def _groups(network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """Kernels decay, biases and norms do not; features that came ready made learn slower."""
    ready = {id(p) for p in _ready(network)}
    rate = recipe.transformer_rate if isinstance(network, Detr) else 1.0
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for p in network.parameters():
        if p.requires_grad:
            groups.setdefault((p.ndim > 1, id(p) in ready), []).append(p)
    return [
        {
            "params": members,
            "weight_decay": recipe.weight_decay if kernels else 0.0,
            "scale": rate * (recipe.ready_rate if came_ready else 1.0),
        }
        for (kernels, came_ready), members in groups.items()
    ]


def _likeness(recipe: Recipe) -> Likeness | None:
    """Between the neck's features and those of the first teacher."""
    if not recipe.features_weight:
        return None
    theirs = checkpoint.read(Path(recipe.teachers[0])).recipe
    mine, given = ((r.fine, r.coarse, r.coarse) for r in (recipe, theirs))
    return Likeness(mine, given)


def _ready(network: nn.Module) -> Iterable[nn.Parameter]:
    """Features that were learned on photographs."""
    if isinstance(network, Lite):
        return network.features.parameters()
    return network.detector.model.backbone.parameters() if isinstance(network, Detr) else ()
