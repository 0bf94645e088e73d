"""Settings from TOML."""

from pathlib import Path

import pytest

from xray.errors import RecipeError
from xray_train import recipe
from xray_train.recipe import Recipe

RECIPES = Path(__file__).parents[2] / "train" / "recipes"


def toml(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


def test_a_file_turns_only_what_differs(tmp_path: Path) -> None:
    found = recipe.load(toml(tmp_path, "real = true\nsteps = 7\nsides_px = [64, 96]"))
    assert (found.steps, found.sides_px, found.batch) == (7, (64, 96), Recipe(real=True).batch)


def test_a_wrong_name_is_told_with_the_nearest_right_one(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no setting named step; did you mean steps"):
        recipe.load(toml(tmp_path, "step = 7"))


def test_a_wrong_type_is_told_with_what_came(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="steps must be int, got str 'many'"):
        recipe.load(toml(tmp_path, 'steps = "many"'))


def test_a_whole_number_will_do_for_a_fraction(tmp_path: Path) -> None:
    assert recipe.load(toml(tmp_path, "real = true\nmix = 1")).mix == 1.0


def test_nothing_to_learn_from_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="nothing to learn from"):
        recipe.load(toml(tmp_path, "steps = 7"))


def test_sides_that_the_network_cannot_take_are_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"multiples of 32, got \[100\]"):
        recipe.load(toml(tmp_path, "real = true\nsides_px = [64, 100]"))


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="not valid TOML"):
        recipe.load(toml(tmp_path, "steps ="))


def test_a_recipe_survives_its_json() -> None:
    assert Recipe.from_json(Recipe(real=True).to_json()) == Recipe(real=True)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda p: p.stem)
def test_the_recipes_in_the_repository_are_valid(path: Path) -> None:
    assert recipe.load(path).labels
