"""Scans from the simulator's pool and from samples, as the network's planes."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.xray_datasets.reviews.export import THERE, case, confirmed, rejected, write
from tests.xray_train import tiny
from xray import Encoding, Scan
from xray.annotation import Annotation
from xray.errors import RecipeError
from xray_datasets import reviews
from xray_datasets.sample import Sample
from xray_train import mine
from xray_train.decoded import Real
from xray_train.item import air_of
from xray_train.ship import OF_SOURCE
from xray_train.sources import Simulated, _balanced, counts, held_out, sources
from xray_train.stock import Stock, Threat

BOX = (20.0, 40.0, 60.0, 80.0)


@dataclass
class Scene:
    """A plate of uneven thickness with four things on it."""

    low: np.ndarray
    high: np.ndarray
    boxes: np.ndarray
    labels: tuple[str, ...]
    visible: np.ndarray
    parameters = {"kv": 150}  # noqa: RUF012


class TinyPool:
    def __len__(self) -> int:
        return 1

    def refresh(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Scene:
        high = np.ones((48, 64), np.float32)
        high[10:30, 10:40] = 0.4
        boxes = np.arange(16, dtype=np.float32).reshape(4, 4)
        labels = ("gun", "liquid", "wrench", "gun")
        return Scene(high**1.4, high, boxes, labels, np.array([0.9, 0.9, 0.9, 0.1], np.float32))


def test_hidden_objects_are_ignored_and_labels_of_no_interest_are_background() -> None:
    pool = Simulated(TinyPool(), tiny.recipe(planes_share=0.0))  # type: ignore[arg-type]
    item = pool.item(0, np.random.default_rng(0))
    assert item.labels.tolist() == [0, 1]  # the gun and the wrench, not the liquid
    assert item.ignored_labels.tolist() == [0]  # the gun of which a tenth is seen
    assert item.planes.shape == (48, 64, 3)
    assert item.judged.all()


def test_colours_of_a_simulated_scene_differ_from_time_to_time() -> None:
    pool = Simulated(TinyPool(), tiny.recipe(planes_share=0.0))  # type: ignore[arg-type]
    one, two = (pool.item(0, np.random.default_rng(seed)).planes for seed in (0, 1))
    assert not np.array_equal(one, two)


def test_planes_of_a_simulated_scene_are_those_that_a_scanner_would_give() -> None:
    pool = Simulated(TinyPool(), tiny.recipe(planes_share=1.0))  # type: ignore[arg-type]
    item = pool.item(0, np.random.default_rng(0))
    assert not item.colour
    assert item.planes[0, 0].tolist() == list(item.air)


def sample(**changes: object) -> Sample:
    picture = np.full((150, 200, 3), 255, np.uint8)
    marks = (Annotation("gun", (20, 40, 60, 80)), Annotation("currency", (0, 0, 9, 9)))
    return Sample(
        id="one",
        open=lambda: Scan("one", picture, Encoding.PSEUDOCOLOR),
        annotations=marks,
        **changes,  # type: ignore[arg-type]
    )


def test_scans_that_nobody_looked_at_are_not_drawn() -> None:
    """Second views without boxes, such as LDXray's, would be a bucket of their own."""
    blank = replace(sample(judged=frozenset()), annotations=())
    unseen = [replace(blank, id=f"u{k}") for k in range(9)]
    clean = replace(blank, judged=frozenset({"gun"}))
    rejected = replace(blank, rejected=(Annotation("gun", BOX),))
    found = _balanced([sample(), clean, rejected, *unseen], tiny.recipe(), 1.0, "mine")
    assert [len(source) for _, source in found] == [1, 1, 1]
    assert [share for share, _ in found] == pytest.approx([1 / 3] * 3)
    assert _balanced(unseen, tiny.recipe(), 1.0, "mine") == []


def test_large_real_scans_are_kept_small_with_their_boxes() -> None:
    item = Real([sample()], tiny.recipe(cache_px=100)).item(0, np.random.default_rng(0))
    assert item.planes.shape == (75, 100, 3)
    assert item.xyxy_px.tolist() == [[10, 20, 30, 40]]


def test_rare_labels_count_as_judged_where_nobody_looked_for_them() -> None:
    recipe = tiny.recipe(labels=("gun", "lighter", "shuriken"), rare=("shuriken",))
    item = Real([sample(judged=frozenset(("gun",)))], recipe).items[0]
    assert item.judged.tolist() == [True, False, True]


