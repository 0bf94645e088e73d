"""Dual-energy pairs, each scored by a model that did not train on it: five models, one score.

There are too few pairs to hold some out for good, so that each fold of suitcases is left out once.
A model is finished when its file is there; a run that was cut off goes on from its checkpoint.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

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
            or a model was finished with other settings.
    """
    _must_learn_from_pairs_first(recipe, init)
    judged: list[Judged] = []
    for fold in sets.FOLDS:
        others = tuple(other for other in sets.FOLDS if other != fold)
        model = out / f"fold{fold}.onnx"
        mine = replace(recipe, dual_folds=others)
        if model.is_file():
            _same(mine, cards.read(model), model)
        else:
            say(f"fold {fold}: training without it, in {out / f'fold{fold}'}")
            found = fit(
                *(mine, out / f"fold{fold}"),
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


def _same(asked: Recipe, card: Card, path: Path) -> None:
    """A file that was made with other settings is another model."""
    mine, theirs = told(asked), card.training.get("recipe", {})
    differ = [k for k in mine if k not in MAY_CHANGE and mine[k] != theirs.get(k)]
    if differ:
        raise RecipeError(
            f"{path}: was made with {differ[0]} = {theirs.get(differ[0])}, the recipe says "
            f"{mine[differ[0]]}; give another --out"
        )
