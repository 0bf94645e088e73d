"""What came to a folder or a list after a batch of it began."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from pathlib import Path

from xray.batch.listing import Item, found, place
from xray.batch.plan import Plan
from xray.batch.sorting import by_path
from xray.errors import RecipeError

NAMED = 3  # that an error names, of many


def check_none(plan: Plan, source: Path) -> None:
    """Whether a batch that is done holds all there is; where nothing is any more, it does.

    Raises:
        RecipeError: scans came since; it names some.
    """
    if not source.exists():
        return  # a share that is not mounted, a list that was deleted: what was done stands
    came, named = 0, list[str]()
    for name in _came(plan.items(), found(source, plan.out), source.is_dir()):
        came += 1
        named += [name] if came <= NAMED else []
    if came:
        more = ", ..." if came > NAMED else ""
        raise RecipeError(
            f"{plan.out}: this batch is done, and {came} more in {source} came since it began "
            f"({', '.join(named)}{more}): not inspected; take another --out for them"
        )


def _came(before: Iterable[Item], now: Iterable[Item], walked: bool) -> Iterator[str]:
    """The names of those that are there now alone; both come in the same order."""
    compared = by_path if walked else place

    def marked(items: Iterable[Item], when: int) -> Iterator[tuple[str, int, str]]:
        return ((compared(item.path), when, item.id) for item in items)

    for _, same in groupby(merge(marked(before, 0), marked(now, 1)), key=lambda one: one[0]):
        _, when, name = next(same)
        if when == 1:
            yield name
