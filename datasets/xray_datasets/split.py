"""Splits that keep near-twins together.

The same bag scanned twice, or from two sides, must not both teach and examine: what the network
learned by heart would look like skill. So whole groups are dealt out, the weightiest first, each
to where it brings all shares nearest to what was asked for: of scans, of scans with each label,
and of scans without any (a greedy form of iterative stratification, Sechidis et al., 2011).
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping

from xray.errors import DataError
from xray_datasets.sample import Sample

ANY, EMPTY = "any scan", "nothing marked"  # beside the labels, what else is dealt out evenly


def split(
    samples: Iterable[Sample], shares: Mapping[str, float], *, seed: int = 0
) -> dict[str, list[Sample]]:
    """Samples by split, in the order they came in.

    The same groups and seed give the same split, in whatever order the samples come. A sample
    without a group is a group of its own.

    Args:
        samples: all of them; they are held in memory, but not opened.
        shares: name → share, in any unit: {"train": 8, "val": 1, "test": 1}.
        seed: another one deals equal groups differently.

    Raises:
        DataError: a share is not over zero.
    """
    wrong = [name for name, share in shares.items() if not share > 0]
    if wrong or not shares:
        raise DataError(f"every split needs a share over 0; {', '.join(wrong) or 'none'} has none")
    samples = list(samples)
    place = _deal(_weights(samples), shares, seed)
    found: dict[str, list[Sample]] = {name: [] for name in shares}
    for sample in samples:
        found[place[sample.bag]].append(sample)
    return found


def _weights(samples: list[Sample]) -> dict[str, Counter[str]]:
    """How much each group holds of everything that is dealt out evenly."""
    weights: dict[str, Counter[str]] = {}
    for sample in samples:
        held = {a.label for a in sample.annotations} or {EMPTY}
        weights.setdefault(sample.bag, Counter()).update({*held, ANY})
    return weights


def _deal(
    weights: Mapping[str, Counter[str]], shares: Mapping[str, float], seed: int
) -> dict[str, str]:
    """Group → split."""
    total = sum(weights.values(), Counter[str]())
    wanted = {name: share / sum(shares.values()) for name, share in shares.items()}
    have = {name: Counter[str]() for name in shares}
    order = sorted(weights)
    random.Random(seed).shuffle(order)
    order.sort(key=lambda group: -max(n / total[kind] for kind, n in weights[group].items()))
    place: dict[str, str] = {}
    dealt = Counter[str]()
    for group in order:
        held = sorted(weights[group].items())
        dealt.update(weights[group])

        def error(name: str, held: list[tuple[str, int]] = held) -> float:
            """How far the group would put this split over its share of what is dealt so far.

            By how much the sum of squares over all splits grows, which is the same but for what
            they have in common.
            """
            return sum(
                n * (2 * (have[name][kind] - wanted[name] * dealt[kind]) + n) / total[kind] ** 2
                for kind, n in held
            )

        place[group] = min(shares, key=error)
        have[place[group]].update(weights[group])
    return place
