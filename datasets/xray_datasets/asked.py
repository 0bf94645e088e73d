"""The scans that a command is asked for: where they lie, which of them, under which labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xray.errors import DataError
from xray_datasets import layouts, lists, public
from xray_datasets.findings import Findings
from xray_datasets.kinds import Layout
from xray_datasets.labels import Source, translate
from xray_datasets.sample import Sample

LISTED = ("voc", "SIXray")  # their splits are lists, which overlap


@dataclass(frozen=True)
class Asked:
    """What was said on the command line of a data set.

    Attributes:
        root: its folder, or a COCO file.
        splits: the wanted ones; None: all.
        source: public data set whose words its classes are.
        words: "class=label" each; nothing after = leaves the class out.
        own: keep its own words as labels.
    """

    root: Path
    splits: list[str] | None = None
    source: str | None = None
    words: list[str] | None = None
    own: bool = False

    def samples(self, findings: Findings | None = None) -> Iterator[tuple[str, Sample]]:
        """Every sample with the name of its split.

        Lists overlap, so where there are some of VOC's kind, all that have an XML file are one
        split, "all".

        Raises:
            DataError: no such public data set, words that are no mapping, what `layouts.read` says.
        """
        chosen: list[str | None] = [*self.splits] if self.splits else [None]
        if not self.splits and not self._listed():
            chosen = [*layouts.splits(self.root, self._source())] or [None]
        for split in chosen:
            for sample in self._read(split, findings):
                yield split or "all", sample

    def checked(self, findings: Findings) -> Iterator[tuple[str, Sample]]:
        """The same, list by list where there are some: whether they overlap is to be checked.

        Each scan comes once, with what its lists are for, see `lists`; one that is in two lists
        that should share none is noted, and comes with the first.
        """
        if self.splits or not self._listed():
            yield from self.samples(findings)
            return
        lists.shared(self.root, findings)
        before = set[str]()
        for split, asked in lists.asked(lists.by_split(self.root)):
            here = set[str]()
            for sample in self._read(asked, findings):
                if sample.id not in before:
                    yield split, sample
                here.add(sample.id)
            before |= here

    def _listed(self) -> bool:
        return self.name() in LISTED

    def name(self) -> str:
        """What the folder is taken for."""
        return layouts.name(self.root, self._source())

    def _read(self, split: str | None, findings: Findings | None) -> Iterator[Sample]:
        words, source = self.labels_map(), self._source()
        return layouts.read(self.root, split, labels_map=words, source=source, findings=findings)

    def labels_map(self) -> dict[str, str | None]:
        """Class of the data set → label, or None where the class is left out."""
        found: dict[str, str | None] = {}
        if self.own:
            found.update((name, name) for name in layouts.classes(self.root, self._source()))
        for word in self.words or ():
            name, equals, label = word.partition("=")
            if not equals:
                raise DataError(f"--map {word}: expected class=label")
            found[name] = label or None
        return found

    def check_classes(self) -> None:
        """Whether every class has a label.

        The readers of public data sets leave such boxes out, and say so.

        Raises:
            DataError: names all classes that have none, so that they can be mapped at once.
        """
        if self.name() not in [*Layout]:
            return
        known = self._source()
        labels_map = {**(known.labels if known else {}), **self.labels_map()}
        errors = []
        for name in layouts.classes(self.root):
            try:
                translate(name, labels_map, str(self.root))
            except DataError as error:
                errors.append(str(error))
        if errors:
            raise DataError("\n".join(errors))

    def _source(self) -> Source | None:
        return public_source(self.source) if self.source is not None else None


def public_source(name: str) -> Source:
    """The public data set of this name, however it is written.

    Raises:
        DataError: none is called so.
    """
    if name.lower() not in public.SOURCES:
        raise DataError(f"no public data set {name!r}; there are {', '.join(public.SOURCES)}")
    return public.SOURCES[name.lower()]
