"""What a case's paper says, part by part, in the reader's language. No layout."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xray.card import Card
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.errors import NotFound
from xray_app.cases.listing import files_of
from xray_app.languages import percent, say, told
from xray_app.paper import tables
from xray_app.paper.marked import Mark, drawn
from xray_app.paper.parts import Paper, Part, Picture
from xray_app.paper.tables import Known
from xray_app.terms import DECLARED, ENDED, KINDS, TIERS
from xray_app.wording import case_name, flag, problems, view_name


@dataclass(frozen=True)
class Asked:
    """Who asks for the paper, when, and the model's card if known."""

    by: str
    now: datetime
    card: Card | None = None


def paper(contents: Contents, of: Known, asked: Asked) -> Paper:
    """Everything of a case, its pictures drawn: nothing to keep a transaction open for."""
    case = of.case
    parts = (
        Part(say("The case"), rows=tuple(_about(of))),
        Part(say("Declared"), rows=tuple(_declared(case))),
        tables.findings(of),
        Part(say("Why this outcome"), lines=_why(of)),
        tables.decisions(of),
        tables.drawn(of),
        tables.searches(of),
        Part(say("Model"), rows=tuple(_model(of, asked.card))),
        _chain(of),
    )
    return Paper(
        title=say("Inspection report"),
        name=case_name(case, _files(of)),
        outcome=say(TIERS[case.outcome]) if case.outcome else say("Not inspected"),
        tier=case.outcome.lower() if case.outcome else "idle",
        made=say("Made by {name}, {time}", name=asked.by, time=of.line(asked.now)),
        parts=tuple(part for part in parts if part.rows or part.table or part.lines),
        pictures=tuple(_pictures(contents, of)),
        notice=say(KINDS[case.kind]) if case.kind in KINDS else "",
    )


def _files(of: Known) -> str:
    """What the files of the first view are called."""
    return next((files_of(row["file_name"], row["high_file_name"]) for row in of.views), "")


def _about(of: Known) -> Iterator[tuple[str, str]]:
    case = of.case
    yield say("Case number"), case.id
    known = (("Container", case.container), ("Consignment", case.consignment))
    for name, value in (*known, ("Scanner", case.scanner), ("Lane", case.lane)):
        if value:
            yield say(name), value
    yield say("Came"), of.line(case.received_at)
    if case.score is not None:
        yield say("Strongest alarm"), percent(round(100 * case.score))
    stands = say(ENDED[case.disposition]) if case.disposition else say(f"state|{case.state}")
    yield say("Stands"), stands
    if case.closed_at:
        yield say("Closed at"), of.line(case.closed_at)


def _declared(case: Case) -> Iterator[tuple[str, str]]:
    said = case.declaration or {}
    for name in (*DECLARED, *sorted(said.keys() - DECLARED.keys())):
        if said.get(name) is not None:
            yield say(DECLARED.get(name, name.replace("_", " "))), _text(said[name])


def _why(of: Known) -> tuple[str, ...]:
    """Why the outcome is what it is, what went wrong, and what else was noted."""
    views = {row["position"]: view_name(row["name"], row["position"]) for row in of.views}
    lines = [
        (n, told(one))
        for n, report in of.reports.items()
        if report.outcome == of.case.outcome
        for one in report.reasons
    ]
    lines += problems(of.case, views, of.reports).items()
    named = [f"{views[n]}: {line}" if len(views) > 1 else line for n, line in lines]
    return tuple(dict.fromkeys((*named, *map(flag, of.case.flags))))


def _model(of: Known, card: Card | None) -> Iterator[tuple[str, str]]:
    for report in list(of.reports.values())[:1]:
        yield say("Weights"), str(report.model)
        yield "SHA-256", report.model.sha256
        yield say("Profile"), report.profile.name
        if card and card.sha256 == report.model.sha256:
            yield say("Terms"), told(card.terms)
            yield say("Limits"), " ".join(map(told, card.limits))


def _chain(of: Known) -> Part:
    seal = say("Entry {seq}, seal {hash}", seq=of.head.seq, hash=of.head.hash)
    return Part(say("Audit chain"), rows=((say("Newest entry"), seal),))


def _pictures(contents: Contents, of: Known) -> Iterator[Picture]:
    """Each view that still has a picture, with its marks."""
    for row in of.views:
        position, sha256 = row["position"], row["picture_sha256"]
        if sha256 is None:
            continue
        try:
            kept = contents.read(sha256)
        except NotFound:  # deleted by its age
            continue
        report = of.reports.get(position)
        opaque = [region.polygon_px for region in report.opaque] if report else []
        jpeg = drawn(kept, row["width_px"] or 0, _marks(of, position), opaque)
        if jpeg is not None:
            name = view_name(row["name"], position)
            yield Picture(f"{name} · {row['file_name']}", jpeg)


def _marks(of: Known, position: int) -> list[Mark]:
    report = of.reports.get(position)
    marks = [
        Mark(f"{position + 1}.{n}", "alarm" if one.alarming else "finding", one.xyxy_px)
        for n, one in enumerate(report.detections if report else (), start=1)
    ]
    for letter, row in of.drawn.items():
        if row["position"] == position:
            x1, y1, x2, y2 = json.loads(row["xyxy_px"])
            marks.append(Mark(letter, "officer", (x1, y1, x2, y2)))
    return marks


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
