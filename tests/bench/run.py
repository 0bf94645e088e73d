"""`make bench`: one table of ours against peers and limits; as JSON and as a plot too.

Everything in one row was measured in turn within one run, so ratios hold better than figures.
"""

import json
import os
import platform
import sys
from dataclasses import asdict
from pathlib import Path

import rows
from rich.console import Console
from rich.table import Table

from xray.detector import available
from xray.processor import flags, usable_cores

ROUNDS = int(os.environ.get("ROUNDS", "20"))
TELLING = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")


def main() -> None:
    """Measure, show, and write `runs/bench/bench.json` and `bench.png`."""
    if not available():
        sys.exit("no weights are shipped in this checkout: nothing to measure")
    name = "parcel" if "parcel" in available() else next(iter(available()))
    rows.FOLDER.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    measured: list[rows.Row] = []
    for measure in (rows.speed, rows.folder, rows.container, rows.cold_start):
        measured += measure(name, ROUNDS)
    machine = {
        "cpu": _cpu(),
        "cores": usable_cores(),
        "flags": [flag for flag in TELLING if flag in flags()],
        "load_before": load,
        "model": name,
        "rounds": ROUNDS,
    }
    _show(measured, machine)
    values = {"machine": machine, "rows": [{**asdict(row), "met": row.met} for row in measured]}
    (rows.FOLDER / "bench.json").write_text(
        json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    _plot(measured, machine, rows.FOLDER / "bench.png")


def _show(measured: list[rows.Row], machine: dict[str, object]) -> None:
    console = Console(width=max(Console().width, 150))  # in a log too, a row is a line
    console.print(", ".join(f"{k} {v}" for k, v in machine.items()), highlight=False)
    table = Table()
    for column in ("what", "ours", "spread", "against", "theirs", "ratio", "aim", ""):
        table.add_column(column, justify="left" if column in ("what", "against") else "right")
    for row in measured:
        met = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[row.met]
        spread = "" if row.spread is None else f"±{row.spread:.0%}"
        theirs, ratio = (f"{row.theirs:.3g}", f"{row.ratio:.2f}") if row.against else ("", "")
        ours = f"{row.ours:.3g} {row.unit}"
        table.add_row(row.what, ours, spread, row.against, theirs, ratio, row.aim, met)
    console.print(table)


def _plot(measured: list[rows.Row], machine: dict[str, object], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    timed = [row for row in measured if row.unit == "ms" and row.against not in ("", "limit")]
    figure, axes = plt.subplots(figsize=(9, 0.9 + 0.55 * len(timed)), layout="constrained")
    for place, row in enumerate(reversed(timed)):
        axes.barh(place + 0.2, row.ours, 0.38, color="#0b6e4f")
        axes.barh(place - 0.2, row.theirs, 0.38, color="#b8c4bb")
        axes.text(row.ours, place + 0.2, f" {row.what}  {row.ours:.1f}", va="center", fontsize=8)
        axes.text(
            row.theirs, place - 0.2, f" {row.against}  {row.theirs:.1f}", va="center", fontsize=8
        )
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
