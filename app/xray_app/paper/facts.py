"""What a case's paper says, part by part, in the reader's language. No layout."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, RowMapping

from xray.card import Card
from xray.report import Report
from xray_app.cases import audit, first_verdicts, opinions, reading
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.decisions import decisions_of, searches_of
from xray_app.cases.errors import NotFound
from xray_app.cases.inspection import views_of
from xray_app.cases.reports import read_report
from xray_app.cases.states import Reason, Verdict
from xray_app.languages import label, percent, say, told
from xray_app.paper.marked import Mark, drawn
from xray_app.terms import DECLARED, ENDED, REASONS, TIERS, VERDICTS

# Columns of the tables, each with its share of the width.
FINDINGS = {
    **{"Number": 0.09, "What": 0.22, "Raises": 0.1, "Probability": 0.12},
    **{"material|Material": 0.12, "Size": 0.17, "Officer": 0.18},
}
DECISIONS = {"When": 0.22, "Officer": 0.17, "Decision": 0.16, "Reason": 0.16, "Note": 0.29}
DRAWN = {"Number": 0.1, "What": 0.25, "Said": 0.25, "Officer": 0.16, "When": 0.24}
SEARCHES = {
    **{"When": 0.22, "Who": 0.17, "What the search found": 0.16},
    **{"What it was": 0.2, "Note": 0.25},
}


@dataclass(frozen=True)
class Part:
    """One part: names with values, or a table, or sentences.

    Attributes:
        title: over it.
        rows: name and value.
        heads: of the table.
        table: its lines.
        widths: of its columns, in shares of the page's width.
        lines: sentences.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A view with its marks, as JPEG, and what stands under it."""

    caption: str
    jpeg: bytes


@dataclass(frozen=True)
class Paper:
    """All that is said of a case.

    Attributes:
        title: what the paper is.
        name: what people call the case.
        outcome: what the machine said, in a word; its style is `tier`.
        made: by whom and when this was made.
        parts: in their order.
        pictures: shown after the first two parts.
    """

    title: str
    name: str
    outcome: str
    tier: str
    made: str
    parts: tuple[Part, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Asked:
    """Who asks for the paper, when, in which zone they read it, and the model's card if known."""

    by: str
    now: datetime
    zone: tzinfo | None
    card: Card | None = None


def paper(connection: Connection, contents: Contents, case: Case, asked: Asked) -> Paper:
    """Everything of a case, within a read transaction."""
    reports = {
        position: read_report(body)
        for position, body in reading.reports(connection, case.id).items()
    }
    writer = _Writer(connection, contents, case, asked, reports)
    name = case.container or case.consignment or say("case {id}", id=case.id[:8])
    return Paper(
        title=say("Inspection report"),
        name=name,
        outcome=say(TIERS[case.outcome]) if case.outcome else say("Not inspected"),
        tier=case.outcome.lower() if case.outcome else "idle",
        made=say("Made by {name}, {time}", name=asked.by, time=writer.moment(asked.now)),
        parts=tuple(part for part in writer.parts() if part.rows or part.table or part.lines),
        pictures=tuple(writer.pictures()),
    )


