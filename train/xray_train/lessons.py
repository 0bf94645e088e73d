"""What each step learns from: a batch, and what the teachers say of it.

To prepare scans and to ask a teacher takes longer than to learn from the answer, so a recipe may
learn from each batch several times: once as it comes, then, among the last ones, mirrored, with
the answers that were given. Which batch stands in which step is a function of the seed and the step
alone; a run that goes on asks again what it no longer knows.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from xray_train import distillation
from xray_train.autocast import autocast
from xray_train.loader import Batch, Steps, batches, to
from xray_train.losses import Targets
from xray_train.network import STRIDES_PX, Prediction
from xray_train.recipe import Recipe

KEPT = 150  # batches, of 6 to 14 MB where 8 scans of 416 pixels stand in each
Lesson = tuple[Batch, Prediction | None]


class Lessons:
    """The batches of a run from step `done` on, with answers where the recipe names teachers."""

    def __init__(
        self, recipe: Recipe, steps: Steps, device: torch.device, done: int, workers: int = 0
    ) -> None:
        self.recipe, self.steps, self.device, self.done = recipe, steps, device, done
        fresh = -(-done // recipe.again)  # the batch that comes next
        self.fresh = iter(batches(steps, fresh, workers))
        self.kept: dict[int, tuple[Batch, Prediction]] = {}

    def __iter__(self) -> Iterator[Lesson]:
        for step in range(self.done, len(self.steps)):
            number, again = divmod(step, self.recipe.again)
            if not again:
                batch = to(next(self.fresh), self.device)
                answer = self._answer(batch)
                self._keep(number, batch, answer)
                yield batch, answer
                continue
            rng = np.random.default_rng((self.recipe.seed, step))
            number = int(rng.integers(max(0, number - KEPT + 1), number + 1))
            yield mirrored(*self._kept(number), across=rng.random() < 0.5, over=rng.random() < 0.5)

    def _answer(self, batch: Batch) -> Prediction | None:
        if not self.recipe.teachers:
            return None
        paths = tuple(map(Path, self.recipe.teachers))
        guide = distillation.teacher(paths, self.recipe.labels, self.device)
        with torch.no_grad(), autocast(self.device):
            answer: Prediction = guide(batch.planes)
        return answer

    def _kept(self, number: int) -> tuple[Batch, Prediction]:
        if number not in self.kept:  # of the sitting before
            batch = to(self.steps[number], self.device)
            self._keep(number, batch, self._answer(batch))
        batch, answer = self.kept[number]
        return batch, replace(answer, logits=answer.logits.float())

    def _keep(self, number: int, batch: Batch, answer: Prediction | None) -> None:
        if self.recipe.again == 1 or answer is None:
            return
        grids = tuple(grid.half() for grid in answer.grids)
        self.kept[number] = batch, replace(answer, logits=answer.logits.half(), grids=grids)
        for old in [n for n in self.kept if n <= number - KEPT]:
            del self.kept[old]


def mirrored(batch: Batch, answer: Prediction, across: bool, over: bool) -> Lesson:
    """The batch and its answer left for right, upside down, or both.

    Args:
        batch: of scans with sides of one length, a multiple of every stride.
        answer: of a network to it.
        across: left for right.
        over: upside down.
    """
    axes = [axis for axis, wanted in ((2, across), (1, over)) if wanted]  # of (B, H, W, ·)
    if not axes:
        return batch, answer
    side = batch.planes.shape[1]

    def boxes(xyxy: Tensor) -> Tensor:  # (…, 4)
        x1, y1, x2, y2 = xyxy.unbind(-1)
        if across:
            x1, x2 = side - x2, side - x1
        if over:
            y1, y2 = side - y2, side - y1
        return torch.stack((x1, y1, x2, y2), -1)

    def rows(values: Tensor) -> Tensor:  # (B, N, ·), grid by grid
        counts = [side // stride for stride in STRIDES_PX]
        grids = torch.split(values, [count**2 for count in counts], 1)
        turned = (
            grid.reshape(-1, count, count, grid.shape[2]).flip(axes).flatten(1, 2)
            for grid, count in zip(grids, counts, strict=True)
        )
        return torch.cat(list(turned), 1)

    turned = replace(
        answer,
        xyxy_px=boxes(rows(answer.xyxy_px)),
        logits=rows(answer.logits),
        grids=tuple(grid.flip([axis + 1 for axis in axes]) for grid in answer.grids),
    )
    return Batch(batch.planes.flip(axes), _turned(batch.targets, boxes)), turned


def _turned(targets: Targets, boxes: Callable[[Tensor], Tensor]) -> Targets:
    return replace(
        targets,
        xyxy_px=boxes(targets.xyxy_px),
        ignored_xyxy_px=boxes(targets.ignored_xyxy_px),
        rejected_xyxy_px=boxes(targets.rejected_xyxy_px),
    )
