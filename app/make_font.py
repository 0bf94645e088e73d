"""Cut the font of reports out of NanumGothic (Debian: apt-get install fonts-nanum).

What stays: the 2,350 syllables of KS X 1001, Latin, Greek and Cyrillic letters, punctuation and
signs. The licence (OFL 1.1) reserves the font's own name, so that the part goes by another.

    python app/make_font.py /usr/share/fonts/truetype/nanum/NanumGothic.ttf
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

OUT = Path(__file__).parent / "xray_app" / "paper" / "korean.ttf"
NAME = "Xray Report Gothic"
RANGES = ((0x20, 0x17F), (0x370, 0x45F), (0x2010, 0x2044), (0x20A0, 0x20BF), (0x2100, 0x2199))
RANGES += ((0x2200, 0x22FF), (0x25A0, 0x25FF), (0x3000, 0x301F), (0x3131, 0x318E), (0xFF01, 0xFF60))


def letters() -> set[int]:
    """Code points that stay."""
    rows = range(0xB0, 0xC9)  # of KS X 1001 with syllables, as EUC-KR writes them
    syllables = {
        ord(bytes([row, cell]).decode("euc_kr")) for row in rows for cell in range(0xA1, 0xFF)
    }
    return syllables.union(*(range(first, last + 1) for first, last in RANGES))


def main(source: str) -> None:
    """Write the font."""
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[0, 13, 14], notdef_outline=True
    )
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters())
    cutter.subset(font)
    for number, text in ((1, NAME), (2, "Regular"), (4, NAME), (6, NAME.replace(" ", ""))):
        font["name"].setName(text, number, 3, 1, 0x409)
    font["head"].modified = font["head"].created  # the same font each time
    font.recalcTimestamp = False
    font.save(OUT)


if __name__ == "__main__":
    main(sys.argv[1])
