"""Runs the code blocks of a page in order, as a reader would who has the files that it names.

Python blocks of a page share their names. Shell blocks are commands; of those that reach beyond
this machine or take hours, what can be wrong on a page is checked: a target of `make`, an extra of
`pip install`. Settings must be known. `text` is no code, or holds commands that NOT_RUN says why
nothing runs; of those that are ours the words are checked.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import typer
from packaging.requirements import Requirement
from sybil import Document, Example, Region
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

from xray.__main__ import app as xray
from xray_app.__main__ import app as xray_app
from xray_app.settings import table
from xray_datasets.__main__ import app as xray_data
from xray_train.__main__ import app as xray_train

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SAMPLES = ROOT / "app/xray_app/samples"
QUICK = {
    "--kind parcel --count 200": "--kind parcel --count 12",
    "--count 200": "--count 2",
    "--minutes 30": "--minutes 0.02",
}
# Pages whose `text` holds commands, and why nothing runs them.
NOT_RUN = {
    "benchmarks.md": "half an hour on a machine that does nothing else",
    "scale.md": "a cluster, and a registry to push to",
    "scores.md": "hours of training on real scans, which nobody may pass on",
    "service.md": "containers; tests/test_containers.py holds that what they name exists",
    "simulator.md": "30,000 scenes; tests/xray_datasets/simulator/test_pool.py makes a few",
}
OURS = {"xray": xray, "xray-data": xray_data, "xray-train": xray_train, "xray-app": xray_app}
COMMAND = re.compile(r"^(?:\$ )?(?:xray[\w-]*|make|pip|podman|docker|kubectl|curl|git) ", re.M)
BLOCKS = FencedCodeBlockLexer(r".+", {"language": "language", "source": "source"})
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
PYTHON = PythonEvaluator()


def run(page: Path, instead: Mapping[str, str]) -> int:
    """Every block of a page, in the current folder: how many there were.

    Args:
        page: a Markdown file.
        instead: text → what stands for it here, beside what makes an example quick.
    """

    def blocks(document: Document) -> Iterator[Region]:
        for found in BLOCKS(document):
            yield Region(found.start, found.end, found.lexemes["source"], evaluate, found.lexemes)

    def evaluate(example: Example) -> None:
        language, _, rest = str(example.region.lexemes["language"]).partition(" ")
        if language == "python":
            PYTHON(example)
        elif language == "sh":
            _shell(_changed(example.parsed, {**QUICK, **instead}), f"{page}:{example.line}")
        elif language == "toml":
            title = re.fullmatch(r'title="(.+)"', rest)
            assert title, f"{page}:{example.line}: a file has a title"
            Path(title[1]).write_text(example.parsed)
        elif language == "ini":
            for name in re.findall(r"\b(\w+)=", re.sub(r"#.*", "", example.parsed)):
                assert f"`{name}`" in table(), f"{page}:{example.line}: no setting {name}"
        else:
            assert language == "text", f"{page}:{example.line}: {language} is not run by anything"
            _told(example.parsed, page, f"{page}:{example.line}")

    examples = list(Document.parse(str(page), blocks).examples())
    fences = opened(page.read_text(encoding="utf-8"))
    assert len(examples) == fences, f"{page}: {len(examples)} of {fences} blocks were found"
    for example in examples:
        example.evaluate()
    return len(examples)


def opened(text: str) -> int:
    """How many blocks a page opens, without the lexer that finds them."""
    count, mark = 0, ""
    for line in text.splitlines():
        fence = re.match(r"(`{3,}|~{3,})(.*)", line.lstrip(" \t>"))
        if not mark and fence:
            count, mark = count + 1, fence[1]
        elif fence and fence[1].startswith(mark) and not fence[2].strip():
            mark = ""
    return count


def _told(text: str, page: Path, where: str) -> None:
    """A block that is not run: no command, or one that there is a reason for, its words known."""
    joined = text.replace("\\\n", " ")
    if not COMMAND.search(joined):
        return
    assert page.name in NOT_RUN, f"{where}: a command that nothing runs; why not stands in NOT_RUN"
    for line in joined.splitlines():
        if line.startswith("make "):
            _only_checked(line, where)
        for found in re.finditer(r"(?:^|\s)((?:xray|xray-data|xray-train|xray-app)\s.*)", line):
            known(shlex.split(found[1], comments=True), where)


def known(words: list[str], where: str) -> None:
    """Whether one of our commands has these subcommands and options."""
    command = typer.main.get_command(OURS[words[0]])
    for word in words[1:]:
        if below := getattr(command, "commands", None):  # typer has a click of its own
            assert word in below, f"{where}: {words[0]} has no command {word}"
            command = below[word]
        elif word.startswith("--"):
            options = [name for p in command.params for name in (*p.opts, *p.secondary_opts)]
            assert word.partition("=")[0] in options, f"{where}: {words[:2]} has no option {word}"


def lay_out(folder: Path) -> None:
    """The files that pages speak of, small."""
    pair = cv2.imreadmulti(str(SAMPLES / "06-parcel.tif"), flags=cv2.IMREAD_UNCHANGED)[1]
    bag = cv2.imread(str(SAMPLES / "01-baggage.jpg"))
    for name, picture in (("bag", bag), ("low", pair[0]), ("high", pair[1])):
        assert cv2.imwrite(str(folder / f"{name}.png"), picture)
    (folder / "broken.png").write_bytes((folder / "bag.png").read_bytes()[:2000])
    for name in ("scans", "archive"):
        (folder / name).mkdir()
        shutil.copy(folder / "bag.png", folder / name)


def _changed(text: str, instead: Mapping[str, str]) -> str:
    for old, new in instead.items():
        text = text.replace(old, new)
    return text


def _shell(text: str, where: str) -> None:
    joined = text.replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if not _only_checked(line, where)]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"}  # threads stall beside other tests
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        env=env, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert ran.returncode == 0, f"{where}\n{text}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"


def _only_checked(line: str, where: str) -> bool:
    """Whether a line is one of those that are looked at and not run."""
    if re.match(r"\w+=\S+ xray-app serve", line):
        return True  # what a test of this page started stands for it
    if line.startswith("make "):
        target = shlex.split(line, comments=True)[1]
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), f"{where}: {line}"
        return True
    if line.startswith("pip install "):
        asked = shlex.split(line, comments=True)[2]
        needed = Requirement(re.sub(r"^\.", "xray-cargo", asked))
        assert needed.name == "xray-cargo", f"{where}: {line}"
        assert needed.extras <= EXTRAS.keys(), f"{where}: {line}"
        return True
    return False
