"""PDFs of a case: their text is read back, whatever it is."""

import io
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pypdf
import pytest

from xray_app.paper import fonts, page
from xray_app.paper.marked import Mark, drawn
from xray_app.paper.parts import Paper, Part, Picture
from xray_app.paper.pdf import pdf

HOSTILE = '<b>bold</b> <img src="file:///etc/passwd"/> &lt;x&gt; {{7*7}} <para><a href="http://x">y'
JPEG = cv2.imencode(".jpg", np.full((60, 80, 3), 240, np.uint8))[1].tobytes()
PAPER = Paper(
    title="X-ray 판독 보고서",
    name="CSQU3054383",
    outcome="경보",
    tier="alarm",
    made="작성: 김판독, 2026-03-01 18:00:00 KST",
    parts=(
        Part("신고 사항", rows=(("품명", "가죽 구두"), ("수하인", "아크메무역(주)"))),
        Part("탐지 내역", heads=("번호", "물품"), table=(("1.1", "총기"),), widths=(0.2, 0.8)),
        Part("판독 결과 사유", lines=("총기: 확률 0.93",)),
    ),
    pictures=(Picture("1번 시야 · bag.png", JPEG),),
)


@pytest.fixture(autouse=True)
def fonts_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that the fonts of this machine are looked for in; there is none."""
    monkeypatch.setattr(fonts, "FOLDERS", (str(tmp_path),))
    fonts.stand_ins.cache_clear()
    yield tmp_path
    fonts.stand_ins.cache_clear()


def read(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(one.extract_text().split()) for one in pages)


def of(*values: str) -> Paper:
    return replace(PAPER, parts=(Part("x", rows=tuple(("품명", value) for value in values)),))


def test_korean_and_latin_are_read_back_as_they_were_said() -> None:
    text = read(pdf(PAPER))
    for said in (
        "X-ray 판독 보고서",
        "CSQU3054383",
        "아크메무역(주)",
        "총기",
        "확률 0.93",
        "bag.png",
    ):
        assert said in text


def test_the_same_paper_is_the_same_file() -> None:
    assert pdf(PAPER) == pdf(PAPER)


def test_markup_from_outside_stays_text_in_the_pdf() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(of(HOSTILE))))
    text = " ".join(reader.pages[0].extract_text().split())
    assert '<b>bold</b> <img src="file:///etc/passwd"/> &lt;x&gt; {{7*7}} <para>' in text
    assert "/Annots" not in reader.pages[0]  # no link was made
    assert len(reader.pages[0].images) == 1  # the scan's own


def test_markup_from_outside_stays_text_on_the_page() -> None:
    text = page.page(of(HOSTILE), "?format=pdf")
    assert "&lt;b&gt;bold&lt;/b&gt; &lt;img" in text
    assert text.count("<img") == 1
    assert "script" not in text
    assert "unsafe" not in page.policy()


@pytest.mark.parametrize(
    "value",
    ["w" * 5000, "가" * 5000, "긴 의견 " * 2000, "\n" * 300, "a\n" * 400, ""],
    ids=[
        "one Latin word",
        "one Korean word",
        "a long note",
        "empty lines",
        "many lines",
        "nothing",
    ],
)
def test_a_text_of_any_length_wraps_and_goes_on_over_pages(value: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(of(value, "the end"))))
    texts = "".join("".join(one.extract_text().split()) for one in reader.pages)
    assert "theend" in texts
    for letter in {*value} - {*" \n"}:
        assert texts.count(letter) >= value.count(letter)
    found = Part("t", heads=("a", "b"), table=(("1", value),), widths=(0.1, 0.9))
    assert pdf(replace(PAPER, parts=(found,)))


@pytest.mark.parametrize(
    "value", ["貨物 \U0001f52b", "\x00\x07\x1b[31m", "\ud800", "שלום مرحبا", "e\u0301\u200b"]
)
def test_odd_letters_do_not_stop_the_paper(value: str) -> None:
    assert "CSQU3054383" in read(pdf(of(value)))


def test_letters_that_the_font_lacks_are_boxes() -> None:
    assert "□□ 12" in read(pdf(of("貨物 12")))


def test_what_the_log_says_is_lost_a_font_of_the_machine_prints(
    fonts_of_this_machine: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = fonts._own() - {*map(ord, "구두")}
    monkeypatch.setattr(fonts, "_own", lambda: known)
    paper = of("구두 꿈, 貨")
    assert "□□ 꿈, □" in read(pdf(paper))
    assert "are boxes in a PDF: U+8CA8 U+AD6C U+B450" in caplog.text
    shutil.copy(fonts.OWN_FILE, fonts_of_this_machine / "NanumGothic.ttf")
    (fonts_of_this_machine / "DejaVuSans.ttf").write_bytes(b"broken")
    fonts.stand_ins.cache_clear()
    assert "구두 꿈, □" in read(pdf(paper))


def test_letters_that_came_in_parts_are_whole() -> None:
    assert "한글 é" in read(pdf(of(unicodedata.normalize("NFD", "한글 é"))))


def test_marks_are_drawn_on_the_picture_in_its_own_pixels() -> None:
    jpeg = drawn(JPEG, 160, [Mark("1.1", "alarm", (20, 60, 100, 110))])  # kept at half the size
    assert jpeg is not None
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    blue, _, red = picture[54, 30].astype(int)  # the lower edge: y 110 / 2
    assert red > blue + 80
    assert picture[57, 60].min() > 200  # beside it, nothing
    assert drawn(b"no picture", 160, []) is None
