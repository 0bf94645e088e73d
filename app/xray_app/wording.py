"""What a case, a view, a fault and a decision are called, in the reader's language."""

from collections.abc import Collection

from xray_app.cases.case import Case
from xray_app.cases.listing import called
from xray_app.cases.pending import escalated_for
from xray_app.cases.states import Reason, Verdict
from xray_app.languages import say, told
from xray_app.terms import REASONS, VERDICTS


def case_name(case: Case, file: str = "") -> str:
    """What people call it: container, consignment, its first file, or the beginning of its ID.

    Args:
        case: as it stands.
        file: what its first file is called, as `cases.listing.first_files` has it.
    """
    return called(case.container, case.consignment, file) or say("case {id}", id=case.id[:8])


def view_name(name: str | None, position: int) -> str:
    """What the scanner calls a view, else its place: `position` counts from 0."""
    return name or say("View {n}", n=position + 1)


def problems(case: Case, views: Collection[int], said: Collection[int]) -> dict[int, str]:
    """Why the machine could say nothing of a view, in words, by its number.

    The case keeps a line for each of them in their order, or one that holds for all.

    Args:
        case: as it stands.
        views: numbers of its views.
        said: of those that the machine said something of.
    """
    lines = [told(line) for line in (case.problem or "").splitlines()]
    unread = sorted(set(views) - set(said))
    if len(lines) != len(unread):
        lines = [" ".join(lines)] * len(unread)
    return dict(zip(unread, lines, strict=True)) if case.problem else {}


def decided(verdict: str, code: str | None, written: str = "") -> str:
    """What somebody decided, the reason they chose, and what they wrote.

    >>> decided("search", "not_seen", "lead foil"), decided("clear", None)
    ('search: opaque; lead foil', 'clear')
    """
    chosen = ": ".join(part for part in (say(VERDICTS[Verdict(verdict)]), reason(code)) if part)
    return "; ".join(part for part in (chosen, written) if part)


def searcher(name: str, corrects: bool) -> str:
    """Who said what a search found; `corrects`: after somebody had said it."""
    return say("{name}, correcting", name=name) if corrects else say("{name}, searching", name=name)


def flag(text: str) -> str:
    """What a case is flagged with: a sentence of our own, or why an officer escalated it.

    >>> flag("kim: not as declared, lead foil"), flag("kim: a false bottom")
    ('kim: not as declared: lead foil', 'kim: a false bottom')
    """
    left = escalated_for(text)
    return f"{left.by}: {why(left.code, left.note)}" if left else told(text)


def why(code: str | None, written: str) -> str:
    """Why somebody decided as they did: the reason they chose, and what they wrote.

    >>> why("not_seen", "lead foil"), why(None, "")
    ('opaque: lead foil', '')
    """
    return ": ".join(part for part in (reason(code), written) if part)


def reason(code: str | None) -> str:
    """A reason's name within a sentence; empty where none was chosen."""
    return say(REASONS[Reason(code)]).lower() if code else ""
