"""What an officer can do with an open case, and what they are told of it beside the findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xray.report import Outcome, Report
from xray_app.cases import queue
from xray_app.cases.case import Case
from xray_app.cases.rules import Officer
from xray_app.cases.states import Intent, Level, Reason, State
from xray_app.languages import say
from xray_app.terms import DECLARED, ENDED, REASONS


@dataclass(frozen=True)
class Act:
    """A button.

    Attributes:
        name: what the page sends.
        label: what the officer reads.
        key: the key that presses it.
        decides: it ends the officer's work on the case, so the scan must stand before it can.
        unseen: it can also be done where the scan cannot be shown: it lets nothing through unseen.
        why: it is not done without a code or a note.
        dialog: it opens this dialog, whose buttons do it.
    """

    name: str
    label: str
    key: str
    decides: bool = False
    unseen: bool = False
    why: bool = False
    dialog: str = ""


@dataclass(frozen=True)
class Code:
    """A reason as a button."""

    reason: Reason
    label: str
    key: str


@dataclass(frozen=True)
class Line:
    """One line of what is known beside the scan: a moment, who or what, and what of it."""

    at: datetime | None
    who: str
    what: str
    style: str = ""


@dataclass(frozen=True)
class View:
    """One of several views of a case.

    Attributes:
        key: of the case and this view.
        name: what people call it.
        outcome: what the machine says of it; None: nothing, not yet, or it is not shown yet.
        alarms: how many of its findings alarm, where they are shown.
        problem: why the machine could say nothing of it, in words; else empty.
        pictured: there is a picture of it.
    """

    key: str
    name: str
    outcome: Outcome | None = None
    alarms: int = 0
    problem: str = ""
    pictured: bool = False


@dataclass(frozen=True)
class Undoable:
    """A decision that can still be taken back.

    Attributes:
        case_id: of its case.
        version: of its case.
        name: what people call it.
        intent: what was decided.
        left_ms: how long it can be taken back, in milliseconds.
    """

    case_id: str
    version: int
    name: str
    intent: Intent
    left_ms: int


TAKE = Act("take", "Take the next case", "n")
UNDO_KEY = "Backspace"
NOTE_KEY = "'"
DECISIONS = (
    Act("clear", "act|Clear", "c", decides=True),
    Act("suspect", "act|Suspect", "x", decides=True, why=True),
    Act("search", "act|Search", "s", decides=True, unseen=True, why=True),
    Act("escalate", "act|Escalate", "e", decides=True, unseen=True, why=True),
)
ASIDE = (
    Act("hold", "act|Hold", "h", dialog="hold"),
    Act("hand_over", "act|Hand over", "r", dialog="hand-over"),
)
SCAN_FIRST = Act("scan_first", "Scan first", "f")
TAKE_THIS = Act("take_this", "Take this case", "n")
VIEWER_KEYS = (  # of viewer/tools.js; a test holds the two together
    *"pgoidlvutwzm+-01qkjba?.,y/;]",
    *("Ctrl+Z", "Escape", "Delete"),
)
MEANS = {
    "clear": "Nothing to object to",
    "suspect": "Keep it back, to be searched when there is room",
    "search": "Have it searched now",
    "escalate": "Leave it to a supervisor",
}
CODES = (
    Code(Reason.WEAPON, REASONS[Reason.WEAPON], "2"),
    Code(Reason.EXPLOSIVE, REASONS[Reason.EXPLOSIVE], "3"),
    Code(Reason.NARCOTICS, REASONS[Reason.NARCOTICS], "4"),
    Code(Reason.CONTRABAND, REASONS[Reason.CONTRABAND], "5"),
    Code(Reason.NOT_AS_DECLARED, REASONS[Reason.NOT_AS_DECLARED], "6"),
    Code(Reason.NOT_SEEN, REASONS[Reason.NOT_SEEN], "7"),
    Code(Reason.TAMPERED, REASONS[Reason.TAMPERED], "8"),
    Code(Reason.OTHER, REASONS[Reason.OTHER], "9"),
)
HOLDS = ("documents are missing", "a second scan is awaited", "a colleague is asked", "hold|other")
HANDED_OVER = f"hold|{queue.HANDED_OVER}"
HOLD_MINUTES = (10, 30, 60, 240)
OF_LABELS = {  # what an alarm is a reason for; whatever else alarms is a weapon
    **dict.fromkeys(("explosive", "firework"), Reason.EXPLOSIVE),
    **dict.fromkeys(("cigarettes", "currency", "vehicle"), Reason.CONTRABAND),
    **{"narcotics": Reason.NARCOTICS, "person": Reason.OTHER},
}
BECOMES = {
    Intent.CLEAR: "{name} will be cleared",
    Intent.SUSPECT: "{name} will be kept back as suspect",
    Intent.SEARCH: "{name} will be sent to be searched",
    Intent.ESCALATE: "{name} will be left to a supervisor",
}
STANDS = {
    State.RECEIVED: "This case waits for inspection",
    State.INSPECTING: "This case is being inspected",
    State.SEARCH: "This case is to be searched",
}


@dataclass(frozen=True)
class Beside:
    """What the page shows of a case beside what the model says.

    Attributes:
        version: of the case as it is shown; acts are sent with it.
        key: of the case, without its view.
        officer: whose page it is; what they write and do not send yet is kept as theirs.
        acts: what can be done now.
        aside: what else, in smaller buttons.
        codes: reasons to choose from, empty where nothing is to be decided.
        suggested: the reason that what the machine says would be.
        status: where the case stands, in words.
        taken_ms: since when the officer has it, in milliseconds; None: they have not.
        until: when a held case goes back to the queue.
        notice: why the last act was refused, or what to do next.
        search_at: address of its sheet in the search room, where a search's result is awaited of
            it and this officer may say it; else empty.
        in_turn: it waits, and this officer cannot take it before its turn.
        busy: they have a case.
        flags: what is wrong with it.
        declared: name → value.
        views: each of them, where there are several.
        blind: what the machine says is not shown yet.
        scan_first: whether this officer wants that.
        colleagues: who it can be handed over to, and whether they have a case already.
        said: what officers and searches said of it so far.
        earlier: of the same consignee.
    """

    version: int = 0
    key: str = ""
    officer: str = ""
    acts: tuple[Act, ...] = ()
    aside: tuple[Act, ...] = ()
    codes: tuple[Code, ...] = ()
    suggested: Reason | None = None
    status: str = ""
    taken_ms: int | None = None
    until: datetime | None = None
    notice: str = ""
    search_at: str = ""
    in_turn: bool = False
    busy: bool = False
    flags: tuple[str, ...] = ()
    declared: Mapping[str, Any] | None = None
    views: tuple[View, ...] = ()
    blind: bool = False
    scan_first: bool = False
    colleagues: Sequence[tuple[str, bool]] = ()
    said: Sequence[Line] = ()
    earlier: Sequence[Line] = ()


def by_key() -> list[tuple[str, str]]:
    """Every key of the case page, and in words what it does, whatever stands there now."""
    does: dict[str, list[str]] = {}
    for act in (*DECISIONS, TAKE, *ASIDE, SCAN_FIRST):
        does.setdefault(act.key, []).append(say(act.label))
    does |= {code.key: [say(code.label)] for code in CODES} | {
        UNDO_KEY: [say("Undo")],
        NOTE_KEY: [say("Write the note; Enter or Esc leaves it")],
    }
    return [(key, " / ".join(labels)) for key, labels in does.items()]


def has(case: Case, officer: Officer) -> bool:
    """Whether this officer has it."""
    return case.state is State.TAKEN and case.holder == officer.name


def acts(case: Case, officer: Officer) -> tuple[Act, ...]:
    """What this officer can do with it."""
    if has(case, officer):
        return tuple(a for a in DECISIONS if a.name != "escalate" or case.level is Level.SCREENING)
    if case.state is State.HELD and (
        case.holder == officer.name or officer.level is Level.SUPERVISOR
    ):
        return (Act("resume", "Take up again", "n"),)
    return (TAKE_THIS,) if may_choose(case, officer) else ()


def may_choose(case: Case, officer: Officer) -> bool:
    """Whether this officer may take this very case, whatever stands before it in the queue."""
    for_them = case.level is Level.SUPERVISOR and officer.level is Level.SUPERVISOR
    return for_them and case.state is State.WAITING


def suggested(report: Report | None) -> Reason | None:
    """The reason that a report would be for not clearing a case."""
    if report is None:
        return None
    alarms = [found.label for found in report.detections if found.alarming]
    if alarms:
        return OF_LABELS.get(alarms[0], Reason.WEAPON)
    return Reason.NOT_SEEN if report.outcome is Outcome.UNKNOWN else None


def status(case: Case, officer: Officer) -> str:
    """Where it stands, a sentence without its full stop."""
    if case.state is State.TAKEN:
        if case.holder == officer.name:
            return say("This case is yours")
        return say("This case is with {name}", name=case.holder)
    if case.state is State.PENDING:
        return say("This case is decided by {name}, who can still take it back", name=case.holder)
    if case.state is State.HELD:
        return say("This case is held by {name}: {why}", name=case.holder, why=held_why(case))
    if case.state is State.CLOSED and case.disposition:
        return say("This case is closed: {how}", how=ended(case)[0])
    return say(STANDS.get(case.state, "This case waits for an officer"))


def held_why(case: Case) -> str:
    """Why it was set aside: one of the reasons of the page, and what was written."""
    chosen, _, written = (case.held_why or "").partition(": ")
    reasons = {one.rpartition("|")[2]: one for one in (*HOLDS, HANDED_OVER)}
    said = say(reasons[chosen]) if chosen in reasons else chosen
    return ": ".join(part for part in (said, written) if part)


def ended(case: Case) -> tuple[str, str]:
    """How a case ended, or where it stands, in a word or two, and the style of it."""
    if case.disposition:
        found = case.disposition == "found"
        return say(ENDED[case.disposition]), "alarm" if found else "clear"
    if case.state is State.SEARCH:
        return say("ended|to be searched"), "finding"
    return say("ended|open"), "idle"


def declared(case: Case) -> dict[str, Any]:
    """What the case is said to be, in the order of the page, by names in English."""
    said = case.declaration or {}
    known = {"Container": case.container, "Consignment": case.consignment}
    known |= {label: said.get(name) for name, label in DECLARED.items()}
    known |= {"Scanner": case.scanner, "Lane": case.lane}
    return {label: value for label, value in known.items() if value is not None}
