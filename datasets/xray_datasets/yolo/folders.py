"""Where the pictures and the texts of a YOLO data set lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xray.errors import DataError
from xray_datasets import pictures
from xray_datasets.findings import Findings
from xray_datasets.roles import ROLES, words
from xray_datasets.texts import MAC
from xray_datasets.yolo.names import named

LOOSE = "in no folder"  # the name of the pictures that lie beside the folders of the splits
BARE = "splits left out, for not one of their pictures has a text"
STRAY = "folders of texts without a folder of pictures"


@dataclass(frozen=True)
class Folder:
    """Pictures and their texts.

    Attributes:
        images, texts: the folders.
        deep: whether what lies in folders below them belongs to it, too.
    """

    images: Path
    texts: Path
    deep: bool = True

    def stems(self) -> set[str]:
        """The names of the texts, without ending; but for classes.txt, which names classes."""
        return set(self._stems())

    def _stems(self) -> Iterator[str]:
        for path in self.texts.rglob("*.txt") if self.deep else self.texts.glob("*.txt"):
            name = path.relative_to(self.texts).with_suffix("").as_posix()
            if name != "classes" and not path.name.startswith(MAC):
                yield name

    def bare(self) -> str:
        """Why none of its pictures has a text, in words; "" where one may have."""
        some = next(iter(pictures.walk(self.images)), None)
        if some is None or next(self._stems(), None) is not None:
            return ""
        what = "" if self.texts.is_dir() else ", which is not there"
        return (
            f"{self.images}: not one of its pictures has a text in {self.texts}{what}, as if none "
            "showed anything; call both folders alike, or put an empty text there if that is so"
        )


def recognised(root: Path) -> bool:
    """Whether these are YOLO's folders, and the texts in them are no XML."""
    homes = [root] if (root / "labels").is_dir() else _turned(root)
    there = [folder for home in homes if (folder := home / "labels").is_dir()]
    return any(next(at.rglob("*.txt"), None) or not next(at.rglob("*.xml"), None) for at in there)


def splits(root: Path) -> list[str]:
    """The splits that there are folders for, and the name of what lies beside these."""
    nested = _nested(root)
    if not nested:
        return [home.name for home in _turned(root)]
    loose = any(map(pictures.is_picture, (root / "images").iterdir()))
    return nested + [LOOSE] * loose


def folders(root: Path, split: str | None) -> list[Folder]:
    """Of one split, or of all.

    Raises:
        DataError: there is no such split.
    """
    flat = (root / "images").is_dir() and not _nested(root)
    wanted = [split] if split is not None else [""] if flat else splits(root)
    found = dict.fromkeys(folder for name in wanted for folder in _of(root, name))
    if not found:
        there = ", ".join(splits(root)) or "none"
        raise DataError(f"{root}: no folder images for split {split!r}; splits found: {there}")
    return list(found)


def refuse_bare(root: Path, split: str | None) -> None:
    """See that every split has texts: without any, all its pictures would seem to show nothing.

    Raises:
        DataError: a split has none.
    """
    for folder in folders(root, split):
        if why := folder.bare():
            raise DataError(f"{root}: {why}")


def strays(root: Path, findings: Findings) -> None:
    """Note, once, every folder of texts that belongs to no folder of pictures."""
    if not _nested(root) or not (root / "labels").is_dir():
        return
    for texts_of in sorted((root / "labels").iterdir()):
        if texts_of.is_dir() and not (root / "images" / texts_of.name).is_dir():
            _stray(Folder(root, texts_of), findings)
    if LOOSE not in splits(root):
        _stray(Folder(root, root / "labels", deep=False), findings)


def _stray(folder: Folder, findings: Findings) -> None:
    if many := len(folder.stems()):
        where = f"{folder.texts}: {many} texts"
        if where not in findings.kinds.get(STRAY, ()):
            findings.add(STRAY, where)


def _nested(root: Path) -> list[str]:
    return [path.name for path in sorted((root / "images").glob("*")) if path.is_dir()]


def _turned(root: Path) -> list[Path]:
    """The folders of splits, each of which has images in it; not those that have splits there."""
    there = (path.parent for path in sorted(root.glob("*/images")) if path.is_dir())
    return [home for home in there if not _whole(home, root)]


def _whole(home: Path, root: Path) -> bool:
    """Whether this folder of the root is a data set of its own."""
    return any(words(name) & ROLES for name in _nested(home)) or bool(
        named(home) and not named(root)
    )


def _of(root: Path, split: str) -> Iterator[Folder]:
    if split == LOOSE and not (root / "images" / split).is_dir():
        yield Folder(root / "images", root / "labels", deep=False)
        return
    for images, texts_of in (
        (root / "images" / split, root / "labels" / split),
        (root / split / "images", root / split / "labels"),
    ):
        if images.is_dir():
            yield Folder(images, texts_of)
