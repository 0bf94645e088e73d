"""Many officers at once take and decide: no case twice, none lost. `make soak` has 2,000 cases."""

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import insert, select

from xray_app.cases import audit, integrity, tables
from xray_app.cases.canonical import sha256_of
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.states import State, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASES = int(os.environ.get("SOAK_CASES", "400"))


def fill(database: Database, cases: int) -> None:
    rows = [
        {
            **{"id": f"{n:032}", "kind": "live", "state": State.WAITING, "version": 1, "level": 0},
            **{"place_at": NOW - timedelta(seconds=cases - n), "received_at": NOW, "flags": "[]"},
            **{"tries": 1, "checks_machine": False, "submitted_by": "scanner"},
            **{"scanner": f"gate {n}", "identity_sha256": sha256_of([f"gate {n}", None, None])},
            "content_sha256": sha256_of([]),
        }
        for n in range(cases)
    ]
    with database.write() as connection:
        connection.execute(insert(tables.cases), rows)
        for row in rows:
            audit.append(connection, NOW, "scanner", "received", str(row["id"]))


@pytest.mark.parametrize(
    ("officers", "cases"), [(8, 40), pytest.param(40, CASES, marks=pytest.mark.slow)]
)
def test_officers_at_once_decide_every_case_once(
    database: Database, officers: int, cases: int
) -> None:
    fill(database, cases)
    queue = Queue(database, lambda: NOW, Rules())
    done, began = count(), threading.Barrier(officers)

    def work(number: int) -> list[str]:
        mine, officer = [], Officer(f"officer {number}")
        began.wait()
        while (case := queue.take(officer)) is not None:
            verdict = Verdict.CLEAR if next(done) % 3 else Verdict.SEARCH
            decide(queue, case.id, case.version, officer, Decision(verdict, "odd"))
            mine.append(case.id)
        return mine

    with ThreadPoolExecutor(officers) as pool:
        decided = Counter(case for mine in pool.map(work, range(officers)) for case in mine)
    assert len(decided) == cases
    assert set(decided.values()) == {1}
    with database.read() as connection:
        rows = connection.execute(select(tables.decisions.c.case_id)).scalars().all()
        assert Counter(rows) == decided
        left = select(tables.cases.c.id).where(
            tables.cases.c.state.not_in([State.CLOSED, State.SEARCH])
        )
        assert connection.execute(left).scalars().all() == []
        assert integrity.verify(connection).problem is None
