"""Rows of the simulator: scenes a second for each core, labels included, and their memory."""

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from row import Row

WORKERS = 2
# kind, side in pixels, scenes of a round, scenes a second that two cores should draw.
KINDS = (
    ("baggage", 572, 16, 15.0),  # as many pixels as 640 × 512
    ("parcel", 572, 16, None),
    ("container", 2000, 4, 1.5),  # 2000 × 800
)
LIMIT_MB = 2000


def simulator(folder: Path, name: str, rounds: int) -> Iterator[Row]:
    """Two workers at once; the first scenes of each, which compile, do not count."""
    context = multiprocessing.get_context("spawn")
    for kind, side, scenes, limit in KINDS:
        with ProcessPoolExecutor(WORKERS, context) as pool:
            list(pool.map(_peak_mb, [kind] * 2 * WORKERS, [side] * 2 * WORKERS, range(2 * WORKERS)))
            rates, peaks = list[float](), dict[int, float]()
            for number in range(max(3, rounds // 5)):
                seeds = range(1000 + number * scenes, 1000 + (number + 1) * scenes)
                begun = time.perf_counter()
                peaks.update(pool.map(_peak_mb, [kind] * scenes, [side] * scenes, seeds))
                rates.append(scenes / (time.perf_counter() - begun) / WORKERS)
        rate = statistics.median(rates)
        spread = (max(rates) - min(rates)) / 2 / rate
        what, unit = f"simulated {kind}, {side} px wide", "scenes/s a core"
        if limit is None:
            yield Row(what, rate, unit, spread=spread)
        else:
            each = limit / WORKERS
            yield Row(what, rate, unit, "limit", each, rate / each, ">= 1.0", spread)
        memory = sum(peaks.values())
        yield Row(
            *(f"{what}: memory of {WORKERS} workers", memory, "MB"),
            *("limit", LIMIT_MB, memory / LIMIT_MB, "<= 1.0"),
        )


def _peak_mb(kind: str, side: int, seed: int) -> tuple[int, float]:
    """Draw a scene; which process did, and the most memory that it ever held."""
    import os
    import resource

    from xray_datasets.simulator import simulate

    simulate(kind, seed, side)
    status = Path("/proc/self/status")
    if status.exists():
        held = next(line for line in status.open() if line.startswith("VmHWM"))
        return os.getpid(), int(held.split()[1]) / 1024
    return os.getpid(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
