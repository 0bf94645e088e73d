"""An order of labelled scans of which any beginning is a fair subset: the 10 are within the 50.

Somebody who marks ten scans takes some of each kind, from several bags. So bags come one after the
other, each of the label that has fewest scans so far, and at first those that were scanned once:
none is larger than its label's share of what came before, while there are smaller ones.
"""

import random
from collections import Counter
from collections.abc import Sequence

from xray_datasets.sample import Sample

Bag = list[Sample]


def drawn(samples: Sequence[Sample], seed: int) -> list[Sample]:
    """All scans, bag by bag, in an order that the seed and the names of groups decide.

    Args:
        samples: in any order within their groups; none is opened.
        seed: another one draws other bags.
    """
    bags = _shuffled(samples, seed)
    labels = {_label(bag) for bag in bags}
    taken, held = list[Sample](), Counter[str]()
    while bags:
        share = max(len(taken) // len(labels), 1)
        fitting = [bag for bag in bags if len(bag) <= share] or bags
        bag = min(fitting, key=lambda bag: held[_label(bag)])
        bags.remove(bag)
        taken += bag
        held[_label(bag)] += len(bag)
    return taken


def _shuffled(samples: Sequence[Sample], seed: int) -> list[Bag]:
    bags: dict[str, Bag] = {}
    for sample in samples:
        bags.setdefault(sample.bag, []).append(sample)
    order = [bags[group] for group in sorted(bags)]
    random.Random(seed).shuffle(order)
    return order


def _label(bag: Bag) -> str:
    """What the bag was scanned for: what is marked first."""
    return next((a.label for sample in bag for a in sample.annotations), "")
