"""Where scans come from: the simulator's pool, real samples, threats to project.

A source answers for scan k of the many that it has, any number of times, from any process.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.errors import RecipeError
from xray.scan import Encoding
from xray.tensors import RANGES, air, planes
from xray_datasets import real
from xray_datasets.sample import Sample
from xray_datasets.simulator import LABELS, Pool, show
from xray_datasets.simulator.pool import Parameters
from xray_train import listed, prints, teaching
from xray_train.decoded import Real, Unreadable, items
from xray_train.homes import home
from xray_train.item import Item, air_of
from xray_train.laid import Laid
from xray_train.lite import PHOTOGRAPHS
from xray_train.recipe import Recipe
from xray_train.shelf import Kept, Shelf
from xray_train.stock import LONG_MM, RARELY, Stock, Threat, cut, from_grey
from xray_train.tiling import ORIGIN, Tiles, tiles_of

REFRESH = 500  # draws between looks for new scenes of a pool
CROP_PX = 256  # long side that threats for projection are kept at

CONTAINERS = ORIGIN  # the name of tiles of simulated containers
SIMULATED, SIXRAY, DUAL, GDXRAY = (
    "simulated scans",
    "SIXray",
    "dual-energy suitcases",
    "GDXray+ objects",
)
NO_BOXES, NO_LABELS = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
FOLDS = tuple(range(5))  # of the dual-energy pairs, by suitcase
# Names that terms are known by (`ship.OF_SOURCE`)
OURS = (SIMULATED, CONTAINERS, SIXRAY, DUAL, GDXRAY, PHOTOGRAPHS)


class Source(Protocol):
    """What the loader asks for."""

    @property
    def origin(self) -> str:
        """Name of the data set, for the card."""
        ...

    def __len__(self) -> int: ...

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """Scan of this index; rng decides what may differ from time to time."""
        ...


@dataclass(frozen=True, slots=True)
class Beheld:
    """A scene as `show` takes it."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    parameters: Parameters


class Simulated:
    """Simulated scenes: transmission is kept, colours are drawn anew each time.

    A pool may still be filled while a run reads it; such a run cannot be repeated exactly, one
    on a full pool can.
    """

    origin = SIMULATED

    def __init__(self, pool: Pool, recipe: Recipe, laid: Laid | None = None) -> None:
        """The scenes of a pool.

        Args:
            pool: where they are kept.
            recipe: all settings.
            laid: threats to lay into them; None: none.
        """
        self.pool, self.recipe, self.laid, self.drawn = pool, recipe, laid, 0
        self.index = {label: i for i, label in enumerate(recipe.labels)}

    def __len__(self) -> int:
        self.drawn += 1
        if self.drawn % REFRESH == 0:
            self.pool.refresh()
        return len(self.pool)

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """Coloured, or a share of the time as planes of attenuation."""
        scene, encoding = self.pool[index], Encoding.PSEUDOCOLOR
        low, high = scene.low, scene.high
        more, extra = NO_BOXES, NO_LABELS
        # where real crops are at hand, they are laid over every other scene's picture
        ours = self.laid is not None and (not self.recipe.real or rng.random() < 0.5)
        if ours and self.laid is not None and rng.random() < self.recipe.project:
            low, high, more, extra = self.laid.into(low, high, scene.pixel_mm, rng)
        if rng.random() < self.recipe.planes_share:
            single = rng.random() < self.recipe.single_share
            encoding = Encoding.SINGLE if single else Encoding.DUAL
            energies = [high] if encoding is Encoding.SINGLE else [low, high]
            ranges = RANGES[self.recipe.ranges]
            picture = planes(np.stack(energies, -1), encoding, ranges)
            background = air(encoding, ranges)
        else:
            picture = show(Beheld(low, high, scene.parameters), rng)
            background = air_of(picture)
        known = np.array([label in self.index for label in scene.labels], bool)
        labels = np.array([self.index.get(label, -1) for label in scene.labels], np.int64)
        seen = known & (scene.visible >= self.recipe.least_visible)
        hidden = known & ~seen
        return Item(
            picture, np.concatenate((scene.boxes[seen], more)),
            np.concatenate((labels[seen], extra)), scene.boxes[hidden], labels[hidden],
            judged=np.ones(len(self.index), bool),
            exhaustive=True,
            colour=encoding is Encoding.PSEUDOCOLOR,
            air=background,
            projected=ours,
        )  # fmt: skip


