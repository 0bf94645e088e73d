"""The fonts of a PDF: the one that comes with the project, and for letters that it lacks those of
this machine that have them.

reportlab draws TrueType outlines alone: CFF fonts such as Noto Sans CJK cannot stand in. It joins
no letters either, so that only scripts are borrowed whose letters stand by themselves.
"""

import os
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

OWN_FILE = Path(__file__).parent / "korean.ttf"  # made by app/make_font.py; korean.LICENSE
OWN = "XrayReportGothic"
FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"),
    *("/System/Library/Fonts/Supplemental", "C:/Windows/Fonts"),
)
STAND_INS = (  # the first that has a letter prints it
    *("NanumGothic.ttf", "NanumBarunGothic.ttf", "UnDotum.ttf", "malgun.ttf", "AppleGothic.ttf"),
    *("DroidSansFallbackFull.ttf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "simsun.ttc"),
    *("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "arial.ttf", "Arial.ttf"),
)
# Latin with all its marks, Korean syllables, Chinese characters, kana, signs.
BORROWED = (
    *((0x180, 0x24F), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0x3000, 0x318F), (0x31F0, 0x9FFF)),
    *((0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFF00, 0xFFEF)),
)


def font_of(letter: str) -> str | None:
    """The registered font that prints a letter; None: no font here does."""
    code = ord(letter)
    if code in _own():
        return OWN
    if not any(first <= code <= last for first, last in BORROWED):
        return None
    return next((name for name, known in stand_ins() if code in known), None)


@cache
def stand_ins() -> tuple[tuple[str, frozenset[int]], ...]:
    """Name and code points of each font of this machine that may stand in, registered."""
    found = {path.name: path for path in _files()}
    fonts = []
    for n, file in enumerate(found[name] for name in STAND_INS if name in found):
        try:
            font = TTFont(f"{OWN}{n}", file)
        except (TTFError, OSError, ValueError, LookupError, struct.error):
            continue  # broken, or with outlines that reportlab does not draw
        pdfmetrics.registerFont(font)
        fonts.append((font.fontName, frozenset(font.face.charWidths)))
    return tuple(fonts)


@cache
def _own() -> frozenset[int]:
    font = TTFont(OWN, OWN_FILE)
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charWidths)


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        for at, _, names in os.walk(folder):
            yield from (Path(at, name) for name in sorted(names) if name in STAND_INS)
