"""The names of classes, which stand in classes.txt or data.yaml."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from xray.errors import DataError
from xray_datasets import texts

BEFORE_WORD = ",[{:-"  # in YAML


def class_names(root: Path) -> dict[int, str]:
    """The names of the classes by number, from classes.txt or data.yaml.

    Raises:
        DataError: neither is there, or it is not in UTF-8.
    """
    found = named(root)
    if found is None:
        raise DataError(
            f"{root}: no names of classes in classes.txt or data.yaml; write classes.txt, a name a "
            "line, or pass names=[...]"
        )
    return found


def named(root: Path) -> dict[int, str] | None:
    """The same, or None where no file names any.

    Raises:
        DataError: a file that may name them is not in UTF-8.
    """
    for path in (root / "classes.txt", root / "labels" / "classes.txt", root / "obj.names"):
        if path.is_file():
            return numbered([line.strip() for line in texts.lines(path) if line.strip()])
    for path in sorted((*root.glob("*.yaml"), *root.glob("*.yml"))):
        found = _yaml_names(texts.lines(path))
        if found:
            return found
    return None


def numbered(names: Sequence[str] | Mapping[int, str]) -> dict[int, str]:
    """Names by number, however they are given."""
    return dict(names) if isinstance(names, Mapping) else dict(enumerate(names))


def _yaml_names(lines: list[str]) -> dict[int, str]:
    """`names` of a data.yaml, written as a list or as numbers with names, on one line or many.

    >>> _yaml_names(["names: ['gun', knife]  # two"])
    {0: 'gun', 1: 'knife'}
    >>> _yaml_names(["names:", "  0: gun", "  3: knife, folding", "nc: 2"])
    {0: 'gun', 3: 'knife, folding'}
    """
    plain = [_without_comment(line) for line in lines]
    start = next((i for i, line in enumerate(plain) if line.startswith("names:")), None)
    if start is None:
        return {}
    text = plain[start].removeprefix("names:").strip()
    for line in plain[start + 1 :]:
        if line and not line.startswith((" ", "-", "]", "}")):
            break
        text += f"\n{line.strip()}"
    text = text.strip()
    pieces = _cut(text.strip("[]{}\n "), ",\n") if text.startswith(("[", "{")) else text.split("\n")
    items = [item.strip() for item in pieces if item.strip()]
    numbered = [item.partition(":") for item in items]
    if all(key.strip().isdigit() for key, _, _ in numbered):
        return {int(key): _bare(value) for key, _, value in numbered}
    return {i: _bare(item.removeprefix("- ")) for i, item in enumerate(items)}


def _without_comment(line: str) -> str:
    plain, *more = _cut(line, "#")
    for piece in more:
        if not plain or plain[-1].isspace():
            break
        plain += f"#{piece}"
    return plain.rstrip()


def _cut(text: str, at: str) -> list[str]:
    """The text cut at these signs, but not between quotes, which open where a word begins."""
    pieces, quote = [""], ""
    for sign in text:
        if not quote and sign in at:
            pieces.append("")
            continue
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"" and (pieces[-1].strip() or ",")[-1] in BEFORE_WORD:
            quote = sign
        pieces[-1] += sign
    return pieces


def _bare(text: str) -> str:
    plain = text.strip()
    quoted = len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "'\""
    return plain[1:-1] if quoted else plain
