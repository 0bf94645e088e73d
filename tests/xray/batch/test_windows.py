"""How shards are dealt to Ray's actors and come back, without Ray."""

import sys
from types import SimpleNamespace

import pytest

from xray.batch import Settings, cluster
from xray.batch.listing import Item
from xray.batch.plan import Shard
from xray.batch.reach import Away

CORES = 300
INSPECTOR = cluster.Inspector
NAMES = ("a.png", "b\x85c.png", "d\u2028e.png")


class Inspector:
    """Says the names of the scans."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, row: dict) -> dict:
        return {"number": row["number"], "lines": "\n".join(NAMES), "stopped": b""}


class Data:
    """As much of `ray.data` as we use; remembers how many actors there were each time."""

    def __init__(self) -> None:
        self.actors: list[int] = []

    def ActorPoolStrategy(self, size: int) -> int:
        self.actors.append(size)
        return size

    def from_items(self, rows: list[dict], **_):
        def mapped(does, fn_constructor_args, **_):
            return SimpleNamespace(iter_rows=lambda: map(does(*fn_constructor_args), rows))

        return SimpleNamespace(map=mapped)


@pytest.fixture
def data(monkeypatch) -> Data:
    ray = SimpleNamespace(
        data=Data(),
        cluster_resources=lambda: {"CPU": CORES},
        shutdown=lambda: None,
        exceptions=SimpleNamespace(RayTaskError=ZeroDivisionError),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr(cluster, "_ray", lambda address, workers: ray)
    monkeypatch.setattr(cluster, "Inspector", Inspector)
    return ray.data


def test_every_core_of_a_large_cluster_has_a_shard_to_do(data: Data) -> None:
    scans = tuple(Item(f"{k}.png", f"/{k}.png") for k in range(1024))
    shards = [Shard(number, scans) for number in range(CORES)]
    done = list(cluster.finished(shards, Settings(), lambda more: None, None))
    assert len(done) == CORES
    assert data.actors == [CORES]


@pytest.mark.parametrize("workers", [10, 2])
def test_a_window_has_sixteen_shards_for_each_worker(data: Data, workers: int, monkeypatch) -> None:
    monkeypatch.setattr(cluster, "SCANS", 1)
    shards = [Shard(number, (Item("a", "/a"),)) for number in range(workers * 20)]
    list(cluster.finished(shards, Settings(), lambda more: None, workers))
    assert data.actors == [workers, workers]  # of 16 shards for each, and of the other 4


def test_small_shards_fill_a_window_until_loading_the_model_is_worth_it(data: Data) -> None:
    scans = tuple(Item(f"{k}.png", f"/{k}.png") for k in range(16))
    shards = [Shard(number, scans) for number in range(5000)]  # 80,000 scans
    list(cluster.finished(shards, Settings(), lambda more: None, 2))
    assert data.actors == [2, 2]  # of 65,536 scans, and of the other 14,464


def test_names_that_hold_what_else_ends_a_line_come_back_whole(data: Data) -> None:
    shard = Shard(0, tuple(Item(name, name) for name in NAMES))
    assert list(cluster.finished([shard], Settings(), lambda more: None, 1)) == [(0, [*NAMES])]


def test_what_stops_an_actor_comes_back_as_it_was(data: Data, monkeypatch) -> None:
    def stopping(source, *_, **__):
        yield 0, ["a line"]
        raise Away(5, "cannot be reached", "/archive/a.png")

    monkeypatch.setattr(cluster, "Inspector", INSPECTOR)
    monkeypatch.setattr(cluster.crew, "finished", stopping)
    shards = [Shard(number, (Item("a", "/a"),)) for number in range(3)]
    done = cluster.finished(shards, Settings(), lambda more: None, 1)
    assert next(done) == (0, ["a line"])
    with pytest.raises(Away, match="cannot be reached") as stopped:
        next(done)
    assert stopped.value.filename == "/archive/a.png"
