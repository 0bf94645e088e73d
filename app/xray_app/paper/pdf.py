"""A case's paper as PDF, made by reportlab: no browser, nothing from another machine.

Every text is a paragraph whose characters are all escaped, so that none is read as reportlab's
markup; letters that no font has show as an empty box, control characters not at all.
"""

import io
import logging
import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import chain, groupby
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from xray_app.paper.fonts import OWN as FONT
from xray_app.paper.fonts import font_of
from xray_app.paper.parts import Paper, Part, Picture

BOX = "□"
TOLD = 20  # letters that the log names of one paper
MARGIN = 16 * mm
INSET = 6  # that reportlab leaves within its frame
WIDTH = A4[0] - 2 * MARGIN - 2 * INSET
NAMES = 0.22  # of the width: the column with what a value is called
TALLEST = 98 * mm  # of a picture
INK, QUIET, RULE = (
    colors.HexColor("#16202b"),
    colors.HexColor("#5b6b7c"),
    colors.HexColor("#c9d3dd"),
)
log = logging.getLogger("xray_app.paper")
BAND = colors.HexColor("#eef2f6")
TIERS = {"alarm": "#c81e1e", "unknown": "#7a2fb5", "clear": "#0b7a4b"}


def pdf(paper: Paper) -> bytes:
    """The paper, A4 upright; the log says which of its letters are boxes."""
    if lost := sorted({c for text in _texts(paper) for c in _shown(text) if not font_of(c)}):
        codes = " ".join(f"U+{ord(letter):04X}" for letter in lost[:TOLD])
        log.warning("letters that no font here prints are boxes in a PDF: %s", codes)
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=f"{paper.title} {paper.name}",
        author="xray-cargo",
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=18 * mm,
        invariant=1,
    )

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.setFillColor(QUIET)
        said = " · ".join(filter(None, (paper.notice, paper.title, paper.name)))
        line = "".join(c if font_of(c) == FONT else BOX for c in clean(said)[:90])
        canvas.drawString(MARGIN + INSET, 10 * mm, line)
        canvas.drawRightString(A4[0] - MARGIN - INSET, 10 * mm, str(canvas.getPageNumber()))

    document.build(_story(paper), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def clean(text: str) -> str:
    r"""A text of letters that can be shown: others become an empty box, controls a space.

    >>> clean("a\x00b\tc"), clean("\ud800")
    ('a b c', '□')
    """
    return "".join(c if font_of(c) else BOX for c in _shown(text))


def _shown(text: str) -> str:
    """A text in whole letters, though it came in parts of them, without controls."""
    whole = unicodedata.normalize("NFC", text)
    return "".join(" " if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in whole)


def _texts(paper: Paper) -> Iterator[str]:
    yield from (paper.title, paper.name, paper.outcome, paper.made, paper.notice)
    yield from (picture.caption for picture in paper.pictures)
    for part in paper.parts:
        yield from (part.title, *part.heads, *part.lines, *chain(*part.rows), *chain(*part.table))


def _style(size: float, colour: Any = INK, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        "text", fontName=FONT, fontSize=size, leading=1.4 * size, textColor=colour, **more
    )


def _text(text: str, size: float = 9, colour: Any = INK, **more: Any) -> Paragraph:
    lines = (_marked_up(clean(line)) for line in text.splitlines() or [""])
    return Paragraph("<br/>".join(lines), _style(size, colour, splitLongWords=1, **more))


def _marked_up(line: str) -> str:
    """A line with what another font prints set in that."""
    runs = ((font, escape("".join(run), quote=False)) for font, run in groupby(line, font_of))
    return "".join(
        run if font == FONT else f'<font name="{font}">{run}</font>' for font, run in runs
    )


def _story(paper: Paper) -> list[Flowable]:
    tier = colors.HexColor(TIERS.get(paper.tier, "#5b6b7c"))
    head = [[_text(paper.name, 17), _text(paper.outcome, 15, tier, alignment=2)]]
    widths = [0.7 * WIDTH, 0.3 * WIDTH]
    style = [("LINEBELOW", (0, 0), (-1, -1), 1.2, tier), ("LEFTPADDING", (0, 0), (0, 0), 0)]
    style.append(("RIGHTPADDING", (1, 0), (1, 0), 0))
    top = Table(head, colWidths=widths, style=style)
    story: list[Flowable] = [_text(paper.title, 9, QUIET), top, Spacer(1, 2 * mm)]
    story.append(_text(paper.made, 8, QUIET))
    if paper.notice:
        story.append(_text(paper.notice, 11))
    for n, part in enumerate(paper.parts):
        if n == min(2, len(paper.parts) - 1):
            story += [shown for picture in paper.pictures for shown in _picture(picture)]
        story += _part(part)
    return story


def _part(part: Part) -> list[Flowable]:
    made: list[Flowable] = [CondPageBreak(30 * mm), Spacer(1, 4 * mm), _text(part.title, 11)]
    made.append(Spacer(1, 1 * mm))
    if part.rows:
        cells = [[_text(name, 8.5, QUIET), _text(value)] for name, value in part.rows]
        made.append(_grid(cells, [NAMES * WIDTH, (1 - NAMES) * WIDTH], headed=False))
    if part.table:
        heads = [_text(head, 8, QUIET) for head in part.heads]
        cells = [heads, *([_text(value, 8.5) for value in line] for line in part.table)]
        made.append(_grid(cells, [share * WIDTH for share in part.widths], headed=True))
    made += [_text(f"· {line}") for line in part.lines]
    return made


def _grid(cells: list[list[Paragraph]], widths: list[float], headed: bool) -> Table:
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3 if headed else 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if headed:
        style.append(("BACKGROUND", (0, 0), (-1, 0), BAND))
    # A cell may be longer than a page: it is split within.
    return Table(
        cells, colWidths=widths, repeatRows=int(headed), splitInRow=1, style=TableStyle(style)
    )


def _picture(picture: Picture) -> list[Flowable]:
    image = Image(io.BytesIO(picture.jpeg), hAlign="LEFT")
    shrink = min(WIDTH / image.imageWidth, TALLEST / image.imageHeight)
    image.drawWidth, image.drawHeight = shrink * image.imageWidth, shrink * image.imageHeight
    return [
        CondPageBreak(image.drawHeight + 12 * mm),
        Spacer(1, 4 * mm),
        image,
        _text(picture.caption, 8, QUIET),
    ]
