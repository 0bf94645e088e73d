"""Every language has every word, with the same values in it, and no page says one in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xray import labels, palettes
from xray_app import languages, terms
from xray_app.access.roles import Right, Role
from xray_app.cases.states import Says, State
from xray_app.desk import doing, navigation, officer, view, welcome, work
from xray_app.desk.rooms import admin, insight, queue, words
from xray_app.languages.catalogue import FOLDER, HOLE
from xray_app.paper import tables

APP = FOLDER.parent
OTHERS = [code for code in languages.languages() if code != languages.ENGLISH]
IN_TEMPLATE = re.compile(r'(?:say|html)\(\s*(?:"([^"]+)"|\'([^\']+)\')')
OR_ELSE = re.compile(r'(?:say|html)\("[^"]+" if [^"]+ else "([^"]+)"')
IN_SCRIPT = re.compile(r"\b(?:say|words)\(\s*'((?:[^'\\]|\\.)+)'")


def in_python(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("say", "html") and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def in_tables() -> Iterator[str]:
    """What is said by way of a table."""
    yield from view.ENCODINGS.values()
    for said in (*view.VERDICTS.values(), view.NOT_INSPECTED, view.SCAN_FIRST, view.NOT_READ):
        yield from (said.word, said.meaning)
    acts = (work.TAKE, work.TAKE_THIS, work.SCAN_FIRST, *work.DECISIONS, *work.ASIDE)
    yield from (act.label for act in acts)
    yield from (code.label for code in work.CODES)
    yield from (says for _, says in view.THEMES.values())
    for table in (work.MEANS, work.BECOMES, work.STANDS):
        yield from table.values()
    for named in (terms.TIERS, terms.REASONS, terms.VERDICTS, terms.ENDED, terms.DECLARED):
        yield from named.values()  # type: ignore[attr-defined]
    yield from terms.KINDS.values()
    for columns in (tables.FINDINGS, tables.DECISIONS, tables.DRAWN, tables.SEARCHES):
        yield from columns
    yield from (
        *work.HOLDS,
        work.HANDED_OVER,
        "Container",
        "Consignment",
        "Scanner",
        "Lane",
        "Officer",
    )
    yield from (words.STATES | words.DISPOSITIONS).values()  # type: ignore[operator]
    yield from (doing.FIRST_KEPT, doing.FROM_THE_NEXT, doing.NEXT_LATER, welcome.GREETING)
    yield from (officer.OUT, officer.NOT_NOW, officer.NOT_SHOWN, officer.OPENS_LATER)
    yield from (room.name for room in navigation.ROOMS)
    yield from (*admin.DONE.values(), *insight.PERIODS.values(), *insight.KINDS)
    yield from (f"{what} by {of}" for of in ("lane", "scanner", "class") for what in RATES)
    yield from (title for title, _ in queue.TABS.values())
    yield from (*queue.ORDERS.values(), "tag|test")
    yield from (f"role|{role}" for role in Role)
    yield from (f"right|{right.replace('_', ' ')}" for right in Right)
    yield from (f"label|{one}" for one in (*labels.PARCEL_LABELS, *labels.CONTAINER_LABELS))
    yield from (f"material|{one}" for one in ("organic", "mixed", "metal"))
    yield from (f"spot|{one} by the officer" for one in (Says.CONFIRMED, Says.REJECTED))
    yield from (f"state|{state}" for state in State)
    yield from (f"palette|{palette.name}" for palette in palettes.PALETTES)
    yield from (f"says|{one}" for one in (Says.CONFIRMED, Says.REJECTED))
    ends = (Says.CONFIRMED, Says.REJECTED, Says.DRAWN, "changed", "taken away", "left open")
    yield from (f"became|{one}" for one in ends)
    looks = ("organic stripped", "inorganic stripped", "high penetration", "low penetration")
    yield from (f"shown|{one}" for one in (*looks, "negative", "outline", "local contrast"))
    rows, columns = ("top", "", "bottom"), ("left", "", "right")
    for row in rows:
        yield from (" ".join(filter(None, (row, column))) or "centre" for column in columns)


RATES = ("Alarm rate", "Time to decide")


def every_word() -> set[str]:
    said = set(in_tables())
    for file in APP.rglob("*.py"):
        said |= set(in_python(file))
    for file in APP.rglob("templates/*.html"):
        text = file.read_text(encoding="utf-8")
        said |= {one or other for one, other in IN_TEMPLATE.findall(text)}
        said |= set(OR_ELSE.findall(text)) | set(re.findall(r"data-say>([^<]+)<", text))
    for file in APP.rglob("*.js"):
        text = file.read_text(encoding="utf-8")
        said |= {one.replace("\\'", "'") for one in IN_SCRIPT.findall(text)}
    return {one for one in said if not one.endswith("|")}


def constants() -> set[str]:
    """Every string of the code, whole: a word in a longer one is not said by it."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in APP.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str)}


