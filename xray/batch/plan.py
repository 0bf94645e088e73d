"""What a batch has to do: every scan of a folder or a list, in order of path, and how it is judged.

The list is made once, when the batch begins, and kept beside the results: scans that come later
belong to another batch. `work.jsonl` holds it, an id and a path a line; `plan.json`, written last,
says what it is and that it is whole.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from xray.batch.files import whole_file
from xray.errors import RecipeError

SCHEMA = "xray.batch/1"
WORK, PLAN = "work.jsonl", "plan.json"
LEAST_SHARD, MOST_SHARD, SHARDS = 16, 1024, 2000  # scans, scans, and how many shards are enough


class Item(NamedTuple):
    """A scan to inspect.

    Attributes:
        id: what its report calls it: its path within the folder, or as the list has it.
        path: its file.
    """

    id: str
    path: str


class Shard(NamedTuple):
    """Scans that are done and written together."""

    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """What a batch has to do.

    Attributes:
        out: where it is kept.
        source: the folder or list that the scans come from.
        settings: everything that the results depend on, as plain values.
        scans: how many there are.
        shard: how many are done and written together.
    """

    out: Path
    source: str
    settings: dict[str, Any]
    scans: int
    shard: int

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.scans // self.shard)

    def work(self) -> Iterator[Shard]:
        """The shards, one after the other; only one is held."""
        with (self.out / WORK).open(encoding="utf-8") as lines:
            items = (Item(*json.loads(line)) for line in lines)
            for number in range(self.shards):
                yield Shard(number, tuple(islice(items, self.shard)))


def made(source: Path, out: Path, settings: dict[str, Any]) -> Plan:
    """The plan of a batch: the one that it began with, or a new one.

    Raises:
        RecipeError: there is nothing to inspect, or the batch was begun on another source or with
            other settings.
    """
    try:
        begun = json.loads((out / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _begun(source, out, settings)
    except ValueError:
        raise RecipeError(f"{out / PLAN}: damaged; take another --out") from None
    same = {"schema": SCHEMA, "source": str(source.resolve()), **settings}
    before = {"schema": begun["schema"], "source": begun["source"], **begun["settings"]}
    for name in sorted({*same, *before}):
        was, now = before.get(name), json.loads(json.dumps(same.get(name)))
        if was != now:
            raise RecipeError(
                f"{out}: was begun with {name} {_short(was)}, now it is {_short(now)}; "
                "go on with what it was, or take another --out"
            )
    return Plan(out, begun["source"], begun["settings"], begun["scans"], begun["shard"])


def _begun(source: Path, out: Path, settings: dict[str, Any]) -> Plan:
    if not source.exists():
        raise RecipeError(f"{source}: there is no such folder, and no such list of files")
    found = _within(source, out) if source.is_dir() else _listed(source)
    scans = 0
    with whole_file(out / WORK) as lines:
        for item in found:
            lines.write(json.dumps(item).encode() + b"\n")
            scans += 1
        if not scans:
            raise RecipeError(f"{source}: holds no files")
    shard = min(MOST_SHARD, max(LEAST_SHARD, scans // SHARDS))
    plan = Plan(out, str(source.resolve()), settings, scans, shard)
    said = {"schema": SCHEMA, "source": plan.source, "scans": scans, "shard": shard}
    with whole_file(out / PLAN) as file:
        file.write(json.dumps({**said, "settings": settings}, indent=1).encode() + b"\n")
    return plan


def _within(folder: Path, out: Path) -> Iterator[Item]:
    """Every file in a folder, by path; hidden ones and the results themselves left out."""
    mine = out.resolve()

    def below(at: str, within: str) -> Iterator[Item]:
        with os.scandir(at) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
        for entry in inside:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if Path(entry.path).resolve() != mine:
                    yield from below(entry.path, f"{within}{entry.name}/")
            elif entry.is_file():
                yield Item(_shown(within + entry.name), entry.path)

    return below(str(folder.resolve()), "")


def _listed(file: Path) -> Iterable[Item]:
    """Every path in a list of files, one a line, from the list's own folder on."""
    try:
        names = {name for name in file.read_text(encoding="utf-8").splitlines() if name.strip()}
    except ValueError:
        raise RecipeError(
            f"{file}: expected a folder, or a text file with the path of a scan on each line"
        ) from None
    ordered = sorted(names, key=lambda name: (PurePath(name).parts, name))
    return (Item(name, str(file.parent.resolve() / name)) for name in ordered)


def _shown(name: str) -> str:
    """A file's name as text, also where its bytes are none."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 80 else f"{text[:77]}..."
