"""`make scale`: what a country needs, computed from rates that are measured here.

Measures `xray batch` over an archive of scans with one worker and with two, with each engine, and
prints the tables of docs/scale.md. What is computed from what stands beside each figure.
"""

import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from xray import batch
from xray.batch import Engine, Format, Settings, cluster, crew
from xray_app.demo.samples import samples

A_YEAR = 63.56e6 + 20.75e6  # e-commerce imports and exports of Korea in 2020, parcels
VIEWS = 2  # scans of a parcel
PEAK = 10  # the busiest hour against the mean one
DAY_S, YEAR_S = 86_400, 365 * 86_400
USED = 0.6  # share of a machine's capacity that is planned with: queues stay short
CORES = 32  # of one machine
CORE_HOUR = 0.04  # US dollars; what large providers list for a core without contract
COPIES = 40  # of every sample that is no container: enough scans for half a minute


@dataclass(frozen=True)
class Need:
    """What one task asks for."""

    task: str
    scans_s: float

    def cores(self, rate: float) -> int:
        """How many, where one does `rate` scans a second; part of a core is a core."""
        return math.ceil(self.scans_s / rate / USED)


PEAK_HOUR = Need("peak hour of a national service", A_YEAR * VIEWS / YEAR_S * PEAK)
ARCHIVE = Need("a year's archive within 24 hours", A_YEAR * VIEWS / DAY_S)


def main(folder: Path | None) -> None:
    """Measure and print."""
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as kept:
        archive = folder or _archive(Path(kept) / "archive")
        files = [file for file in archive.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files) / len(files)
        rates = {
            (name, workers): _rate(archive, Path(kept) / f"{name}-{workers}", engine)
            for name, engine_of in _engines().items()
            for workers in (1, 2)
            for engine in [engine_of(workers)]
        }
    _show_rates(console, rates, len(files), size)
    _show_needs(console, rates["local", 2] / 2, size)


def _engines() -> dict[str, Callable[[int], Engine]]:
    found: dict[str, Callable[[int], Engine]] = {
        "local": lambda workers: partial(crew.finished, workers=workers)
    }
    if find_spec("ray"):
        found["ray"] = lambda workers: partial(cluster.finished, workers=workers)
    return found


def _archive(folder: Path) -> Path:
    """Copies of the sample scans, without what lies beside them."""
    folder.mkdir(parents=True)
    for sample in samples():
        if sample.kind == "container":
            continue
        for copy in range(COPIES):
            shutil.copy(sample.file, folder / f"{sample.file.stem}-{copy}{sample.file.suffix}")
    return folder


def _rate(archive: Path, out: Path, engine: Engine) -> float:
    """Scans a second between the first scan done and the last: without the start of processes."""
    seen: list[float] = []

    def timed(shards, settings, saw):  # type: ignore[no-untyped-def]
        for number, lines in engine(shards, settings, saw):
            seen.extend([time.monotonic()] * len(lines))
            yield number, lines

    batch.run(archive, out, Settings(), Format.JSONL, timed)
    first = seen.count(seen[0])
    return (len(seen) - first) / (seen[-1] - seen[0])


def _show_rates(
    console: Console, rates: dict[tuple[str, int], float], scans: int, size: float
) -> None:
    table = Table("engine", "workers", "scans/s", "efficiency", title=f"{scans} files of "
                  f"{size / 1024:.0f} KiB in the mean")  # fmt: skip
    for (name, workers), rate in rates.items():
        efficiency = rate / rates[name, 1] / workers
        table.add_row(name, str(workers), f"{rate:.1f}", f"{efficiency:.0%}")
    console.print(table)


def _show_needs(console: Console, rate: float, size: float) -> None:
    table = Table("task", "scans/s", "cores", f"machines of {CORES}", "network in", "read in all",
                  "US dollars", title=f"at {rate:.1f} scans/s a core, {USED:.0%} used")  # fmt: skip
    for need, seconds in ((PEAK_HOUR, 3600), (ARCHIVE, DAY_S)):
        cores = need.cores(rate)
        table.add_row(
            need.task,
            f"{need.scans_s:.0f}",
            f"{cores}",
            f"{-(-cores // CORES)}",
            f"{need.scans_s * size * 8 / 1e6:.0f} Mbit/s",
            f"{need.scans_s * seconds * size / 1e12:.2f} TB",
            f"{cores * seconds / 3600 * CORE_HOUR:.0f}",
        )
    console.print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
