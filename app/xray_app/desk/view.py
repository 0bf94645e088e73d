"""What the page says of a case, as plain values for the templates.

Every word that an officer reads is chosen here or in the template; nothing here knows a widget.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from xray.card import Card
from xray.report import Detection, Outcome, Report
from xray.scan import Encoding
from xray_app.api.style import Theme
from xray_app.demo.people import PERSONAS
from xray_app.desk import navigation, work
from xray_app.desk.navigation import Room
from xray_app.desk.work import Act, Beside, View
from xray_app.languages import html, label, languages, percent, say, spoken, told
from xray_app.shown import Case

ENCODINGS = {
    Encoding.PSEUDOCOLOR: "pseudo-colour",
    Encoding.SINGLE: "single energy",
    Encoding.DUAL: "dual energy",
}


@dataclass(frozen=True)
class Verdict:
    """The word that an officer sees first, and the style it comes in; words in English."""

    word: str
    style: str
    meaning: str


VERDICTS = {
    Outcome.ALARM: Verdict(
        "tier|Alarm", "alarm", "Something was found that the profile alarms for."
    ),
    Outcome.UNKNOWN: Verdict(
        "tier|Unknown", "unknown", "This scan, or part of it, could not be judged."
    ),
    Outcome.CLEAR: Verdict("tier|Clear", "clear", "Nothing was found that the profile alarms for."),
}
THEMES = {  # what the bar's button chooses, and what it says of now
    Theme.DARK: (Theme.LIGHT, "Dark colours; press for light ones"),
    Theme.LIGHT: (Theme.SYSTEM, "Light colours; press to have them as your system has them"),
    Theme.SYSTEM: (Theme.DARK, "Colours as your system has them; press for dark ones"),
}
NOTHING = Beside()
NOT_INSPECTED = Verdict("Not inspected", "idle", "The scan is shown; no model looked at it.")
SCAN_FIRST = Verdict("Scan first", "idle", "What the machine says is shown after your own verdict.")
NOT_READ = Verdict("Not read", "failed", "This file could not be taken as a scan.")


def verdict(case: Case) -> Verdict:
    """The outcome, or why there is none."""
    if case.hidden:
        return SCAN_FIRST
    if outcome := case.outcome or (case.report.outcome if case.report else None):
        return VERDICTS[outcome]
    return NOT_INSPECTED if case.picture else NOT_READ


def queue(
    groups: Sequence[tuple[str, int, Sequence[Case]]],
    selected: str | None,
    take: Act | None = None,
) -> str:
    """The queue as HTML: groups of cases with title and how many there are, one open."""
    return _page("queue.html").render(
        groups=[
            (title, count, [_entry(case, selected) for case in cases])
            for title, count, cases in groups
            if cases
        ],
        take=take,
    )


def case(case: Case | None, card: Card | None, beside: Beside = NOTHING) -> str:
    """The open case as HTML."""
    if case is None:
        return blank(say("Add a scan, or choose one from the queue."))
    findings, unseen = _findings(case.report), _unseen(beside.views)
    return _page("case.html").render(
        case=case,
        verdict=verdict(case),
        reasons=_reasons(case),
        unseen=unseen,
        # an error begins with its file, which the heading has named where a case has no number
        problem="" if unseen else (case.problem or "").removeprefix(f"{case.name}: "),
        facts=_facts(case),
        findings=[one for one in findings if one["style"] == "finding"],
        alarms=[one for one in findings if one["style"] == "alarm"],
        elsewhere=[one for one in beside.views if one.alarms and one.key != case.key],
        opaque=len(case.report.opaque) if case.report else 0,
        assumed=[told(_for_officers(line)) for line in case.assumed],
        model=_model(case.report, card),
        beside=beside,
        views=[(one, _chip(one)) for one in beside.views],
        work=work,
    )


def pending(undoables: Sequence[work.Undoable]) -> str:
    """What the officer can still take back, as HTML."""
    return _page("pending.html").render(undoables=undoables, work=work)


def blank(message: str) -> str:
    """What stands in the place of a case when there is none, as HTML."""
    return _page("blank.html").render(message=message)


def add() -> str:
    """The fields for new scans as HTML."""
    return _page("add.html").render()


def header(
    card: Card | None,
    demo: bool,
    person: str = "",
    rooms: Sequence[Room] = (),
    here: Room = navigation.CASE,
    own: str = "",
    theme: Theme = Theme.DARK,
) -> str:
    """The bar at the top as HTML, with who is signed in and the pages that they may open.

    `own`: what they chose for themselves, as JSON for the scripts; `theme`: how the pages look.
    """
    said = {"card": card, "personas": PERSONAS if demo else (), "person": person}
    following, says = THEMES[theme]
    said |= {"following": following, "theme": theme, "theme_says": says}
    return _page("header.html").render(**said, rooms=rooms, here=here, own=own)


def where(xyxy_px: Sequence[float], width_px: int, height_px: int) -> str:
    """Where on the scan something lies, in words.

    >>> where((0, 0, 10, 10), 90, 90), where((40, 40, 50, 50), 90, 90)
    ('top left', 'centre')
    """
    x, y = (xyxy_px[0] + xyxy_px[2]) / 2, (xyxy_px[1] + xyxy_px[3]) / 2
    row = ("top", "", "bottom")[min(2, int(3 * y / height_px))]
    column = ("left", "", "right")[min(2, int(3 * x / width_px))]
    return say(" ".join(word for word in (row, column) if word) or "centre")


def _entry(case: Case, selected: str | None) -> dict[str, Any]:
    said = [said for _, said in case.views] or ([case.report] if case.report else [])
    count = sum(len(one.detections) for one in said)
    return {
        "key": case.key.partition("-")[0],
        "name": case.name,
        "thumbnail": f"pictures/{case.key}/small" if case.thumbnail else None,
        "verdict": verdict(case),
        "note": say("{count} findings", count=count) if said and not case.hidden else "",
        "current": selected is not None and case.key.partition("-")[0] == selected,
    }


def _reasons(case: Case) -> list[str]:
    """Why the outcome is what it is, as those views say that make it so."""
    views = case.views or ((("", case.report),) if case.report else ())
    grave = [(name, said) for name, said in views if said.outcome == (case.outcome or said.outcome)]
    lines = [(name, told(one)) for name, said in grave for one in said.reasons]
    return [f"{name}: {line}" if name else line for name, line in lines]


def _unseen(views: Sequence[View]) -> list[str]:
    """Of which views the machine could say nothing, and why; what holds for several, once."""
    names: dict[tuple[bool, str], list[str]] = {}
    for one in views:
        if one.problem:
            names.setdefault((one.pictured, one.problem), []).append(one.name)
    return [
        say(
            "{views} not inspected: {why}" if pictured else "{views} could not be seen: {why}",
            views=", ".join(named),
            why=why,
        )
        for (pictured, why), named in names.items()
    ]


def _chip(one: View) -> Verdict | None:
    """What stands beside a view's name."""
    if one.outcome:
        return VERDICTS[one.outcome]
    return (NOT_INSPECTED if one.pictured else NOT_READ) if one.problem else None


