"""How shards are dealt to Ray's actors and come back, without Ray."""

from types import SimpleNamespace

import pytest

from xray import ModelError, RecipeError
from xray.batch import Settings, cluster
from xray.batch.listing import Item
from xray.batch.plan import Shard
from xray.batch.reach import Away

CORES = 300
INSPECTOR = cluster.Inspector
NAMES = ("a.png", "b\x85c.png", "d\u2028e.png")


class RayError(Exception):
    """Over every error of Ray's, as `ray.exceptions.RayError` is."""


class Inspector:
    """Says the names of the scans."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, row: dict) -> dict:
        return {"number": row["number"], "lines": "\n".join(NAMES), "stopped": b""}


class Data:
    """As much of `ray.data` as we use; remembers how many actors there were each time.

    Attributes:
        cores: what the cluster says that it has, each time that it is asked; the last one stays.
        waited: how long we slept, in seconds.
    """

    def __init__(self) -> None:
        self.actors: list[int] = []
        self.cores: list[dict[str, float]] = [{"CPU": CORES}]
        self.waited: list[float] = []

    def ActorPoolStrategy(self, size: int) -> int:
        self.actors.append(size)
        return size

    def from_items(self, rows: list[dict], **_):
        def mapped(does, fn_constructor_args, **_):
            return SimpleNamespace(iter_rows=lambda: map(does(*fn_constructor_args), rows))

        return SimpleNamespace(map=mapped)


@pytest.fixture
def data(monkeypatch) -> Data:
    told = Data()
    ray = SimpleNamespace(
        data=told,
        cluster_resources=lambda: told.cores.pop(0) if len(told.cores) > 1 else told.cores[0],
        shutdown=lambda: None,
        exceptions=SimpleNamespace(RayError=RayError),
    )
    monkeypatch.setattr(cluster.time, "sleep", told.waited.append)
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


def one_each(shards: int) -> list[Shard]:
    return [Shard(number, (Item("a", "/a"),)) for number in range(shards)]


@pytest.mark.parametrize("workers", [None, 2])
def test_workers_that_are_not_up_yet_are_waited_for(
    data: Data, capsys, workers: int | None
) -> None:
    data.cores = [{"memory": 1.0}, {}, {"CPU": 2.0}]
    assert len(list(cluster.finished(one_each(5), Settings(), print, workers, "auto"))) == 5
    assert (data.actors, len(data.waited)) == ([2], 2)
    said = capsys.readouterr().err
    assert said.startswith(
        f"Ray at auto has 0 cores, {workers or 1} are needed: waiting up to 5 min"
    )


@pytest.mark.parametrize(("cores", "workers"), [({}, None), ({"CPU": 2.0}, 3)])
def test_workers_that_do_not_come_end_the_batch_with_a_sentence(
    data: Data, cores: dict[str, float], workers: int | None
) -> None:
    data.cores = [cores]
    with pytest.raises(
        RecipeError, match=r"are needed: see that its workers are up, or take fewer"
    ):
        list(cluster.finished(one_each(5), Settings(), print, workers, "auto"))
    assert sum(data.waited) == cluster.JOIN_SECONDS


def test_workers_that_come_later_are_used_and_fewer_than_at_the_start_go_on(
    data: Data, monkeypatch
) -> None:
    monkeypatch.setattr(cluster, "SCANS", 1)
    data.cores = [{"CPU": 1.0}, {"CPU": 3.0}, {"CPU": 2.0}]
    list(cluster.finished(one_each(16 + 48 + 5), Settings(), print, None))
    assert data.actors == [1, 3, 2]
    data.cores, data.actors = [{"CPU": 2.0}, {"CPU": 1.0}], []
    list(cluster.finished(one_each(32 + 5), Settings(), print, 2))
    assert data.actors == [2, 1]


def test_nothing_is_asked_of_a_cluster_where_nothing_is_left_to_do(data: Data) -> None:
    data.cores = [{}]
    assert not list(cluster.finished([], Settings(), print, None))
    assert not data.waited


def test_whatever_fails_in_ray_is_a_sentence(data: Data, monkeypatch) -> None:
    class ActorDiedError(RayError):
        pass

    def dying(self, row: dict) -> dict:
        raise ActorDiedError("The actor died")

    monkeypatch.setattr(Inspector, "__call__", dying)
    with pytest.raises(
        ModelError, match=r"Ray at auto failed, .*\(ActorDiedError: The actor died\)"
    ):
        list(cluster.finished(one_each(1), Settings(), print, 1, "auto"))
