"""Many scans: a folder or a list of them goes in, reports in order of path come out.

    xray batch archive/ --out results/

Whatever happens in between, the same command goes on where it was: the plan is fixed at the
start, shards of it are done by an engine in any order, and each is kept in a file that is there
as a whole or not at all. From these the results are written, in the order of the plan, a part at
a time while others are still being inspected.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from xray.batch import arrivals, folder, packing, plan, progress, results
from xray.batch.folder import AT
from xray.batch.inspecting import Settings, versions
from xray.batch.ledger import Ledger, locked
from xray.batch.parts import Parts
from xray.batch.plan import Shard
from xray.batch.tables import Format, known

__all__ = ["AT", "Engine", "Format", "Settings", "known", "run"]

Saw = Callable[[int], None]
Engine = Callable[[Iterable[Shard], Settings, Saw], Iterator[tuple[int, list[str]]]]


def run(
    source: Path,
    out: Path,
    settings: Settings,
    format: Format,
    engine: Engine,
    again: bool = False,
) -> dict[str, Any]:
    """Inspect every scan and give the summary back; goes on where an earlier run was.

    Args:
        source: a folder of scans, or a text file with a path on each line.
        out: the folder for the results, and for what is needed to go on.
        settings: how scans are read and judged.
        format: of the reports.
        engine: does shards in whatever order, and gives the number and lines of each.
        again: whether what an earlier run set aside is inspected once more.

    Raises:
        XrayError: something is wrong with the model, the settings, the results' folder, or what
            an earlier run left; or the batch was done, and scans came since.
        Away: scans cannot be reached; the shards that hold them are not done.
    """
    folder.check_apart(source, out)
    said = settings.said(settings.detector()) | {"format": str(format)}
    with locked(out):
        todo = plan.made(source, out, said, versions())
        if results.done(todo) and not again:
            Ledger(todo).clear()  # it may have been killed before that
            arrivals.check_none(todo, source)
            return results.read(out)
        _inspect(todo, settings, format, engine, again)
        return results.read(out)


def _inspect(
    todo: plan.Plan, settings: Settings, format: Format, engine: Engine, again: bool
) -> None:
    """Do what is not done, and write the results."""
    ledger, parts = Ledger(todo), Parts(todo, format)
    if again:
        results.reopen(parts)
    unwritten = [part for part in range(todo.parts) if not parts.done(part)]
    numbers = [number for part in unwritten for number in todo.shards_of(part)]
    if again:
        ledger.forgive()
        for number in numbers:
            ledger.again(number)
    missing = {number for number in numbers if not ledger.has(number)}
    done = todo.scans - sum(todo.size(n) - ledger.kept(n) for n in missing)
    if missing:
        todo = todo.goes_on(versions(), done)
    left = Counter(todo.part_of(number) for number in missing)
    with packing.beside(Parts(todo, format)) as pack:
        for part in unwritten:
            if not left[part]:
                pack(part)
        with progress.shown(todo.scans, done) as saw:
            rest = (ledger.left(shard) for shard in todo.work() if shard.number in missing)
            for number, lines in engine(rest, settings, saw):
                ledger.write(number, lines)
                left[todo.part_of(number)] -= 1
                if not left[todo.part_of(number)]:
                    pack(todo.part_of(number))
    results.write(Parts(todo, format))
    ledger.clear()
