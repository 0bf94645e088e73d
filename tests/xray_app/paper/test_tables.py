"""The tables of a case's paper: a box has the letter that the viewer gave it."""

from dataclasses import fields
from typing import Any

from xray_app.paper.tables import Known


def letters(boxes: list[str], standing: list[str], came: int = 0) -> list[str]:
    """Of what stands, and of boxes that came with a decision."""
    nothing: dict[str, Any] = {field.name: () for field in fields(Known)}
    said = {"boxes": boxes, "standing": [{"drawn": name} for name in standing]}
    return list(Known(**nothing | said | {"came": [{}] * came}).drawn)


def test_a_letter_is_no_other_boxs_once_its_own_was_taken_away() -> None:
    assert letters(["a", "b"], ["b"]) == ["B"]
    assert letters(["a", "b"], ["b"], came=1) == ["B", "C"]


def test_letters_after_the_twenty_sixth_are_those_of_the_viewer() -> None:
    names = [str(n) for n in range(28)]
    assert letters(names, names)[24:] == ["Y", "Z", "AA", "AB"]
