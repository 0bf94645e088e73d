"""A user's own scans: the recipe that needs no file, and weights by name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from xray import card as cards
from xray.detector import available
from xray.errors import ModelError, RecipeError
from xray_datasets import layouts
from xray_train import checkpoint
from xray_train.recipe import Recipe

# Half an hour on two cores. From weights that know the job the rate is lower, the rise shorter.
TUNING = Recipe(
    name="mine",
    sides_px=(288, 320, 352, 384),
    zoom=(0.8, 1.6),
    mix=0.05,
    steps=2000,
    learning_rate=8e-4,
    warm_up=50,
    decay_from=0.4,
    ema=0.998,
    check_every=200,
    project_simulated=100,  # at 27 ms each: 500 of nine labels took 2 minutes of a short run
    data=(".",),
)
SIZES = ("network", "widths", "blocks", "fine", "coarse", "ranges", "check_px")


def weights(name: str) -> Path:
    """The file behind a name: of a shipped model, an ONNX file, a run's checkpoint, or a folder.

    Raises:
        ModelError: there is none.
    """
    if Path(name).suffix in (".onnx", ".pt"):
        return Path(name)
    there = available()
    if name not in there and Path(name).is_dir():
        return Path(name)
    if name not in there:
        raise ModelError(
            f"{name}: no such shipped model; there are {', '.join(there)}, or name a file, or "
            "a folder of published weights"
        )
    return there[name]


def recipe(start: Path | None, folders: tuple[str, ...]) -> Recipe:
    """Fine-tuning on these folders: the labels of the weights, then those that are new.

    The network is as large as the one that it starts from.

    Raises:
        RecipeError: no folder was given.
        DataError: a folder is of no known layout.
    """
    if not folders:
        raise RecipeError(
            "nothing to learn from: give a recipe, or --data with a folder of marked scans"
        )
    known: tuple[str, ...] = ()
    sizes: dict[str, Any] = {}
    if start is not None:
        known, sizes = _network(start)
    new = dict.fromkeys(name for folder in folders for name in layouts.labels(Path(folder)))
    labels = (*known, *(label for label in new if label not in known))
    return replace(TUNING, data=folders, labels=labels, **sizes)


def _network(start: Path) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The labels of the weights, and the settings that say how large their network is.

    A folder of published weights says nothing: it knows labels of photographs.
    """
    if start.is_dir():
        return (), {}
    if not start.is_file():
        raise ModelError(f"{start}: no such file; expected an ONNX file or a checkpoint")
    if start.suffix != ".onnx":
        began = checkpoint.read(start).recipe
        return began.labels, {name: getattr(began, name) for name in SIZES}
    card = cards.read(start)
    told = card.training.get("recipe", {})
    sizes = {name: told[name] for name in SIZES if name in told}
    return card.labels, {k: tuple(v) if isinstance(v, list) else v for k, v in sizes.items()}
