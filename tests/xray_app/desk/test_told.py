"""What officers read that the page itself does not say, why a scan was not inspected and what a
model's card says, is in their language too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from xray import card, detector, formats
from xray.formats import jpeg, source
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
        if said is not None:
            yield from filled(said)


def problems() -> set[str]:
    return {one for file in PROBLEMS for one in sentences(file)}


@pytest.mark.parametrize("language", OTHERS, ids=[one.code for one in OTHERS])
def test_why_a_scan_was_not_inspected_is_in_the_officers_language(language: Language) -> None:
    assert problems() >= {CHANGED, CUT_OFF}
    assert any(one.startswith("No model is loaded") for one in problems())
    assert sorted(one for one in problems() if language.told(one) == one) == []


# What only calls from Python are told: officers give no encoding, polarity or levels.
TO_PROGRAMMERS = (
    *("polarity must be", "encoding must be", "expected a path or the bytes", "X7: a folder"),
    *("X7: a colour picture", "X7: 1 plane", "X7: 2 planes", "X7: white level", "X7: a device"),
)


def of_readers() -> Iterator[str]:
    """Why a file is no scan: each sentence that a reader raises, X7 for what it is filled with."""
    for file in Path(formats.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            if node.func.id == "ScanError":
                yield from filled(node.args[0])
            elif node.func.id == "damaged":
                yield from filled(node.args[2])


def filled(node: ast.expr) -> Iterator[str]:
    """A text that stands in the code, X7 for what it is filled with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "X7" for part in node.values]
        yield "".join(str(part) for part in parts)


@pytest.mark.parametrize("language", OTHERS, ids=[one.code for one in OTHERS])
def test_why_a_file_is_no_scan_is_in_the_officers_language(language: Language) -> None:
    said = {one for one in of_readers() if not one.startswith(TO_PROGRAMMERS)}
    said |= {what for _, what in source.NOT_READ} | {*jpeg.ODD_FRAMES.values()} - {"JPEG-LS"}
    assert len(said) > 70
    assert sorted(one for one in said if language.told(one) == one) == []


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


def test_of_a_pair_the_damaged_file_is_named_and_what_it_lacks_is_said_too(tmp_path: Path) -> None:
    low, high = tmp_path / "low.png", tmp_path / "high.png"
    cv2.imwrite(str(low), np.random.default_rng(0).integers(0, 255, (60, 80), np.uint8))
    high.write_bytes(FLAT[:60])
    said = examine((low, high), Inspector(None)).problem
    assert said is not None
    korean = languages.languages()["ko"].told(said)
    assert korean.startswith("high.png: 손상되었거나 잘린 PNG 파일입니다(")
    assert re.search("[a-z]{4}", korean.removeprefix("high.png")) is None


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
