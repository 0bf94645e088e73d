"""`make bench`: one table of ours against peers and limits; as JSON and as a plot too.

Everything in one row was measured in turn within one run, so ratios hold better than figures. With
PAGE=1 the table and the plot go to docs/benchmarks.md as well.
"""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import page
import rows
from containers import container
from rich.console import Console
from rich.table import Table
from row import COLUMNS, Row
from simulated import simulator

from xray import card
from xray.detector import available
from xray.processor import flags, usable_cores

ROUNDS = int(os.environ.get("ROUNDS", "20"))
FOLDER = Path("runs/bench")  # graphs and the peers' environment, kept for the next time
TELLING = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")
VERSIONS = ("xray-cargo", "numpy", "onnxruntime", "onnxruntime-gpu", "openvino", "torchvision")


def main() -> None:
    """Measure, show, and write `runs/bench/bench.json` and `bench.png`; the page if asked."""
    if not available():
        sys.exit("no weights are shipped in this checkout: nothing to measure")
    name = "parcel" if "parcel" in available() else next(iter(available()))
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine = _machine(name)  # before anything is measured: it says how busy the machine was
    measured: list[Row] = []
    for measure in (rows.speed, rows.jpegs, container, rows.cold_start, simulator):
        measured += measure(FOLDER, name, ROUNDS)
    _show(measured, machine)
    values = {"machine": machine, "rows": [row.to_dict() for row in measured]}
    (FOLDER / "bench.json").write_text(
        json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    _plot(measured, machine, FOLDER / "bench.png")
    if os.environ.get("PAGE"):
        page.main(FOLDER / "bench.json")
        page.PICTURE.write_bytes((FOLDER / "bench.png").read_bytes())


def _machine(name: str) -> dict[str, object]:
    what = card.read(available()[name])
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": _cpu(),
        "cores": usable_cores(),
        "flags": [flag for flag in TELLING if flag in flags()],
        "load_before": round(os.getloadavg()[0], 2),
        "model": f"{what.name}@{what.version}",
        "mAP50_of": next(iter(what.scores), "–"),
        "rounds": ROUNDS,
        "python": platform.python_version(),
        "versions": {each: found for each in VERSIONS if (found := _version(each))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _show(measured: list[Row], machine: dict[str, object]) -> None:
    console = Console(width=max(Console().width, 190))  # in a log too, a row is a line
    console.print(", ".join(f"{k} {v}" for k, v in machine.items()), highlight=False)
    table = Table()
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    colours = {"met": "[green]met[/]", "missed": "[red]missed[/]"}
    for row in measured:
        table.add_row(*(colours.get(cell, cell) for cell in row.cells()))
    console.print(table)


def _plot(measured: list[Row], machine: dict[str, object], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    timed = [
        (row, row.ours, row.theirs)
        for row in measured
        if row.unit == "ms" and row.against not in ("", "limit") and row.ours and row.theirs
    ]
    figure, axes = plt.subplots(figsize=(9, 0.9 + 0.55 * len(timed)), layout="constrained")
    for place, (row, ours, theirs) in enumerate(reversed(timed)):
        for at, ms, words, colour in (
            (place + 0.2, ours, row.what, "#0b6e4f"),
            (place - 0.2, theirs, row.against, "#b8c4bb"),
        ):
            axes.barh(at, ms, 0.38, color=colour)
            axes.text(ms, at, f" {words}  {ms:.1f}", va="center", fontsize=8)
    axes.set_yticks([])
    axes.margins(x=0.5)
    axes.set_xlabel(f"ms; {machine['cpu']}, {machine['cores']} cores, {machine['model']}")
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.savefig(file, dpi=150)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
