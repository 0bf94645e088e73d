"""Where scan files are opened: in processes that can be killed, or for a reason said here."""

import re
from pathlib import Path

import xray_app

OPENS = re.compile(r"imdecode|imread|dcmread|read_partial|TiffFile|tifffile\.imread|xray\.read\(")
ALLOWED = {
    "intake.py": "runs in an inspecting process, asked by the pool",
    "inspectors/head.py": "runs in a process of its own, asked by heads",
    "paper/marked.py": "our own JPEG, its size checked before it is decoded",
    "inspectors/bare.py": "runs in a process of its own, asked by an export through opening",
    "inspectors/again.py": "runs in a process of its own, asked by a replay through opening",
}


def test_no_other_module_of_the_service_opens_a_scan() -> None:
    folder = Path(xray_app.__file__).parent
    code = {f.relative_to(folder).as_posix(): _code(f) for f in sorted(folder.rglob("*.py"))}
    assert [name for name, text in code.items() if OPENS.search(text)] == sorted(ALLOWED)


def test_what_reads_in_the_service_is_imported_by_the_processes_alone() -> None:
    """`examine` is called in `child`; whoever else calls it would read in its own process."""
    folder = Path(xray_app.__file__).parent
    callers = [f.name for f in folder.rglob("*.py") if re.search(r"\bexamine\(files", _code(f))]
    assert callers == ["child.py"]


def test_what_opens_scans_for_commands_is_imported_by_no_module_of_the_service() -> None:
    """`bare` and `again` are started by their names; whoever imported them would read itself."""
    folder = Path(xray_app.__file__).parent
    loads = re.compile(r"from xray_app\.inspectors(\.| import )(again|bare|child|head)\b")
    assert [f.name for f in folder.rglob("*.py") if loads.search(_code(f))] == []


def _code(file: Path) -> str:
    """Without docstrings and comments."""
    text = re.sub(r'"""(.|\n)*?"""', "", file.read_text(encoding="utf-8"))
    return re.sub(r"#.*", "", text)
