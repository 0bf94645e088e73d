import struct

import numpy as np
import pytest

import xray

SIGNATURE = 8
AFTER_HEADER = SIGNATURE + 25


def test_a_grey_png_is_transmission_of_one_energy(bag, png) -> None:
    scan = xray.read(png(bag))
    assert scan.encoding is xray.Encoding.SINGLE
    assert scan.pixels.shape == (40, 60, 1)
    assert scan.low[0, 0] == 1.0
    assert scan.low[10, 12] == pytest.approx(150 / 204)
    assert scan.low[15, 30] == pytest.approx(20 / 204)


def test_sixteen_bits_are_not_cut_to_eight(bag, png) -> None:
    counts = bag.astype(np.uint16) * 200 + 3
    assert xray.read(png(counts)).low[15, 30] == pytest.approx(4003 / 40803)


def test_a_colour_png_is_a_console_picture_in_rgb(colours, png) -> None:
    scan = xray.read(png(colours))
    assert scan.encoding is xray.Encoding.PSEUDOCOLOR
    assert scan.pixels[15, 30].tolist() == [20, 40, 120]
    (said,) = scan.assumed
    assert said.startswith("the background is bright and was taken as air; pass polarity=")
    assert xray.read(png(colours), polarity="air_bright").assumed == ()


def test_a_grey_picture_dressed_as_rgb_is_grey(bag, png) -> None:
    assert xray.read(png(np.dstack([bag] * 3))).encoding is xray.Encoding.SINGLE


def test_transparent_parts_are_air(colours, png) -> None:
    alpha = np.full(colours.shape[:2], 255, np.uint8)
    alpha[:, :5] = 0
    colours[:, :5] = 0
    scan = xray.read(png(np.dstack([colours, alpha])))
    assert scan.pixels[0, 0].tolist() == [255, 255, 255]
    assert "alpha was laid over white" in scan.assumed[0]


def test_an_orientation_in_exif_is_applied(bag, png, chunk, exif) -> None:
    file = png(bag)
    turned = file[:AFTER_HEADER] + chunk(b"eXIf", exif(6)) + file[AFTER_HEADER:]
    assert np.array_equal(xray.read(turned).low, np.rot90(xray.read(file).low, -1))


def test_a_bad_colour_profile_is_nothing_to_complain_of(bag, png, chunk, capfd) -> None:
    file = png(bag)
    xray.read(file[:AFTER_HEADER] + chunk(b"iCCP", b"x\0\0rubbish") + file[AFTER_HEADER:])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("cut", [9, 30, 60, -13, -12, -1])
def test_a_cut_off_png_is_refused_in_silence(bag, png, cut, capfd) -> None:
    with pytest.raises(xray.ScanError, match=r"scan: damaged or cut-off PNG file: it ends after"):
        xray.read(png(bag)[:cut])
    assert capfd.readouterr().err == ""


def test_a_flipped_bit_is_found_by_the_checksum(bag, png, capfd) -> None:
    file = bytearray(png(bag))
    file[len(file) // 2] ^= 1
    with pytest.raises(xray.ScanError, match="checksum of chunk b'IDAT' at byte 33"):
        xray.read(bytes(file))
    assert capfd.readouterr().err == ""


def test_a_huge_header_is_refused_before_decoding(bag, png, chunk) -> None:
    file = png(bag)
    header = struct.pack(">II", 60_000, 60_000) + file[24:29]
    huge = file[:SIGNATURE] + chunk(b"IHDR", header) + file[AFTER_HEADER:]
    with pytest.raises(xray.ScanError, match="60000×60000 pixels; at most 32768 a side and 400"):
        xray.read(huge)


def test_a_bomb_of_many_bytes_a_pixel_is_refused_before_decoding(bag, png, chunk) -> None:
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 16, 6, 0, 0, 0)
    file = png(bag)
    bomb = file[:SIGNATURE] + chunk(b"IHDR", header) + file[AFTER_HEADER:]
    with pytest.raises(xray.ScanError, match="20000×20000 pixels of 8 bytes; at most 1600 MB"):
        xray.read(bomb)


def test_an_animated_png_is_refused(bag, png, chunk) -> None:
    file = png(bag)
    animated = file[:AFTER_HEADER] + chunk(b"acTL", bytes(8)) + file[AFTER_HEADER:]
    with pytest.raises(xray.ScanError, match="animated PNG; expected one picture"):
        xray.read(animated)


def test_a_palette_gives_its_colours_and_an_index_beyond_it_is_black(chunk) -> None:
    import zlib

    rows = b"".join(b"\0" + bytes([0, 1, 2, 0] * 3) for _ in range(12))
    file = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 12, 12, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", bytes([255, 255, 255, 240, 180, 110]))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    assert xray.read(file).pixels[0, :3].tolist() == [[255] * 3, [240, 180, 110], [0, 0, 0]]
