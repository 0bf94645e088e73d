"""What a batch has to do: every scan of a folder or a list, in order of path, and how it is judged.

The list is made once, when the batch begins, and kept beside the results: scans that come later
belong to another batch. `work.jsonl` holds it, an id and a path a line; `plan.json`, written last,
says what it is and that it is whole.

Scans are done and written together in shards, and shards in parts, a result file each. Where a
part begins in `work.jsonl` stands in the plan, so that parts can be written side by side.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from xray.batch import folder, high
from xray.batch.files import whole_file
from xray.batch.folder import PLAN, WORK
from xray.batch.listing import Item, found
from xray.errors import RecipeError

SCHEMA = "xray.batch/2"
LEAST_SHARD, MOST_SHARD, SHARDS = 16, 1024, 2000  # scans, scans, and how many shards are enough
PART = 96 * MOST_SHARD  # scans; their reports are 50 to 200 MB


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
        shard: how many are done and written together, a power of two.
        part: how many have their reports in one file, a multiple of `shard`.
        starts: where each part begins in the list of work, in bytes.
        versions: of the packages that the results depend on, from how many scans on.
    """

    out: Path
    source: str
    settings: dict[str, Any]
    scans: int
    shard: int
    part: int
    starts: tuple[int, ...]
    versions: tuple[dict[str, Any], ...]

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.scans // self.shard)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.starts)

    def size(self, shard: int) -> int:
        """How many scans a shard has."""
        return min(self.shard, self.scans - shard * self.shard)

    def shards_of(self, part: int) -> range:
        """The numbers of the shards of a part."""
        each = self.part // self.shard
        return range(part * each, min((part + 1) * each, self.shards))

    def part_of(self, shard: int) -> int:
        """The part that a shard belongs to."""
        return shard * self.shard // self.part

    def work(self, part: int | None = None) -> Iterator[Shard]:
        """The shards, one after the other, of one part or of all; only one is held."""
        with (self.out / WORK).open("rb") as lines:
            if part is not None:
                lines.seek(self.starts[part])
            items = (Item(*json.loads(line)) for line in lines)
            for number in range(self.shards) if part is None else self.shards_of(part):
                yield Shard(number, tuple(islice(items, self.shard)))

    def items(self) -> Iterator[Item]:
        """Every scan in order."""
        return (item for shard in self.work() for item in shard.items)

    def save(self) -> None:
        """Keep all but the work, which is kept beside it."""
        said = {"schema": SCHEMA, **asdict(self)}
        del said["out"]
        with whole_file(self.out / PLAN) as file:
            file.write(json.dumps(said, indent=1).encode() + b"\n")

    def goes_on(self, versions: dict[str, str], done: int) -> "Plan":
        """The same after so many scans; where versions are others than before, that is said."""
        last = {name: value for name, value in self.versions[-1].items() if name != "from_scans"}
        if last == versions:
            return self
        changed = replace(self, versions=(*self.versions, {"from_scans": done, **versions}))
        changed.save()
        print(
            f"{self.out}: {done} scans were done with {_named(last)}, "
            f"the others are done with {_named(versions)}",
            file=sys.stderr,
        )
        return changed


def made(source: Path, out: Path, settings: dict[str, Any], versions: dict[str, str]) -> Plan:
    """The plan of a batch: the one that it began with, or a new one.

    Raises:
        RecipeError: there is nothing to inspect, the batch was begun on another source or with
            other settings, or the folder holds what is of no batch.
    """
    try:
        begun = json.loads((out / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _begun(source, out, settings, versions)
    except ValueError:
        raise RecipeError(f"{out / PLAN}: damaged; take another --out") from None
    if not {"schema", "source", "settings"} <= {*(begun if isinstance(begun, dict) else ())}:
        raise RecipeError(f"{out / PLAN}: not the plan of a batch; take another --out")
    same = {"schema": SCHEMA, "source": str(source.resolve()), **settings}
    before = {"schema": begun["schema"], "source": begun["source"], **begun["settings"]}
    for name in sorted({*same, *before}):
        was, now = before.get(name), json.loads(json.dumps(same.get(name)))
        if was != now:
            raise RecipeError(
                f"{out}: was begun with {name} {_short(was)}, now it is {_short(now)}; "
                "go on with what it was, or take another --out"
            )
    del begun["schema"]
    tuples = {name: tuple(begun[name]) for name in ("starts", "versions")}
    return Plan(out, **(begun | tuples))


def _begun(source: Path, out: Path, settings: dict[str, Any], versions: dict[str, str]) -> Plan:
    if not source.exists():
        raise RecipeError(f"{source}: there is no such folder, and no such list of files")
    if settings.get("high"):
        high.check_apart(source, Path(settings["high"]))
    folder.check_free(out)
    scans, at, starts = 0, 0, list[int]()
    with whole_file(out / WORK) as lines:
        for item in found(source, out):
            if settings.get("high"):
                high.check_below(source, item)
            if scans % PART == 0:
                starts.append(at)
            at += lines.write(json.dumps(item if item.why else item[:2]).encode() + b"\n")
            scans += 1
        if not scans:
            raise RecipeError(f"{source}: holds no files")
    shard = min(MOST_SHARD, max(LEAST_SHARD, scans // SHARDS))
    shard = 1 << shard.bit_length() - 1  # a part must be a whole number of them
    since = ({"from_scans": 0, **versions},)
    plan = Plan(out, str(source.resolve()), settings, scans, shard, PART, tuple(starts), since)
    plan.save()
    return plan


def _named(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 80 else f"{text[:77]}..."
