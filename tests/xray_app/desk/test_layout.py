"""The layout follows the direction of reading: styles name start and end, not left and right."""

import re
from pathlib import Path

import pytest

from xray_app.desk import look

FILES = [*look.STYLESHEETS, look.FOLDER / "rooms" / "rooms.css"]
FILES += [look.COLOURS.parent / "pages.css"]
FILES += [look.FOLDER.parent / "paper" / "templates" / "paper.css"]
PHYSICAL = re.compile(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|float:")
SIDES = re.compile(r"[;{ ](?:left|right): ")
FOUR = re.compile(r"(?:margin|padding): [^\s;]+ ([^\s;]+) [^\s;]+ ([^\s;]+);")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_style_reads_the_same_from_either_side(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert PHYSICAL.findall(text) == []
    assert [sides for sides in FOUR.findall(text) if sides[0] != sides[1]] == []
    if file.name != "viewer.css":  # what lies over a scan is placed by its pixels
        assert SIDES.findall(text) == []


@pytest.mark.parametrize("file", look.STYLESHEETS, ids=lambda file: file.name)
def test_no_style_of_the_case_page_rests_on_a_rule_that_gradio_drops(file: Path) -> None:
    assert re.findall(r"^@container.*", file.read_text(encoding="utf-8"), re.MULTILINE) == []
