"""The folder that the names in a COCO file start from, which no COCO file says.

Numbered pictures bear the same names in every split, and boxes on the wrong ones teach what is not
there. So of several folders that hold them, the one is taken whose name says the same as the
file's; where no single one does, somebody has to say which.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets.coco.file import mentions
from xray_datasets.roles import ROLES, words
from xray_datasets.texts import MAC

LOOKED_FOR = 100  # names, for of some the picture may be missing
PLAIN = frozenset(
    {"annotations", "coco", "data", "image", "images", "img", "imgs", "instances", "jpegimages"}
    | {"labels", "pictures"}
)  # words that say nothing of a split


def images_dir(document: Mapping[str, Any], path: Path, root: Path) -> Path:
    """The folder that the names in this document start from, which was read from path.

    Raises:
        DataError: as `folder` says.
    """
    if root.is_file() or path.parent not in (root, root / "annotations"):
        root = path.parent.parent if path.parent.name == "annotations" else path.parent
    return folder([image["file_name"] for image in document["images"]], path, root)


def folder(names: Sequence[str], path: Path, root: Path) -> Path:
    """The folder at or below the root, two deep at most.

    Args:
        names: of the pictures.
        path: the COCO file, whose own name tells its split.
        root: where to look.

    Raises:
        DataError: no folder holds any of the first names, or several do, and which of them is
            meant cannot be told.
    """
    sought = [name for name in names if not Path(name).anchor][:LOOKED_FOR]
    if not sought:
        return root
    folders = [root, *sorted(root.glob("*/")), *sorted(root.glob("*/*/"))]
    held = {at: [name for name in sought if (at / name).is_file()] for at in folders}
    there = {at: mine for at, mine in held.items() if mine}
    if not there:
        more = f", or any of the {len(sought) - 1} names after it" if sought[1:] else ""
        raise DataError(f"{path}: no folder below {root} holds {sought[0]}{more}")
    of_others = [at for at in there if _apart(at, path, root)]
    if len(there) == 1 and not any(_named(path, at, root, there[at][0]) for at in of_others):
        return next(iter(there))
    ours = [at for at in there if at not in of_others]
    best = max((_likeness(at, path, root, len(there[at])) for at in ours), default=None)
    alike = [at for at in ours if _likeness(at, path, root, len(there[at])) == best]
    if len(alike) == 1:
        return alike[0]
    several = ", ".join(str(at.relative_to(root)) for at in alike or there)
    raise DataError(
        f"{path}: its pictures may be those in {several} (below {root}), by their names; move the "
        f"others away, or name the folder that is meant after {path.name}"
    )


def _said(at: Path, root: Path) -> set[str]:
    return set[str]().union(*map(words, at.relative_to(root).parts)) - PLAIN


def _apart(at: Path, path: Path, root: Path) -> set[str]:
    """What the folder is for by its name, where the file is for something else."""
    mine, role = _said(at, root) & ROLES, words(path.stem) & ROLES
    return mine if role and not mine & role else set()


def _named(path: Path, at: Path, root: Path, name: str) -> bool:
    """Whether the file of what the folder is for names this picture, too."""
    others = (p for p in path.parent.glob("*.json") if p != path and not p.name.startswith(MAC))
    roles = _apart(at, path, root)
    return any(words(p.stem) & roles and mentions(p, Path(name).name) for p in others)


def _likeness(at: Path, path: Path, root: Path, held: int) -> tuple[int, int, int]:
    """More of the file's words, then fewer others, then more of its pictures."""
    said, wanted = _said(at, root), words(path.stem) - PLAIN
    return len(said & wanted), -len(said - wanted), held
