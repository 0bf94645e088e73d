"""Batches: which scan stands where in which step is a function of the seed and the step alone.

So a run that was cut off goes on with the very scans that it would have seen, whatever the
number of processes that prepared them; there is no sampler state to keep.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from xray_train.augment import Looks
from xray_train.geometry import fit
from xray_train.item import Item
from xray_train.losses import Targets
from xray_train.mixing import over, project
from xray_train.recipe import Recipe
from xray_train.sources import Source
from xray_train.stock import Stock


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    planes: Tensor  # (B, S, S, 3) uint8
    targets: Targets


class Steps(Dataset[Batch]):
    """Step k of a run is the batch that `self[k]` gives, the share of one process of many."""

    def __init__(
        self,
        recipe: Recipe,
        found: Sequence[tuple[float, Source]],
        stock: Stock | None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.recipe, self.stock, self.rank, self.world = recipe, stock, rank, world
        self.sources = [source for _, source in found]
        shares = np.array([share for share, _ in found])
        self.shares = shares / shares.sum()
        self.looks = Looks(recipe)

    def __len__(self) -> int:
        return self.recipe.steps

    def __getitem__(self, step: int) -> Batch:
        side = int(np.random.default_rng((self.recipe.seed, step)).choice(self.recipe.sides_px))
        places = range(self.rank, self.recipe.batch, self.world)
        return collate([self.item(step, place, side) for place in places])

    def item(self, step: int, place: int, side_px: int) -> Item:
        """The scan at this place of this step, ready for the network."""
        recipe = self.recipe
        rng = np.random.default_rng((recipe.seed, step, place))
        if recipe.overlap_px:  # tiles come as the network will see them
            return self._drawn(rng)
        item = fit(self._drawn(rng), side_px, recipe, rng)
        if item.colour and rng.random() < recipe.mix:
            back = fit(self._drawn(rng), side_px, recipe, rng)
            item = over(item, back) if back.colour else item
        stock = None if item.projected else self.stock
        if item.colour and stock is not None and rng.random() < recipe.project:
            for _ in range(int(rng.integers(1, recipe.project_most + 1))):
                item = project(item, stock, rng)
        return self.looks(item, rng)

    def _drawn(self, rng: np.random.Generator) -> Item:
        source = self.sources[int(rng.choice(len(self.sources), p=self.shares))]
        return source.item(int(rng.integers(len(source))), rng)


def collate(items: Sequence[Item]) -> Batch:
    """Items of one size as tensors, lists of boxes padded to the longest."""
    xyxy, labels = _padded([(i.xyxy_px, i.labels) for i in items])
    ignored, ignored_labels = _padded([(i.ignored_xyxy_px, i.ignored_labels) for i in items])
    rejected, rejected_labels = _padded([(i.rejected_xyxy_px, i.rejected_labels) for i in items])
    targets = Targets(
        xyxy,
        labels,
        ignored,
        ignored_labels,
        rejected,
        rejected_labels,
        judged=torch.from_numpy(np.stack([i.judged for i in items])),
        exhaustive=torch.tensor([i.exhaustive for i in items]),
    )
    return Batch(torch.from_numpy(np.stack([i.planes for i in items])), targets)


def batches(steps: Steps, start: int, workers: int) -> DataLoader[Batch]:
    """The batches from step `start` on, in order."""
    return DataLoader(
        steps,
        batch_size=None,
        sampler=range(start, len(steps)),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        generator=torch.Generator(),  # or it would draw from torch's, which a run goes on with
    )


def to(batch: Batch, device: torch.device) -> Batch:
    """The batch on this device."""
    moved = {k: v.to(device, non_blocking=True) for k, v in vars(batch.targets).items()}
    return replace(batch, planes=batch.planes.to(device), targets=Targets(**moved))


def _padded(rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[Tensor, Tensor]:
    most = max(len(labels) for _, labels in rows)
    xyxy = np.zeros((len(rows), most, 4), np.float32)
    index = np.full((len(rows), most), -1, np.int64)
    for row, (boxes, labels) in enumerate(rows):
        xyxy[row, : len(labels)], index[row, : len(labels)] = boxes, labels
    return torch.from_numpy(xyxy), torch.from_numpy(index)
