"""What models said of the cases that lists show.

Every officer's page shows fifty cases and is painted anew with each decision and each tick of its
clock. What a model said never changes, so it is read once, and kept without what no list shows.
"""

import json
import threading
from collections import OrderedDict, defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from xray.profile import Profile
from xray.report import Report
from xray_app.cases import tables
from xray_app.cases.reports import read_report
from xray_app.cases.states import ReportRole

LATELY = 512  # reports: of the lists of five officers who see nothing in common, of two views each
RULES = 8  # profiles, of some KB each; few are in use at one time


class Listed:
    """The reports that were listed lately. Safe between threads."""

    def __init__(self) -> None:
        self._lately = OrderedDict[int, Report]()  # by their row's number, the latest last
        self._rules = deque[Profile](maxlen=RULES)
        self._guard = threading.Lock()

    def reports(self, connection: Connection, ids: Sequence[str]) -> dict[str, dict[int, Report]]:
        """Case → view → the newest report of the model in use, without what no list shows.

        Args:
            connection: within a read transaction.
            ids: of the cases.
        """
        table = tables.reports.c
        of_these = (table.case_id.in_(ids), table.role == ReportRole.PRIMARY)
        asked = select(table.id, table.case_id, table.position).where(*of_these).order_by(table.id)
        rows = connection.execute(asked).all()
        newest = {(row.case_id, row.position): row.id for row in rows}
        known = self._known(connection, sorted(newest.values()))
        said = defaultdict[str, dict[int, Report]](dict)
        for (case_id, position), number in newest.items():
            said[case_id][position] = known[number]
        return said

    def _known(self, connection: Connection, numbers: Sequence[int]) -> dict[int, Report]:
        with self._guard:
            known = {n: self._lately[n] for n in numbers if n in self._lately}
        table, new = tables.reports.c, [n for n in numbers if n not in known]
        if new:
            rows = connection.execute(select(table.id, table.body).where(table.id.in_(new)))
            known |= {row.id: self._slim(read_report(json.loads(row.body))) for row in rows}
        with self._guard:
            for number in numbers:
                self._lately[number] = known[number]
                self._lately.move_to_end(number)
            while len(self._lately) > LATELY:
                self._lately.popitem(last=False)
        return known

    def _slim(self, report: Report) -> Report:
        with self._guard:
            alike = next((one for one in self._rules if one == report.profile), None)
            if alike is None:
                self._rules.append(alike := report.profile)
        slim = replace(report, profile=alike, opaque=(), embedding=())
        return replace(slim, presence={}, prior={}, elapsed_ms={})
