"""Tiles of large scans, as `xray.tiles.native` cuts them, out of the simulator's pool.

All that is done to a tile is done to its transmission, before any logarithm: it is taken coarser or
finer, weapons are laid in by path length and not by product, the converter's light spreads, quanta
are lost, the white level drifts. So the planes are those of some scanner, whatever was drawn.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.boxes import Boxes, clip
from xray.errors import RecipeError
from xray.scan import Encoding
from xray.tensors import RANGES, air, planes, resize
from xray_datasets.simulator import Pool
from xray_datasets.simulator.pool import SCALE, Cached
from xray_train.item import Item, framed
from xray_train.recipe import Recipe
from xray_train.weapons import Pair, Taken, Weapons

ORIGIN = "simulated containers"  # what terms know them by (`ship.OF_SOURCE`)
WEAPON = "weapon"  # the label of what is projected
HELD_OUT = 20  # one scene in so many never teaches: runs are checked on them
CHECKED = 60  # tiles of those, at most
REFRESH = 500  # draws between looks for new scenes of a pool
TRIES = 12  # scenes or places, until one is taken as it is
EMPTY = 0.97  # mean transmission from which a tile shows hardly anything
MOST = 1.1  # transmission: noise above air counts as air anyway
# A beam is made dimmer and light spread more as far as some scanner of the pool does anyway, and no
# further: beyond lies what simulator.reserved keeps for the test.
DIMMEST = 1.5e4  # photons of a pixel behind air
BLURRIEST_PX = 0.75  # standard deviation
WHITE = 0.004  # standard deviation of a white level, and of its difference between energies
CHANNEL = 0.002  # of a channel's gain


class Tiles:
    """Tiles of simulated containers, in shares: around an object, empty, with a weapon laid in."""

    origin = ORIGIN

    def __init__(self, pool: Pool, recipe: Recipe) -> None:
        self.pool, self.recipe, self.drawn = pool, recipe, 0
        self.index = {label: i for i, label in enumerate(recipe.labels)}
        self.weapons = Weapons(recipe.project_simulated, recipe.project_most)

    def __len__(self) -> int:
        self.drawn += 1
        if self.drawn % REFRESH == 0:
            self.pool.refresh()
        return len(self.pool)

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """A tile of this scene, or of one after it that is fit for what was drawn."""
        around = bool(rng.random() < self.recipe.share_objects)
        scenes = self._teaching(index)
        first = next(scenes)
        if around and not len(self._known(first)):
            first = next((scene for scene in scenes if len(self._known(scene))), first)
        return self.tile(first, around, rng)

    def tile(self, scene: Cached, around: bool, rng: np.random.Generator) -> Item:
        """A tile of this scene, around one of its objects or without any, where there is such."""
        recipe, side = self.recipe, self.recipe.check_px
        reach = round(side / float(np.exp(rng.uniform(*np.log(recipe.zoom)))))
        known = self._known(scene)
        if around and len(known):
            x, y = _around(scene, scene.boxes[rng.choice(known)], reach, rng)
        else:
            x, y = self._beside(scene, reach, rng)
        scale = np.float32(side / reach)
        boxes = (scene.boxes - np.array([x, y, x, y], np.float32)) * scale
        seen, taken = _otherwise(_cut(scene, x, y, reach), _taken(scene), recipe, rng)
        pair = resize(seen, side, side)
        if rng.random() < 0.5:
            pair = np.ascontiguousarray(pair[:, ::-1])
            boxes = np.stack([side - boxes[:, 2], boxes[:, 1], side - boxes[:, 0], boxes[:, 3]], 1)
        item = self._item(scene, boxes)
        empty = not (len(item.labels) or len(item.ignored_labels))
        if empty and WEAPON in self.index and rng.random() < recipe.project:
            pair, found = self.weapons.laid(pair, _zoomed(taken, float(scale)), rng)
            labels = np.full(len(found), self.index[WEAPON], np.int64)
            item = replace(item, xyxy_px=clip(found, side, side), labels=labels)
        return self._as_planes(pair, item, rng)

    def held_out(self) -> list[Item]:
        """Tiles of scenes that never teach, the same each time, half of them around an object."""
        plain = replace(self.recipe, project=0.0, blur=0.0, noise=0.0, zoom=(1.0, 1.0))
        source = Tiles(self.pool, plain)
        scenes = [s for s in map(self.pool.__getitem__, range(len(self.pool))) if _held_out(s)]
        rng = np.random.default_rng(0)
        return [source.tile(s, a, rng) for s in scenes[: CHECKED // 2] for a in (True, False)]

    def _teaching(self, index: int) -> Iterator[Cached]:
        """Scenes from this one on that may teach, a few of them."""
        total = len(self.pool)
        scenes = (self.pool[(index + k) % total] for k in range(total))
        return islice((scene for scene in scenes if not _held_out(scene)), TRIES)

    def _known(self, scene: Cached) -> NDArray[np.intp]:
        """Places of the objects that it can be taught to find."""
        named = np.array([label in self.index for label in scene.labels], bool)
        return np.flatnonzero(named & (scene.visible >= self.recipe.least_visible))

    def _beside(self, scene: Cached, reach: int, rng: np.random.Generator) -> tuple[int, int]:
        """The corner of a tile of the load without an object, where that can be had."""
        height, width = scene.planes.shape[1:]
        named = np.array([label in self.index for label in scene.labels], bool)
        left, top, right, bottom = scene.boxes[named].T
        x = y = 0
        for _ in range(TRIES):
            x, y = int(rng.integers(width - reach + 1)), int(rng.integers(height - reach + 1))
            few = scene.planes[1, y : y + reach : max(reach // 8, 1), x : x + reach]
            apart = (left >= x + reach) | (right <= x) | (top >= y + reach) | (bottom <= y)
            if apart.all() and few.mean() < EMPTY * SCALE:
                break
        return x, y

    def _item(self, scene: Cached, boxes: Boxes) -> Item:
        known = np.array([label in self.index for label in scene.labels], bool)
        labels = np.array([self.index.get(label, -1) for label in scene.labels], np.int64)
        seen = known & (scene.visible >= self.recipe.least_visible)
        side = self.recipe.check_px
        item = Item(
            np.zeros((0, 0, 3), np.uint8),
            boxes[seen], labels[seen], boxes[known & ~seen], labels[known & ~seen],
            judged=np.ones(len(self.index), bool),
            exhaustive=True,
            colour=False,
        )  # fmt: skip
        return framed(item, side, side)

    def _as_planes(self, pair: Pair, item: Item, rng: np.random.Generator) -> Item:
        single = rng.random() < self.recipe.single_share
        encoding = Encoding.SINGLE if single else Encoding.DUAL
        shown = pair[..., 1:] if single else pair
        ranges = RANGES[self.recipe.ranges]
        return replace(item, planes=planes(shown, encoding, ranges), air=air(encoding, ranges))


def tiles_of(folder: str, pool: Pool, recipe: Recipe) -> Tiles:
    """The source of a pool.

    Raises:
        RecipeError: it holds no scene of a container that may teach, or smaller ones than a tile.
    """
    scenes = (pool[k] for k in range(min(len(pool), 2 * HELD_OUT)))
    first = next((scene for scene in scenes if not _held_out(scene)), None)
    if first is None:
        raise RecipeError(
            f"{folder}: holds no container that may teach; make some: "
            f"xray-data pool --kind container --out {folder}"
        )
    height, width = first.planes.shape[1:]
    reach = round(recipe.check_px / recipe.zoom[0])
    if reach > min(height, width):
        raise RecipeError(
            f"{folder}: scans of {width}×{height} pixels are smaller than a tile of {reach}, "
            "which check_px and the smallest zoom ask for; give a larger zoom, or scans made with "
            "a larger --side"
        )
    return Tiles(pool, recipe)


def _held_out(scene: Cached) -> bool:
    return scene.seed % HELD_OUT == 0


def _cut(scene: Cached, x: int, y: int, reach: int) -> Pair:
    """These pixels alone are read: a whole scan holds ten tiles."""
    codes = scene.planes[:, y : y + reach, x : x + reach].astype(np.float32)
    return np.minimum(np.moveaxis(codes, 0, -1) / np.float32(SCALE), np.float32(MOST))


def _around(
    scene: Cached, xyxy: NDArray[np.float32], reach: int, rng: np.random.Generator
) -> tuple[int, int]:
    """The corner of a tile that holds this box, or as much of it as it can, anywhere in it."""
    corner = []
    for k, length in ((0, scene.planes.shape[2]), (1, scene.planes.shape[1])):
        ends = sorted((int(np.ceil(xyxy[k + 2])) - reach, int(xyxy[k])))
        first, last = (min(max(end, 0), length - reach) for end in ends)
        corner.append(int(rng.integers(first, last + 1)))
    return corner[0], corner[1]


def _taken(scene: Cached) -> Taken:
    drawn = scene.parameters
    photons, blur_px = float(drawn["photons_at_air"]), float(drawn["blur_px"])
    return Taken(f"{drawn['mv']} MV", scene.pixel_mm, photons, blur_px)


def _zoomed(taken: Taken, scale: float) -> Taken:
    """A pixel that is smaller holds less, and a spread reaches over more of them."""
    return replace(
        taken,
        pixel_mm=taken.pixel_mm / scale,
        photons=taken.photons / scale**2,
        blur_px=taken.blur_px * scale,
    )


def _otherwise(
    pair: Pair, taken: Taken, recipe: Recipe, rng: np.random.Generator
) -> tuple[Pair, Taken]:
    """As a scanner with less light, a softer scintillator and a white level of its own takes it."""
    if rng.random() < recipe.blur and taken.blur_px < BLURRIEST_PX:
        blur_px = float(rng.uniform(taken.blur_px, BLURRIEST_PX))
        more = max((blur_px**2 - taken.blur_px**2) ** 0.5, 0.05)
        pair = np.asarray(cv2.GaussianBlur(pair, (5, 5), more), np.float32)
        taken = replace(taken, blur_px=blur_px)
    if rng.random() < recipe.noise:
        dimmer = float(np.exp(rng.uniform(*np.log((DIMMEST, max(taken.photons, DIMMEST))))))
        lacking = np.maximum(pair, 0) * np.float32(max(1 / dimmer - 1 / taken.photons, 0.0))
        noise = np.sqrt(lacking) * rng.standard_normal(pair.shape, np.float32)
        gain = 1 + rng.normal(0, CHANNEL, (len(pair), 1, 2)) + rng.normal(0, WHITE, 2)
        pair = np.asarray((pair + noise) * gain, np.float32)
        taken = replace(taken, photons=min(dimmer, taken.photons))
    return np.clip(pair, 0, MOST).astype(np.float32, copy=False), taken
