"""What the viewer is fed: transmission as it was read, and nothing for a picture."""

import gzip
import struct

import numpy as np
import pytest

from xray import Encoding, Scan
from xray_app import planes

Header = tuple[bytes, int, int, int, int, float]


def dual(height: int, width: int, **about: float) -> Scan:
    noise = np.random.default_rng(0).random((height, width, 2), np.float32)
    return Scan("bag", noise, Encoding.DUAL, **about)


def unpacked(packed: bytes) -> tuple[Header, np.ndarray]:
    raw = gzip.decompress(packed) if planes.is_gzipped(packed) else packed
    header = struct.unpack("<4sIIHHf4x", raw[:24])
    _, width, height, count, *_ = header
    return header, np.frombuffer(raw[24:], "<u2").reshape(count, height, width)


def test_both_energies_come_through_in_16_bits() -> None:
    scan = dual(3, 5, pixel_mm=1.5)
    header, held = unpacked(planes.pack(scan))
    assert header == (b"XPL1", 5, 3, 2, 1, 1.5)
    assert held.transpose(1, 2, 0) / 65_535 == pytest.approx(scan.pixels, abs=1e-5)


def test_one_energy_is_one_plane_and_noise_about_air_is_cut() -> None:
    scan = Scan("bag", np.array([[[1.02], [-0.01]]], np.float32), Encoding.SINGLE)
    header, held = unpacked(planes.pack(scan))
    assert header[1:] == (2, 1, 1, 1, 0.0)
    assert held.ravel().tolist() == [65_535, 0]


def test_a_picture_has_no_planes() -> None:
    assert planes.pack(Scan("bag", np.zeros((2, 2, 3), np.uint8), Encoding.PSEUDOCOLOR)) == b""


def test_planes_are_compressed_only_where_that_pays() -> None:
    smooth = Scan("bag", np.full((64, 64, 1), 0.5, np.float32), Encoding.SINGLE)
    assert planes.is_gzipped(planes.pack(smooth))
    assert not planes.is_gzipped(planes.pack(dual(64, 64)))


def test_a_scan_too_large_for_a_browser_is_averaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "MOST_PX", 6)
    scan = Scan("bag", np.array([[0, 1, 0, 1, 0]] * 2, np.float32)[..., None], Encoding.SINGLE)
    header, held = unpacked(planes.pack(scan))
    assert header[1:5] == (2, 1, 1, 2)
    assert held.ravel().tolist() == [32768, 32768]
