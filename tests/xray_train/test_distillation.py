"""Learning from another network's answers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from tests.xray_train import tiny
from xray.errors import RecipeError
from xray_train import checkpoint, distillation, export
from xray_train.fit import fit
from xray_train.lite import PHOTOGRAPHS
from xray_train.loader import Steps
from xray_train.network import Prediction
from xray_train.recipe import Recipe


def answers(logits: list[list[float]], xyxy: list[list[float]]) -> Prediction:
    boxes = torch.tensor([xyxy])
    centres = (boxes[0, :, :2] + boxes[0, :, 2:]) / 2
    return Prediction(boxes, torch.tensor([logits]), torch.zeros(1, 1), centres, torch.ones(1))


SURE = answers([[20.0, -20.0], [-20.0, -20.0]], [[0, 0, 10, 10], [0, 0, 9, 9]])


def test_the_same_answers_cost_nothing() -> None:
    assert float(distillation.loss(SURE, SURE, 2.5)) == pytest.approx(0, abs=1e-6)


def test_a_box_costs_only_where_the_teacher_is_sure() -> None:
    here = answers(SURE.logits[0].tolist(), [[0, 0, 10, 10], [50, 50, 60, 60]])
    assert float(distillation.loss(here, SURE, 2.5)) == pytest.approx(0, abs=1e-6)
    there = answers(SURE.logits[0].tolist(), [[50, 50, 60, 60], [0, 0, 9, 9]])
    assert float(distillation.loss(there, SURE, 2.5)) > 2.5


def test_what_the_teacher_sees_and_the_network_does_not_costs() -> None:
    blind = answers([[-20.0, -20.0], [-20.0, -20.0]], SURE.xyxy_px[0].tolist())
    assert float(distillation.loss(blind, SURE, 2.5)) == pytest.approx(20, rel=1e-3)


class Says(nn.Module):
    """A network that gives the same answer to everything."""

    def __init__(self, answer: Prediction) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, planes: torch.Tensor) -> Prediction:
        return self.answer


def test_of_two_teachers_the_odds_are_averaged_and_the_surer_box_counts_more() -> None:
    one = answers([[0.0, -20.0]], [[0, 0, 10, 10]])  # scores 0.5 and 0
    other = answers([[-4.0, -1.0986]], [[40, 40, 50, 50]])  # scores 0.02 and 0.25
    both = distillation.Together([Says(one), Says(other)])(torch.zeros(1))
    assert both.logits[0, 0].tolist() == pytest.approx([-2.0, -10.55], abs=0.01)
    # (0.5 · 0 + 0.25 · 40) / 0.75
    assert both.xyxy_px[0, 0].tolist() == pytest.approx([13.33, 13.33, 23.33, 23.33], abs=0.01)


def test_two_networks_teach_together(tmp_path: Path) -> None:
    one = trained(tmp_path / "one", widths=(8, 8, 16, 16, 32))
    other = trained(tmp_path / "other")
    trained(tmp_path / "pupil", teachers=(str(one), str(other)))
    assert '"taught"' in (tmp_path / "pupil" / "log.jsonl").read_text()


def shapes(recipe: Recipe) -> Steps:
    source: Any = tiny.Shapes()
    return Steps(recipe, [(1.0, source)], None)


def trained(out: Path, **changes: object) -> Path:
    recipe = tiny.recipe(**{"steps": 2, "batch": 2, **changes})
    return fit(recipe, out, steps=shapes(recipe), held_out=[])


def test_a_network_of_another_kind_teaches(tmp_path: Path) -> None:
    guide = trained(tmp_path / "guide", widths=(8, 8, 16, 16, 32))
    path = trained(tmp_path / "pupil", teachers=(str(guide),))
    assert checkpoint.read(path).step == 2
    assert '"taught"' in (tmp_path / "pupil" / "log.jsonl").read_text()


def test_weights_remember_what_their_teachers_learned_from(tmp_path: Path) -> None:
    one, other = trained(tmp_path / "one"), trained(tmp_path / "other")
    for path, scans in ((one, {"SIXray": 862}), (other, {"SIXray": 9, "simulated scans": 4})):
        replace(checkpoint.read(path), learned_from=scans).save(path)
    path = trained(tmp_path / "pupil", teachers=(str(one), str(other)))
    assert checkpoint.read(path).learned_from == {"SIXray": 862, "simulated scans": 4}


def test_a_teacher_that_knows_photographs_hands_on_their_terms(tmp_path: Path) -> None:
    recipe = tiny.recipe(network="lite")
    fresh = checkpoint.build(recipe).state_dict()
    guide = tmp_path / "lite.pt"
    generator = torch.get_rng_state()
    checkpoint.Checkpoint(recipe, 0, 0.0, fresh, fresh, {}, generator, {"SIXray": 9}).save(guide)
    path = trained(tmp_path / "pupil", teachers=(str(guide),))
    assert set(checkpoint.read(path).learned_from) == {"SIXray", PHOTOGRAPHS}
    names = {str(source["name"]) for source in export.card_of(checkpoint.read(path), "1").data}
    assert PHOTOGRAPHS in names


def test_a_teacher_of_other_labels_is_refused(tmp_path: Path) -> None:
    guide = trained(tmp_path / "guide")
    recipe = replace(tiny.recipe(), labels=("wrench", "gun"), teachers=(str(guide),), steps=1)
    with pytest.raises(RecipeError, match="same labels in the same order; it knows gun, wrench"):
        fit(recipe, tmp_path / "out", steps=shapes(recipe))
