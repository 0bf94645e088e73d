"""Detection transformers: D-FINE and RT-DETR of Hugging Face's transformers, through our loop.

For GPUs and published weights: from nothing they learn slowly, and integers gain them little, so
they are exported in float only. Backbone, encoder, decoder, Hungarian matching and loss are the
library's (Apache-2.0), at the sizes of `published`; nothing is ever fetched. Ours is what is around
them: planes in, the interface of `network.Network` out, and no loss where nobody can say.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xray.errors import MissingExtra
from xray_train.losses import Assignment, Targets, covered, score_weights
from xray_train.network import Prediction
from xray_train.published import SIZES

BY_LABEL = ("class_embed.", "enc_score_head.")  # parts of names of weights with a row per label
ROUND_PX = 32  # the coarsest stride: sides are multiples of it


class Detr(nn.Module):
    """Planes in, boxes, scores and an embedding out, as `network.Network`: one row per query.

    Args:
        name: one of `published.SIZES`.
        labels: how many.

    Raises:
        MissingExtra: transformers is not installed.
    """

    def __init__(self, name: str, labels: int) -> None:
        super().__init__()
        self.detector = detector(name, labels)
        config = self.detector.config
        # The encoder proposes a query per location and keeps the best: there must be that many.
        self.least_px = ROUND_PX
        while sum((self.least_px // s) ** 2 for s in config.feat_strides) < config.num_queries:
            self.least_px += ROUND_PX

    def forward(self, planes: Tensor) -> Prediction:  # (B, H, W, 3) uint8
        """Everything that can be said of a batch."""
        x = self._pixels(planes)  # (B, 3, H', W')
        found = self.detector(x)
        cx, cy, w, h = found.pred_boxes.float().unbind(-1)  # (B, Q) each, shares of the sides
        wide, high = x.shape[3], x.shape[2]
        sides = ((cx - w / 2) * wide, (cy - h / 2) * high, (cx + w / 2) * wide, (cy + h / 2) * high)
        embedding = found.encoder_last_hidden_state[-1].mean((2, 3)).float()  # (B, E)
        nowhere = torch.zeros(x.shape[0], 0, device=x.device)  # a query has no place of its own
        return Prediction(torch.stack(sides, -1), found.logits.float(), embedding, nowhere, nowhere)

    def learn(self, planes: Tensor, targets: Targets) -> tuple[Tensor, dict[str, Tensor]]:
        """The library's loss, and its parts for the log.

        It matches each object to one query, at every layer of the decoder, and adds queries that
        start from the objects with noise. Its score loss is heard as `losses` says: not for labels
        that nobody looked for, not in ignored regions, not where an unmarked object may have been
        found; always in rejected regions. Its box losses know none of this, and need not: they
        concern matched queries. Self-distillation of boxes in D-FINE concerns every query.
        """
        x = self._pixels(planes)
        size_px = x.new_tensor([x.shape[3], x.shape[2]] * 2)  # width, height, width, height
        labels = _objects(targets, size_px)
        found = self.detector.model(x, labels=labels)
        with torch.autocast(x.device.type, enabled=False):
            boxes = found.intermediate_reference_points.float()  # (B, layers, Q, 4)
            logits = heard(found.intermediate_logits.float(), boxes, targets, size_px)
            first = found.enc_topk_bboxes.float()  # (B, Q, 4), as the encoder proposes them
            total, parts, _ = self.detector.loss_function(
                logits[:, -1],
                labels,
                x.device,
                boxes[:, -1],
                self.detector.config,
                logits,
                boxes,
                enc_topk_logits=heard(found.enc_topk_logits.float(), first, targets, size_px),
                enc_topk_bboxes=first,
                denoising_meta_values=found.denoising_meta_values,
                predicted_corners=_float(found.intermediate_predicted_corners),
                initial_reference_points=_float(found.initial_reference_points),
            )
        score, box = parts["loss_vfl"], parts["loss_bbox"] + parts["loss_giou"]
        told = {"score": score, "box": box, "other layers": total - score - box}
        return total, {name: value.detach() for name, value in told.items()}

    def _pixels(self, planes: Tensor) -> Tensor:  # (B, H, W, 3) -> (B, 3, H', W')
        """As the published weights were learned on: 0 to 1, not standardised.

        A small scan is continued to the right and below by its last pixels, so that there are
        enough locations; boxes in pixels stay what they were.
        """
        x = planes.permute(0, 3, 1, 2).float() * (1 / 255)
        down, right = (
            torch.clamp(torch.as_tensor(self.least_px - side), min=0) for side in x.shape[2:]
        )  # tensors, so that the exported graph computes them anew
        return F.pad(x, (0, right, 0, down), mode="replicate")  # type: ignore[arg-type]


def heard(logits: Tensor, boxes: Tensor, targets: Targets, size_px: Tensor) -> Tensor:
    """The same logits, but deaf where nobody can say what they should be: no gradient comes back.

    Args:
        logits: (B, ..., Q, C).
        boxes: (B, ..., Q, 4) centre, width and height as shares of the sides.
        targets: the truth.
        size_px: (4,) width, height, width, height.

    On a marked object every query is heard: the matched one, and those that should have left it
    to that one.
    """
    rows = logits.detach().flatten(1, -2)  # (B, N, C)
    xyxy = boxes.detach().flatten(1, -2) * size_px  # (B, N, 4) still centre and size
    centres = xyxy[:, None, :, :2]  # (B, 1, N, 2): other places in each scan
    count = rows.shape[-1]
    on_it = covered(centres, targets.xyxy_px, targets.labels, count)  # (B, N, C)
    marked = Assignment(on_it.any(-1), xyxy, on_it.float())
    weights = score_weights(rows.sigmoid(), marked, centres, targets).view_as(logits)
    return logits * weights + logits.detach() * (1 - weights)


def detector(name: str, labels: int) -> Any:
    """The library's network of a size in `published`, with fresh weights.

    Every layer of the decoder has heads of its own, as in the published weights; the library's
    default would tie them. Statistics of the backbone's normalisation learn along.
    """
    library, size = _library(name), SIZES[name]
    backbone = getattr(library, size.backbone)(**size.backbone_settings)
    made = getattr(library, f"{size.family}ForObjectDetection")(
        getattr(library, f"{size.family}Config")(
            backbone_config=backbone,
            num_labels=labels,
            freeze_backbone_batch_norms=False,
            tie_word_embeddings=False,
            **size.settings,
        )
    )
    if hasattr(made, "class_embed"):  # copies of the decoder's heads, which nothing would teach
        del made.class_embed, made.bbox_embed
    return made


def load(name: str, folder: Path) -> tuple[Any, list[str]]:
    """The library's network from a folder, at the size and with the labels that the folder says.

    Returns:
        the network, and the names of weights that the folder should hold and does not.
    """
    kind = getattr(_library(name), f"{SIZES[name].family}ForObjectDetection")
    made, told = kind.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, output_loading_info=True
    )
    needed = (key for key in told["missing_keys"] if key.startswith("model."))
    return made, sorted(key for key in needed if not key.endswith("num_batches_tracked"))


def _library(name: str) -> Any:
    try:
        import transformers
    except ImportError:
        raise MissingExtra(f'a recipe with network = "{name}"', "transformers") from None
    return transformers


def _objects(targets: Targets, size_px: Tensor) -> list[dict[str, Tensor]]:
    """What the library matches to: of each scan, labels and boxes as shares of the sides."""
    objects = []
    for xyxy, label in zip(targets.xyxy_px, targets.labels, strict=True):
        there = label >= 0
        x1, y1, x2, y2 = (xyxy[there] / size_px).clamp(0, 1).unbind(-1)
        boxes = torch.stack(((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1), -1)
        objects.append({"class_labels": label[there], "boxes": boxes})
    return objects


def _float(value: Tensor | None) -> Tensor | None:
    return None if value is None else value.float()
