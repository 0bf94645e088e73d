"""Published weights of a transformer, as Hugging Face lays them out, from a folder.

The folder holds config.json and model.safetensors, which the user has fetched: nothing here asks
for anything over the network, and no pickle is opened. Labels that the weights know by the same
name keep their rows; COCO's knife and scissors are photographs, but a beginning.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from xray.errors import ModelError, RecipeError
from xray_train import detr
from xray_train.checkpoint import Checkpoint
from xray_train.published import SIZES
from xray_train.recipe import Recipe


def read(folder: Path, recipe: Recipe) -> Checkpoint:
    """The folder as the end of a run that another can begin from.

    Raises:
        RecipeError: the recipe names a network of another kind.
        ModelError: the folder is not laid out so, or its weights are of another size.
        MissingExtra: transformers is not installed.
    """
    if recipe.network not in SIZES:
        raise RecipeError(
            f"{folder}: a folder of published weights starts a transformer, not "
            f"{recipe.network}; give --network {' or '.join(SIZES)}, or --from a file"
        )
    if not (folder / "config.json").is_file() or not list(folder.glob("*.safetensors")):
        raise ModelError(f"{folder}: expected config.json and model.safetensors in this folder")
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind != SIZES[recipe.network].model_type:
        raise ModelError(
            f"{folder}: holds {kind}, not {SIZES[recipe.network].model_type}, which "
            f"{recipe.network} is; name the network that these weights are of"
        )
    theirs, missing = detr.load(recipe.network, folder)
    if missing:
        raise ModelError(f"{folder}: the weights have no {missing[0]}; fetch the folder again")
    names = theirs.config.id2label
    labels = tuple(str(names[k]).lower() for k in sorted(names))
    return Checkpoint(
        replace(recipe, name=folder.name, labels=labels),
        step=0,
        elapsed_s=0.0,
        network={},
        averaged=_state(theirs, recipe.network, folder),
        optimiser={},
        generator=torch.get_rng_state(),
        learned_from={folder.name: 0},  # scans: not known; its terms are the publisher's
    )


def _state(theirs: Any, name: str, folder: Path) -> dict[str, torch.Tensor]:
    """Their weights under our names, complete."""
    given = {f"detector.{key}": value for key, value in theirs.state_dict().items()}
    state = detr.Detr(name, theirs.config.num_labels).state_dict()
    for key, ours in state.items():
        if key.endswith("num_batches_tracked") and key not in given:
            continue  # of normalisation that was frozen
        if key not in given or given[key].shape != ours.shape:
            there = tuple(given[key].shape) if key in given else "missing"
            raise ModelError(
                f"{folder}: its {key} is {there}, {name} has {tuple(ours.shape)}; name the "
                "network that these weights are of"
            )
        state[key] = given[key]
    return state