def sources(recipe: Recipe, shelf: Shelf | None = None) -> list[tuple[float, Source]]:
    """Every source that the recipe asks for, with its share of the scans.

    Args:
        recipe: all settings.
        shelf: where real scans are kept; None: one of its own.

    Raises:
        RecipeError: a pool is empty or not what the recipe wants, a folder has the name of one of
            our own sources or splits of which nobody says that they teach, or too many of its
            scans cannot be read.
    """
    shelf = shelf or Shelf(recipe.cache_gb)
    found: list[tuple[float, Source]] = []
    laid = Laid(recipe) if recipe.project > 0 and not recipe.overlap_px else None
    for folder in recipe.pools:
        found.append((recipe.share_simulated / len(recipe.pools), _simulated(folder, recipe, laid)))
    _check_names(recipe)
    for root, splits in teaching.folders(recipe).items():
        samples = listed.read(root, splits)
        share = recipe.share_data / len(recipe.data)
        mine = _balanced(samples, recipe, share, home(root)[0].name, shelf)
        if not mine:
            raise RecipeError(
                f"{root}: no scan of {', '.join(splits) or 'it'} teaches: none is marked, and of "
                "none it is known what was looked for; see xray-data stats"
            )
        found.extend(mine)
    if recipe.real:
        root = real_folder()
        marked = real.sixray(root, "train")
        found.extend(_balanced(marked, recipe, recipe.share_real, SIXRAY, shelf))
        benign = Real(real.sixray_benign(root, "train"), recipe, SIXRAY, shelf)
        found.append((recipe.share_benign, benign))
        if recipe.share_dual > 0:
            pairs = real.dual_energy(root, recipe.dual_folds)
            found.append((recipe.share_dual, Real(pairs, recipe, DUAL, shelf)))
    return [(share, source) for share, source in found if share > 0]


def _check_names(recipe: Recipe) -> None:
    for root in map(Path, recipe.data):
        if (name := home(root)[0].name) in OURS:
            raise RecipeError(
                f"{root}: a folder named {name!r} would be taken for a source of this "
                "project and lend the model its terms of use; give the folder another name"
            )


def _simulated(folder: str, recipe: Recipe, laid: Laid | None) -> Simulated | Tiles:
    if recipe.overlap_px:
        return tiles_of(folder, Pool(folder, "container"), recipe)
    pool = Pool(folder)
    if not len(pool):
        raise RecipeError(
            f"{folder}: holds no simulated scenes; make some: xray-data pool --out {folder}"
        )
    return Simulated(pool, recipe, laid)


def counts(found: Sequence[tuple[float, Source]], stock: Stock | None) -> dict[str, int]:
    """Scans of each data set, for the card."""
    total: dict[str, int] = {}
    for _, source in found:
        total[source.origin] = total.get(source.origin, 0) + len(source)
    if stock is not None and stock.count:
        total.setdefault(SIMULATED, 0)
    grey = sum(t.grey for mine in stock.ready.values() for t in mine) if stock else 0
    return {**total, GDXRAY: grey} if grey else total


def marks(found: Sequence[tuple[float, Source]]) -> prints.Marks:
    """Of the scans that teach, for the card."""
    return prints.least(*(source.marks for _, source in found if isinstance(source, Real)))


