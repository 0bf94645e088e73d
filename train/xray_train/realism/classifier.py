"""A small network that learns to tell real patches from simulated ones.

Every patch is scored by a network that saw no patch of its bag: two networks, each trained on the
bags of one half. Patches are turned over at random, both ways, and shifted; nothing is done to
brightness or colours, for these may be what tells. 60,000 parameters: enough to know textures,
edges and colours, too few to know bags by heart that it saw ten times.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from xray.errors import DataError
from xray_train.realism.telling import halves

WIDTHS = (16, 32, 64, 64)
PASSES = 14  # over all patches of a half
BATCH = 32
RATE = 3e-3  # at its highest
DECAY = 0.02
SMOOTH = 0.05  # of the labels: the network need not be surer than that
SHIFT_PX = 8
LEAST = 40  # patches of either side in a half, that can teach

Say = Callable[[], None]


class Network(nn.Sequential):
    """Four convolutions, means and maxima over the patch, one number: the log odds of real."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        for k, (fan_in, fan_out) in enumerate(zip((3, *WIDTHS), WIDTHS, strict=False)):
            kernel = 5 if k == 0 else 3
            layers += [
                nn.Conv2d(fan_in, fan_out, kernel, 2 if k < 3 else 1, kernel // 2, bias=False),
                nn.BatchNorm2d(fan_out),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers, _Pooled(), nn.Dropout(0.2), nn.Linear(2 * WIDTHS[-1], 1))


class _Pooled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:  # (B, C, h, w) -> (B, 2 C)
        return torch.cat((x.mean((2, 3)), x.amax((2, 3))), 1)


def scores(
    pixels: NDArray[np.uint8],  # (N, S, S, 3)
    real: NDArray[np.bool_],
    bags: Sequence[str],
    seed: int,
    passes: int = PASSES,
    said: Say = lambda: None,
) -> NDArray[np.float64]:
    """(N,) log odds that each patch is real, by a network that saw nothing of its bag.

    Args:
        pixels: patches.
        real: (N,) which are.
        bags: (N,) which bag each shows.
        seed: of halves, weights and order.
        passes: over the patches of a half.
        said: called after every pass of either network.

    Raises:
        DataError: too few patches of a side in a half.
    """
    second = np.zeros(len(real), bool)
    for side in (real, ~real):
        second[side] = halves([bags[k] for k in np.flatnonzero(side).tolist()], seed)
    found = np.zeros(len(real))
    for half in (False, True):
        teach = second == half
        for side in (real, ~real):
            if (teach & side).sum() < LEAST:
                raise DataError(
                    f"a half holds {(teach & side).sum()} patches of one side; a classifier "
                    f"wants {LEAST} to learn from: give more scans"
                )
        network = _taught(pixels[teach], real[teach], seed + half, passes, said)
        found[~teach] = _said(network, pixels[~teach])
    return found


def _taught(
    pixels: NDArray[np.uint8], real: NDArray[np.bool_], seed: int, passes: int, said: Say
) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network, rng = Network(), np.random.default_rng([seed, 23])
        inputs, wanted = _inputs(pixels), torch.from_numpy(real.astype(np.float32))
        wanted = wanted * (1 - 2 * SMOOTH) + SMOOTH
        weight = float((~real).sum() / max(1, real.sum()))  # either side counts alike
        steps = passes * -(-len(real) // BATCH)
        optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
        for _ in range(passes):
            for mine in _batches(len(real), rng):
                logits = network(_turned(inputs[mine], rng))[:, 0]
                loss = F.binary_cross_entropy_with_logits(
                    logits, wanted[mine], pos_weight=torch.tensor(weight)
                )
                optimiser.zero_grad()
                torch.autograd.backward(loss)
                optimiser.step()
                schedule.step()
            said()
    return network.eval()


def _batches(count: int, rng: np.random.Generator) -> list[Tensor]:
    order = torch.from_numpy(rng.permutation(count))
    return [
        part for part in torch.split(order, BATCH) if len(part) > 1
    ]  # one alone has no variance


def _inputs(pixels: NDArray[np.uint8]) -> Tensor:  # (N, S, S, 3) -> (N, 3, S, S), about -1 to 1
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 64 - 2


def _turned(x: Tensor, rng: np.random.Generator) -> Tensor:
    """The batch turned over and shifted, edges mirrored."""
    flips = [axis for axis in (2, 3) if rng.random() < 0.5]
    dy, dx = (int(v) for v in rng.integers(0, 2 * SHIFT_PX + 1, 2))
    padded = F.pad(torch.flip(x, flips) if flips else x, (SHIFT_PX,) * 4, mode="reflect")
    return padded[:, :, dy : dy + x.shape[2], dx : dx + x.shape[3]]


@torch.inference_mode()
def _said(network: Network, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Means over the patch and its mirror images."""
    found = []
    for part in torch.split(_inputs(pixels), 256):
        turned = [part, part.flip(2), part.flip(3), part.flip((2, 3))]
        found.append(torch.stack([network(x)[:, 0] for x in turned]).mean(0))
    return torch.cat(found).double().numpy()
