"""Whatever the bytes are, the reader gives a scan or a `ScanError`, and nothing else."""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xray

QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FORMATS = ["png", "jpeg", "tiff", "zlib tiff", "dicom"]


@pytest.fixture
def whole(
    request: pytest.FixtureRequest,
    bag: np.ndarray,
    colours: np.ndarray,
    png: Callable[..., bytes],
    jpeg: Callable[..., bytes],
    tiff: Callable[..., bytes],
    dicom: Callable[..., bytes],
) -> bytes:
    match request.param:
        case "png":
            return png(colours)
        case "jpeg":
            return jpeg(colours)
        case "tiff":
            return tiff(bag, bag // 2)
        case "zlib tiff":
            return tiff(bag, compression="zlib", predictor=True, tile=(16, 16))
        case _:
            return dicom(bag.astype(np.uint16), Manufacturer="Acme", PixelSpacing=[1, 1])


def read_or_refuse(data: bytes) -> None:
    with contextlib.suppress(xray.ScanError):
        assert xray.read(data).pixels.size


@pytest.mark.parametrize("whole", FORMATS, indirect=True)
@given(seed=st.integers(0, 2**32 - 1))
@QUICK
def test_a_damaged_file_is_read_or_refused(whole: bytes, seed: int) -> None:
    rng = np.random.default_rng(seed)
    damaged = bytearray(whole)
    # Half of the changes hit the first bytes, which hold the headers.
    for reach in rng.choice([min(400, len(whole)), len(whole)], rng.integers(0, 7)):
        damaged[rng.integers(0, reach)] = rng.integers(0, 256)
    keep = int(rng.integers(0, len(whole))) if rng.random() < 0.3 else len(whole)
    read_or_refuse(bytes(damaged[:keep]))


@pytest.mark.parametrize("whole", FORMATS, indirect=True)
@given(part=st.binary(max_size=40), at=st.integers(0, 300))
@QUICK
def test_a_file_with_foreign_bytes_put_in_is_read_or_refused(
    whole: bytes, part: bytes, at: int
) -> None:
    read_or_refuse(whole[:at] + part + whole[at:])


@given(data=st.binary(max_size=300))
@QUICK
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(xray.ScanError, match=r"^scan: "):
        xray.read(data)
