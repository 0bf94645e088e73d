"""`make scale`: what a country needs, computed from rates that are measured here.

Measures `xray batch` over an archive of scans with one worker and with two, with each engine, and
prints the tables of docs/scale.md. What is computed from what stands beside each figure. Ray is an
extra; without it, its rows say so.
"""

import math
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import stamps
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xray import batch, card
from xray.batch import Engine, Format, cluster, crew
from xray.detector import available
from xray_app.demo.samples import samples

A_YEAR = 63.56e6 + 20.75e6  # e-commerce imports and exports of Korea in 2020, parcels
VIEWS = 2  # scans of a parcel
PEAK = 10  # the busiest hour against the mean one
DAY_S, YEAR_S = 86_400, 365 * 86_400
USED = 0.6  # share of a machine's capacity that is planned with: queues stay short
CORES = 32  # of one machine
CORE_HOUR = 0.04  # US dollars; what large providers list for a core without contract
WORKERS = 1, 2  # processes, a core each
LEAST_FILES = 4 * stamps.SHARD * max(WORKERS)  # a shard of each to warm up, and some to measure
INSTALL = ".venv/bin/pip install -e '.[ray]'"  # what brings Ray into a checkout
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
        if len(files) < LEAST_FILES:
            sys.exit(f"{archive}: expected {LEAST_FILES} files or more, got {len(files)}; fewer "
                     "do not keep every worker busy for long enough")  # fmt: skip
        size = sum(file.stat().st_size for file in files) / len(files)
        rates = dict(_rates(archive, Path(kept)))
    _show_rates(console, rates, f"{len(files)} files of {size / 1024:.0f} KiB in the mean")
    one = rates["local", max(WORKERS)]
    assert one is not None
    _show_needs(console, one / max(WORKERS), size)


def _rates(archive: Path, kept: Path) -> Iterator[tuple[tuple[str, int], float | None]]:
    """By engine and number of workers, scans a second; None: the engine is not installed."""
    for name, finished in (("local", crew.finished), ("ray", cluster.finished)):
        for workers in WORKERS:
            here = name == "local" or find_spec("ray") is not None
            engine = partial(finished, workers=workers)
            out = kept / f"{name}-{workers}"
            yield (name, workers), _rate(archive, out, engine, workers) if here else None


def _archive(folder: Path) -> Path:
    """Copies of the sample scans, without what lies beside them."""
    folder.mkdir(parents=True)
    for sample in samples():
        if sample.kind == "container":
            continue
        for copy in range(COPIES):
            shutil.copy(sample.file, folder / f"{sample.file.stem}-{copy}{sample.file.suffix}")
    return folder


def _rate(archive: Path, out: Path, engine: Engine, workers: int) -> float:
    """Scans a second while every worker is at work; what is set aside counts for nothing."""
    folder = out.with_name(f"{out.name}-stamps")
    folder.mkdir()
    settings = stamps.Stamping(stamps=folder)
    said = batch.run(archive, out, settings, Format.JSONL, engine)
    if said["set_aside"]:
        print(f"{archive}: {said['set_aside']} files were set aside", file=sys.stderr)
    try:
        return stamps.rate(stamps.left(folder), workers)
    except ValueError as error:
        sys.exit(f"{archive}: {error}")


def _show_rates(
    console: Console, rates: Mapping[tuple[str, int], float | None], archive: str
) -> None:
    shipped = card.read(available()["parcel"])
    title = f"{archive}, {shipped.name} {shipped.version}"
    table = Table("engine", "workers", "scans/s", "efficiency", title=title)
    for (name, workers), rate in rates.items():
        one = rates[name, WORKERS[0]]
        if rate is None or one is None:
            table.add_row(name, f"{workers}", escape(f"not installed: {INSTALL}"), "")
        else:
            table.add_row(name, f"{workers}", f"{rate:.1f}", f"{rate / one / workers:.0%}")
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
