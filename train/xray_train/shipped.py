"""A network that can be trained further, from a file that ships.

Whoever has only the ONNX file starts from it too: its integers give the kernels back to within
half a step of their scale, and the batch normalisation that was folded into them is laid out
again, around the statistics of scans that are about to teach.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from xray.card import Card
from xray.card import read as read_card
from xray.errors import ModelError
from xray_train import prints
from xray_train.checkpoint import Checkpoint
from xray_train.item import Picture
from xray_train.lite import Lite
from xray_train.network import Network
from xray_train.recipe import Recipe


def read(path: Path, recipe: Recipe, pictures: Sequence[Picture]) -> Checkpoint:
    """A shipped file as the end of a run that another can begin from; see `network`."""
    made, card = network(path, pictures)
    state = made.state_dict()
    return Checkpoint(
        replace(recipe, name=f"{card.name}@{card.version}", labels=card.labels),
        step=0,
        elapsed_s=0.0,
        network=state,
        averaged=state,
        optimiser={},
        generator=torch.get_rng_state(),
        learned_from={str(d["name"]): int(d.get("scans", 0)) for d in card.data},
        scans_before=int(card.training.get("scans_seen", 0)),
        seconds_before=3600 * float(card.training.get("hours", 0)),
        devices=tuple(str(card.training[k]) for k in ("device",) if k in card.training),
        dual_folds=tuple(card.training["dual_folds"]) if "dual_folds" in card.training else None,
        splits={name: tuple(mine) for name, mine in card.training.get("splits", {}).items()},
        marks=prints.written(prints.of_card(card, prints.TAUGHT)),
    )


def network(path: Path, pictures: Sequence[Picture]) -> tuple[Network | Lite, Card]:
    """The network of a shipped file, in float, and its card.

    Args:
        path: a file that `xray-train export` wrote, integer or float.
        pictures: planes of one size, 8 to 32, as training will show them.

    Raises:
        ModelError: the file holds another network than ours.
    """
    card = read_card(path)
    kernels = _convolutions(onnx.load(str(path), load_external_data=False).graph)
    made = _fresh(card)
    convolutions = {n: m for n, m in made.named_modules() if isinstance(m, nn.Conv2d)}
    if set(convolutions) != set(kernels):
        odd = sorted(set(convolutions) ^ set(kernels))
        raise ModelError(f"{path}: not our network: {odd[0]} and {len(odd) - 1} other layers")
    biases = {}
    with torch.no_grad():
        for name, convolution in convolutions.items():
            weight, bias = kernels[name]
            if convolution.weight.shape != weight.shape:
                raise ModelError(f"{path}: its {name} is {tuple(weight.shape)} wide, ours is not")
            convolution.weight.copy_(weight)
            if convolution.bias is not None:
                convolution.bias.copy_(bias)
            else:
                biases[_norm_after(made, name)] = bias
    _unfold(made, biases, torch.from_numpy(np.stack(pictures)))
    return made, card


def _fresh(card: Card) -> Network | Lite:
    """As the recipe on the card says; the defaults where it says nothing."""
    told = card.training.get("recipe", {})
    lite = told.get("network") == "lite"
    names = ("fine", "coarse") if lite else ("widths", "blocks", "fine", "coarse")
    sizes: dict[str, Any] = {
        name: tuple(size) if isinstance(size := told[name], list) else size
        for name in names
        if name in told
    }
    return (Lite if lite else Network)(len(card.labels), **sizes)


def _unfold(made: nn.Module, biases: dict[nn.BatchNorm2d, Tensor], planes: Tensor) -> None:
    """Give each normalisation the statistics of what it sees, and undo them by its weights.

    One pass is enough: whatever the statistics, a layer answers x + bias.
    """

    def measure(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        mean, variance = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))  # (C,)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(mean + biases[norm])

    hooks = [norm.register_forward_pre_hook(measure) for norm in biases]
    with torch.no_grad():
        made.eval()(planes)
    for hook in hooks:
        hook.remove()


def _norm_after(made: nn.Module, name: str) -> nn.BatchNorm2d:
    """The next of its sequence; `Residual` names both, second and norm."""
    parent, _, last = name.rpartition(".")
    after = "norm" if last == "second" else str(int(last) + 1)
    norm = made.get_submodule(f"{parent}.{after}")
    assert isinstance(norm, nn.BatchNorm2d)
    return norm


def _convolutions(graph: onnx.GraphProto) -> dict[str, tuple[Tensor, Tensor]]:
    """Kernel and bias of every convolution, by the name of its module."""
    constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    makers = {node.output[0]: node for node in graph.node}

    def floats(name: str) -> NDArray[np.float32]:
        if name in constants:
            return np.asarray(constants[name], np.float32)
        if makers[name].op_type == "Identity":  # two alike are written once
            return floats(makers[name].input[0])
        codes, scale, zero = (constants[i] for i in makers[name].input)
        shape = (-1,) + (1,) * (codes.ndim - 1)  # per output channel, or one for all
        steps = codes.astype(np.float32) - zero.astype(np.float32).reshape(shape)
        return np.asarray(steps * scale.reshape(shape), np.float32)

    return {
        _module(node.name): (
            torch.from_numpy(floats(node.input[1]).copy()),
            torch.from_numpy(floats(node.input[2]).copy()),
        )
        for node in graph.node
        if node.op_type == "Conv"
    }


def _module(node: str) -> str:
    """A node's name says where its module is.

    >>> _module("/network/backbone/at8/at8.1/first/first.0/Conv")
    'backbone.at8.1.first.0'
    """
    path: list[str] = []
    for part in node.strip("/").split("/")[1:-1]:
        if path and part.startswith(f"{path[-1]}."):
            path.pop()
        path.append(part)
    return ".".join(path)
