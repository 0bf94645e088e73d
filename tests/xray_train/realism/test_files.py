"""What a file did to a picture is known again, and done alike."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from xray_train.realism.files import File, kept, quality_of, refiled, shrunk

PICTURE = np.random.default_rng(0).integers(0, 255, (48, 64, 3)).astype(np.uint8)


@pytest.mark.parametrize("quality", [40, 75, 90, 95])
def test_the_quality_of_a_jpeg_is_known_again(quality: int) -> None:
    _, data = cv2.imencode(".jpg", PICTURE, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert abs((quality_of(data.tobytes()) or 0) - quality) <= 1


def test_a_png_lost_nothing_and_its_likes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), PICTURE)
    assert kept(path, 48, 64) == File(48, 64, None)
    assert refiled(PICTURE, File(48, 64)) is PICTURE


def test_a_picture_refiled_is_the_one_that_such_a_file_would_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    how = [cv2.IMWRITE_JPEG_QUALITY, 80, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]
    cv2.imwrite(str(path), cv2.cvtColor(PICTURE, cv2.COLOR_RGB2BGR), how)
    file = kept(path, 48, 64)
    assert (file.quality, file.sampling) == (80, 0x11)
    held = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    assert np.array_equal(refiled(PICTURE, file), held)


def test_large_pictures_shrink_to_one_number_of_pixels_and_small_ones_stay() -> None:
    large = np.zeros((832, 416, 3), np.uint8)
    assert shrunk(large).shape == (588, 294, 3)  # as many as 416 by 416
    assert shrunk(PICTURE) is PICTURE
    assert File(300, 1200).side_px == 600
    assert File(3000, 3000).side_px == 900