def threats(recipe: Recipe, found: Sequence[tuple[float, Source]]) -> Stock | None:
    """Objects without their surroundings: simulated, and where there are real scans, real.

    None for tiles, into which weapons are laid before they are planes (`weapons`).
    """
    if recipe.project <= 0 or recipe.overlap_px:
        return None
    stock = Stock(
        _real_crops(recipe, found) if recipe.real else [],
        [1.0 if label in recipe.common else RARELY for label in recipe.labels],
        {i: label for i, label in enumerate(recipe.labels) if label in LABELS},
        recipe.project_simulated,
        recipe.seed,
    )
    return stock if len(stock) else None


def _real_crops(recipe: Recipe, found: Sequence[tuple[float, Source]]) -> list[Threat]:
    index = {label: i for i, label in enumerate(recipe.labels)}
    crops = [
        from_grey(index[crop.label], _at_most(crop.grey, CROP_PX), LONG_MM[crop.label])
        for crop in real.gdxray_threats(real_folder())
        if crop.label in index
    ]
    for _, source in found:
        for item in source.items if isinstance(source, Real) else ():
            if item.colour:
                cuts = (cut(item, i) for i in range(len(item.labels)))
                crops.extend(threat for threat in cuts if threat is not None)
    return crops


def real_folder() -> Path:
    """The folder of real scans.

    Raises:
        RecipeError: the recipe wants real scans and the environment names none.
    """
    root = real.from_environment()
    if root is None:
        raise RecipeError(
            f"real = true, but the variable {real.VARIABLE} is not set; "
            "point it at the folder of real scans, or set real = false"
        )
    return root


def held_out(recipe: Recipe, shelf: Shelf | None = None) -> Sequence[Item]:
    """Marked scans that do not teach: real ones for calibration, and some of folders' own.

    For tiles, those of some scenes of each pool.
    """
    if recipe.overlap_px:
        pools = (tiles_of(folder, Pool(folder, "container"), recipe) for folder in recipe.pools)
        return [item for source in pools for item in source.held_out()]
    small, shelf = replace(recipe, cache_px=recipe.check_px), shelf or Shelf(recipe.cache_gb)
    root = real.from_environment()
    samples: list[Sample] = []
    if root is not None:
        samples = [*real.sixray(root, "cal"), *real.sixray_benign(root, "cal")]
    found, unreadable = [items(samples, small)], []
    for folder, splits in teaching.folders(recipe).items():
        mine = teaching.examined(folder, splits)
        unreadable.append(Unreadable(f"{folder.name}, held out", len(mine)))
        found.append(items(mine, small, unreadable[-1]))
    kept = Kept(chain.from_iterable(found), shelf)
    for one in unreadable:
        one.tell()
    return kept


def _balanced(
    samples: Iterable[Sample],
    recipe: Recipe,
    share: float,
    origin: str,
    shelf: Shelf | None = None,
) -> list[tuple[float, Source]]:
    """A source per label, shown in proportion to the square root of its number of scans.

    Scans in which nothing but a hard negative is marked have one of their own, too. Scans that
    nobody looked at and nobody marked teach nothing, and would take the draws of those that do.
    What cannot be read is left out, and said.
    """
    shelf = shelf or Shelf(recipe.cache_gb)
    by_label: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.judged == frozenset() and not (sample.annotations or sample.rejected):
            continue
        denied = f"no {sample.rejected[0].label}" if sample.rejected else ""
        marked = sample.annotations[0].label if sample.annotations else denied
        by_label.setdefault(marked, []).append(sample)
    count = sum(map(len, by_label.values()))
    shelf.expected += count
    unreadable = Unreadable(origin, count)
    made = [Real(mine, recipe, origin, shelf, unreadable) for _, mine in sorted(by_label.items())]
    unreadable.tell()
    total = sum(len(one) ** 0.5 for one in made)
    return [(share * len(one) ** 0.5 / total, one) for one in made if len(one)]


def _at_most(grey: np.ndarray, side_px: int) -> np.ndarray:
    scale = side_px / max(grey.shape)
    if scale >= 1:
        return grey
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
