"""Features that are asked to vary as a teacher's do."""

import pytest
import torch
from torch import nn

from xray_train.likeness import Likeness


def passing(channels: int) -> Likeness:
    """One grid, whose adapter changes nothing."""
    likeness = Likeness([channels], [channels])
    nn.init.dirac_(likeness.adapters[0].weight)
    nn.init.zeros_(likeness.adapters[0].bias)
    return likeness.requires_grad_(False)


def grid(*values: float) -> torch.Tensor:  # (1, 1, 1, w)
    return torch.tensor(values, dtype=torch.float32).reshape(1, 1, 1, -1)


def test_features_that_vary_alike_cost_nothing_whatever_their_scale() -> None:
    cost = passing(1)([grid(1, 2, 3, 4)], [grid(10, 30, 50, 70)])
    assert float(cost) == pytest.approx(0, abs=1e-5)


def test_features_that_vary_the_other_way_cost_two_and_unrelated_ones_one() -> None:
    likeness = passing(1)
    assert float(likeness([grid(1, 2, 3, 4)], [grid(4, 3, 2, 1)])) == pytest.approx(2, abs=1e-5)
    # sums of products about the means: (-1)(-1) + (-1)(1) + (1)(-1) + (1)(1) = 0
    assert float(likeness([grid(0, 0, 2, 2)], [grid(0, 2, 0, 2)])) == pytest.approx(1, abs=1e-5)


def test_every_grid_counts_the_same_and_channels_may_differ() -> None:
    likeness = Likeness([2, 3], [4, 5]).requires_grad_(False)
    mine = [torch.randn(2, 2, 8, 8), torch.randn(2, 3, 4, 4)]
    theirs = [torch.randn(2, 4, 8, 8), torch.randn(2, 5, 4, 4)]
    both = float(likeness(mine, theirs))
    assert 0.5 < both < 1.5
    silent = [torch.zeros(2, 4, 8, 8), theirs[1]]  # says nothing: what is asked for is no variation
    assert torch.isfinite(likeness(mine, silent))
