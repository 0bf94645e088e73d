"""Real scans, decoded once and kept small, because decoding takes longer than training."""

import logging
from collections.abc import Iterable, Iterator

import numpy as np

from xray.errors import RecipeError, XrayError
from xray.scan import Encoding, Scan
from xray.tensors import RANGES, air, planes, resize
from xray.tiles import whole_scale
from xray_datasets.sample import Sample
from xray_train import prints
from xray_train.item import Item, air_of, indexed
from xray_train.recipe import Recipe
from xray_train.shelf import Kept, Shelf

MOST_UNREADABLE = 0.05  # share of a folder's scans: more is no slip but a broken copy
EXAMPLES = 10  # of those that are left out, named

log = logging.getLogger(__name__)


class Unreadable:
    """The scans of one folder that cannot be read: left out, counted and named."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total = name, total
        self.found: list[str] = []

    def add(self, sample: Sample, error: Exception) -> None:
        """Note one.

        Raises:
            RecipeError: there are too many, or no other scan.
        """
        self.found.append(f"{sample.id} ({error})")
        if len(self.found) > max(1, MOST_UNREADABLE * self.total) or self.total == 1:
            raise RecipeError(
                f"{self}; that is more than {MOST_UNREADABLE:.0%}, so nothing was learned. "
                "xray-data check names all; unpack them again, or take them out of the lists"
            )

    def tell(self) -> None:
        """Say in the log what was left out."""
        if self.found:
            log.warning("%s; left out", self)

    def __str__(self) -> str:
        named = ", ".join(self.found[:EXAMPLES])
        more = ", ..." if len(self.found) > EXAMPLES else ""
        return f"{self.name}: {len(self.found)} of {self.total} scans cannot be read: {named}{more}"


class Real:
    """Real scans as a source of training."""

    def __init__(
        self,
        samples: Iterable[Sample],
        recipe: Recipe,
        origin: str = "",
        shelf: Shelf | None = None,
        unreadable: Unreadable | None = None,
    ) -> None:
        """All of them, read now.

        Args:
            samples: the scans.
            recipe: says how large they are kept.
            origin: name of the data set, for the card.
            shelf: where they are kept; None: one of their own.
            unreadable: takes those that cannot be read; None: the first of them is an error.
        """
        self.origin = origin
        seen = set[int]()
        self.items = Kept(items(samples, recipe, unreadable, seen), shelf or Shelf(recipe.cache_gb))
        self.marks = prints.least(seen)  # of the scans, by which a card knows them again

    def __len__(self) -> int:
        return len(self.items)

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """The same each time."""
        return self.items[index]


def items(
    samples: Iterable[Sample],
    recipe: Recipe,
    unreadable: Unreadable | None = None,
    seen: set[int] | None = None,
) -> Iterator[Item]:
    """The scans as training takes them, one by one; see `Real`. Their marks are put into `seen`."""
    for sample in samples:
        try:
            scan = sample.scan
            item = _small(sample, scan, recipe)
        except (XrayError, OSError) as error:
            if unreadable is None:
                raise
            unreadable.add(sample, error)
        else:
            if seen is not None and (mark := prints.mark(scan)) is not None:
                seen.add(mark)
            yield item


def _small(sample: Sample, scan: Scan, recipe: Recipe) -> Item:
    scale = min(1.0, whole_scale(scan.height, scan.width, recipe.cache_px))
    pixels = resize(scan.pixels, round(scan.height * scale), round(scan.width * scale))
    ranges = RANGES[recipe.ranges]
    picture = planes(pixels, scan.encoding, ranges)
    index = {label: i for i, label in enumerate(recipe.labels)}
    boxes, labels = indexed(sample.annotations, index)
    ignored, ignored_labels = indexed(sample.ignored, index)
    rejected, rejected_labels = indexed(sample.rejected, index)
    looked_for = None if sample.judged is None else sample.judged | set(recipe.rare)
    judged = [looked_for is None or label in looked_for for label in recipe.labels]
    colour = scan.encoding is Encoding.PSEUDOCOLOR
    return Item(
        picture, boxes * np.float32(scale), labels, ignored * np.float32(scale), ignored_labels,
        judged=np.array(judged, bool),
        exhaustive=sample.exhaustive,
        colour=colour,
        air=air_of(picture) if colour else air(scan.encoding, ranges),
        rejected_xyxy_px=rejected * np.float32(scale),
        rejected_labels=rejected_labels,
    )  # fmt: skip