def _facts(case: Case) -> list[str]:
    if not case.encoding:
        return []
    facts = [say(ENCODINGS[case.encoding]), f"{case.width_px} × {case.height_px} px"]
    if case.pixel_mm:
        facts.append(say("{mm} mm per pixel", mm=f"{case.pixel_mm:g}"))
    if case.report and case.report.elapsed_ms:
        took = f"{sum(case.report.elapsed_ms.values()):.0f}"
        facts.append(say("inspected in {ms} ms", ms=took))
    return facts


def _findings(report: Report | None) -> list[dict[str, Any]]:
    if report is None:
        return []
    return [_finding(n, d, report) for n, d in enumerate(report.detections, start=1)]


def _finding(number: int, found: Detection, report: Report) -> dict[str, Any]:
    x1, y1, x2, y2 = found.xyxy_px
    return {
        "number": number,
        "label": label(found.label),
        "percent": round(100 * found.score),
        "said": percent(round(100 * found.score)),
        "style": "alarm" if found.alarming else "finding",
        "where": where(found.xyxy_px, report.width_px, report.height_px),
        "size": f"{x2 - x1:.0f} × {y2 - y1:.0f} px",
        "more": ", ".join(_matter(found)),
    }


def _matter(found: Detection) -> list[str]:
    known = [say(f"material|{found.material}")] if found.material else []
    if found.mass_g is not None:
        known.append(say("about {mass} g", mass=f"{found.mass_g:.0f}"))
    return known


def _for_officers(assumption: str) -> str:
    """The assumption without its advice to programmers.

    >>> _for_officers('air was taken to be bright; pass polarity="air_dark" for a negative')
    'air was taken to be bright'
    """
    return assumption.split("; pass ")[0]


def _model(report: Report | None, card: Card | None) -> dict[str, Any] | None:
    if report is None:
        return None
    return {
        "name": str(report.model),
        "sha256": report.model.sha256[:12],
        "profile": report.profile.name,
        "terms": told(card.terms) if card else "",
        "limits": [told(one) for one in card.limits] if card else (),
    }


def _page(name: str) -> Any:
    return _templates().get_template(name)


@cache
def _templates() -> Environment:
    # autoescape: names of files, labels and errors come from outside.
    here = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    here.globals.update(say=say, html=html, label=label, languages=languages, spoken=spoken)
    return here
