"""Data sets whose splits are a COCO file each: what their modules share.

They are trained with mmdetection, and read as it reads them: boxes of classes that nobody knows
and boxes without area are left out, an image whose number comes again stands as it was given
last, and what is beside the picture is clipped away.

Pictures are taken from the folder that a part should have them in, at its top or below. Only where
none of them is there, they are sought below the root, but never in the folders of other parts:
numbers begin anew in each, and boxes would come to lie on another's pictures. Where a part's folder
holds those of others, these are passed over, too.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from xray.errors import DataError
from xray_datasets import coco, pictures, places
from xray_datasets.findings import Findings, told
from xray_datasets.labels import Source, translate
from xray_datasets.roles import ROLES
from xray_datasets.sample import Sample


@dataclass(frozen=True)
class Part:
    """One split.

    Attributes:
        split: its name.
        file: its COCO file.
        images: the folder that its pictures should be in.
        apart: names of folders whose pictures are not its own.
    """

    split: str
    file: Path
    images: Path
    apart: Collection[str] = ()

    def called(self, name: str) -> bool:
        """Whether this is its name, or what stands behind the role in it: test-easy goes by easy.

        >>> easy = Part("test-easy", Path(), Path())
        >>> [easy.called(name) for name in ("test-easy", "easy", "test", "asy")]
        [True, True, False, False]
        """
        role, _, rest = self.split.partition("-")
        return name == self.split or (role in ROLES and name == rest != "")


def there(parts: Iterable[Part]) -> list[Part]:
    """Those whose file exists."""
    return [part for part in parts if part.file.is_file()]


@dataclass(frozen=True)
class PartsReader:
    """What a module of such a data set offers as its own.

    Attributes:
        source: the data set.
        parts: finds the parts that a folder has.
        assumed: what nobody wrote down of all its samples, noted at each reading.
    """

    source: Source
    parts: Callable[[Path], list[Part]]
    assumed: str = ""

    def splits(self, root: Path) -> list[str]:
        """Those that there are files for."""
        return [part.split for part in self.parts(root)]

    def classes(self, root: Path) -> list[str]:
        """Every category of its files."""
        found = chain.from_iterable(coco.categories(part.file) for part in self.parts(root))
        return list(dict.fromkeys(found))

    def read(
        self,
        root: Path,
        split: str | None = None,
        *,
        labels_map: Mapping[str, str | None] | None = None,
        findings: Findings | None = None,
    ) -> Iterator[Sample]:
        """The samples of one split, or all.

        Raises:
            DataError: no such split, a broken file, or no folder holds the pictures.
        """
        parts, source = self.parts(root), self.source
        chosen = [part for part in parts if split is None or part.called(split)]
        if not chosen:
            names = ", ".join(part.split for part in parts) or "none"
            raise DataError(f"{root}: no split {split!r} of {source.name}; there are {names}")
        own = Findings() if findings is None else findings
        if self.assumed:
            own.note(f"assumed, see xray-data list {source.name.lower()}", self.assumed)
        samples = _samples(chosen, root, source, labels_map or {}, own)
        return told(samples, own, source.name) if findings is None else samples


def _samples(
    parts: Sequence[Part],
    root: Path,
    source: Source,
    labels_map: Mapping[str, str | None],
    findings: Findings,
) -> Iterator[Sample]:
    for part in parts:
        document = coco.document(part.file)
        yield from coco.samples(
            document,
            part.images,
            at=_places(part, root, [image["file_name"] for image in document["images"]]),
            labels_map={**source.labels, **labels_map},
            judged=_judged(document, source, labels_map),
            exhaustive=source.exhaustive,
            origin=f"{source.name} {part.split}",
            findings=findings,
        )


def _judged(
    document: Mapping[str, Any], source: Source, labels_map: Mapping[str, str | None]
) -> frozenset[str]:
    """What was looked for; a class that nobody knows may be any label that the file lacks."""
    judged, chosen = source.judged_by(labels_map), {**source.labels, **labels_map}
    ours, unknown = set[str | None](), False
    for category in document["categories"]:
        try:
            ours.add(translate(category["name"], chosen, source.name))
        except DataError:
            unknown = True
    return judged & ours if unknown else judged


def _places(part: Part, root: Path, names: Sequence[str]) -> dict[str, Path]:
    """Name → picture, of those that are there.

    Raises:
        DataError: a name leads out of its folder, is there twice, or no picture is there at all.
    """
    where = str(part.file)
    plain = {name: pictures.inside(part.images, name, where) for name in names}
    found = {name: path for name, path in plain.items() if path.is_file()}
    near = {part.images.name, *part.split.split("-")}
    for folder in (part.images, root):
        lacking = plain.keys() - found.keys()
        if not lacking or (found and folder == root):
            break
        if not folder.is_dir():
            continue
        there = places.by_name(folder, part.apart)
        sought = {name: places.find(name, there, where, near) for name in sorted(lacking)}
        found |= {name: path for name, path in sought.items() if path is not None}
    if names and not found:
        raise DataError(
            f"{part.file}: none of its {len(names)} pictures is in {part.images} or anywhere below "
            f"{root}, first {names[0]}; put them there"
        )
    return found