def texts(entry: object) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", OTHERS)
def test_no_language_lacks_a_word(code: str) -> None:
    assert sorted(every_word() - set(languages.languages()[code].words)) == []


# Where errors come from that officers read; those of operators' commands stay English.
SHOWN_TO_OFFICERS = (
    *("desk", "cases/case.py", "cases/queue.py", "cases/decisions.py", "cases/opinions.py"),
    "cases/searches.py",
    *(
        "cases/profiles.py",
        "cases/pending.py",
        "cases/oversight.py",
        "cases/register.py",
        "cases/reading.py",
        "cases/boxes.py",
        "cases/photos.py",
    ),
    *(
        "cases/contents.py",
        "api/opinions.py",
        "access/people.py",
        "access/passwords.py",
        "access/keys.py",
    ),
    *("uploads.py", "api/signing.py", "api/answers.py", "api/work.py", "api/pages.py"),
)


def samples(node: ast.AST) -> Iterator[str]:
    """What an error's text may read like, with X and 7 for what it is filled with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = ["X7" if isinstance(p, ast.FormattedValue) else p.value for p in node.values]  # type: ignore[attr-defined]
        yield "".join(parts)


def errors() -> Iterator[str]:
    """Every sentence that is raised where officers see it."""
    files = [f for name in SHOWN_TO_OFFICERS for f in ([APP / name], (APP / name).rglob("*.py"))]
    for file in {one for some in files for one in some if one.suffix == ".py"}:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                for argument in node.exc.args:
                    yield from samples(argument)


@pytest.mark.parametrize("code", OTHERS)
def test_what_officers_are_refused_with_is_in_their_language(code: str) -> None:
    language = languages.languages()[code]
    assert sorted({one for one in errors() if language.told(one) == one}) == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_word_keeps_the_values_of_its_english(code: str) -> None:
    language = languages.languages()[code]
    for english, said in (*language.words.items(), *language.sentences.items()):
        for text in texts(said):
            assert sorted(HOLE.findall(text)) == sorted(HOLE.findall(english)), english


@pytest.mark.parametrize("code", OTHERS)
def test_no_language_holds_a_word_that_nobody_says(code: str) -> None:
    said = every_word() | constants()
    computed = (
        "did|",
        "body|",
        "actor|",
        "subject|",
        "value|",
        "label|",
        "material|",
    )  # codes of data, which may be any
    words = [one for one in languages.languages()[code].words if not one.startswith(computed)]
    assert [one for one in words if one not in said] == []


def test_values_of_a_sentence_are_said_too_and_what_is_unknown_stays() -> None:
    korean = languages.languages()["ko"]
    assert korean.told("gun_part with probability 0.93, alarm from 0.30").startswith("총기 부품:")
    refused = "case 12 is held, not with kim; take it first"
    assert "보류" in korean.told(refused)
    assert korean.told("kim: a false bottom") == "kim: a false bottom"


def test_a_long_text_and_one_sentence_within_another_take_no_time() -> None:
    korean = languages.languages()["ko"]
    assert korean.told("x: " * 400) == "x: " * 400
    assert korean.told("x: " * 160) == "x: " * 160
    assert korean.told("there is no case " + "0" * 500) == "there is no case " + "0" * 500
    assert korean.told("bag.png: there is no case 1").startswith("bag.png: 해당하는 건이 없습니다")


def test_a_text_from_outside_is_neither_filled_in_nor_markup() -> None:
    hostile = "{name}<b>"
    assert str(languages.html("{status}, for {time}", status=hostile, time=1)) == (
        "{name}&lt;b&gt;, for 1"
    )
    assert languages.say("{name}, searching", name="{0}") == "{0}, searching"


def test_counts_of_one_are_said_in_the_singular() -> None:
    assert languages.say("{count} findings", count=1) == "1 finding"
    assert languages.say("{count} findings", count=2) == "2 findings"
