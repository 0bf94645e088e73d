"""Many things at once: all of them, in which order, and how many are held."""

import threading

import pytest

from xray.streams import mapped


def test_results_come_in_the_order_of_the_items_whoever_is_done_first() -> None:
    second_done = threading.Event()

    def work(k: int) -> int:
        if k == 0:
            assert second_done.wait(30)
        if k == 1:
            second_done.set()
        return k * k

    pairs = [(k, future.result()) for k, future in mapped(work, range(5), threads=2)]
    assert pairs == [(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)]


def test_as_they_come_the_slow_one_keeps_nobody_waiting() -> None:
    others_seen = threading.Event()

    def work(k: int) -> int:
        return k if k or others_seen.wait(30) else -1

    seen = []
    for k, _ in mapped(work, range(3), threads=2, ordered=False):
        seen.append(k)
        if len(seen) == 2:
            others_seen.set()
    assert seen[2] == 0
    assert sorted(seen) == [0, 1, 2]


@pytest.mark.parametrize("ordered", [True, False])
def test_no_more_are_taken_than_two_for_each_thread(ordered: bool) -> None:
    taken = []

    def items():
        for k in range(100):
            taken.append(k)
            yield k

    for done, _ in enumerate(mapped(str, items(), threads=3, ordered=ordered), start=1):
        assert len(taken) <= done + 6
    assert len(taken) == 100


def test_an_error_is_that_items_alone() -> None:
    futures = [future for _, future in mapped(lambda k: 6 // k, [3, 0, 2], threads=2)]
    assert isinstance(futures[1].exception(), ZeroDivisionError)
    assert [futures[0].result(), futures[2].result()] == [2, 3]


def test_who_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    results = mapped(str, range(1000), threads=3)
    next(results)
    results.close()
    assert threading.active_count() == before