@dataclass(frozen=True)
class _Writer:
    connection: Connection
    contents: Contents
    case: Case
    asked: Asked
    reports: dict[int, Report]

    def moment(self, at: datetime) -> str:
        """In the reader's zone, and UTC."""
        here = f"{at.astimezone(self.asked.zone):%Y-%m-%d %H:%M:%S %Z}"
        return here if here.endswith("UTC") else f"{here} ({at:%Y-%m-%d %H:%M:%S} UTC)"

    def parts(self) -> Iterator[Part]:
        yield Part(say("page|Case"), rows=tuple(self._about()))
        yield Part(say("Declared"), rows=tuple(self._declared()))
        yield self._findings()
        reasons = [told(one) for report in self.reports.values() for one in report.reasons]
        problem = (self.case.problem or "").splitlines()
        notes = map(told, (*problem, *self.case.flags))
        yield Part(say("Why this outcome"), lines=tuple(dict.fromkeys((*reasons, *notes))))
        yield self._decisions()
        yield self._opinions()
        yield self._searches()
        yield Part(say("Model"), rows=tuple(self._model()))
        head = audit.head(self.connection)
        seal = say("Entry {seq}, seal {hash}", seq=head.seq, hash=head.hash)
        yield Part(say("Audit chain"), rows=((say("Newest entry"), seal),))

    def pictures(self) -> Iterator[Picture]:
        """Each view that still has a picture."""
        views = views_of(self.connection, self.case.id)
        for row in views:
            try:
                where = (self.connection, self.case.id, row["position"], "picture_sha256")
                kept = self.contents.read(reading.picture(*where))
            except NotFound:
                continue
            report = self.reports.get(row["position"])
            opaque = [region.polygon_px for region in report.opaque] if report else []
            jpeg = drawn(kept, row["width_px"] or 0, self._marks(row["position"]), opaque)
            if jpeg is not None:
                name = row["name"] or say("View {n}", n=row["position"] + 1)
                yield Picture(f"{name} · {row['file_name']}", jpeg)

    def _about(self) -> Iterator[tuple[str, str]]:
        case = self.case
        yield say("Case number"), case.id
        known = (("Container", case.container), ("Consignment", case.consignment))
        for name, value in (*known, ("Scanner", case.scanner), ("Lane", case.lane)):
            if value:
                yield say(name), value
        yield say("Came"), self.moment(case.received_at)
        if case.score is not None:
            yield say("Strongest alarm"), percent(round(100 * case.score))
        stands = say(ENDED[case.disposition]) if case.disposition else say(f"state|{case.state}")
        yield say("Stands"), stands
        if case.closed_at:
            yield say("Closed at"), self.moment(case.closed_at)

    def _declared(self) -> Iterator[tuple[str, str]]:
        said = self.case.declaration or {}
        for name in (*DECLARED, *sorted(said.keys() - DECLARED.keys())):
            if said.get(name) is not None:
                yield say(DECLARED.get(name, name.replace("_", " "))), _text(said[name])

    def _findings(self) -> Part:
        rows = []
        standing = {
            (row["position"], row["finding"]): row
            for row in opinions.standing(self.connection, self.case.id)
        }
        views = views_of(self.connection, self.case.id)
        for position, report in sorted(self.reports.items()):
            pitch = views[position]["read_pixel_mm"] or views[position]["pixel_mm"]
            for n, found in enumerate(report.detections, start=1):
                said = standing.get((position, n))
                tier = say("spot|Alarm") if found.alarming else say("spot|Finding")
                what = label(found.label)
                if said and said["label"] != found.label:
                    what = f"{label(said['label'])} ({what})"
                material = say(f"material|{found.material}") if found.material else "–"
                word = say(f"spot|{said['says']} by the officer") if said else "–"
                share, size = percent(round(100 * found.score)), _size(found.xyxy_px, pitch)
                rows.append((f"{position + 1}.{n}", what, tier, share, material, size, word))
        return _table(say("Findings"), FINDINGS, rows)

    def _decisions(self) -> Part:
        first = [
            (
                self.moment(row["said_at"]),
                say("{name}, before the machine", name=row["said_by"]),
                say(VERDICTS[Verdict(row["verdict"])]),
                _reason(row),
                "–",
            )
            for row in first_verdicts.of(self.connection, self.case.id)
        ]
        then = [
            (
                self.moment(row["decided_at"]),
                self._decider(row),
                say(VERDICTS[Verdict(row["verdict"])]),
                _reason(row),
                row["reason"] or "–",
            )
            for row in decisions_of(self.connection, self.case.id)
        ]
        return _table(say("Officers’ decisions"), DECISIONS, (*first, *then))

    def _opinions(self) -> Part:
        drawn_ones = [
            row for row in opinions.standing(self.connection, self.case.id) if row["drawn"]
        ]
        rows = [
            (
                self._letter(row),
                label(row["label"]),
                say("drawn by the officer"),
                row["said_by"],
                self.moment(row["said_at"]),
            )
            for row in drawn_ones
        ]
        return _table(say("Drawn by officers"), DRAWN, rows)

    def _searches(self) -> Part:
        rows = []
        for row in searches_of(self.connection, self.case.id):
            what = ", ".join(map(label, json.loads(row["what"]))) or "–"
            found = say("act|Found") if row["found"] else say("act|Nothing found")
            rows.append((self.moment(row["searched_at"]), row["searched_by"], found, what))
            rows[-1] += (row["note"] or "–",)
        return _table(say("act|Search"), SEARCHES, rows)

    def _model(self) -> Iterator[tuple[str, str]]:
        for report in list(self.reports.values())[:1]:
            yield say("Weights"), str(report.model)
            yield "SHA-256", report.model.sha256
            yield say("Profile"), report.profile.name
            card = self.asked.card
            if card and card.sha256 == report.model.sha256:
                yield say("Terms"), told(card.terms)
                yield say("Limits"), " ".join(map(told, card.limits))

    def _decider(self, row: RowMapping) -> str:
        name = str(row["decided_by"])
        return say("{name}, correcting", name=name) if row["corrects"] else name

    def _marks(self, position: int) -> list[Mark]:
        report = self.reports.get(position)
        found = report.detections if report else ()
        marks = [
            Mark(f"{position + 1}.{n}", "alarm" if one.alarming else "finding", one.xyxy_px)
            for n, one in enumerate(found, start=1)
        ]
        for row in opinions.standing(self.connection, self.case.id):
            if row["drawn"] and row["position"] == position:
                x1, y1, x2, y2 = json.loads(row["xyxy_px"])
                marks.append(Mark(self._letter(row), "officer", (x1, y1, x2, y2)))
        return marks

    def _letter(self, row: RowMapping) -> str:
        names = [one["drawn"] for one in opinions.standing(self.connection, self.case.id)]
        place = [name for name in names if name].index(row["drawn"])
        return chr(ord("A") + place) if place < 26 else f"A{place}"


def _table(title: str, columns: Mapping[str, float], rows: Sequence[tuple[str, ...]]) -> Part:
    heads, widths = tuple(map(say, columns)), tuple(columns.values())
    return Part(title, heads=heads, table=tuple(rows), widths=widths)


def _reason(row: RowMapping) -> str:
    return say(REASONS[Reason(row["code"])]) if row["code"] else "–"


def _size(xyxy_px: Sequence[float], pixel_mm: float | None) -> str:
    wide, tall = xyxy_px[2] - xyxy_px[0], xyxy_px[3] - xyxy_px[1]
    if pixel_mm:
        return f"{wide * pixel_mm:.0f} × {tall * pixel_mm:.0f} mm"
    return f"{wide:.0f} × {tall:.0f} px"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
