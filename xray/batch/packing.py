"""Writing the results of parts beside the inspection, so that little is left to do at the end."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager

from xray.batch import child, progress
from xray.batch.parts import Parts
from xray.errors import DataError

PACKERS = 4  # processes; one writes about 2,000 reports a second, what 80 cores inspect


@contextmanager
def beside(parts: Parts) -> Iterator[Callable[[int], None]]:
    """Gives what is told of each part whose shards are done; at the end all are written.

    Raises:
        DataError: a shard is damaged.
    """
    if parts.plan.parts == 1:  # no process for it
        due = list[int]()
        yield due.append
        for part in due:
            parts.write(part)
        return
    context = multiprocessing.get_context("spawn")
    at_work = set[Future[None]]()
    pool = ProcessPoolExecutor(PACKERS, mp_context=context, initializer=child.settled)
    try:

        def pack(part: int) -> None:
            at_work.add(pool.submit(parts.write, part))
            _checked(at_work, {future for future in at_work if future.done()})

        yield pack
        whole, waiting = parts.plan.scans, len(at_work) * parts.plan.part
        with progress.shown(whole, max(0, whole - waiting), "results of ") as saw:
            while at_work:
                ended = wait(at_work, return_when=FIRST_COMPLETED).done
                _checked(at_work, ended)
                saw(len(ended) * parts.plan.part)
    except BrokenExecutor:
        raise DataError(
            f"{parts.plan.out}: a process that writes results was ended; is there enough memory? "
            "Run the same command again"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _checked(at_work: set[Future[None]], ended: set[Future[None]]) -> None:
    """Away with what has ended, and on with the error of what failed."""
    at_work -= ended
    for future in ended:
        future.result()
