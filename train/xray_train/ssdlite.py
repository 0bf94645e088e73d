"""A baseline: torchvision's SSDLite with MobileNetV3, through our loop, loss and export.

Its backbone, head and default boxes are torchvision's; targets and loss are ours, with a
probability per label in place of a softmax with background, so that the two networks differ in
nothing else. Depthwise convolutions gain nothing from integers: it is exported in float only.
"""

import math

import torch
from torch import Tensor, nn
from torchvision.models.detection import ssdlite320_mobilenet_v3_large

from xray_train.network import PRIOR, Prediction

CENTRE_STEP, SIZE_STEP = 0.1, 0.2  # how far a 1 of the head moves a box (SSD's variances)
MAX_LOG_SIZE = 4.0  # of a box against its default box


class SSDLite(nn.Module):
    """Planes in, boxes, scores and an embedding out, as `network.Network`."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        whole = ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, num_classes=labels
        )
        self.backbone, self.head = whole.backbone, whole.head
        self.shapes = whole.anchor_generator._wh_pairs  # per grid: (A, 2), shares of the input
        for module in self.head.classification_head.module_list:
            nn.init.constant_(module[-1].bias, -math.log((1 - PRIOR) / PRIOR))

    def forward(self, planes: Tensor) -> Prediction:  # (B, H, W, 3) uint8
        """Everything that can be said of a batch."""
        x = planes.permute(0, 3, 1, 2).float() * (2 / 255) - 1  # (B, 3, H, W)
        grids = list(self.backbone(x).values())
        raw = self.head(grids)
        defaults = self._defaults(grids, planes)  # (N, 4) x, y, width, height
        move = raw["bbox_regression"].float()  # (B, N, 4)
        centre = defaults[:, :2] + move[..., :2] * CENTRE_STEP * defaults[:, 2:]
        size = defaults[:, 2:] * (move[..., 2:] * SIZE_STEP).clamp(max=MAX_LOG_SIZE).exp()
        xyxy = torch.cat((centre - size / 2, centre + size / 2), -1)  # (B, N, 4)
        embedding = grids[1].mean((2, 3)).float()  # (B, E)
        strides = defaults[:, 2]  # not used by the loss
        return Prediction(xyxy, raw["cls_logits"].float(), embedding, defaults[:, :2], strides)

    def _defaults(self, grids: list[Tensor], planes: Tensor) -> Tensor:  # -> (N, 4)
        height, width = planes.shape[1], planes.shape[2]
        rows = []
        for grid, shares in zip(grids, self.shapes, strict=True):
            h, w = grid.shape[-2:]
            y = (torch.arange(h, device=grid.device) + 0.5) * (height / h)  # (h,)
            x = (torch.arange(w, device=grid.device) + 0.5) * (width / w)  # (w,)
            y, x = y[:, None].expand(h, w).reshape(-1, 1), x[None].expand(h, w).reshape(-1, 1)
            centre = torch.cat((x, y), 1)[:, None].expand(-1, len(shares), 2)  # (h·w, A, 2)
            one = torch.ones_like(centre[..., :1])
            size = shares.to(grid.device) * torch.cat((one * width, one * height), -1)
            rows.append(torch.cat((centre, size), -1).reshape(-1, 4))
        return torch.cat(rows)
