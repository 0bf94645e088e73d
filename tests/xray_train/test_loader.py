"""Batches are a function of the seed and the step."""

import numpy as np
import torch

from tests.xray_train import tiny
from xray_train.augment import Looks
from xray_train.loader import Steps, batches, collate


def steps(rank: int = 0, world: int = 1, **changes: object) -> Steps:
    recipe = tiny.recipe(mix=0.5, turn_deg=10.0, zoom=(0.6, 1.6), **changes)
    return Steps(recipe, [(1.0, tiny.Shapes())], [], rank, world)


def test_a_step_gives_the_same_batch_whenever_it_is_asked_for() -> None:
    one, two = steps(), steps()
    one[3]  # what was asked before does not matter
    assert torch.equal(one[7].planes, two[7].planes)
    assert torch.equal(one[7].targets.xyxy_px, two[7].targets.xyxy_px)


def test_another_seed_gives_other_batches() -> None:
    assert not torch.equal(steps()[7].planes, steps(seed=1)[7].planes)


def test_processes_share_a_batch_without_overlap() -> None:
    whole, even, odd = steps()[5], steps(0, 2)[5], steps(1, 2)[5]
    assert torch.equal(whole.planes[::2], even.planes)
    assert torch.equal(whole.planes[1::2], odd.planes)


def test_the_loader_starts_at_any_step() -> None:
    found = next(iter(batches(steps(), start=4, workers=0)))
    assert torch.equal(found.planes, steps()[4].planes)


def test_lists_of_boxes_are_padded_to_the_longest() -> None:
    blank = np.zeros((32, 32, 3), np.uint8)
    few = tiny.item(blank, [[0, 0, 4, 4]], [1])
    none = tiny.item(blank, [], [])
    targets = collate([few, none]).targets
    assert targets.labels.tolist() == [[1], [-1]]
    assert targets.ignored_labels.shape == (2, 0)


def test_looks_change_colours_but_not_boxes_or_sizes() -> None:
    recipe = tiny.recipe(grey=0.5, invert=0.5, blur=1.0, noise=1.0, jpeg=1.0)
    plain = tiny.Shapes().item(0, np.random.default_rng(0))
    seen = Looks(recipe)(plain, np.random.default_rng(1))
    again = Looks(recipe)(plain, np.random.default_rng(1))
    assert seen.planes.shape == plain.planes.shape
    assert np.array_equal(seen.planes, again.planes)
    assert not np.array_equal(seen.planes, plain.planes)
    assert np.array_equal(seen.xyxy_px, plain.xyxy_px)
