"""What the network is punished for, and what it is not.

Which location answers for which object is settled by task alignment (TOOD, arXiv 2108.07755,
section 3.2): per object the locations with the highest score^α · IoU^β, and their target score
is the alignment itself, scaled to the best IoU of that object.

Labels are never perfect, so the loss against a score is switched off where nobody can say:
for labels that the annotators did not look for, inside ignored regions, and, where more objects
of a marked label may be there unmarked, at locations off the marked ones that are confident of
it. On a marked object nothing is switched off: there the network must learn which location is
best, or duplicates with poor boxes would go unpunished. It is on in rejected regions: somebody
looked there, and it was no such object.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from xray_train.network import Prediction

CONFIDENT = 0.3  # score from which an unmatched location may have found an unmarked object
SMALLEST_PX = 16.0  # a narrower object still takes the locations within this width


@dataclass(frozen=True)
class Targets:
    """Truth of a batch, padded to the scan with most: M objects, K ignored, R rejected regions."""

    xyxy_px: Tensor  # (B, M, 4)
    labels: Tensor  # (B, M) int64, -1 where there is none
    ignored_xyxy_px: Tensor  # (B, K, 4)
    ignored_labels: Tensor  # (B, K) int64, -1 where there is none
    rejected_xyxy_px: Tensor  # (B, R, 4)
    rejected_labels: Tensor  # (B, R) int64, -1 where there is none
    judged: Tensor  # (B, C) bool: the annotators looked for it
    exhaustive: Tensor  # (B,) bool: every object of a marked label is marked


@dataclass(frozen=True)
class Assignment:
    """Which object each location answers for."""

    matched: Tensor  # (B, N) bool
    xyxy_px: Tensor  # (B, N, 4) of the object, zeros where unmatched
    scores: Tensor  # (B, N, C) target score, zeros where unmatched


def loss(
    prediction: Prediction, targets: Targets, box_weight: float, topk: int
) -> tuple[Tensor, dict[str, Tensor]]:
    """Sum of both losses, and each of them for the log."""
    scores = prediction.logits.detach().sigmoid()  # (B, N, C)
    assigned = assign(scores, prediction, targets, topk)
    weights = score_weights(scores, assigned, prediction.centres_px, targets)  # (B, N, C)
    norm = assigned.scores.sum().clamp(min=1)
    score_loss = (
        F.binary_cross_entropy_with_logits(
            prediction.logits, assigned.scores, weights, reduction="sum"
        )
        / norm
    )
    matched = assigned.matched  # (B, N)
    alignment = assigned.scores[matched].sum(-1)  # (P,)
    overlap = ciou(prediction.xyxy_px[matched], assigned.xyxy_px[matched])  # (P,)
    box_loss = ((1 - overlap) * alignment).sum() / norm
    total = score_loss + box_weight * box_loss
    return total, {"score": score_loss.detach(), "box": box_loss.detach()}


@torch.no_grad()
def assign(scores: Tensor, prediction: Prediction, targets: Targets, topk: int) -> Assignment:
    """Task-aligned assignment: α = 1, β = 6 as in TOOD."""
    batch, places, labels = scores.shape
    objects = targets.labels.shape[1]
    if objects == 0:
        none = scores.new_zeros(batch, places, 4)
        return Assignment(none[..., 0].bool(), none, torch.zeros_like(scores))
    real = targets.labels >= 0  # (B, M)
    index = targets.labels.clamp(min=0)[:, :, None].expand(-1, -1, places)  # (B, M, N)
    of_label = scores.transpose(1, 2).gather(1, index)  # (B, M, N)
    overlap = iou(targets.xyxy_px[:, :, None], prediction.xyxy_px[:, None])  # (B, M, N)
    inside = _inside(prediction.centres_px, targets.xyxy_px) & real[..., None]  # (B, M, N)
    alignment = of_label * overlap.pow(6) * inside  # (B, M, N)

    best, place = alignment.topk(min(topk, places), dim=2)  # (B, M, k)
    chosen = torch.zeros_like(alignment).scatter_(2, place, (best > 0).to(alignment.dtype))
    chosen *= inside
    # a location claimed by several objects goes to the one that it overlaps most
    claimed = (overlap + 1e-6) * chosen  # (B, M, N)
    strength, owner = claimed.max(1)  # (B, N)
    matched = strength > 0
    mine = F.one_hot(owner, objects).transpose(1, 2) * matched[:, None]  # (B, M, N)

    alignment = alignment * mine
    peak = alignment.amax(2, keepdim=True).clamp(min=1e-9)  # (B, M, 1)
    target = alignment / peak * (overlap * mine).amax(2, keepdim=True)  # (B, M, N)
    value = target.gather(1, owner[:, None])[:, 0] * matched  # (B, N)
    label = targets.labels.clamp(min=0).gather(1, owner)  # (B, N)
    soft = F.one_hot(label, labels) * value[..., None]  # (B, N, C)
    xyxy = targets.xyxy_px.gather(1, owner[..., None].expand(-1, -1, 4))  # (B, N, 4)
    return Assignment(matched, xyxy * matched[..., None], soft.to(scores.dtype))


@torch.no_grad()
def score_weights(
    scores: Tensor, assigned: Assignment, centres_px: Tensor, targets: Targets
) -> Tensor:  # (B, N, C)
    """1 where the score is to be learned, 0 where nobody can say what it should be.

    Centres are (N, 2), or (B, 1, N, 2) where they differ from scan to scan.
    """
    labels = scores.shape[2]
    weights = targets.judged[:, None, :].to(scores.dtype).expand_as(scores)  # (B, N, C)
    if targets.rejected_labels.shape[1]:
        empty = covered(centres_px, targets.rejected_xyxy_px, targets.rejected_labels, labels)
        weights = torch.where(empty, torch.ones_like(weights), weights)
    if targets.labels.shape[1]:
        present = _one_hot(targets.labels, labels).amax(1)  # (B, C)
        doubtful = present * (~targets.exhaustive)[:, None]  # (B, C)
        marked = covered(centres_px, targets.xyxy_px, targets.labels, labels)  # (B, N, C)
        weights = weights * (1 - doubtful[:, None] * ((scores > CONFIDENT) & ~marked))
    if targets.ignored_labels.shape[1]:
        ignored = covered(centres_px, targets.ignored_xyxy_px, targets.ignored_labels, labels)
        weights = weights * ~ignored
    return torch.where(assigned.scores > 0, torch.ones_like(weights), weights)


@torch.no_grad()
def covered(centres_px: Tensor, xyxy: Tensor, of_label: Tensor, labels: int) -> Tensor:
    """(B, N, C) bool: the location lies in a box (B, M, 4) of that label (B, M), -1 for none."""
    inside = _inside(centres_px, xyxy).to(torch.float32)  # (B, M, N)
    return torch.einsum("bmn,bmc->bnc", inside, _one_hot(of_label, labels)) > 0


def iou(a: Tensor, b: Tensor) -> Tensor:  # (..., 4), (..., 4) -> (...)
    """Intersection over union, broadcasting."""
    shared = (torch.min(a[..., 2:], b[..., 2:]) - torch.max(a[..., :2], b[..., :2])).clamp(min=0)
    both = shared[..., 0] * shared[..., 1]
    return both / (_area(a) + _area(b) - both).clamp(min=1e-6)


def ciou(a: Tensor, b: Tensor) -> Tensor:  # (P, 4), (P, 4) -> (P,)
    """Complete IoU: less for distant centres and for other proportions (arXiv 1911.08287)."""
    overlap = iou(a, b)
    hull = torch.max(a[:, 2:], b[:, 2:]) - torch.min(a[:, :2], b[:, :2])  # (P, 2)
    diagonal = hull.pow(2).sum(-1).clamp(min=1e-6)
    distance = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) / 2).pow(2).sum(-1)
    size_a, size_b = (a[:, 2:] - a[:, :2]).clamp(min=1e-3), (b[:, 2:] - b[:, :2]).clamp(min=1e-3)
    angle = torch.atan(size_a[:, 0] / size_a[:, 1]) - torch.atan(size_b[:, 0] / size_b[:, 1])
    shape = (4 / torch.pi**2) * angle.pow(2)
    with torch.no_grad():
        trade = shape / (1 - overlap + shape).clamp(min=1e-6)
    return overlap - distance / diagonal - trade * shape


def _area(xyxy: Tensor) -> Tensor:  # (..., 4) -> (...)
    return (xyxy[..., 2] - xyxy[..., 0]).clamp(min=0) * (xyxy[..., 3] - xyxy[..., 1]).clamp(min=0)


def _inside(centres_px: Tensor, xyxy: Tensor) -> Tensor:  # (N, 2), (B, M, 4) -> (B, M, N) bool
    middle = (xyxy[..., :2] + xyxy[..., 2:]) / 2  # (B, M, 2)
    reach = ((xyxy[..., 2:] - xyxy[..., :2]) / 2).clamp(min=SMALLEST_PX / 2)
    return ((centres_px - middle[:, :, None]).abs() < reach[:, :, None]).all(-1)


def _one_hot(labels: Tensor, count: int) -> Tensor:  # (B, M) -> (B, M, C), none for -1
    hot = F.one_hot(labels.clamp(min=0), count) * (labels >= 0)[..., None]
    return hot.to(torch.float32)
