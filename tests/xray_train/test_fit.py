"""Training learns, and goes on after a cut as if there had been none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.xray_train import tiny
from xray.errors import ModelError, RecipeError
from xray_train import checkpoint, checks
from xray_train.export import card_of
from xray_train.fit import fit, learning_rate
from xray_train.loader import Steps
from xray_train.recipe import Recipe


def run(out: Path, recipe: Recipe, **kwargs: object) -> Path:
    steps = Steps(recipe, [(1.0, tiny.Shapes())], [])
    return fit(recipe, out, steps=steps, held_out=[], **kwargs)  # type: ignore[arg-type]


def losses(out: Path) -> list[float]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [row["loss"] for row in rows if "loss" in row]


def test_shapes_are_learned_in_seconds(trained: Path) -> None:
    network = checkpoint.trained(checkpoint.read(trained))
    unseen = [tiny.Shapes().item(k, np.random.default_rng(0)) for k in range(100, 130)]
    scores = checks.ap50(network, unseen, ("gun", "wrench"))
    assert min(scores.values()) > 0.6


def test_a_label_that_is_marked_and_judged_nowhere_has_no_score(trained: Path) -> None:
    network = checkpoint.trained(checkpoint.read(trained))
    shapes = tiny.Shapes()
    unseen = [shapes.item(index, np.random.default_rng(0)) for index in range(500, 510)]
    guns = [replace(item, judged=np.array([True, False])) for item in unseen]
    assert {1} < {int(label) for item in guns for label in item.labels}
    assert list(checks.ap50(network, guns, ("gun", "wrench"))) == ["gun"]


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_killed_run_goes_on_as_if_undisturbed_and_tells_of_each_step_once(
    bfloat16: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xray_train.autocast.computes_bfloat16", lambda _: bfloat16)
    recipe = tiny.recipe(steps=50, decay_from=0.3, batch=2, save_every=10)
    run(tmp_path / "whole", recipe)

    def kill(entry: dict[str, Any]) -> None:
        if entry["step"] == 27:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", recipe, also=kill)
    assert checkpoint.read(tmp_path / "killed" / "last.pt").step == 20
    (log := tmp_path / "killed" / "log.jsonl").write_text(log.read_text() + '{"step": 28, "lo')
    run(tmp_path / "killed", recipe)
    assert losses(tmp_path / "killed") == losses(tmp_path / "whole")


def test_fine_tuning_carries_the_score_rows_of_known_labels(tmp_path: Path, trained: Path) -> None:
    recipe = tiny.recipe(labels=("knife", "wrench"))
    network = checkpoint.build(recipe)
    assert checkpoint.start_from(network, recipe.labels, checkpoint.read(trained)) == ["knife"]
    theirs = checkpoint.read(trained).averaged["head.scores.0.weight"]
    mine = network.state_dict()["head.scores.0.weight"]
    assert torch.equal(mine[1], theirs[1])
    assert not torch.equal(mine[0], theirs[0])


def test_a_network_of_other_widths_is_refused(trained: Path) -> None:
    recipe = tiny.recipe(fine=8)
    with pytest.raises(ModelError, match="does not fit this recipe's network widths"):
        checkpoint.start_from(checkpoint.build(recipe), recipe.labels, checkpoint.read(trained))


def test_a_missing_checkpoint_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="expected a checkpoint that xray-train fit wrote"):
        checkpoint.read(tmp_path / "none.pt")


def test_the_learning_rate_rises_stays_and_falls() -> None:
    recipe = tiny.recipe(steps=100, warm_up=10, decay_from=0.5, learning_rate=1.0)
    rates = [learning_rate(recipe, step, 0.0) for step in (0, 9, 50, 75, 100)]
    assert rates == [0.1, 1.0, 1.0, 0.5, 0.01]


def test_the_learning_rate_follows_the_clock_when_minutes_run_out_first() -> None:
    recipe = tiny.recipe(steps=1000, warm_up=1, decay_from=0.5, learning_rate=1.0)
    assert learning_rate(recipe, 10, used=0.75) == 0.5


def test_a_time_limit_ends_the_run_with_a_checkpoint(tmp_path: Path) -> None:
    path = run(tmp_path, tiny.recipe(steps=100_000), minutes=1 / 60)
    assert 0 < checkpoint.read(path).step < 100_000


def test_average_precision_of_a_hit_a_miss_and_a_false_alarm() -> None:
    blank = np.zeros((64, 64, 3), np.uint8)
    items = [tiny.item(blank, [[0, 0, 10, 10], [20, 20, 30, 30]], [0, 0])]
    boxes = np.array([[0, 0, 10, 10], [40, 40, 50, 50]], np.float32)
    found = (boxes, np.array([0.9, 0.8], np.float32), np.array([0, 0]))
    assert checks.average_precision([found], items, 0) == 0.5


def test_the_baseline_trains_through_the_same_loop(tmp_path: Path) -> None:
    path = run(tmp_path, tiny.recipe(network="ssdlite", steps=2, batch=2))
    assert checkpoint.read(path).step == 2


def test_a_run_does_not_go_on_with_other_settings(tmp_path: Path) -> None:
    recipe = tiny.recipe(steps=2, batch=2)
    run(tmp_path, recipe)
    with pytest.raises(RecipeError, match=r"began with labels = .*--from"):
        run(tmp_path, replace(recipe, steps=4, labels=("wrench", "gun")))
    assert checkpoint.read(run(tmp_path, replace(recipe, steps=4))).step == 4


def test_weights_remember_what_the_runs_before_them_learned_from(tmp_path: Path) -> None:
    recipe = tiny.recipe(steps=3, batch=2)
    first = run(tmp_path / "first", recipe)
    known = replace(checkpoint.read(first), learned_from={"SIXray": 862}, seconds_before=3600.0)
    known.save(first)
    second = checkpoint.read(run(tmp_path / "second", recipe, init=first))
    assert second.learned_from == {"SIXray": 862}
    assert second.scans_seen == 12
    assert second.seconds > 3600


def test_weights_remember_every_fold_that_taught_them(tmp_path: Path) -> None:
    recipe = tiny.recipe(steps=2, batch=2, dual_folds=(0, 1))
    first = run(tmp_path / "first", recipe)
    assert checkpoint.read(first).taught_folds == ()  # no pair was among the scans
    pairs = {"dual-energy suitcases": 96}
    replace(checkpoint.read(first), learned_from=pairs, dual_folds=(3,)).save(first)
    second = run(tmp_path / "second", recipe, init=first)
    assert card_of(checkpoint.read(second), "1").training["dual_folds"] == [3]
    pupil = replace(recipe, teachers=(str(second),))
    assert checkpoint.read(run(tmp_path / "pupil", pupil)).taught_folds == (3,)
    older = replace(checkpoint.read(first), dual_folds=None)
    assert older.taught_folds == (0, 1, 2, 3, 4)


def test_folds_of_this_run_join_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tiny.recipe(steps=2, batch=2, dual_folds=(0, 1))
    first = run(tmp_path / "first", recipe)
    pairs = {"dual-energy suitcases": 96}
    replace(checkpoint.read(first), learned_from=pairs, dual_folds=(3,)).save(first)
    scans = Steps(recipe, [(1.0, tiny.Shapes())], [])
    monkeypatch.setattr("xray_train.fit._steps", lambda *_: (scans, pairs, ()))
    second = fit(recipe, tmp_path / "second", init=first, held_out=[])
    assert checkpoint.read(second).taught_folds == (0, 1, 3)
    again = fit(replace(recipe, steps=3), tmp_path / "second", held_out=[])
    assert checkpoint.read(again).taught_folds == (0, 1, 3)


def test_a_gradient_that_is_not_finite_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"not finite.*lower learning_rate"):
        run(tmp_path, tiny.recipe(steps=50, batch=2, learning_rate=1e30, warm_up=1))
