"""Whether the cases are what the audit chain says: the chain itself, then what it seals.

The chain holds the hash of every decision, search result, opinion, report and profile put in force,
of who was shown what the machine says, and of what came in; `consistency` says where each case must
stand, and `turns` with whom and at which turn an open one is, and that what was said of it is kept.
A row that was changed, taken away or slipped in past the triggers is found by comparing the two.

Not covered, since nothing of a case hangs on it for good, or because it is kept apart: how long
the lease of a case lasts (`turns` says why), its lane, its folded consignee, how often it was
tried, the reasons and boxes of a decision for as long as it can be taken back, requests, what the
clearance system said, messages, people and their keys. Files are named by their hash, which whoever
reads one compares; `broken_files` reads them all.
Whoever rewrites the whole chain is found by an anchor alone, and what older versions did not seal
in their entries not at all.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from xray_app.cases import audit, consistency, profiles, seen, tables, turns
from xray_app.cases.contents import Contents, needed
from xray_app.cases.database import Database
from xray_app.cases.decisions import seal_of
from xray_app.cases.patience import unhurried

Seal = tuple[str, str, str]  # table, case or model, hash
SEALED_BY = {
    "decided": "decisions",
    "corrected": "decisions",
    "first verdict": "first_verdicts",
    "searched": "search_results",
    "marked": "opinions",
    seen.SHOWN: "seen",
    "inspected": "reports",
    profiles.PUT: "profiles",
    profiles.WITHDRAWN: "profiles",
}


def verify(connection: Connection, anchors: Sequence[audit.Head] = ()) -> audit.Verified:
    """The first entry that does not hold; what no entry tells of comes after them all."""
    unhurried(connection)
    chain = audit.verify(connection, anchors)
    if chain.problem:
        return chain
    found = [*_unsealed(connection)]
    found += [*consistency.problems(connection), *turns.problems(connection)]
    if not found:
        return chain
    seq, problem = min(found)
    return audit.Verified(int(min(seq - 1, chain.entries)), problem)


def broken_files(database: Database, contents: Contents) -> list[str]:
    """The hashes of the files that are missing or were changed; every one is read.

    What goes by its age meanwhile is not missing.
    """
    with database.read() as connection:
        hashes = needed(connection)
    broken = [sha256 for sha256 in hashes if not contents.is_whole(sha256)]
    if not broken:
        return []
    with database.read() as connection:
        still = set(needed(connection))
    return [sha256 for sha256 in broken if sha256 in still]


def _unsealed(connection: Connection) -> Iterator[consistency.Problem]:
    promised, there = dict(_promised(connection)), set(_there(connection))
    strange = there - promised.keys()
    changed = {seal[:2] for seal in strange}
    broken = {seal: entry for seal, entry in promised.items() if seal not in there}
    for seal, entry in broken.items():
        what = "was changed" if seal[:2] in changed else "is gone"
        yield entry.seq, f"{entry.where}: {_row(seal)} {what}"
    explained = {seal[:2] for seal in broken}
    explained |= {(tables.seen.name, case_id) for case_id in _older(connection)}
    for seal in sorted(strange):
        if seal[:2] not in explained:
            yield float("inf"), f"{_row(seal)} is in no entry of the chain: it was slipped in"


def _older(connection: Connection) -> set[str]:
    """Cases of older versions, which kept who was shown what without an entry."""
    table = tables.audit
    wanted = table.c.action.in_(consistency.INSPECTIONS)
    entries = connection.execute(select(table).where(wanted).order_by(table.c.seq)).mappings()
    tried = {row["subject"]: audit.Entry(**row) for row in entries}
    return {case_id for case_id, entry in tried.items() if consistency.is_older(entry)}


def _row(seal: Seal) -> str:
    table, of, _ = seal
    return f"a row of {table} of {'model' if table == tables.profiles.name else 'case'} {of}"


def _promised(connection: Connection) -> Iterator[tuple[Seal, audit.Entry]]:
    table = tables.audit
    sealing = select(table).where(table.c.action.in_(SEALED_BY)).order_by(table.c.seq)
    for row in connection.execute(sealing).mappings():
        entry, body = audit.Entry(**row), json.loads(row["body"])
        for sha256 in body.get("reports", [body.get("sha256")]):
            yield (SEALED_BY[entry.action], entry.subject, sha256), entry


def _there(connection: Connection) -> Iterator[Seal]:
    for table in (
        *(tables.decisions, tables.search_results),
        *(tables.opinions, tables.first_verdicts, tables.seen),
    ):
        for row in connection.execute(select(table)).mappings():
            yield table.name, row["case_id"], seal_of(row)
    for row in connection.execute(select(tables.profiles)).mappings():
        yield "profiles", row["model"], seal_of(row)
    for report in connection.execute(select(tables.reports.c.case_id, tables.reports.c.body)):
        yield "reports", report.case_id, hashlib.sha256(report.body.encode()).hexdigest()
