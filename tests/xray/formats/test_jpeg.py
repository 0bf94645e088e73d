import struct

import cv2
import numpy as np
import pytest

import xray


def with_segment(file: bytes, marker: int, content: bytes) -> bytes:
    return file[:2] + struct.pack(">BBH", 255, marker, len(content) + 2) + content + file[2:]


def frame_header(file: bytes) -> int:
    """Where the baseline frame header's content starts: depth, height, width, components."""
    return file.index(b"\xff\xc0") + 4


def test_a_grey_jpeg_is_transmission_of_one_energy(bag, jpeg) -> None:
    scan = xray.read(jpeg(bag))
    assert scan.encoding is xray.Encoding.SINGLE
    assert scan.low[0, 0] == pytest.approx(1.0, abs=0.02)
    assert scan.low[15, 30] == pytest.approx(20 / 204, abs=0.02)


def test_a_colour_jpeg_comes_in_rgb(colours, jpeg) -> None:
    scan = xray.read(jpeg(colours, cv2.IMWRITE_JPEG_PROGRESSIVE, 1))
    assert scan.encoding is xray.Encoding.PSEUDOCOLOR
    assert scan.pixels[28, 30].tolist() == pytest.approx([240, 180, 110], abs=6)


def test_a_grey_picture_dressed_as_rgb_is_grey(bag, jpeg) -> None:
    assert xray.read(jpeg(np.dstack([bag] * 3))).encoding is xray.Encoding.SINGLE


@pytest.mark.parametrize(
    ("orientation", "turn"),
    [
        (1, lambda a: a),
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (4, lambda a: a[::-1]),
        (5, lambda a: a.T),
        (6, lambda a: np.rot90(a, -1)),
        (7, lambda a: a[::-1, ::-1].T),
        (8, lambda a: np.rot90(a)),
    ],
)
def test_every_orientation_in_exif_is_applied(bag, jpeg, exif, orientation, turn) -> None:
    file = jpeg(bag)
    turned = with_segment(file, 0xE1, b"Exif\0\0" + exif(orientation))
    assert np.array_equal(xray.read(turned).low, turn(xray.read(file).low))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_off_jpeg_is_refused(colours, jpeg, keep) -> None:
    file = jpeg(colours)
    with pytest.raises(xray.ScanError, match="damaged or cut-off JPEG file: it ends after"):
        xray.read(file[: int(len(file) * keep)])


@pytest.fixture
def clutter() -> np.ndarray:
    """(320, 320, 3) uint8, no two blocks alike."""
    noise = np.random.default_rng(0).integers(0, 255, (320, 320, 3)).astype(np.uint8)
    return cv2.blur(noise, (9, 9))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("settings", [(), (cv2.IMWRITE_JPEG_RST_INTERVAL, 4)], ids=["plain", "rst"])
@pytest.mark.parametrize("grey", [False, True])
def test_data_missing_before_a_kept_end_mark_are_noticed(clutter, jpeg, keep, settings, grey):
    whole = jpeg(clutter[..., 0] if grey else clutter, *settings)
    spoiled = whole[: int(len(whole) * keep)].rstrip(b"\xff") + whole[-2:]
    with pytest.raises(xray.ScanError, match="its data end before the picture does; copy it again"):
        xray.read(spoiled)
    assert xray.read(whole).pixels.shape[:2] == (320, 320)


def test_a_whole_jpeg_with_an_even_corner_is_read_in_silence(bag, colours, jpeg, capfd) -> None:
    for picture in (bag, colours):
        for settings in ((), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2), (cv2.IMWRITE_JPEG_OPTIMIZE, 1)):
            file = jpeg(picture, *settings)
            assert xray.read(file + b"trailing").pixels.shape[:2] == (40, 60)
    assert capfd.readouterr().err == ""


def test_passes_that_a_progressive_jpeg_lacks_are_said(clutter, jpeg) -> None:
    whole = jpeg(clutter, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = whole.rindex(b"\xff\xda")
    assert not any("lacks" in said for said in xray.read(whole).assumed)
    assert any("lacks passes" in said for said in xray.read(whole[:last] + whole[-2:]).assumed)


def test_the_end_mark_of_a_thumbnail_does_not_count(bag, jpeg) -> None:
    file = with_segment(jpeg(bag), 0xE2, jpeg(bag[:8, :8]))
    assert xray.read(file).pixels.shape == (40, 60, 1)
    with pytest.raises(xray.ScanError, match="it ends after"):
        xray.read(file[:-20])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("filling", [b"", b"\0" * 30, b"--frame\r\n\r\n", b"\xff\xd8\xff\xd9"])
def test_a_jpeg_of_several_pictures_is_refused(bag, jpeg, filling, order) -> None:
    said = "a JPEG of several pictures; expected one; export each as a file of its own"
    file, other = jpeg(bag), jpeg(bag[::-1])
    for behind in (other, other[:-20]):
        with pytest.raises(xray.ScanError, match=said):
            xray.read(file + filling + behind)
    entry = struct.pack(f"{order}HHIHHII", 0xB001, 4, 1, 0, 0, 0, 0)[:8]
    pages = {n: b"MPF\0" + entry + struct.pack(f"{order}I", n) for n in (1, 2)}
    assert xray.read(with_segment(file, 0xE2, pages[1]) + filling).pixels.shape == (40, 60, 1)
    with pytest.raises(xray.ScanError, match=said):
        xray.read(with_segment(file, 0xE2, pages[2]))


def test_bytes_behind_the_end_mark_that_are_no_picture_are_let_be(bag, jpeg, exif) -> None:
    thumbnail = with_segment(jpeg(bag), 0xE1, b"Exif\0\0" + exif(1) + jpeg(bag[:8, :8]))
    for behind in (b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\2 text", b"\xff\xd8\xff\xd9"):
        assert xray.read(thumbnail + behind).pixels.shape == (40, 60, 1)


def test_a_huge_header_is_refused_before_decoding(bag, jpeg) -> None:
    file = bytearray(jpeg(bag))
    struct.pack_into(">HH", file, frame_header(bytes(file)) + 1, 60_000, 60_000)
    with pytest.raises(xray.ScanError, match="60000×60000 pixels"):
        xray.read(bytes(file))


def test_a_cmyk_jpeg_is_refused(bag, jpeg) -> None:
    file = bytearray(jpeg(bag))
    file[frame_header(bytes(file)) + 5] = 4
    with pytest.raises(xray.ScanError, match="a JPEG CMYK; expected grey or RGB; convert"):
        xray.read(bytes(file))


@pytest.mark.parametrize(
    ("marker", "depth", "said"), [(0xC3, 8, "lossless"), (0xC9, 8, "arithmetic"), (0xC1, 12, "12")]
)
def test_odd_kinds_of_jpeg_are_named(bag, jpeg, marker, depth, said) -> None:
    file = bytearray(jpeg(bag))
    at = frame_header(bytes(file))
    file[at - 3], file[at] = marker, depth
    with pytest.raises(xray.ScanError, match=f"a JPEG of the {said}"):
        xray.read(bytes(file))


def test_a_jpeg_of_thousands_of_passes_is_refused(bag, jpeg) -> None:
    file = jpeg(bag)
    scan = file[file.index(b"\xff\xda") : -2]
    with pytest.raises(xray.ScanError, match="over 100 passes"):
        xray.read(file[:-2] + scan * 200 + file[-2:])
