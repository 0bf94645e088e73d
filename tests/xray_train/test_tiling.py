"""Tiles of large scans, out of a pool, as the network will see them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xray
from tests.xray_train import tiny
from xray import Encoding
from xray.errors import RecipeError
from xray.tensors import MEGAVOLT, air
from xray_datasets.simulator import Lone, reserved
from xray_datasets.simulator.pool import SCALE, Cached
from xray_train import recipe as recipes
from xray_train import tiling, weapons
from xray_train.export import export
from xray_train.fit import fit
from xray_train.item import Item
from xray_train.recipe import Recipe
from xray_train.sources import counts, sources, threats
from xray_train.tiling import Tiles, tiles_of
from xray_train.weapons import Taken

SIDE, WIDE, HIGH = 64, 400, 160
TOML = Path(__file__).parents[2] / "train" / "recipes" / "container.toml"


class Scenes:
    """A pool of made-up containers: grey goods, a dark square that is a weapon in scene 1 alone."""

    def __init__(self, *seeds: int) -> None:
        self.seeds = seeds

    def __len__(self) -> int:
        return len(self.seeds)

    def refresh(self) -> int:
        return len(self)

    def __getitem__(self, index: int) -> Cached:
        low, high = np.ones((2, HIGH, WIDE), np.float32)
        low[40:120, 50:350], high[40:120, 50:350] = 0.3, 0.4
        seed, boxes, labels = self.seeds[index], np.zeros((0, 4), np.float32), ()
        if seed % 20 <= 1:
            low[70:82, 200:212], high[70:82, 200:212] = 0.1, 0.15
            boxes, labels = np.array([[200, 70, 212, 82]], np.float32), ("weapon",)
        codes = np.stack([low, high]) * SCALE
        parameters: dict[str, float | int | str] = {
            "mv": "4/6",
            "photons_at_air": 1e5,
            "blur_px": 0.3,
        }
        return Cached(
            codes.astype(np.uint16), boxes, labels, np.ones(len(labels), np.float32),
            "container", seed, 6.4, parameters,
        )  # fmt: skip


def recipe(**changes: object) -> Recipe:
    settings: dict[str, object] = {
        "labels": ("weapon", "narcotics"),
        "real": False,
        "pools": ("pool",),
        "ranges": "megavolt",
        "planes_share": 1.0,
        "single_share": 0.0,
        "overlap_px": 16,
        "check_px": SIDE,
        "sides_px": (SIDE,),
        "share_objects": 1.0,
        "blur": 0.0,
        "noise": 0.0,
    }
    return tiny.recipe(**{**settings, **changes})


def tiles(*seeds: int, **changes: object) -> Tiles:
    return Tiles(Scenes(*seeds), recipe(**changes))  # type: ignore[arg-type]


def drawn(source: Tiles, count: int = 12) -> list[Item]:
    return [source.item(0, np.random.default_rng(seed)) for seed in range(count)]


def darkest(item: Item) -> list[int]:
    """The box of the dark square in the plane of the low energy."""
    rows, columns = np.nonzero(item.planes[..., 0] < 90)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_a_tile_around_an_object_holds_it_whole_and_its_box_is_where_it_is() -> None:
    for item in drawn(tiles(1)):
        assert item.planes.shape == (SIDE, SIDE, 3)
        assert item.labels.tolist() == [0]
        assert item.xyxy_px[0] == pytest.approx(darkest(item), abs=0.01)


def test_a_scene_without_an_object_gives_way_to_the_next_one_that_holds_one() -> None:
    assert all(len(item.labels) == 1 for item in drawn(tiles(5, 6, 1)))
    assert not any(len(item.labels) for item in drawn(tiles(5, 6)))


def test_empty_tiles_hold_no_object_and_more_than_air() -> None:
    for item in drawn(tiles(1, share_objects=0.0)):
        assert not len(item.labels)
        assert item.planes[..., 0].min() < 200


def test_the_share_of_tiles_around_objects_is_that_of_the_recipe() -> None:
    held = [len(item.labels) for item in drawn(tiles(1, share_objects=0.3), 200)]
    assert sum(held) / 200 == pytest.approx(0.3, abs=0.1)


def test_a_zoomed_tile_shows_the_object_larger_and_the_same_attenuation() -> None:
    as_it_is, larger = (drawn(tiles(1, zoom=(z, z)), 1)[0] for z in (1.0, 2.0))
    sides = [np.ptp(item.xyxy_px.reshape(2, 2), axis=0) for item in (as_it_is, larger)]
    assert sides[1] == pytest.approx(2 * sides[0])
    assert as_it_is.planes[..., 0].min() == pytest.approx(larger.planes[..., 0].min(), abs=1)


def test_planes_are_those_that_a_scanner_would_give() -> None:
    dual = drawn(tiles(1), 1)[0]
    assert dual.air == air(Encoding.DUAL, MEGAVOLT)
    assert not dual.colour
    single = drawn(tiles(1, single_share=1.0), 1)[0]
    assert (single.planes[..., 1:] == 255).all()


def test_lost_quanta_show_most_where_little_comes_through() -> None:
    noisy = [item.planes[..., 0].astype(int) for item in drawn(tiles(1, noise=1.0), 4)]
    plain = [item.planes[..., 0].astype(int) for item in drawn(tiles(1, noise=0.0), 4)]
    for a, b in zip(noisy, plain, strict=True):
        assert a[b < 90].std() > a[b > 200].std() > 0


def test_weapons_are_laid_into_empty_tiles_by_path_length(monkeypatch: pytest.MonkeyPatch) -> None:
    steel = np.full((6, 10), 0.5, np.float32)
    monkeypatch.setattr(weapons, "lone_weapon", lambda seed: Lone("weapon", steel, steel, 6.4))
    found = drawn(tiles(5, share_objects=0.0, project=1.0, project_most=1))
    laid = [item for item in found if len(item.labels)]
    assert len(laid) > 6
    for item in laid:
        (x1, y1, x2, y2), inside = item.xyxy_px[0], item.planes[..., 0].astype(int)
        assert 11 <= x2 - x1 <= 12  # widened by a pixel on each side, as people draw
        there = inside[int(y1) + 2 : int(y2) - 2, int(x1) + 2 : int(x2) - 2]
        assert there.mean() < inside.max() - 40


def test_no_tile_is_dimmer_or_softer_than_the_scanners_that_teach() -> None:
    taken, rng = Taken("4/6 MV", 6.4, 1e5, 0.4), np.random.default_rng(0)
    flat = np.full((16, 16, 2), 0.5, np.float32)
    seen = [tiling._otherwise(flat, taken, recipe(blur=1.0, noise=1.0), rng)[1] for _ in range(99)]
    assert reserved.DIM["photons_at_air"][1] <= min(s.photons for s in seen) < 3e4
    assert 0.6 < max(s.blur_px for s in seen) <= reserved.DIM["blur_px"][0]


def test_scenes_that_runs_are_checked_on_never_teach() -> None:
    source = tiles(40, 41, share_objects=0.0)
    assert {scene.seed for scene in source._teaching(0)} == {41}
    assert [len(item.labels) for item in source.held_out()] == [1, 0]


def test_weapons_are_not_projected_as_colours_are() -> None:
    assert threats(recipe(project=0.5), []) is None


def test_a_pool_without_containers_or_with_small_ones_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="xray-data pool --kind container --out"):
        sources(recipe(pools=(str(tmp_path),)))
    with pytest.raises(RecipeError, match="400×160 pixels are smaller than a tile of 320"):
        tiles_of("pool", Scenes(1), recipe(zoom=(0.2, 1.0)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("changes", "why"), [
    ({"overlap_px": 64}, "overlap_px must lie from 1 to under check_px"),
    ({"sides_px": (64, 96)}, r"sides_px must be \[64\], as check_px; got \[64, 96\]"),
    ({"planes_share": 0.5}, "set planes_share = 1.0, and neither real nor data"),
])  # fmt: skip
def test_a_recipe_for_tiles_that_cannot_be_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        recipe(**changes)


def test_the_recipe_that_ships_is_for_two_energies_at_megavolts() -> None:
    found = recipes.load(TOML)
    assert found.encodings == {Encoding.DUAL}
    assert (found.ranges, found.check_px, found.overlap_px) == ("megavolt", 384, 128)
    assert set(found.labels) < set(xray.labels.CONTAINER_LABELS)


def test_a_trained_model_looks_at_large_scans_of_two_pages_in_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tifffile

    from xray_train import sources as room

    monkeypatch.setattr(room, "Pool", lambda folder, kind: Scenes(20, 1, 5))
    settings = recipe(name="container", steps=3, batch=4)
    last = fit(settings, tmp_path / "run")
    assert counts(sources(settings), None) == {tiling.ORIGIN: 3}
    card = export(last, tmp_path / "container.onnx")
    assert (card.side_px, card.overlap_px, card.ranges) == (SIDE, 16, MEGAVOLT)
    assert card.encodings == {Encoding.DUAL}
    assert card.profile.max_opaque_mm2 == 1e6  # a trailer's wheels are opaque in every scan
    planes = np.moveaxis(Scenes(1)[0].planes, 0, -1)
    large = np.tile(planes, (2, 2, 1))
    tifffile.imwrite(
        tmp_path / "scan.tif", np.moveaxis(large, -1, 0), photometric="minisblack", metadata=None
    )
    scan = xray.read(tmp_path / "scan.tif", white=SCALE, dark=0)
    report = xray.Detector(tmp_path / "container.onnx").inspect(scan, min_score=0.0)
    assert (report.width_px, report.height_px) == (800, 320)
    assert report.model.name == "container"
    alone = replace(scan, pixels=scan.pixels[..., :1], encoding=Encoding.SINGLE)
    with pytest.raises(xray.ModelError, match="container was made for dual"):
        xray.Detector(tmp_path / "container.onnx").inspect(alone)
