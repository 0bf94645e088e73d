"""What one reviewed scan teaches, and on whose word.

A search speaks of what should not be there: the alarming labels, those that officers drew as such,
and those that it found itself. Of a bottle or a pair of scissors, which nobody is stopped for, it
says nothing, and the officers' word stands.
"""

from dataclasses import dataclass

Xyxy = tuple[float, float, float, float]

# A search may name the kind alone; then it neither proves nor refutes one of these.
KINDS = {
    "weapon": frozenset(
        {"gun", "gun_part", "bullet", "knife", "razor_blade", "shuriken", "dart", "axe", "baton"}
    )
}

# What an ordinary bag may hold: where a search lists none, one may be there all the same.
ORDINARY = frozenset(
    {
        *("saw", "scissors", "wrench", "pliers", "hammer", "screwdriver", "lighter", "liquid"),
        *("pressure_vessel", "battery", "electronics", "currency", "vehicle"),
    }
)

REFUTED = "officers' boxes in which a search found no such thing, taught as hard negatives"
DOUBTED = "findings that officers rejected and a search found, so that nobody knows where it was"
UNPLACED = "labels that a search found and nobody marked, not judged in that scan"
UNMATCHED = "boxes that a search may have meant by a word that nobody knows"
UNSAID = "searches that found something and did not say what"


@dataclass(frozen=True)
class Word:
    """What an officer says of one region.

    Attributes:
        there: an object of this label is there; False: none is.
        drawn: by the officer; False: the machine's finding.
        by: the officer's number.
    """

    label: str
    xyxy_px: Xyxy
    there: bool
    drawn: bool
    by: int


@dataclass(frozen=True)
class View:
    """All that was said of one scan.

    Attributes:
        words: of officers, whose decision stands.
        alarming: labels that raise the alarm.
        searched: somebody opened the thing.
        found: what they found; empty: nothing, or nothing that has a name.
        something: they found something.
        unnamed: among it, something by a word that nobody knows, which may be any label.
        cleared_by: the officer who looked at all of it and cleared it.
    """

    words: tuple[Word, ...]
    alarming: frozenset[str]
    searched: bool = False
    found: frozenset[str] = frozenset()
    something: bool = False
    unnamed: bool = False
    cleared_by: int | None = None


@dataclass(frozen=True)
class Claim:
    """Something to be learned on one officer's word.

    Attributes:
        by: the officer's number.
        word: of a region; None: that nothing alarming is anywhere in the scan.
        proven: a search found such a thing.
    """

    by: int
    word: Word | None
    proven: bool = False


@dataclass(frozen=True)
class Lesson:
    """What a scan teaches.

    Attributes:
        claims: on officers' word.
        refuted: regions that hold no such object, on the search's word.
        unsure: regions that count neither for nor against.
        judged: labels that the search speaks of, wherever they are in the scan.
        unplaced: labels of things that are somewhere in the scan, on the search's word.
        clean: labels that nobody would have cleared the scan with.
        searched: the search is the truth about it.
        notes: what was left out or turned, a sentence each.
    """

    claims: tuple[Claim, ...]
    refuted: tuple[Word, ...] = ()
    unsure: tuple[Word, ...] = ()
    judged: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()
    clean: frozenset[str] = frozenset()
    searched: bool = False
    notes: tuple[str, ...] = ()


def lesson(view: View) -> Lesson:
    """What follows from all that was said.

    >>> gun = Word("gun", (0, 0, 9, 9), there=True, drawn=False, by=1)
    >>> found = lesson(View((gun,), frozenset({"gun"}), searched=True))
    >>> found.claims, found.refuted == (gun,), found.judged
    ((), True, frozenset({'gun'}))
    """
    if view.searched and view.something and not view.found:
        there = tuple(Claim(w.by, w) for w in view.words if w.there)
        unsure = tuple(w for w in view.words if not w.there)
        return Lesson(there, unsure=unsure, notes=(UNSAID,))
    if view.searched:
        return _searched(view)
    claims = [Claim(w.by, w) for w in view.words]
    if view.cleared_by is not None:
        claims.append(Claim(view.cleared_by, None))
    return Lesson(tuple(claims), clean=view.alarming)


def _searched(view: View) -> Lesson:
    vague = frozenset().union(*(KINDS.get(name, ()) for name in view.found)) - view.found
    drawn = {w.label for w in view.words if w.drawn} - ORDINARY
    scope = (view.alarming | drawn | view.found) - vague
    claims: list[Claim] = []
    refuted: list[Word] = []
    unsure: list[Word] = []
    notes: list[str] = []
    for word in view.words:
        if word.label not in scope and (word.there or word.label not in vague):
            claims.append(Claim(word.by, word))
        elif word.label in view.found and word.there:
            claims.append(Claim(word.by, word, proven=True))
        elif word.label in view.found | vague:
            unsure.append(word)
            notes.append(DOUBTED)
        elif view.unnamed:
            unsure.append(word)
            notes.append(UNMATCHED)
        else:
            refuted.append(word)
            notes += [REFUTED] if word.there else []
    marked = {claim.word.label for claim in claims if claim.word and claim.proven}
    unplaced = view.found - marked
    return Lesson(
        tuple(claims),
        tuple(refuted),
        tuple(unsure),
        judged=frozenset((marked if view.unnamed else scope) - unplaced),
        unplaced=frozenset(unplaced),
        searched=True,
        notes=(*notes, *[UNPLACED] * len(unplaced)),
    )
