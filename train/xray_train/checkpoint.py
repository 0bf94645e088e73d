"""A training run on disk: everything that the next step depends on, and nothing else.

Which scans come next follows from the recipe's seed and the step (see `loader`), so weights,
averaged weights, the optimiser's state, the step and torch's generator are all there is.
"""

from dataclasses import dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn

from xray.errors import ModelError
from xray_train import detr
from xray_train.lite import HOW_MANY, PHOTOGRAPHS, Lite
from xray_train.network import Network
from xray_train.published import SIZES
from xray_train.recipe import Recipe
from xray_train.sources import DUAL, FOLDS


@dataclass(frozen=True)
class Checkpoint:
    """One moment of a run."""

    recipe: Recipe
    step: int  # steps done
    elapsed_s: float  # of training, all sittings together
    network: dict[str, Tensor]
    averaged: dict[str, Tensor]
    optimiser: dict[str, Any]
    generator: Tensor
    learned_from: dict[str, int]  # source → scans of it, of this run and of all that it began from
    scans_before: int = 0  # seen by the runs that it began from
    seconds_before: float = 0.0  # that those took
    devices: tuple[str, ...] = ()  # what computed it, this run and those before it, in order
    # of the dual-energy pairs, by this run and those before it; None: an older file, any may be
    dual_folds: tuple[int, ...] | None = None
    likeness: dict[str, Tensor] = field(default_factory=dict)  # what learns along and is not kept
    # folder → its splits that taught, by this run and those before it, where all of them say so
    splits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    marks: str = ""  # of the scans that taught, as `prints.written` writes them; older files: none

    @property
    def scans_seen(self) -> int:
        """By this run and those before it, each as often as it was shown."""
        return self.scans_before + self.step * self.recipe.batch

    @property
    def taught_by(self) -> dict[str, int]:
        """Source → scans of all that its weights know, the photographs of `Lite` among them."""
        ready = {PHOTOGRAPHS: HOW_MANY} if self.recipe.network == "lite" else {}
        return {**ready, **self.learned_from}

    @property
    def taught_folds(self) -> tuple[int, ...]:
        """Folds of the dual-energy pairs that taught; all, where an older file does not say."""
        if self.dual_folds is not None:
            return self.dual_folds
        return FOLDS if DUAL in self.learned_from else ()

    @property
    def seconds(self) -> float:
        """Of training, this run and those before it."""
        return self.seconds_before + self.elapsed_s

    def save(self, path: Path) -> None:
        """Written beside and moved into place: a cut leaves the last one whole."""
        values = {**vars(self), "recipe": self.recipe.to_json()}
        beside = path.with_suffix(".part")
        torch.save(values, beside)
        beside.replace(path)


def read(path: Path) -> Checkpoint:
    """The checkpoint in a file.

    Raises:
        ModelError: missing, or not a checkpoint of ours.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; expected a checkpoint that xray-train fit wrote")
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        return Checkpoint(**{**values, "recipe": Recipe.from_json(values["recipe"])})
    except (UnpicklingError, RuntimeError, KeyError, TypeError, EOFError) as error:
        why = str(error).partition("\n")[0]  # torch goes on with how to run what is in it
        raise ModelError(f"{path}: not a checkpoint of xray-train fit ({why})") from None


def build(recipe: Recipe) -> nn.Module:
    """The network that the recipe names, with fresh weights.

    Raises:
        MissingExtra: it is a transformer, and transformers is not installed.
    """
    if recipe.network == "ssdlite":
        from xray_train.ssdlite import SSDLite

        return SSDLite(len(recipe.labels))
    if recipe.network == "lite":
        return Lite(len(recipe.labels), recipe.fine, recipe.coarse)
    if recipe.network in SIZES:
        return detr.Detr(recipe.network, len(recipe.labels))
    blocks = recipe.blocks
    return Network(
        len(recipe.labels),
        recipe.widths,
        (blocks[0], blocks[1], blocks[2]),
        recipe.fine,
        recipe.coarse,
    )


def trained(found: Checkpoint) -> nn.Module:
    """The averaged network of a checkpoint, ready for use."""
    network = build(found.recipe)
    network.load_state_dict(found.averaged)
    return network.eval()


def start_from(network: nn.Module, labels: tuple[str, ...], other: Checkpoint) -> list[str]:
    """Weights of another run, whatever its labels: rows of the score head go by name.

    Returns:
        the labels that the other run did not know, and that start from nothing.

    Raises:
        ModelError: the other network has other widths, or is another.
    """
    theirs = {label: row for row, label in enumerate(other.recipe.labels)}
    state = network.state_dict()
    for key, fresh in state.items():
        given = other.averaged.get(key)
        by_label = key.startswith("head.scores.") or any(part in key for part in detr.BY_LABEL)
        if given is not None and given.shape == fresh.shape and not by_label:
            state[key] = given
        elif given is not None and by_label:
            rows = fresh.clone()
            for mine, label in enumerate(labels):
                if label in theirs:
                    rows[mine] = given[theirs[label]]
            state[key] = rows
        else:
            raise ModelError(
                f"{other.recipe.name}: its {key} does not fit this recipe's network widths"
            )
    network.load_state_dict(state)
    return [label for label in labels if label not in theirs]
