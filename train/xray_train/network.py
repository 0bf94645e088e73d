"""The network: a plain-convolution, anchor-free detector made for integer CPUs.

3×3 convolutions and ReLU only, no depthwise and no SiLU, because those gain nothing in int8.
Each location of three grids (strides 8, 16 and 32 px) predicts one box, a score per label and
nothing else. Training throughput on CPUs decides the widths: the high-resolution stages are
thin, the deep ones hold the parameters (16 images/s a core at 320 px, AVX-512, fp32).

Pixels come in as the planes of `xray.tensors`, uint8 (B, H, W, 3), H and W multiples of 32.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STRIDES_PX = (8, 16, 32)
PRIOR = 0.01  # score that every location starts from; focal-loss paper, section 4.1
MAX_LOG_DISTANCE = 4.0  # e^4 = 55 strides, farther than any side of any tile


@dataclass(frozen=True)
class Prediction:
    """What the network says of a batch; N locations in all three grids, C labels."""

    xyxy_px: Tensor  # (B, N, 4) in input pixels
    logits: Tensor  # (B, N, C)
    embedding: Tensor  # (B, E)
    centres_px: Tensor  # (N, 2) x, y
    strides_px: Tensor  # (N,)
    grids: tuple[Tensor, ...] = ()  # of the neck, (B, C, h, w) each, finest first


class Convolution(nn.Sequential):
    """3×3 (or 1×1) convolution, batch normalisation, ReLU."""

    def __init__(self, fan_in: int, fan_out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(fan_in, fan_out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(fan_out, eps=1e-3, momentum=0.03),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    """Two 3×3 convolutions beside a straight way."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.first = Convolution(width, hidden)
        self.second = nn.Conv2d(hidden, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width, eps=1e-3, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:  # (B, width, h, w) -> same
        """What the straight way lacks is added."""
        return F.relu(x + self.norm(self.second(self.first(x))), inplace=True)


class Pooling(nn.Module):
    """Sees farther at stride 32: three max-pools in a row beside each other (YOLOv5's SPPF)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enter = Convolution(width, width // 2, kernel=1)
        self.leave = Convolution(width * 2, width, kernel=1)

    def forward(self, x: Tensor) -> Tensor:  # (B, width, h, w) -> same
        """Each location sees 5, 9 and 13 locations around it."""
        near = self.enter(x)
        middle = F.max_pool2d(near, 5, 1, 2)
        far = F.max_pool2d(middle, 5, 1, 2)
        farthest = F.max_pool2d(far, 5, 1, 2)
        return self.leave(torch.cat((near, middle, far, farthest), 1))


class Backbone(nn.Module):
    """Features at strides 8, 16 and 32."""

    def __init__(self, widths: tuple[int, ...], blocks: tuple[int, int, int]) -> None:
        super().__init__()
        w2, w4, w8, w16, w32 = widths
        self.stem = nn.Sequential(Convolution(3, w2, stride=2), Convolution(w2, w4, stride=2))
        self.at8 = nn.Sequential(
            Convolution(w4, w8, stride=2), *(Residual(w8, w8 // 2) for _ in range(blocks[0]))
        )
        self.at16 = nn.Sequential(
            Convolution(w8, w16, stride=2), *(Residual(w16, w16) for _ in range(blocks[1]))
        )
        self.at32 = nn.Sequential(
            Convolution(w16, w32, stride=2),
            *(Residual(w32, w32 // 2) for _ in range(blocks[2])),
            Pooling(w32),
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # (B, 3, H, W)
        """Features, finest first."""
        at8 = self.at8(self.stem(x))  # (B, w8, H/8, W/8)
        at16 = self.at16(at8)  # (B, w16, H/16, W/16)
        return at8, at16, self.at32(at16)  # (B, w32, H/32, W/32)


class Neck(nn.Module):
    """Down from coarse to fine, then up again, adding: what and where meet at every stride."""

    def __init__(self, widths: tuple[int, ...], fine: int, coarse: int) -> None:
        super().__init__()
        w8, w16, w32 = widths[2:]
        self.from8 = Convolution(w8, fine, kernel=1)
        self.from16 = Convolution(w16, coarse, kernel=1)
        self.from32 = Convolution(w32, coarse, kernel=1)
        self.narrow = Convolution(coarse, fine, kernel=1)
        self.down16 = Convolution(coarse, coarse)
        self.down8 = Convolution(fine, fine)
        self.to16 = Convolution(fine, coarse, stride=2)
        self.up16 = Convolution(coarse, coarse)
        self.to32 = Convolution(coarse, coarse, stride=2)
        self.up32 = Convolution(coarse, coarse)

    def forward(self, at8: Tensor, at16: Tensor, at32: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features of the backbone to features of the head, finest first."""
        p32 = self.from32(at32)  # (B, coarse, H/32, W/32)
        p16 = self.down16(self.from16(at16) + F.interpolate(p32, scale_factor=2.0))
        p8 = self.down8(self.from8(at8) + F.interpolate(self.narrow(p16), scale_factor=2.0))
        p16 = self.up16(p16 + self.to16(p8))  # (B, coarse, H/16, W/16)
        p32 = self.up32(p32 + self.to32(p16))
        return p8, p16, p32


class Head(nn.Module):
    """At each location: a score per label, and the distances to the four sides of its box."""

    def __init__(self, labels: int, fan_in: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.score_features = nn.ModuleList(Convolution(n, width) for n in fan_in)
        self.side_features = nn.ModuleList(Convolution(n, width) for n in fan_in)
        self.scores = nn.ModuleList(nn.Conv2d(width, labels, 1) for _ in fan_in)
        self.sides = nn.ModuleList(nn.Conv2d(width, 4, 1) for _ in fan_in)
        for score, side in zip(self.scores, self.sides, strict=True):
            _start(score, -math.log((1 - PRIOR) / PRIOR))
            _start(side, math.log(2.0))  # boxes start four strides wide

    def forward(self, grids: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Logits and log distances of every location, finest grid first."""
        logits, distances = [], []
        for level, grid in enumerate(grids):  # (B, C, h, w)
            logits.append(_rows(self.scores[level](self.score_features[level](grid))))
            distances.append(_rows(self.sides[level](self.side_features[level](grid))))
        return torch.cat(logits, 1), torch.cat(distances, 1)  # (B, N, C), (B, N, 4)


class Network(nn.Module):
    """Planes in, boxes, scores and an embedding of the scan out."""

    def __init__(
        self,
        labels: int,
        widths: tuple[int, ...] = (16, 32, 64, 128, 256),
        blocks: tuple[int, int, int] = (1, 2, 1),
        fine: int = 48,
        coarse: int = 96,
    ) -> None:
        super().__init__()
        self.backbone = Backbone(widths, blocks)
        self.neck = Neck(widths, fine, coarse)
        self.head = Head(labels, (fine, coarse, coarse), fine)

    def forward(self, planes: Tensor) -> Prediction:  # (B, H, W, 3) uint8
        """Everything that can be said of a batch; sizes may differ from call to call."""
        x = planes.permute(0, 3, 1, 2).float() * (1 / 255)  # (B, 3, H, W), channels last
        at8, at16, at32 = self.backbone(x)
        embedding = at32.mean((2, 3))  # (B, E)
        grids = self.neck(at8, at16, at32)
        logits, distances = self.head(grids)  # (B, N, C), (B, N, 4)
        centres, strides = locations(grids)  # (N, 2), (N,)
        xyxy = boxes(distances.float(), centres, strides)  # (B, N, 4)
        return Prediction(xyxy, logits.float(), embedding.float(), centres, strides, grids)


def boxes(distances: Tensor, centres: Tensor, strides: Tensor) -> Tensor:
    """Log distances to left, top, right, bottom in strides (B, N, 4) → xyxy in pixels."""
    sides = distances.clamp(max=MAX_LOG_DISTANCE).exp() * strides[:, None]  # (B, N, 4)
    return torch.cat((centres - sides[..., :2], centres + sides[..., 2:]), -1)


def locations(grids: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
    """Centre (N, 2) and stride (N,) in pixels of every location, finest grid first, row by row."""
    centres, strides = [], []
    for grid, stride in zip(grids, STRIDES_PX, strict=True):
        height, width = grid.shape[-2:]
        y = (torch.arange(height, device=grid.device) + 0.5) * stride  # (h,)
        x = (torch.arange(width, device=grid.device) + 0.5) * stride  # (w,)
        rows = y[:, None].expand(height, width).reshape(-1)  # (h·w,)
        columns = x[None, :].expand(height, width).reshape(-1)
        centres.append(torch.stack((columns, rows), -1))  # (h·w, 2)
        strides.append(torch.full_like(rows, stride))
    return torch.cat(centres), torch.cat(strides)


def _start(layer: nn.Module, bias: float) -> None:
    """Nearly the same answer everywhere."""
    if isinstance(layer, nn.Conv2d) and layer.bias is not None:
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.constant_(layer.bias, bias)


def _rows(grid: Tensor) -> Tensor:  # (B, C, h, w) -> (B, h·w, C)
    return grid.flatten(2).transpose(1, 2)
