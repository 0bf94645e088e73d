"""Learning from other networks' answers beside the annotations.

The teacher, one network or several together, sees the very batch, and the network is asked for
its scores and boxes at each location, on scans of every kind: what it says of a scan that nobody
marked teaches too. All must have the same grids and labels.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xray.errors import RecipeError
from xray_train import checkpoint
from xray_train.lite import folded
from xray_train.losses import ciou
from xray_train.network import Prediction
from xray_train.recipe import GRIDS

SURE = 0.1  # teacher's score from which its box is learned
LEAST = 1e-6  # weight of a box that no network is sure of
SOME = 0.05  # teacher's score from which a location counts when losses are brought to one scale


class Together(nn.Module):
    """Several networks as one: the mean of their log-odds, boxes weighted by the scores.

    What one knows and the other does not doubt is believed; of two networks that learned from the
    same scans, mAP50 on others was 0.71 and 0.65, of their mean score 0.69, so joined 0.73.
    """

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, planes: Tensor) -> Prediction:  # (B, H, W, 3) uint8
        """Their common answer; the embedding, of which each has its own, is the first's."""
        answers = [network(planes) for network in self.networks]
        logits = torch.stack([each.logits for each in answers])  # (T, B, N, C)
        sure = logits.sigmoid().amax(-1, keepdim=True) + LEAST  # (T, B, N, 1)
        boxes = torch.stack([each.xyxy_px for each in answers])  # (T, B, N, 4)
        return replace(
            answers[0], logits=logits.mean(0), xyxy_px=(boxes * sure).sum(0) / sure.sum(0)
        )


@cache
def teacher(paths: tuple[Path, ...], labels: tuple[str, ...], device: torch.device) -> nn.Module:
    """The averaged network of a checkpoint, or several of them together, ready to answer.

    Raises:
        ModelError: a file cannot be read.
        RecipeError: one knows other labels, or does not answer on our grids.
    """
    networks = []
    for path in paths:
        found = checkpoint.read(path)
        if found.recipe.labels != labels:
            raise RecipeError(
                f"{path}: a teacher must know the same labels in the same order; it knows "
                f"{', '.join(found.recipe.labels)}"
            )
        if found.recipe.network not in GRIDS:
            raise RecipeError(
                f"{path}: a teacher must answer on the same grids, which {found.recipe.network} "
                f"does not; take {' or '.join(GRIDS)}"
            )
        networks.append(folded(checkpoint.trained(found)).requires_grad_(False))
    together = networks[0] if len(networks) == 1 else Together(networks)
    return together.to(device).to(memory_format=torch.channels_last)


def loss(prediction: Prediction, taught: Prediction, box_weight: float) -> Tensor:
    """How far the answers lie from the teacher's, on the scale of `losses.loss`."""
    scores = taught.logits.sigmoid()  # (B, N, C)
    norm = (scores * (scores > SOME)).sum().clamp(min=1)
    score_loss = F.binary_cross_entropy_with_logits(prediction.logits, scores, reduction="sum")
    best = scores.amax(-1)  # (B, N)
    sure = best > SURE
    apart = 1 - ciou(prediction.xyxy_px[sure], taught.xyxy_px[sure])  # (P,)
    return (score_loss + box_weight * (apart * best[sure]).sum()) / norm