def test_the_air_of_a_grey_console_is_its_grey() -> None:
    picture = np.full((64, 64, 3), 190, np.uint8)
    picture[:20] = 40
    assert air_of(picture) == (190, 190, 190)


def test_the_air_of_a_console_is_not_as_blue_as_what_is_opaque_there() -> None:
    picture = np.full((64, 64, 3), (224, 206, 223), np.uint8)
    picture[:20] = (0, 0, 250)
    assert air_of(picture) == (224, 206, 223)


def test_a_real_recipe_without_real_scans_says_which_variable_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    with pytest.raises(RecipeError, match="XRAY_REAL_SCANS is not set"):
        sources(tiny.recipe())


def test_an_empty_pool_says_how_to_fill_it(tmp_path: pytest.TempPathFactory) -> None:
    with pytest.raises(RecipeError, match="xray-data pool --out"):
        sources(tiny.recipe(real=False, pools=(str(tmp_path),)))


def test_the_card_can_tell_how_many_scans_of_each_data_set_taught() -> None:
    recipe = tiny.recipe()
    pool = Simulated(TinyPool(), recipe)  # type: ignore[arg-type]
    guns, benign = Real([sample()], recipe, "SIXray"), Real([sample(), sample()], recipe, "SIXray")
    crop = Threat(0, np.full((30, 30, 3), 99, np.uint8), grey=True)
    found = [(1.0, pool), (1.0, guns), (1.0, benign)]
    assert counts(found, Stock([crop], [1.0])) == {
        "simulated scans": 1,
        "SIXray": 3,
        "GDXray+ objects": 1,
    }


def test_a_coco_folder_of_ones_own_teaches_by_label_and_holds_its_val_split_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)

    def document(*labels: str) -> str:
        images, marks = [], []
        for k, label in enumerate(labels):
            picture = np.full((60, 80, 3), 200, np.uint8)
            picture[9:29, 9:29] = 40
            cv2.imwrite(str(tmp_path / f"{k}.png"), picture)
            images.append({"id": k, "file_name": f"{k}.png", "width": 80, "height": 60})
            category = ("gun", "wrench").index(label)
            marks.append({"id": k, "image_id": k, "category_id": category, "bbox": [9, 9, 20, 20]})
        names = [{"id": 0, "name": "gun"}, {"id": 1, "name": "wrench"}]
        return json.dumps({"images": images, "annotations": marks, "categories": names})

    (tmp_path / "instances_train.json").write_text(document("gun", "gun", "gun", "gun", "wrench"))
    (tmp_path / "instances_val.json").write_text(document("wrench"))
    recipe = tiny.recipe(real=False, data=(str(tmp_path),))
    found = sources(recipe)
    assert [len(source) for _, source in found] == [4, 1]
    assert [round(share, 2) for share, _ in found] == [0.67, 0.33]  # 2 : 1, the square roots
    assert {source.origin for _, source in found} == {tmp_path.name}
    assert [item.labels.tolist() for item in held_out(recipe)] == [[1]]


@pytest.mark.parametrize("name", OF_SOURCE)
def test_a_folder_with_the_name_of_a_source_of_ours_is_refused(tmp_path: Path, name: str) -> None:
    recipe = tiny.recipe(real=False, data=(str(tmp_path / name),))
    with pytest.raises(RecipeError, match="give the folder another name"):
        sources(recipe)


def test_decided_cases_teach_objects_and_hard_negatives_but_never_the_groups_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XRAY_REAL_SCANS", raising=False)
    cases = [case(confirmed("wrench"), rejected("gun", THERE)), case(rejected("gun"))] * 10
    folder = write(tmp_path / "decided", cases, pictures=True)
    recipe = mine.recipe(None, (str(folder),))
    assert recipe.labels == ("wrench",)
    recipe = tiny.recipe(data=(str(folder),), real=False)
    found = sources(recipe)
    assert [source.origin for _, source in found] == ["decided", "decided"]
    examined = len(list(reviews.read(folder, "val")))
    assert 0 < examined < 20
    assert sum(len(source) for _, source in found) == 20 - examined
    assert len(held_out(recipe)) == examined
    with_wrench, without = sorted((s.items[0] for _, s in found), key=lambda i: -len(i.labels))  # type: ignore[attr-defined]
    assert (with_wrench.labels.tolist(), without.labels.tolist()) == ([1], [])
    assert with_wrench.rejected_labels.tolist() == without.rejected_labels.tolist() == [0]
    assert with_wrench.judged.tolist() == [True, False]
