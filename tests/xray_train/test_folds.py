"""Five models, each scored on the pairs that it never saw; what is finished is kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.xray_train import tiny
from tests.xray_train.samples import sample
from xray import RecipeError
from xray.card import Card
from xray_datasets.sample import Sample
from xray_train import checkpoint, folds
from xray_train.checkpoint import Checkpoint
from xray_train.export import told
from xray_train.recipe import Recipe

RECIPE = tiny.recipe(share_dual=1.0, data=("somewhere/scans",))


class Trainer:
    """Stands in for training: notes which folds taught, and writes a file that says so."""

    def __init__(self, make_model: Callable[[Card], Path], card: Card) -> None:
        self.make, self.card, self.taught = make_model, card, []  # type: ignore[var-annotated]

    def fit(self, recipe: Recipe, out: Path, **_: Any) -> Path:
        self.taught.append(recipe.dual_folds)
        self.recipe = recipe
        return out / "last.pt"

    def export(self, found: Path, model: Path) -> None:
        name = f"without {set(range(5)) - set(self.recipe.dual_folds)}"
        recipe = {"recipe": told(self.recipe)}
        made = self.make(replace(self.card, name=name, training=recipe))
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_bytes(made.read_bytes())


def pairs(name: str) -> list[Sample]:
    return [sample("gun", id=f"{name} {k}", group=f"{name} {k}") for k in range(2)]


@pytest.fixture
def trainer(
    make_model: Callable[[Card], Path], standin_card: Card, monkeypatch: pytest.MonkeyPatch
) -> Trainer:
    made = Trainer(make_model, standin_card)
    monkeypatch.setattr(folds, "fit", made.fit)
    monkeypatch.setattr(folds, "_export", made.export)
    monkeypatch.setattr(folds.sets, "read", pairs)
    return made


def test_each_fold_is_scored_by_the_model_that_it_did_not_teach(
    trainer: Trainer, tmp_path: Path
) -> None:
    card, judged = folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    assert trainer.taught == [
        (1, 2, 3, 4),
        (0, 2, 3, 4),
        (0, 1, 3, 4),
        (0, 1, 2, 4),
        (0, 1, 2, 3),
    ]
    said = [(j.sample.id, j.report.model.name) for j in judged]
    assert said[0] == ("dual-energy-0 0", "without {0}")
    assert said[-1] == ("dual-energy-4 1", "without {4}")
    assert len(said) == 10
    assert (card.version, card.sha256) == ("5-folds", "")


def test_a_fold_that_is_finished_is_not_trained_again(trainer: Trainer, tmp_path: Path) -> None:
    folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    (tmp_path / "fold2.onnx").unlink()
    trainer.taught.clear()
    folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    assert trainer.taught == [(0, 1, 3, 4)]


def test_a_trial_of_half_a_minute_is_not_taken_for_the_real_run(
    trainer: Trainer, tmp_path: Path
) -> None:
    """Nor is anything trained before it is said."""
    folds.pooled(RECIPE, tmp_path, minutes=0.5, say=lambda _: None)
    (tmp_path / "fold0.onnx").unlink()
    trainer.taught.clear()
    with pytest.raises(RecipeError, match=r"fold1.onnx: was made with minutes = 0.5, now it is 60"):
        folds.pooled(RECIPE, tmp_path, minutes=60, say=lambda _: None)
    with pytest.raises(RecipeError, match=r"made with steps = 200, now it is 7; .*another --out"):
        folds.pooled(replace(RECIPE, steps=7), tmp_path, minutes=0.5, say=lambda _: None)
    assert not trainer.taught


def test_folds_of_different_starts_are_not_mixed(
    trained: Path, trainer: Trainer, tmp_path: Path
) -> None:
    folds.pooled(RECIPE, tmp_path / "out", say=lambda _: None)
    (tmp_path / "out" / "fold4.onnx").unlink()
    with pytest.raises(RecipeError, match=r"fold0.onnx: was made with from_sha256 = None"):
        folds.pooled(RECIPE, tmp_path / "out", init=trained, say=lambda _: None)


def test_a_run_in_progress_may_change_its_length_and_not_its_start(
    trained: Path, trainer: Trainer, tmp_path: Path
) -> None:
    folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    for fold in range(5):
        (tmp_path / f"fold{fold}.onnx").unlink()
    (tmp_path / "fold0").mkdir()
    (tmp_path / "fold0" / "last.pt").touch()
    with pytest.raises(RecipeError, match=r"fold0.onnx: was made with from_sha256 = None"):
        folds.pooled(RECIPE, tmp_path, init=trained, say=lambda _: None)
    longer = replace(RECIPE, steps=7)
    folds.pooled(longer, tmp_path, say=lambda _: None)
    trainer.taught.clear()
    folds.pooled(longer, tmp_path, say=lambda _: None)  # as it was finished, so it stays
    assert not trainer.taught


def test_a_file_that_does_not_say_how_long_it_was_trained_is_refused(
    trainer: Trainer, tmp_path: Path
) -> None:
    folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    (tmp_path / "fold3.json").unlink()
    with pytest.raises(RecipeError, match=r"fold3.json: no such file; .* give another --out"):
        folds.pooled(RECIPE, tmp_path, say=lambda _: None)


def test_what_was_finished_with_other_settings_is_another_model(
    trainer: Trainer, tmp_path: Path
) -> None:
    folds.pooled(RECIPE, tmp_path, say=lambda _: None)
    with pytest.raises(RecipeError, match=r"fold0.onnx: was made with seed = 0, now it is 1"):
        folds.pooled(replace(RECIPE, seed=1), tmp_path, say=lambda _: None)


def test_weights_that_saw_the_pairs_before_are_refused(
    trained: Path, trainer: Trainer, tmp_path: Path
) -> None:
    found: Checkpoint = checkpoint.read(trained)
    knows = replace(found, learned_from={"dual-energy suitcases": 96})
    knows.save(tmp_path / "knows.pt")
    with pytest.raises(RecipeError, match="so it knows the pairs that are to be scored"):
        folds.pooled(RECIPE, tmp_path / "out", init=tmp_path / "knows.pt")
    taught_by = replace(RECIPE, teachers=(str(tmp_path / "knows.pt"),))
    with pytest.raises(RecipeError, match="so it knows the pairs"):
        folds.pooled(taught_by, tmp_path / "out")


def test_a_recipe_without_pairs_has_no_folds_to_leave_out(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="learns from no dual-energy pairs"):
        folds.pooled(tiny.recipe(), tmp_path)


def test_only_the_folds_of_the_recipe_teach(real_scans: Path) -> None:
    from xray_train import sources

    some = tiny.recipe(share_dual=1.0, share_real=0.0, share_benign=0.0, dual_folds=(0, 1))
    (source,) = [s for _, s in sources.sources(some) if s.origin == sources.DUAL]
    whole = {one.id for fold in (0, 1) for one in folds.sets.read(f"dual-energy-{fold}")}
    assert len(source) == len(whole) < 96
