"""Whether the cases are what the audit chain says: the chain itself, then what it seals.

The chain holds the hash of every decision, search result, opinion, report and profile put in force.
A row that was changed, taken away or slipped in past the triggers is found by comparing the two.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from xray_app.cases import audit, profiles, tables
from xray_app.cases.decisions import seal_of

Seal = tuple[str, str, str]  # table, case or model, hash
SEALED_BY = {
    "decided": "decisions",
    "corrected": "decisions",
    "first verdict": "first_verdicts",
    "searched": "search_results",
    "marked": "opinions",
    "inspected": "reports",
    profiles.PUT: "profiles",
    profiles.WITHDRAWN: "profiles",
}


def verify(connection: Connection, anchors: Sequence[audit.Head] = ()) -> audit.Verified:
    """The first thing that does not hold, the chain first."""
    chain = audit.verify(connection, anchors)
    if chain.problem:
        return chain
    promised, there = set(_promised(connection)), set(_there(connection))
    for seal in sorted(there - promised):
        return audit.Verified(chain.entries, f"{_row(seal)} was changed or slipped in")
    for seal in sorted(promised - there):
        return audit.Verified(chain.entries, f"{_row(seal)} is gone")
    return chain


def _row(seal: Seal) -> str:
    table, of, _ = seal
    return f"a row of {table} of {'model' if table == tables.profiles.name else 'case'} {of}"


def _promised(connection: Connection) -> Iterator[Seal]:
    table = tables.audit
    sealing = select(table.c.subject, table.c.action, table.c.body)
    for row in connection.execute(sealing.where(table.c.action.in_(SEALED_BY))):
        body = json.loads(row.body)
        for sha256 in body.get("reports", [body.get("sha256")]):
            yield SEALED_BY[row.action], row.subject, sha256


def _there(connection: Connection) -> Iterator[Seal]:
    for table in (
        *(tables.decisions, tables.search_results),
        *(tables.opinions, tables.first_verdicts),
    ):
        for row in connection.execute(select(table)).mappings():
            yield table.name, row["case_id"], seal_of(row)
    for row in connection.execute(select(tables.profiles)).mappings():
        yield "profiles", row["model"], seal_of(row)
    for report in connection.execute(select(tables.reports.c.case_id, tables.reports.c.body)):
        yield "reports", report.case_id, hashlib.sha256(report.body.encode()).hexdigest()
