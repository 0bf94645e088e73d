"""The page docs/benchmarks.md and its picture, from what `make bench` measured.

    make bench PAGE=1
    .venv/bin/python tests/bench/page.py runs/bench/bench.json    # from older figures

The words of the page are written by hand; what stands between its two marks is replaced.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from row import COLUMNS, Row

PAGE = Path("docs/benchmarks.md")
PICTURE = Path("docs/images/bench.png")
BEGIN, END = "<!-- figures: make bench PAGE=1 -->", "<!-- end of figures -->"


def written(values: Mapping[str, Any], page: str) -> str:
    """The page with these figures in place of those that it had.

    Args:
        values: what stands in bench.json: `machine` and `rows`.
        page: the text of the page, marks included.

    Raises:
        ValueError: the marks are missing.
    """
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{PAGE}: expected the marks {BEGIN} and {END}; put them back")
    return f"{before}{BEGIN}\n\n{_figures(values)}\n{END}{after}"


def _figures(values: Mapping[str, Any]) -> str:
    machine = values["machine"]
    facts = [f"- {name.replace('_', ' ')}: {_said(value)}" for name, value in machine.items()]
    lines = [COLUMNS, [":--" if name in ("what", "against") else "--:" for name in COLUMNS]]
    lines += [Row.from_dict(row).cells() for row in values["rows"]]
    table = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    picture = f"![Milliseconds of ours and of its peers]({PICTURE.relative_to(PAGE.parent)})"
    return "\n".join([*facts, "", *table, "", picture, ""])


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value}"


def main(file: Path) -> None:
    """Write the page anew from a file of figures."""
    values = json.loads(file.read_text(encoding="utf-8"))
    PAGE.write_text(written(values, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
