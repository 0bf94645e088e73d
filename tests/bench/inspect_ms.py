"""What the detector costs over the bare network: make bench.

Both see the same scan in turn, so that a busy machine slows both alike; medians are printed. The
bare figure is onnxruntime's session.run on planes that are ready. Everything else that inspect
does is the difference: planes from pixels, boxes back onto the scan, opacity, verdict.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

import xray
from xray import tensors, tiles
from xray.detector import available
from xray.processor import usable_cores
from xray_app.demo import samples

ROUNDS = 20
WARM_UP = 3


def main() -> None:
    """Print a table for every shipped model, one row a sample scan."""
    console = Console()
    cores, load = usable_cores(), os.getloadavg()[0]
    console.print(f"{platform.machine()}, {cores} cores, load {load:.1f} before the start")
    if not available():
        console.print("no weights are shipped in this checkout: nothing to measure")
    for name in available():
        console.print(_table(name))


def _table(name: str) -> Table:
    detector = xray.Detector(name)
    table = Table(title=f"{name}@{detector.card.version}, median of {ROUNDS}, ms")
    for column in ("scan", "pixels", "tiles", "session.run", "inspect", "added", "added %"):
        table.add_column(column, justify="left" if column == "scan" else "right")
    for sample in samples():
        scan = xray.read(sample.file)
        if scan.encoding in detector.card.encodings:
            table.add_row(*_row(detector, scan, sample.title))
    return table


def _row(detector: xray.Detector, scan: xray.Scan, title: str) -> list[str]:
    card = detector.card
    plan = (
        tiles.whole(scan.height, scan.width, card.side_px)
        if card.overlap_px is None
        else tiles.native(scan.height, scan.width, card.side_px, card.overlap_px)
    )
    ready = [tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)[None] for tile in plan]
    session = detector.network.session()

    def bare() -> None:
        for image in ready:
            session.run(None, {"image": image})

    raw_ms, whole_ms = _medians_ms(bare, lambda: detector.inspect(scan))
    return [
        title,
        f"{scan.width}×{scan.height}",
        str(len(ready)),
        f"{raw_ms:.1f}",
        f"{whole_ms:.1f}",
        f"{whole_ms - raw_ms:.1f}",
        f"{100 * (whole_ms / raw_ms - 1):.0f}",
    ]


def _medians_ms(*calls: Callable[[], object]) -> tuple[float, ...]:
    taken: list[list[float]] = [[] for _ in calls]
    for round_ in range(WARM_UP + ROUNDS):
        for call, times in zip(calls, taken, strict=True):
            start = time.perf_counter()
            call()
            if round_ >= WARM_UP:
                times.append((time.perf_counter() - start) * 1000)
    return tuple(statistics.median(times) for times in taken)


if __name__ == "__main__":
    main()
