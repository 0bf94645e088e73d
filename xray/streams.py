"""Work on many things at once, a bounded number of them held however many there are."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def mapped(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int, ordered: bool = True
) -> Iterator[tuple[Item, Future[Result]]]:
    """Every item with what became of it: a finished future, which holds a result or an error.

    At most two items for each thread are taken from `items` before what they gave is taken here.

    Args:
        work: done on each item, in one of the threads.
        items: taken one by one, in the thread that iterates over the results.
        threads: how many work at once.
        ordered: in the order of the items; False: as they come.
    """
    source = iter(items)
    with ThreadPoolExecutor(threads, "xray-streams") as pool:
        waiting: dict[Future[Result], Item] = {}  # in the order of the items
        try:
            while True:
                for item in islice(source, 2 * threads - len(waiting)):
                    waiting[pool.submit(work, item)] = item
                if not waiting:
                    return
                first = next(iter(waiting))
                done, _ = wait((first,) if ordered else waiting, return_when=FIRST_COMPLETED)
                future = first if first in done else next(f for f in waiting if f in done)
                yield waiting.pop(future), future
        finally:
            for future in waiting:
                future.cancel()
