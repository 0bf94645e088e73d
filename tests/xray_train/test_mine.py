"""A user's own scans teach without a recipe file."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from xray.card import read
from xray.errors import ModelError, RecipeError
from xray_train import mine
from xray_train.export import put_card


def folder(root: Path, *names: str) -> str:
    categories = [{"id": k, "name": name} for k, name in enumerate(names)]
    document = {"images": [], "annotations": [], "categories": categories}
    (root / "instances_train.json").write_text(json.dumps(document))
    return str(root)


def test_new_labels_come_after_those_that_the_weights_know(tmp_path: Path, standin: Path) -> None:
    made = mine.recipe(standin, (folder(tmp_path, "wrench", "cigarettes"),))
    assert made.labels == ("gun", "wrench", "cigarettes")
    assert made.data == (str(tmp_path),)


def test_the_network_is_that_of_the_file_it_starts_from(tmp_path: Path, standin: Path) -> None:
    file = tmp_path / "lite.onnx"
    shutil.copyfile(standin, file)
    told = {"recipe": {"network": "lite", "fine": 64, "coarse": 128}}
    put_card(file, replace(read(file), training=told))
    made = mine.recipe(file, (folder(tmp_path, "wrench"),))
    assert (made.network, made.fine, made.coarse) == ("lite", 64, 128)


def test_without_a_recipe_and_without_scans_it_says_what_to_give() -> None:
    with pytest.raises(RecipeError, match="--data"):
        mine.recipe(None, ())


def test_weights_go_by_the_name_of_a_shipped_model_or_by_file() -> None:
    assert mine.weights("runs/a/last.pt") == Path("runs/a/last.pt")
    with pytest.raises(ModelError, match="no such shipped model"):
        mine.weights("nothing")
