"""What officers read that the page itself does not say, why a scan was not inspected and what a
model's card says, is in their language too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from xray import card, detector
from xray_app import languages
from xray_app.cases.inspection import CUT_OFF
from xray_app.inspectors.dispatch import CHANGED
from xray_app.intake import Inspector, examine
from xray_app.languages.catalogue import FOLDER, Language

APP = FOLDER.parent
PROBLEMS = (APP / "intake.py", APP / "cases" / "inspection.py", *(APP / "inspectors").glob("*.py"))
OTHERS = [one for code, one in languages.languages().items() if code != languages.ENGLISH]


def handed(tree: ast.Module) -> Iterator[ast.expr]:
    """What becomes the problem of a case, or of every case that no model can inspect."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (one.value for one in node.keywords if one.arg == "problem")
            if getattr(node.func, "id", "") == "Inspector":
                yield from node.args[1:]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "problem")


def sentences(file: Path) -> Iterator[str]:
    """Those that stand in a module, whole, or by the name of a constant."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in handed(tree):
        said = constants.get(node.id) if isinstance(node, ast.Name) else node
        if isinstance(said, ast.Constant) and isinstance(said.value, str):
            yield said.value
        elif isinstance(said, ast.JoinedStr):  # X7 for what it is filled with
            yield "".join(
                getattr(part, "value", "") if isinstance(part, ast.Constant) else "X7"
                for part in said.values
            )


def problems() -> set[str]:
    return {one for file in PROBLEMS for one in sentences(file)}


@pytest.mark.parametrize("language", OTHERS, ids=[one.code for one in OTHERS])
def test_why_a_scan_was_not_inspected_is_in_the_officers_language(language: Language) -> None:
    assert problems() >= {CHANGED, CUT_OFF}
    assert any(one.startswith("No model is loaded") for one in problems())
    assert sorted(one for one in problems() if language.told(one) == one) == []


FLAT = cv2.imencode(".png", np.full((60, 80), 200, np.uint8))[1].tobytes()
NO_SCANS = {
    "nothing": b"",
    "text": b"this is no picture",
    "no beam": FLAT,
    "cut off": FLAT[:60],
    "no pages": b"II*\x00\x08\x00\x00\x00",
}


@pytest.mark.parametrize("language", OTHERS, ids=[one.code for one in OTHERS])
@pytest.mark.parametrize("content", NO_SCANS.values(), ids=list(NO_SCANS))
def test_what_most_files_are_that_cannot_be_read_is_in_the_officers_language(
    content: bytes, language: Language, tmp_path: Path
) -> None:
    file = tmp_path / "bag.png"
    file.write_bytes(content)
    said = examine((file,), Inspector(None)).problem
    assert said is not None
    assert language.told(said) != said


def on_card(file: Path) -> Iterator[str]:
    """What the desk shows of a card in its words: a data set of one word is a name."""
    said = card.read(file)
    yield from (said.terms, *said.limits)
    yield from (row["terms"] for row in said.data)
    sets = [row["name"] for row in said.data]
    sets += [name for name, row in said.scores.items() if "map50" in row]
    yield from (name for name in sets if " " in name)


@pytest.mark.parametrize("language", OTHERS, ids=[one.code for one in OTHERS])
@pytest.mark.parametrize("model", sorted(detector.available()))
def test_what_a_shipped_card_says_is_in_the_officers_language(
    model: str, language: Language
) -> None:
    said = {one for one in on_card(detector.available()[model]) if one}
    assert sorted(one for one in said if language.told(one) == one) == []
