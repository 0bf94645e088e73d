"""Calls timed in turn, so that a busy machine slows all of them alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WARM_UP = 3


@dataclass(frozen=True)
class Timed:
    """What one call took, round by round."""

    ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """The middle of all rounds."""
        return statistics.median(self.ms)

    @property
    def spread(self) -> float:
        """Half of the range between the quartiles, as a share of the median."""
        low, _, high = statistics.quantiles(self.ms, n=4)
        return (high - low) / 2 / self.median_ms


def interleaved(calls: Mapping[str, Callable[[], float | None]], rounds: int) -> dict[str, Timed]:
    """Time every call in every round.

    Args:
        calls: name → what to time; a call that measures itself returns its milliseconds.
        rounds: how often, after a few that do not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(WARM_UP + rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            said = call()
            taken[name].append((time.perf_counter() - start) * 1000 if said is None else said)
    return {name: Timed(tuple(ms[WARM_UP:])) for name, ms in taken.items()}
