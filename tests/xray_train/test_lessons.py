"""What each step learns from, and that a batch may teach several times."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from tests.xray_train import tiny
from xray_train import checkpoint
from xray_train.fit import fit
from xray_train.lessons import Lessons, mirrored
from xray_train.loader import Batch, Steps
from xray_train.losses import Targets
from xray_train.network import STRIDES_PX, Prediction
from xray_train.recipe import Recipe

SIDE = 64
CPU = torch.device("cpu")


def steps(recipe: Recipe) -> Steps:
    source: Any = tiny.Shapes()
    return Steps(recipe, [(1.0, source)], None)


def trained(out: Path, **changes: object) -> Path:
    recipe = tiny.recipe(**{"steps": 1, "batch": 2, **changes})
    return fit(recipe, out, steps=steps(recipe), held_out=[])


def lesson() -> tuple[Batch, Prediction]:
    """A dot, a box around it, and an answer that says everywhere where it stands."""
    centres = []
    for stride in STRIDES_PX:
        at = (torch.arange(SIDE // stride) + 0.5) * stride
        centres.append(torch.cartesian_prod(at, at).flip(1))  # x, y, row by row
    places = torch.cat(centres)  # (N, 2)
    boxes = torch.cat((places - 1, places + torch.tensor([3.0, 5.0])), 1)[None]  # (1, N, 4)
    grids = tuple(torch.rand(1, 2, SIDE // stride, SIDE // stride) for stride in STRIDES_PX)
    answer = Prediction(boxes, places[None], torch.zeros(1, 1), places, torch.ones(len(places)))
    planes = torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8)
    planes[0, 10, 20] = 255
    one, none = torch.tensor([[[18.0, 8, 24, 14]]]), torch.zeros(1, 0, 4)
    nobody = torch.zeros(1, 0, dtype=torch.int64)
    seen = torch.ones(1, 2, dtype=torch.bool)
    label = torch.zeros(1, 1, dtype=torch.int64)
    targets = Targets(one, label, none, nobody, none, nobody, seen, seen[:, 0])
    return Batch(planes, targets), replace(answer, grids=grids)


def test_left_for_right_the_scan_its_boxes_and_the_answers_go_together() -> None:
    batch, answer = lesson()
    turned, said = mirrored(batch, answer, across=True, over=False)
    assert said is not None
    assert turned.planes[0, 10, SIDE - 1 - 20].tolist() == [255, 255, 255]
    assert turned.targets.xyxy_px.tolist() == [[[40, 8, 46, 14]]]
    places = answer.centres_px
    # the answer at a place is the one that was given at its mirror image
    assert torch.equal(said.logits[0], torch.stack((SIDE - places[:, 0], places[:, 1]), 1))
    assert torch.equal(said.xyxy_px[0, :, 0], places[:, 0] - 3)
    assert torch.equal(said.xyxy_px[0, :, 3], places[:, 1] + 5)
    assert torch.equal(said.grids[0], answer.grids[0].flip(3))


def test_turned_twice_everything_is_as_it_was() -> None:
    batch, answer = lesson()
    once, said = mirrored(batch, answer, across=True, over=True)
    assert said is not None
    again, same = mirrored(once, said, across=True, over=True)
    assert same is not None
    assert torch.equal(again.planes, batch.planes)
    assert torch.equal(again.targets.xyxy_px, batch.targets.xyxy_px)
    assert torch.equal(same.xyxy_px, answer.xyxy_px)
    assert torch.equal(same.logits, answer.logits)


def test_each_batch_comes_once_as_it_is_and_then_again_with_the_answers_it_had(
    tmp_path: Path,
) -> None:
    guide = trained(tmp_path / "guide")
    recipe = tiny.recipe(steps=9, batch=2, teachers=(str(guide),), again=3)
    planes = [batch.planes for batch, _ in Lessons(recipe, steps(recipe), CPU, 0)]
    fresh = [steps(recipe)[k].planes for k in range(3)]
    assert all(torch.equal(planes[3 * k], fresh[k]) for k in range(3))
    sums = {int(one.sum()) for one in fresh}  # a mirrored scan has the same
    assert {int(one.sum()) for one in planes} == sums


def test_a_run_that_goes_on_sees_what_an_undisturbed_one_sees(tmp_path: Path) -> None:
    guide = trained(tmp_path / "guide")
    recipe = tiny.recipe(steps=8, batch=2, teachers=(str(guide),), again=3)
    whole = list(Lessons(recipe, steps(recipe), CPU, 0))
    for (batch, answer), (other, said) in zip(
        whole[4:], Lessons(recipe, steps(recipe), CPU, 4), strict=True
    ):
        assert torch.equal(batch.planes, other.planes)
        assert answer is not None
        assert said is not None
        assert torch.equal(answer.logits, said.logits)


def test_features_that_learn_along_are_in_the_checkpoint_and_not_in_the_network(
    tmp_path: Path,
) -> None:
    guide = trained(tmp_path / "guide", fine=24)
    path = trained(
        tmp_path / "pupil", teachers=(str(guide),), features_weight=1.0, again=2, steps=4
    )
    found = checkpoint.read(path)
    assert found.likeness["adapters.0.weight"].shape == (24, 16, 1, 1)
    assert not any("adapter" in key for key in found.averaged)
    assert '"unlike"' in (tmp_path / "pupil" / "log.jsonl").read_text()
