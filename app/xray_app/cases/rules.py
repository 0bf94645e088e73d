"""What an administration chooses about its queue, and where a case stands in it.

A case's place is the moment since which it waits, less a head start: the earlier, the sooner it
is taken. All wait at the same speed, so the order needs no counting anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from xray.report import Outcome
from xray_app.cases.case import Case
from xray_app.cases.pace import Pace
from xray_app.cases.states import Kind, Level, Target

# Minutes of head start. Working values, to be set by whoever runs the queue; not measured.
RISKY_CHAPTERS: Mapping[str, int] = MappingProxyType(
    {"24": 15, "36": 45, "93": 45}  # HS: tobacco; explosives, pyrotechnics; arms, ammunition
)


@dataclass(frozen=True)
class Rules:
    """How the queue works.

    Attributes:
        lease: how long an officer holds a case without a sign of life.
        max_waiting: scans that may wait for inspection; more are turned away.
        longest_wait: fewer may, where the last would wait longer than this at the pace.
        pace: of inspection, as it is measured; None: nobody measures it.
        max_tries: inspections of one case before it goes to an officer as it is.
        clear_by_machine: let cases that are eligible by calibration close without an officer.
        human_share: of those, the share that an officer sees all the same, 0 to 1.
        head_start_minutes: outcome → minutes; what has no report counts as UNKNOWN.
        score_minutes: further minutes at a score of 1.
        hs_minutes: beginning of the HS code → minutes; the longest that fits counts.
        flag_minutes: for a case that something is wrong with.
        keep: how long scans of closed cases are kept; None: for ever.
        tells: whom messages are kept for; nobody reads those for others.
        only: every case is of this kind, whatever came in says; None: as it says.
    """

    lease: timedelta = timedelta(minutes=5)
    max_waiting: int = 200
    longest_wait: timedelta = timedelta(seconds=30)
    pace: Pace | None = field(default=None, compare=False)
    max_tries: int = 2
    clear_by_machine: bool = False
    human_share: float = 0.05
    head_start_minutes: Mapping[Outcome, int] = field(
        default_factory=lambda: {Outcome.ALARM: 120, Outcome.UNKNOWN: 60, Outcome.CLEAR: 0}
    )
    score_minutes: int = 60
    hs_minutes: Mapping[str, int] = field(default_factory=lambda: RISKY_CHAPTERS)
    flag_minutes: int = 240
    keep: timedelta | None = None
    tells: frozenset[Target] = frozenset()
    only: Kind | None = None

    def room(self) -> int:
        """Scans that may wait for inspection now."""
        holds = self.pace.holds(self.longest_wait.total_seconds()) if self.pace else None
        return self.max_waiting if holds is None else min(self.max_waiting, holds)

    def place(
        self, case: Case, outcome: Outcome | None, score: float | None, now: datetime
    ) -> datetime:
        """The place in the queue of a case that begins to wait now."""
        minutes = float(self.head_start_minutes[outcome or Outcome.UNKNOWN])
        minutes += self.score_minutes * (score or 0.0) + self._declared_minutes(case)
        minutes += self.flag_minutes * bool(case.flags)
        return now - timedelta(minutes=minutes)

    def _declared_minutes(self, case: Case) -> int:
        code = str((case.declaration or {}).get("hs_code") or "")
        fitting = [prefix for prefix in self.hs_minutes if code.startswith(prefix)]
        return self.hs_minutes[max(fitting, key=len)] if fitting else 0


@dataclass(frozen=True)
class Officer:
    """Somebody who works on cases.

    Attributes:
        name: as the audit chain calls them.
        level: up to which cases are theirs to take.
    """

    name: str
    level: Level = Level.SCREENING
