"""Features that vary as a teacher's do, whatever their scale and their number of channels.

A teacher's answers say little of what it saw on the way. So the neck's features, brought to the
teacher's channels by a 1×1 convolution that learns along, are asked to correlate with its own
(PKD, Cao et al., NeurIPS 2022, equation 5: the mean squared distance of features of zero mean and
unit variance, which is 2 − 2 times Pearson's correlation).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LEAST_VARIANCE = 1e-6  # of a channel that says nothing


class Likeness(nn.Module):
    """How unlike two necks' features are: 0 where they correlate, 1 where they have no relation.

    Args:
        mine, theirs: channels of each grid, finest first.
    """

    def __init__(self, mine: Sequence[int], theirs: Sequence[int]) -> None:
        super().__init__()
        pairs = zip(mine, theirs, strict=True)
        self.adapters = nn.ModuleList(nn.Conv2d(ours, given, 1) for ours, given in pairs)

    def forward(self, mine: Sequence[Tensor], theirs: Sequence[Tensor]) -> Tensor:
        """The mean over all grids, (B, C, h, w) each."""
        unlike = [
            (_standard(adapter(ours)) - _standard(given)).square().mean() / 2
            for adapter, ours, given in zip(self.adapters, mine, theirs, strict=True)
        ]
        return torch.stack(unlike).mean()


def _standard(grid: Tensor) -> Tensor:  # (B, C, h, w) -> same, each channel over the batch
    grid = grid.float()
    mean = grid.mean((0, 2, 3), keepdim=True)
    variance = grid.var((0, 2, 3), keepdim=True, unbiased=False)
    return (grid - mean) / (variance + LEAST_VARIANCE).sqrt()
