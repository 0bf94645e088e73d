"""Dual-energy pairs, each scored by a model that did not train on it: five models, one score.

There are too few pairs to hold some out for good, so that each fold of suitcases is left out once.
A model is finished when its file is there; a run that was cut off goes on from its checkpoint.
Beside stands what it was made with that its card does not say: only models of one length and one
start are pooled.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from xray import card as cards
from xray.card import Card
from xray.detector import Detector
from xray.errors import RecipeError
from xray_train import checkpoint, sets
from xray_train.export import export, told
from xray_train.fit import fit
from xray_train.judged import Judged, judge
from xray_train.quantize import calibration_pictures, quantize
from xray_train.recipe import Recipe
from xray_train.run import MAY_CHANGE
from xray_train.sources import DUAL

LENGTH = ("steps", "minutes")  # what a run in progress may change


def pooled(
    recipe: Recipe,
    out: Path,
    *,
    minutes: float | None = None,
    device: str = "cpu",
    workers: int = 0,
    init: Path | None = None,
    say: Callable[[str], object] = print,
) -> tuple[Card, list[Judged]]:
    """Every pair, judged by the model that did not learn from its fold.

    Args:
        recipe: settings of all models but for `dual_folds`.
        out: folder of the runs and the files, a fold each; what is finished there is kept.
        minutes: of training, each.
        device, workers: as `fit` takes them.
        init: what each starts from; it must not have learned from any pair.
        say: hears how far it is.

    Returns:
        the card of the models, without the hash of any, and the pairs in the order of folds.

    Raises:
        RecipeError: the recipe does not learn from pairs, weights to start from or a teacher did,
            or a model was finished with other settings, for another time or from another start.
    """
    _must_learn_from_pairs_first(recipe, init)
    made_with = _made_with(recipe, minutes, init)
    for fold in sets.FOLDS:  # before hours are spent on the first
        _must_be_the_same(_without(recipe, fold), made_with, out / f"fold{fold}.onnx")
    judged: list[Judged] = []
    for fold in sets.FOLDS:
        model = out / f"fold{fold}.onnx"
        if not model.is_file():
            say(f"fold {fold}: training without it, in {out / f'fold{fold}'}")
            out.mkdir(parents=True, exist_ok=True)
            _beside(model).write_text(json.dumps(made_with, indent=1) + "\n", encoding="utf-8")
            found = fit(
                *(_without(recipe, fold), out / f"fold{fold}"),
                minutes=minutes,
                device=device,
                workers=workers,
                init=init,
            )
            _export(found, model)
        detector = Detector(model, threads=1)
        judged += judge(detector, sets.read(f"dual-energy-{fold}"))
        say(f"fold {fold}: scored, {len(judged)} pairs so far")
    return replace(detector.card, version=f"{len(sets.FOLDS)}-folds", sha256=""), judged


def _export(found: Path, model: Path) -> None:
    """Beside first and then in place: a file that is there is whole."""
    source, made = model.with_suffix(".float.onnx"), model.with_suffix(".part.onnx")
    export(found, source)
    quantize(source, made, calibration_pictures(found))
    made.replace(model)


def _must_learn_from_pairs_first(recipe: Recipe, init: Path | None) -> None:
    if not recipe.real or recipe.share_dual <= 0:
        raise RecipeError(
            f"{recipe.name}: learns from no dual-energy pairs, so no fold has to be left out; give "
            "real = true and a share_dual over 0"
        )
    for path in (*([init] if init else []), *map(Path, recipe.teachers)):
        if DUAL in _taught(path):
            raise RecipeError(
                f"{path}: learned from {DUAL} before, so it knows the pairs that are to be scored; "
                "start from weights that never saw one, such as parcel-sim"
            )


def _taught(path: Path) -> set[str]:
    if path.suffix == ".onnx":
        return {str(source["name"]) for source in cards.read(path).data}
    return set(checkpoint.read(path).learned_from)


def _without(recipe: Recipe, fold: int) -> Recipe:
    return replace(recipe, dual_folds=tuple(other for other in sets.FOLDS if other != fold))


def _made_with(recipe: Recipe, minutes: float | None, init: Path | None) -> dict[str, Any]:
    """What the card of a model does not say, or says by name alone."""
    return {
        "steps": recipe.steps,
        "minutes": minutes,
        "from_sha256": _sha256(init) if init else None,
        "teachers_sha256": [_sha256(Path(teacher)) for teacher in recipe.teachers],
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _beside(model: Path) -> Path:
    return model.with_suffix(".json")


def _must_be_the_same(asked: Recipe, made_with: Mapping[str, Any], model: Path) -> None:
    """A file that was made with other settings is another model; so is a run of another start."""
    if model.is_file():
        mine, theirs = told(asked), cards.read(model).training.get("recipe", {})
        _agree(model, mine, theirs, mine.keys() - MAY_CHANGE)
        _agree(model, made_with, _noted(model), made_with)
    elif (model.with_suffix("") / "last.pt").is_file():
        _agree(model, made_with, _noted(model), made_with.keys() - LENGTH)


def _noted(model: Path) -> Mapping[str, Any]:
    path = _beside(model)
    if not path.is_file():
        raise RecipeError(
            f"{path}: no such file; expected how long {model.stem} is trained and from what "
            "weights; give another --out"
        )
    noted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return noted


def _agree(
    model: Path, mine: Mapping[str, Any], theirs: Mapping[str, Any], names: Collection[str]
) -> None:
    differ = [name for name in mine if name in names and mine[name] != theirs.get(name)]
    if differ:
        raise RecipeError(
            f"{model}: was made with {differ[0]} = {theirs.get(differ[0])}, now it is "
            f"{mine[differ[0]]}; give the recipe, --minutes and --from that it was made with, or "
            "another --out"
        )
