"""Pictures for paper: no more is decoded than their heads may say and paper can show."""

import cv2
import numpy as np
import pytest

from xray_app.paper import marked
from xray_app.paper.marked import Mark, drawn, size_of

WIDE = np.full((1500, 4000, 3), 240, np.uint8)
JPEG = cv2.imencode(".jpg", WIDE)[1].tobytes()


def claiming(width: int, height: int) -> bytes:
    """The same picture with another size in its head."""
    at = next(
        JPEG.index(bytes([0xFF, kind])) for kind in (0xC0, 0xC2) if bytes([0xFF, kind]) in JPEG
    )
    return JPEG[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + JPEG[at + 9 :]


def test_the_size_stands_in_the_head() -> None:
    assert size_of(JPEG) == (4000, 1500)
    assert size_of(claiming(65_535, 65_535)) == (65_535, 65_535)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"<svg/>", b"\x89PNG\r\n", JPEG[:40]])
def test_what_is_no_jpeg_is_not_drawn(content: bytes) -> None:
    assert drawn(content, 4000, []) is None


def test_a_head_that_claims_more_than_any_scan_reaches_no_decoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(marked.cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    assert drawn(claiming(65_535, 65_535), 4000, []) is None


def test_a_picture_larger_than_paper_is_decoded_smaller_and_its_marks_stay_in_place() -> None:
    made = drawn(JPEG, 4000, [Mark("1", "alarm", (2000.0, 500.0, 3000.0, 1000.0))])
    assert made is not None
    picture = cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (600, 1600, 3)
    red = np.argwhere((picture[..., 2] > 180) & (picture[..., 0] < 100))
    assert red[:, 0].max() == pytest.approx(400, abs=6)  # 1000 of 1500 pixels
    assert red[:, 1].max() == pytest.approx(1200, abs=6)  # 3000 of 4000
