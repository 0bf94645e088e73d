"""What a reader had to guess of a scan, in Korean, with no English left."""

import cv2
import numpy as np
import pytest

import xray
from tests.xray_app.desk.rooms.test_korean import english_in, korean
from xray_app.desk import view
from xray_app.shown import Case


def raw_pair(swapped: bool = False) -> list[bytes]:
    """Counts of two energies, in 16 bits: a box in air, which takes more of the low energy away."""
    made = []
    for count in (9_000, 21_000) if not swapped else (21_000, 9_000):
        counts = np.full((120, 160), 59_991, np.uint16)
        counts[40:80, 40:120] = count
        made.append(cv2.imencode(".png", counts)[1].tobytes())
    return made


@pytest.mark.parametrize("swapped", [False, True])
def test_what_was_assumed_of_a_raw_pair_is_korean(swapped: bool) -> None:
    low, high = raw_pair(swapped)
    assumed = xray.read(low, high=high).assumed
    assert any("white level 59991 of 65535" in line for line in assumed)
    assert any("darker one" in line for line in assumed) == swapped
    planes = [cv2.imdecode(np.frombuffer(one, np.uint8), -1) for one in (low, high)]
    assumed += xray.read(cv2.imencodemulti(".tiff", planes)[1].tobytes()).assumed
    assert assumed[-1].endswith("plane is the darker one and was taken as low energy")
    page = korean(lambda: view.case(Case("a-0", "bag.png", picture=b"x", assumed=assumed), None))
    assert english_in(page) == set()
    assert "59991/65535(가장자리의 공기)" in page
