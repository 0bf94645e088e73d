"""One XML file of a VOC data set: its objects and the size that it tells.

expat knows Unicode and the encodings of one byte a letter. What a file declares beyond these
(gb2312, GBK, Big5, EUC-KR, Shift-JIS) is decoded first. A file that declares nothing is in UTF-8:
another encoding is never guessed.
"""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from xray.errors import DataError
from xray_datasets.marks import Mark
from xray_datasets.voc.names import plain

BROKEN = "scans left out, for their XML cannot be read"
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
# What says gb2312 or GBK often holds letters of its successor, which reads both: browsers do so,
# too (WHATWG, Encoding Standard, 4.2).
CHINESE = frozenset(codecs.lookup(name).name for name in ("gb2312", "gbk"))
SUCCESSOR = "gb18030"


def parsed(path: Path) -> tuple[list[Mark], tuple[int, int] | None]:
    """The objects of an XML file; height and width in pixels, or None where it does not say.

    Raises:
        DataError: it cannot be read.
    """
    tree = _tree(path)
    try:
        marks = [_mark(thing) for thing in tree.iter("object")]
        width, height = (int(float(tree.findtext(f"size/{n}") or 0)) for n in ("width", "height"))
    except (ValueError, OverflowError) as error:
        raise DataError(f"{path}: cannot be read as VOC XML ({error})") from None
    return marks, (height, width) if height and width else None


def named(files: Iterable[Path]) -> set[str]:
    """Every class that these files name; of those that cannot be read, `read` tells."""
    found = set[str]()
    for path in files:
        try:
            found.update(mark.name for mark in parsed(path)[0])
        except DataError:
            continue
    return found


def _tree(path: Path) -> ElementTree.Element:
    try:
        data = path.read_bytes()
        declared = DECLARED.match(data)
        encoding = declared[1].decode("ascii") if declared else "utf-8"
        try:
            return ElementTree.fromstring(data)
        except ValueError:  # of several bytes a letter
            return ElementTree.fromstring(data.decode(_python(encoding)))
    except ElementTree.ParseError as error:
        raise DataError(
            f"{path}: cannot be read as XML ({error}); is it whole, and in UTF-8 or the encoding "
            "that its first line declares?"
        ) from None
    except (ValueError, LookupError) as error:
        raise DataError(
            f"{path}: cannot be read as XML: it declares {encoding} ({error}); save it as UTF-8 "
            "and declare that, or declare what it is in"
        ) from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from None


def _python(encoding: str) -> str:
    """What Python decodes this with."""
    name = codecs.lookup(encoding).name
    return SUCCESSOR if name in CHINESE else name


def _mark(thing: ElementTree.Element) -> Mark:
    x1, y1, x2, y2 = (
        float(thing.findtext(f"bndbox/{n}") or "nan") for n in ("xmin", "ymin", "xmax", "ymax")
    )
    name = plain(thing.findtext("name") or "")
    return Mark(name, (x1, y1, x2, y2), (thing.findtext("difficult") or "0").strip() == "1")
