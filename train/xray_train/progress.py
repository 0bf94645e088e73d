"""What a run says while it runs: a line of JSON per step, a bar on the terminal."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    track,
)

from xray.errors import MissingExtra
from xray_train.recipe import Recipe

RECENT = 20  # steps that the shown speed is a mean of

Log = Callable[[dict[str, Any]], None]


def shown(things: Iterable[Any], what: str) -> Iterator[Any]:
    """The things one by one, with a bar on the standard error."""
    yield from track(things, what, console=Console(stderr=True), transient=True)


def logger(path: Path) -> Log:
    """A function that adds a line to a file of JSON lines."""

    def log(entry: dict[str, Any]) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    return log


def cut_back(path: Path, step: int) -> None:
    """Drop what a file of JSON lines tells of steps after this one, and a line cut in writing.

    A run that was killed goes on from its last checkpoint, and tells of those steps again.
    """
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [x for x in lines if x.endswith("\n") and json.loads(x).get("step", 0) <= step]
    if kept != lines:
        beside = path.with_suffix(".part")
        beside.write_text("".join(kept), encoding="utf-8")
        beside.replace(path)


def tensorboard(folder: Path) -> Log:
    """A function that writes the figures of each step where TensorBoard looks for them.

    Raises:
        MissingExtra: TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        raise MissingExtra("xray-train fit --tensorboard", "tensorboard") from None
    writer = SummaryWriter(str(folder))

    def log(entry: dict[str, Any]) -> None:
        step = entry.get("step")
        for name, value in _figures(entry):
            writer.add_scalar(name, value, step)
        if "ap50" in entry or entry.get("event") == "end":
            writer.flush()

    return log


def _figures(entry: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Every number of an entry; of a table, under both names.

    >>> dict(_figures({"step": 3, "loss": 0.5, "ap50": {"gun": 0.25}}))
    {'loss': 0.5, 'ap50/gun': 0.25}
    """
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from ((f"{name}/{part}", one) for part, one in _figures(value))
        elif isinstance(value, int | float) and name != "step":
            yield name, float(value)


def both(one: Log, other: Log) -> Log:
    """A function that tells two others."""

    def log(entry: dict[str, Any]) -> None:
        one(entry)
        other(entry)

    return log


def silent(entry: dict[str, Any]) -> None:
    """Says nothing: one process of several speaks for all."""


@contextmanager
def bar(recipe: Recipe, done: int, shown: bool) -> Iterator[Callable[[float, float], None]]:
    """A progress bar; the function takes the loss and the seconds passed, once a step."""
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:.1f} img/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, disable=not shown) as progress:
        task = progress.add_task(
            recipe.name, total=recipe.steps, completed=done, loss=0.0, speed=0.0
        )
        marks_s: deque[float] = deque(maxlen=RECENT)

        def advance(total: float, passed_s: float) -> None:
            marks_s.append(passed_s)
            span_s = max(marks_s[-1] - marks_s[0], 1e-6)
            speed = recipe.batch * (len(marks_s) - 1) / span_s
            progress.update(task, advance=1, loss=total, speed=speed)

        yield advance
