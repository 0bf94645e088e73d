"""Names of scans: which folders a VOC data set has, its lists, and what these say of a scan."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from xray.errors import DataError
from xray_datasets import pictures, texts

MARKS, LISTS, PICTURES = (
    ("Annotations", "Annotation"),
    ("ImageSets/Main", "ImageSets", "ImageSet"),
    ("JPEGImages", "JPEGImage"),
)
JOINT = "+"  # between lists that are read as one, each scan once
UNLISTED = "in no list"  # the name of what has an XML file and is in none of the lists


def splits(root: str | Path) -> list[str]:
    """The splits that there are lists for."""
    home = next((Path(root, n) for n in LISTS if Path(root, n).is_dir()), None)
    if home is None:
        return []
    lists = sorted((*texts.below(home, ".txt"), *texts.below(home, ".csv")))
    return [p.relative_to(home).with_suffix("").as_posix() for p in lists]


def listed(root: str | Path) -> dict[str, set[str]]:
    """List → the names in it."""
    files = folder(Path(root), MARKS)
    return {one: {name for name, _ in names(Path(root), one, files)} for one in splits(root)}


def folder(root: Path, choice: tuple[str, ...]) -> Path:
    """The first of these folders that is there."""
    for name in choice:
        if (root / name).is_dir():
            return root / name
    raise DataError(f"{root}: no folder {' or '.join(choice)}; is this the root of a VOC data set?")


def names(root: Path, split: str | None, files: Path) -> Iterator[tuple[str, list[str] | None]]:
    """Every name, and the classes that its list says are shown, where it says so."""
    if split is None:
        said = _said(root)
        for path in texts.below(files, ".xml"):
            name = path.relative_to(files).with_suffix("").as_posix()
            yield name, said.get(name)
        return
    if split == UNLISTED:
        known = set[str]().union(*listed(root).values())
        yield from (found for found in names(root, None, files) if found[0] not in known)
        return
    for suffix in (".txt", ".csv"):
        path = folder(root, LISTS) / f"{split}{suffix}"
        if path.is_file():
            yield from rows(path)
            return
    if JOINT in split:
        lists = (names(root, one, files) for one in split.split(JOINT))
        yield from {name: shown for one in lists for name, shown in one}.items()
        return
    raise DataError(f"{root}: no list of {split!r}; there are {', '.join(splits(root)) or 'none'}")


def _said(root: Path) -> dict[str, list[str]]:
    """The classes that any list says a scan shows, of those for which one does."""
    said: dict[str, dict[str, None]] = {}
    for home in (root / name for name in LISTS if (root / name).is_dir()):
        for path in texts.below(home, ".csv"):
            for name, shown in rows(path):
                if shown:
                    said.setdefault(name, {}).update(dict.fromkeys(shown))
    return {name: [*shown] for name, shown in said.items()}


def rows(path: Path) -> Iterator[tuple[str, list[str] | None]]:
    """Every name of a list, and the classes that it says are shown, where it says so.

    Raises:
        DataError: it is not in UTF-8, or no list of a form that is known.
    """
    text = texts.read(path)
    if "," not in text.partition("\n")[0]:
        yield from ((pictures.stem(name), None) for name in texts.listed(text))
        return
    try:
        yield from _table(path, text)
    except csv.Error as error:
        raise DataError(f"{path}: cannot be read as a list of names ({error})") from None


def _table(path: Path, text: str) -> Iterator[tuple[str, list[str] | None]]:
    table = csv.reader(io.StringIO(text, newline=""))
    header = [plain(column) for column in next(table)]
    if "name" not in header:
        raise DataError(
            f"{path}: a list with commas must have a column name and one for each class, got "
            f"{', '.join(header)}; please tell us what these mean"
        )
    for row in table:
        values = {key: plain(value) for key, value in zip(header, row, strict=False)}
        if name := values.pop("name", ""):
            yield pictures.stem(name), _shown(values, f"{path}:{table.line_num}")


def _shown(values: Mapping[str, str], where: str) -> list[str]:
    """The classes whose value is over zero."""
    shown = []
    for name, value in values.items():
        try:
            if value and float(value) > 0:
                shown.append(name)
        except ValueError:
            raise DataError(f"{where}: expected 1 or -1 of {name}, got {value!r}") from None
    return shown


def plain(text: str) -> str:
    """Without blanks and quotes: some copies of SIXray quote their words."""
    return text.strip().strip("'\"")
