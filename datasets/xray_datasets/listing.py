"""What `xray-data list` prints: the layouts, the public data sets, and one of them in full."""

from rich.table import Table

from xray_datasets import public
from xray_datasets.public import READERS, SOURCES


def layouts() -> Table:
    """The layouts that are read from anyone."""
    table = Table("layout", "what it looks like", title="Layouts", title_justify="left")
    table.add_row("decided cases", "annotations.json of xray-app export coco, images")
    table.add_row("coco", "*.json, annotations/*.json, SPLIT/instances.json; pictures anywhere")
    table.add_row("voc", "Annotations, ImageSets, JPEGImages")
    table.add_row("yolo", "images/SPLIT and labels/SPLIT, or the other way round; data.yaml")
    return table


def sources() -> Table:
    """The public data sets, which are known by their folders."""
    title = "Public data sets, read as they are; xray-data list NAME for all about one"
    table = Table("name", "", "labels", title=title, title_justify="left")
    for key, source in SOURCES.items():
        labels = sorted({label for label in source.labels.values() if label})
        table.add_row(key, source.name, ", ".join(labels))
    return table


def told(name: str) -> str:
    """Where a data set comes from, its terms, its layout and what is assumed."""
    return READERS[name].__doc__ or ""


def classes(name: str) -> Table:
    """Every class of a data set with our label."""
    source = public.SOURCES[name]
    table = Table("class", "label", "remark", title=source.name, title_justify="left")
    for word, label in source.labels.items():
        partly = label in source.partial and f"partly: {source.why[label]}"
        table.add_row(word, label or "left out", source.why.get(word) or partly or "")
    if "*" in source.why:
        table.add_row("", "", source.why["*"])
    return table
