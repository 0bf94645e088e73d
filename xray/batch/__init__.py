"""Many scans: a folder or a list of them goes in, reports in order of path come out.

    xray batch archive/ --out results/

Whatever happens in between, the same command goes on where it was: the plan is fixed at the
start, shards of it are done by an engine in any order, and each is kept in a file that is there
as a whole or not at all. From these the results are written, in the order of the plan.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from xray.batch import plan, progress, results
from xray.batch.inspecting import Settings
from xray.batch.ledger import Ledger, locked
from xray.batch.plan import Shard
from xray.batch.results import Format, known

__all__ = ["Engine", "Format", "Settings", "known", "run"]

Saw = Callable[[int], None]
Engine = Callable[[Iterable[Shard], Settings, Saw], Iterator[tuple[int, list[str]]]]


def run(
    source: Path, out: Path, settings: Settings, format: Format, engine: Engine
) -> dict[str, Any]:
    """Inspect every scan and give the summary back; goes on where an earlier run was.

    Args:
        source: a folder of scans, or a text file with a path on each line.
        out: the folder for the results, and for what is needed to go on.
        settings: how scans are read and judged.
        format: of the reports.
        engine: does shards in whatever order, and gives the number and lines of each.

    Raises:
        XrayError: something is wrong with the model, the settings, or what an earlier run left.
    """
    said = settings.said(settings.detector()) | {"format": str(format)}
    with locked(out):
        todo = plan.made(source, out, said)
        ledger = Ledger(todo)
        if not (out / results.SUMMARY).exists():
            missing = {number for number in range(todo.shards) if not ledger.has(number)}
            already = max(0, todo.scans - len(missing) * todo.shard)
            with progress.shown(todo.scans, already) as saw:
                rest = (shard for shard in todo.work() if shard.number in missing)
                for number, lines in engine(rest, settings, saw):
                    ledger.write(number, lines)
            results.write(ledger.lines(), todo, format)
        ledger.clear()
        return dict(json.loads((out / results.SUMMARY).read_text(encoding="utf-8")))
