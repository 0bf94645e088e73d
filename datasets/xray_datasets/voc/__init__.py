"""Pascal VOC: an XML file per picture, and lists of names per split.

The folders are Annotations, ImageSets (or ImageSets/Main) and JPEGImages, or SIXray's
Annotation, ImageSet and JPEGImage. Coordinates may be fractions of a pixel and are taken as they
are: tools disagree whether the first pixel is 0 or 1. SIXray's lists say beside each name which
classes the scan shows (1 or -1), and only scans that show one have an XML file; what a list says
is there, and no box shows, does not count as looked for. XML is read in the encoding that it
declares, lists are in UTF-8.
"""

from xray_datasets.voc.file import BROKEN, named, parsed
from xray_datasets.voc.names import (
    JOINT,
    LISTS,
    MARKS,
    PICTURES,
    UNLISTED,
    listed,
    rows,
    splits,
)
from xray_datasets.voc.reading import classes, read

__all__ = [
    "BROKEN",
    "JOINT",
    "LISTS",
    "MARKS",
    "PICTURES",
    "UNLISTED",
    "classes",
    "listed",
    "named",
    "parsed",
    "read",
    "rows",
    "splits",
]
