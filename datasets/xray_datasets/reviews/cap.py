"""No officer teaches more than others could put right: a cap on the labels of each one.

What a search has proven goes first. Of the rest, which ones stay follows from the scans' names, so
that they are spread over the months, and the same export always gives the same.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from xray_datasets.reviews.lesson import Claim, Lesson

CAPPED = "labels left out, over the cap of one officer"


def capped(lessons: Sequence[tuple[str, Lesson]], most: int) -> list[Lesson]:
    """The lessons, with at most so many claims of each officer in all of them.

    A region that is left out counts neither for nor against; a clearance that is left out says
    nothing of the scan.

    Args:
        lessons: name of the scan, unique, and what it teaches.
        most: claims of one officer.
    """
    of_officer: dict[int, list[tuple[bool, bytes, int, int]]] = {}
    for at, (name, one) in enumerate(lessons):
        for number, claim in enumerate(one.claims):
            order = hashlib.sha256(f"{name}\0{number}".encode()).digest()
            of_officer.setdefault(claim.by, []).append((not claim.proven, order, at, number))
    kept = {(at, n) for mine in of_officer.values() for *_, at, n in sorted(mine)[:most]}
    return [_kept(one, at, kept) for at, (_, one) in enumerate(lessons)]


def _kept(one: Lesson, at: int, kept: set[tuple[int, int]]) -> Lesson:
    stays: list[Claim] = []
    goes: list[Claim] = []
    for number, claim in enumerate(one.claims):
        (stays if (at, number) in kept else goes).append(claim)
    if not goes:
        return one
    words = tuple(claim.word for claim in goes if claim.word is not None)
    notes = (*one.notes, *[CAPPED] * len(goes))
    return replace(one, claims=tuple(stays), unsure=one.unsure + words, notes=notes)
