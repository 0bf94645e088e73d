"""What the network is punished for, and what it is not."""

import numpy as np
import torch
from torch import Tensor

from tests.xray_train import tiny
from xray_train.loader import collate
from xray_train.losses import Targets, assign, ciou, loss, score_weights
from xray_train.network import Prediction

BLANK = np.full((64, 64, 3), 255, np.uint8)
CENTRES = torch.tensor([[8.0, 8.0], [24.0, 8.0], [40.0, 40.0]])


def prediction(boxes: list[list[float]], scores: list[list[float]]) -> Prediction:
    logits = torch.logit(torch.tensor([scores]))
    xyxy = torch.tensor([boxes])
    strides = torch.full((len(boxes),), 16.0)
    return Prediction(xyxy, logits, torch.zeros(1, 1), CENTRES[: len(boxes)], strides)


THREE = prediction(
    [[0, 0, 16, 16], [16, 0, 32, 16], [32, 32, 48, 48]], [[0.5, 0.1], [0.5, 0.1], [0.5, 0.1]]
)


def targets(**kwargs: object) -> Targets:
    return collate([tiny.item(BLANK, **kwargs)]).targets  # type: ignore[arg-type]


def weights(scores: list[list[float]], truth: Targets, topk: int = 10) -> Tensor:
    found = prediction(THREE.xyxy_px[0].tolist(), scores)
    probabilities = found.logits.sigmoid()
    assigned = assign(probabilities, found, truth, topk)
    return score_weights(probabilities, assigned, CENTRES, truth)[0]


def test_the_location_on_the_object_answers_for_it() -> None:
    truth = targets(boxes=[[0, 0, 16, 16]], labels=[0])
    assigned = assign(THREE.logits.sigmoid(), THREE, truth, 10)
    assert assigned.matched.tolist() == [[True, False, False]]
    assert torch.allclose(assigned.scores[0, 0], torch.tensor([1.0, 0.0]))


def test_a_claimed_location_goes_to_the_object_that_it_overlaps_most() -> None:
    truth = targets(boxes=[[0, 0, 16, 16], [0, 0, 30, 30]], labels=[0, 1])
    assigned = assign(THREE.logits.sigmoid(), THREE, truth, 10)
    assert assigned.xyxy_px[0, 0].tolist() == [0, 0, 16, 16]


def test_an_object_narrower_than_the_grid_is_still_answered_for() -> None:
    truth = targets(boxes=[[3, 2, 6, 14]], labels=[0])  # no centre lies inside
    found = prediction([[2, 2, 7, 14]], [[0.5, 0.1]])
    assert assign(found.logits.sigmoid(), found, truth, 10).matched.tolist() == [[True]]


def test_labels_that_nobody_looked_for_are_not_punished() -> None:
    truth = targets(boxes=[], labels=[], judged=(True, False))
    assert weights([[0.5, 0.9]] * 3, truth).tolist() == [[1, 0]] * 3


def test_a_second_pistol_in_a_scan_with_one_box_is_not_punished() -> None:
    truth = targets(boxes=[[0, 0, 16, 16]], labels=[0], exhaustive=False)
    assert weights([[0.5, 0.1], [0.2, 0.9], [0.9, 0.1]], truth).tolist() == [
        [1, 1],
        [1, 1],  # unsure of a gun, and no wrench is marked here at all
        [0, 1],  # sure of a gun: may be an unmarked one
    ]


def test_a_duplicate_on_the_marked_pistol_is_punished_however_sure_it_is() -> None:
    truth = targets(boxes=[[0, 0, 32, 16]], labels=[0], exhaustive=False)
    on_it_on_it_off_it = [[0.9, 0.1], [0.8, 0.1], [0.9, 0.1]]
    assert weights(on_it_on_it_off_it, truth, topk=1)[:, 0].tolist() == [1, 1, 0]


def test_ignored_regions_count_for_their_label_only() -> None:
    truth = targets(boxes=[], labels=[], ignored=[[0, 0, 30, 30]], ignored_labels=[1])
    assert weights([[0.5, 0.5]] * 3, truth).tolist() == [[1, 0], [1, 0], [1, 1]]


def test_an_object_inside_an_ignored_region_still_teaches() -> None:
    truth = targets(
        boxes=[[0, 0, 16, 16]], labels=[1], ignored=[[0, 0, 64, 64]], ignored_labels=[1]
    )
    assert weights([[0.5, 0.5]] * 3, truth)[:, 1].tolist() == [1, 0, 0]


def test_an_empty_scan_gives_a_loss_and_gradients() -> None:
    logits = THREE.logits.clone().requires_grad_()
    found = Prediction(THREE.xyxy_px, logits, THREE.embedding, CENTRES, THREE.strides_px)
    total, parts = loss(found, targets(boxes=[], labels=[]), box_weight=2.5, topk=10)
    total.backward()
    assert float(parts["box"]) == 0
    assert logits.grad is not None
    assert bool((logits.grad > 0).all())


def test_a_perfect_box_has_a_ciou_of_one_and_a_distant_one_less_than_none() -> None:
    box = torch.tensor([[0.0, 0.0, 8.0, 8.0]])
    assert ciou(box, box).tolist() == [1.0]
    assert float(ciou(box, box + 20)) < 0


def test_a_rejected_region_is_punished_where_the_label_was_not_judged() -> None:
    nobody_looked = {"boxes": [], "labels": [], "judged": (False, False)}
    truth = targets(**nobody_looked, rejected=[[0, 0, 30, 16]], rejected_labels=[1])
    assert weights([[0.9, 0.9]] * 3, truth).tolist() == [[0, 1], [0, 1], [0, 0]]


def test_an_object_in_a_region_where_another_was_rejected_is_still_taught() -> None:
    truth = targets(
        boxes=[[0, 0, 16, 16]],
        labels=[0],
        judged=(False, False),
        rejected=[[0, 0, 16, 16]],
        rejected_labels=[0],
    )
    found = prediction([[0, 0, 16, 16]], [[0.5, 0.1]])
    total, _ = loss(found, truth, 1.0, 10)
    better, _ = loss(prediction([[0, 0, 16, 16]], [[0.9, 0.1]]), truth, 1.0, 10)
    assert better < total
