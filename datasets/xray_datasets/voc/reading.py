"""A list of a VOC data set as samples: pictures, XML files, and what the list says."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

from xray.errors import DataError
from xray_datasets import labels, pictures, places, sizes, texts
from xray_datasets.findings import Findings
from xray_datasets.marks import Mark, Marked, annotate, label_of
from xray_datasets.sample import Sample
from xray_datasets.voc.file import BROKEN, named, parsed
from xray_datasets.voc.names import LISTS, MARKS, PICTURES, folder, names


def read(
    root: str | Path,
    split: str | None = None,
    *,
    labels_map: Mapping[str, str | None] | None = None,
    judged: Collection[str] | None = None,
    exhaustive: bool = True,
    origin: str = "",
    findings: Findings | None = None,
    anywhere: bool = False,
) -> Iterator[Sample]:
    """The scans of one split, in the list's order, or all that have an XML file.

    Args:
        root: the folder that holds the three folders.
        split: a list's name without its ending: "train", SIXray's "10/test"; several joined by
            "+", where no list has that very name; or UNLISTED.
        labels_map: class → our label, or None to leave it out; what is not in the map is looked
            up in the taxonomy.
        judged: the labels that the annotators looked for; by default those of the map, or,
            without a map, every label.
        exhaustive: False where more objects of a marked label may be there unmarked.
        origin: the data set and split, for cards and errors; by default the folder's name.
        findings: where given, scans whose picture or XML is missing, or whose XML cannot be read,
            and boxes of unknown classes are left out and noted there; otherwise the first of them
            is an error.
        anywhere: pictures may lie in every folder of the root but those of lists and XML files.

    Raises:
        DataError: the layout, a class or a file is not what it should be.
    """
    root = Path(root)
    origin = origin or " ".join(filter(None, (root.name, split)))
    if judged is None and labels_map is not None:
        judged = {label for label in labels_map.values() if label}
    files, picture = folder(root, MARKS), _pictures(root, anywhere, origin)
    for name, shown in names(root, split, files):
        path, photo = files / f"{name}.xml", picture(name)
        lacking = "" if photo else f"no picture of {name} in {_where(root, anywhere)}"
        if shown is None and not path.is_file():
            lacking = f"{path} is missing, though the list names it"
        if lacking or photo is None:
            if findings is None:
                raise DataError(f"{origin}: {lacking}")
            findings.add("scans left out, for a file of theirs is missing", f"{origin}: {lacking}")
            continue
        marks: list[Mark] = []
        height = width = 0
        if path.is_file():
            file = _parsed(path, findings)
            if file is None:
                continue
            marks, size_hw = file
            size_hw = size_hw or sizes.measured(photo)
            if size_hw is None:
                yield sizes.broken(photo, name, origin)
                continue
            height, width = size_hw
        marked = annotate(marks, height, width, labels_map, f"{origin}, {name}", findings)
        said = {label_of(n, labels_map, f"{origin}, {name}", findings) for n in shown or ()}
        yield Sample(
            id=name,
            open=pictures.opener(photo),
            annotations=marked.annotations,
            ignored=marked.ignored,
            origin=origin,
            judged=_judged(judged, said, marked),
            exhaustive=exhaustive,
            meta=marked.meta | ({"size_hw": (height, width)} if height else {}),
        )


def _parsed(
    path: Path, findings: Findings | None
) -> tuple[list[Mark], tuple[int, int] | None] | None:
    """What an XML file says; None where it cannot be read, which is noted."""
    try:
        return parsed(path)
    except DataError as error:
        if findings is None:
            raise
        if str(error) not in findings.kinds.get(BROKEN, ()):  # another list may have named it
            findings.add(BROKEN, str(error))
        return None


def classes(root: str | Path) -> list[str]:
    """Every class that an XML file names, by alphabet; what cannot be read names none."""
    return sorted(named(texts.below(folder(Path(root), MARKS), ".xml")))


def _judged(
    judged: Collection[str] | None, said: Collection[str | None], marked: Marked
) -> frozenset[str] | None:
    """Without what a list says is there, but not where."""
    boxed = {a.label for a in (*marked.annotations, *marked.ignored)}
    unboxed = {label for label in said if label} - boxed
    if judged is None:
        return None if not unboxed else frozenset(labels.TAXONOMY) - unboxed
    return frozenset(judged) - unboxed


def _pictures(root: Path, anywhere: bool, origin: str) -> Callable[[str], Path | None]:
    """What finds a picture by its name."""
    if not anywhere:
        return pictures.by_stem(folder(root, PICTURES)).get
    there = places.by_name(root, apart={*MARKS, *LISTS})
    return partial(places.find, places=there, where=origin, near=(*PICTURES, "Image"))


def _where(root: Path, anywhere: bool) -> Path:
    return root if anywhere else folder(root, PICTURES)
