"""What models said of the cases that lists show.

Every officer's page shows fifty cases and is painted anew with each decision and each tick of its
clock. What a model said never changes, so it is read once, and kept without what no list shows.
"""

import json
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from xray.report import Report
from xray_app.cases import tables
from xray_app.cases.reports import read_report
from xray_app.cases.states import ReportRole

LATELY = 1024  # reports, of some KB each: of the lists of five officers who see nothing in common


class Listed:
    """The reports that were listed lately. Safe between threads."""

    def __init__(self) -> None:
        self._lately = OrderedDict[int, Report]()  # by their row's number, the latest last
        self._guard = threading.Lock()

    def reports(self, connection: Connection, ids: Sequence[str]) -> dict[str, dict[int, Report]]:
        """Case → view → the newest report of the model in use, without polygons and embedding.

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
            known |= {row.id: _slim(read_report(json.loads(row.body))) for row in rows}
        with self._guard:
            for number in numbers:
                self._lately[number] = known[number]
                self._lately.move_to_end(number)
            while len(self._lately) > LATELY:
                self._lately.popitem(last=False)
        return known


def _slim(report: Report) -> Report:
    return replace(report, opaque=(), embedding=(), elapsed_ms={})
