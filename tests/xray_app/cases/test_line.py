"""Whoever waits longest is next, and nothing is lost on those who gave up."""

import queue
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from xray_app.cases.errors import Full
from xray_app.cases.line import Line
from xray_app.inspectors.pool import Limits, Pool

ROUNDS = 50


def until(line: Line[Any], length: int) -> None:
    while line.length < length:
        pass


def test_those_who_wait_are_served_in_order() -> None:
    line = Line(["process"])
    assert line.take(0) == "process"
    with ThreadPoolExecutor(3) as threads:
        waiting: list[Future[str]] = []
        for number in range(3):
            waiting.append(threads.submit(line.take, 60))
            until(line, number + 1)
        for number, one in enumerate(waiting):
            line.give(f"turn {number}")
            assert one.result(60) == f"turn {number}"


def test_a_loop_that_lends_again_at_once_lets_whoever_waits_go_first() -> None:
    pool = Pool(1, None, Limits())  # none of its processes starts before it is asked
    order: list[str] = []

    def inspect() -> None:
        with pool.lend(60):
            order.append("inspect")

    with ThreadPoolExecutor(1) as thread:
        for _ in range(ROUNDS):
            with pool.lend():
                waits = thread.submit(inspect)
                while not pool.line.length:
                    pass
            with pool.lend():
                order.append("case")
            waits.result(60)
    assert order == ["inspect", "case"] * ROUNDS


def test_a_case_waits_behind_one_stranger_however_many_came_before_it() -> None:
    pool = Pool(1, None, Limits())
    order: list[str] = []

    def inspect(who: str, seconds: float | None) -> None:
        with pool.lend(seconds):
            order.append(who)

    with ThreadPoolExecutor(9) as threads, pool.lend(60):
        for count, who in enumerate((*("stranger",) * 6, *("case",) * 3), 1):
            threads.submit(inspect, who, None if who == "case" else 60)
            until(pool.line, count)
    assert order == ["case", "stranger"] * 3 + ["stranger"] * 3


def test_what_comes_back_after_somebody_gave_up_goes_to_the_next() -> None:
    pool = Pool(1, None, Limits())
    with pool.lend() as process:
        for _ in range(3):
            with pytest.raises(Full, match="busy"), pool.lend(0):
                pass
        assert pool.line.length == 0
    with pool.lend(0) as again:
        assert again is process


def test_what_comes_at_the_last_moment_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    line: Line[str] = Line([])

    class Late(queue.SimpleQueue):  # type: ignore[type-arg]
        def get(self, block: bool = True, timeout: float | None = None) -> str:
            if timeout is None:
                return str(super().get())
            line.give("process")
            raise queue.Empty

    monkeypatch.setattr(queue, "SimpleQueue", Late)
    assert line.take(1) == "process"
