"""The engine of many machines: Ray Data, on this machine or on a cluster.

Each of Ray's actors keeps one process of `crew` with one detector in it, so that a scan which
ends a process is set aside as on one machine, and an actor that dies, with its machine or alone,
is replaced by Ray and its shard begun again. The ledger is written by the command alone: workers
need the scans and the model, not the results' folder.
"""

import json
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from queue import SimpleQueue
from typing import Any

from xray.batch import crew
from xray.batch.inspecting import Settings
from xray.batch.listing import Item
from xray.batch.plan import Shard
from xray.batch.reach import Away
from xray.cluster import LOCAL, joined
from xray.errors import ModelError, RecipeError

Row = dict[str, Any]  # what Ray carries: a shard there, its lines back

# Shards are handed to Ray in windows, or the paths of a year's archive would fill its store. Each
# window begins with new actors, which load the model, and at its end workers wait for the last
# shards: so it has enough of both.
ROUNDS = 16  # shards for each worker in a window, at least
SCANS = 65_536  # in a window, at least

# A head answers before its workers are up: a node takes minutes where its image is fetched first.
JOIN_SECONDS, ASK_SECONDS = 300.0, 5.0


def finished(
    shards: Iterable[Shard],
    settings: Settings,
    saw: Callable[[int], None],
    workers: int | None,
    address: str = LOCAL,
) -> Iterator[crew.Finished]:
    """Shards as they are done, in whatever order.

    Args:
        shards: what to do; taken as needed.
        settings: how. Its paths, and those of the scans, must mean the same on every machine.
        saw: hears how many scans more have been looked at.
        workers: how many actors, a core each; None: as many as there are cores.
        address: of a cluster, as `ray.init` takes it; "local" starts Ray on this machine.

    Raises:
        MissingExtra: Ray is not installed.
        RecipeError: no cluster answers at that address, or it has fewer cores than workers, also
            after five minutes.
        ModelError: workers die before they look at anything, or Ray fails.
        Away: a scan cannot be reached.
    """
    ray = _ray(address, workers)
    try:
        source, least = iter(shards), workers or 1
        for first in source:
            cores = _cores(ray, address, least)  # anew for each window: machines come and go
            actors, least = min(workers or cores, cores), 1
            window = _window(chain([first], source), ROUNDS * actors, SCANS)
            for row in _rows(ray, window, settings, actors):
                if row["stopped"]:
                    raise pickle.loads(row["stopped"])
                lines = row["lines"].split("\n")  # names may hold what else ends a line
                saw(len(lines))
                yield int(row["number"]), lines
    except ray.exceptions.RayError as error:
        raise ModelError(
            f"Ray at {address} failed, or one of its workers ({type(error).__name__}: {error}); "
            "the same command goes on where it was"
        ) from None
    finally:
        ray.shutdown()


def _rows(ray: Any, window: Sequence[Shard], settings: Settings, actors: int) -> Iterator[Row]:
    """What Ray's actors give back of these shards, as they are done."""
    rows = [{"number": s.number, "work": json.dumps(s.items)} for s in window]
    done = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        Inspector,
        fn_constructor_args=(settings,),
        compute=ray.data.ActorPoolStrategy(size=min(actors, len(rows))),
        num_cpus=1,  # actors that die are replaced, and their rows done again, by default
    )
    yield from done.iter_rows()


class Inspector:
    """What an actor of Ray's does: a shard in, its lines out.

    Args:
        settings: how scans are read and judged.
    """

    def __init__(self, settings: Settings) -> None:
        self._work: SimpleQueue[Shard | None] = SimpleQueue()
        source = iter(self._work.get, None)
        self._done = crew.finished(source, settings, lambda more: None, workers=1)
        self._stopped = b""

    def __call__(self, row: Row) -> Row:
        """The lines of this shard, or the error that stopped it: Ray would make text of that."""
        items = tuple(Item(*item) for item in json.loads(row["work"]))
        self._work.put(Shard(row["number"], items))
        lines = list[str]()
        if not self._stopped:
            try:
                _, lines = next(self._done)
            except (ModelError, Away) as error:
                self._stopped = pickle.dumps(error)
        return {"number": row["number"], "lines": "\n".join(lines), "stopped": self._stopped}


def _ray(address: str, workers: int | None) -> Any:
    """Ray, with its part that maps data."""
    ray = joined(address, workers, "xray batch --engine ray")
    from ray.data import DataContext  # comes with the extra

    DataContext.get_current().enable_progress_bars = False  # the batch shows its own
    return ray


def _cores(ray: Any, address: str, least: int) -> int:
    """How many cores there are now; waits for workers that are still on their way.

    Raises:
        RecipeError: they are fewer than `least` after five minutes.
    """
    wait_s = JOIN_SECONDS
    while (cores := int(ray.cluster_resources().get("CPU", 0))) < least:
        has = f"Ray at {address} has {cores} cores, {least} are needed"
        if wait_s <= 0:
            raise RecipeError(f"{has}: see that its workers are up, or take fewer --workers")
        if wait_s == JOIN_SECONDS:
            print(f"{has}: waiting up to {wait_s / 60:.0f} min for workers", file=sys.stderr)
        time.sleep(ASK_SECONDS)
        wait_s -= ASK_SECONDS
    return cores


def _window(shards: Iterable[Shard], least: int, scans: int) -> list[Shard]:
    """At least so many of the shards, and so many scans; fewer at the end."""
    window, held = list[Shard](), 0
    for shard in shards:
        window.append(shard)
        held += len(shard.items)
        if len(window) >= least and held >= scans:
            break
    return window
