"""The scans that a command is asked for: where they lie, which of them, under which labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xray.errors import DataError
from xray_datasets import layouts, public
from xray_datasets.findings import Findings
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

        Lists overlap, so where there are some of VOC's kind, all is one split, "all".

        Raises:
            DataError: no such public data set, words that are no mapping, what `layouts.read` says.
        """
        labels_map, source = self.labels_map(), self._source()
        chosen: list[str | None] = [*self.splits] if self.splits else [None]
        if not self.splits and layouts.name(self.root) not in LISTED:
            chosen = [*layouts.splits(self.root)] or [None]
        for split in chosen:
            for sample in layouts.read(
                self.root, split, labels_map=labels_map, source=source, findings=findings
            ):
                yield split or "all", sample

    def labels_map(self) -> dict[str, str | None]:
        """Class of the data set → label, or None where the class is left out."""
        found: dict[str, str | None] = {}
        if self.own:
            found.update((name, name) for name in layouts.classes(self.root))
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
        if public.recognised(self.root) or layouts.name(self.root) == layouts.REVIEWS:
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
