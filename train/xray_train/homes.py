"""Which data set a folder or a file belongs to: cards know data sets by their folders' names.

One data set goes by many paths: its folder, its annotations, one of its files, a link to it, ".".
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from xray_datasets import coco, lists
from xray_datasets.coco.folder import IN_SPLIT

ROLES = (lists.LEARN, lists.TRY, lists.SCORE, lists.BOTH)


def home(root: Path) -> tuple[Path, str | None]:
    """The folder of the whole data set, links resolved, and which split of it this is; None: all.

    my-scans/annotations/train.json is the split train of my-scans, and so is the folder
    my-scans/train that holds an instances.json.
    """
    root, split = root.resolve(), None
    alone = any((root / name).is_file() for name in IN_SPLIT) or root.name in IN_SPLIT
    if root.is_file():
        root, split = root.parent, root.stem
    if root.name == "annotations":
        return root.parent, split
    if alone and lists.purpose(root.name) in ROLES:
        return root.parent, root.name
    return root, split


def known_as(
    on: Path, split: str | None, splits: Mapping[str, Collection[str]]
) -> Iterator[tuple[Path, str | None]]:
    """Every folder or file whose name a card may bear for these scans, with the split of it.

    Args:
        on: the folder, or a COCO file.
        split: of it; None: all of it.
        splits: name of a data set → its splits, as the card has them.
    """
    folder, part = home(on)
    yield folder, part or split
    for path in (on.absolute(), on.resolve()):
        yield path, split
        if path.name in splits.get(path.parent.name, ()):
            yield path.parent, path.name
    for name, file in coco.files(on).items() if on.is_dir() else ():
        if split is None or name == split or name.endswith(f"_{split}"):
            yield file, None
            if file.name in IN_SPLIT:
                yield file.parent, None
