"""Learning from another network's answers beside the annotations.

The teacher sees the very batch, and the network is asked for the teacher's scores and boxes at
each location, on scans of every kind: what it says of a scan that nobody marked teaches too. Both
must have the same grids and labels.
"""

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

SURE = 0.1  # teacher's score from which its box is learned
SOME = 0.05  # teacher's score from which a location counts when losses are brought to one scale


@cache
def teacher(path: Path, labels: tuple[str, ...], device: torch.device) -> nn.Module:
    """The averaged network of a checkpoint, ready to answer.

    Raises:
        ModelError: the file cannot be read.
        RecipeError: it knows other labels.
    """
    found = checkpoint.read(path)
    if found.recipe.labels != labels:
        raise RecipeError(
            f"{path}: a teacher must know the same labels in the same order; it knows "
            f"{', '.join(found.recipe.labels)}"
        )
    network = folded(checkpoint.trained(found)).requires_grad_(False)
    return network.to(device).to(memory_format=torch.channels_last)


def loss(prediction: Prediction, taught: Prediction, box_weight: float) -> Tensor:
    """How far the answers lie from the teacher's, on the scale of `losses.loss`."""
    scores = taught.logits.sigmoid()  # (B, N, C)
    norm = (scores * (scores > SOME)).sum().clamp(min=1)
    score_loss = F.binary_cross_entropy_with_logits(prediction.logits, scores, reduction="sum")
    best = scores.amax(-1)  # (B, N)
    sure = best > SURE
    apart = 1 - ciou(prediction.xyxy_px[sure], taught.xyxy_px[sure])  # (P,)
    return (score_loss + box_weight * (apart * best[sure]).sum()) / norm
