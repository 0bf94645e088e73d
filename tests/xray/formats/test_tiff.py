import struct
import zlib

import numpy as np
import pytest

import xray


def test_a_grey_tiff_is_transmission_of_one_energy(bag, tiff) -> None:
    scan = xray.read(tiff(bag.astype(np.uint16) * 200))
    assert scan.encoding is xray.Encoding.SINGLE
    assert scan.low[15, 30] == pytest.approx(20 / 204)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
        {"compression": "zlib", "tile": (16, 16)},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"rowsperstrip": 7},
    ],
    ids=str,
)
def test_every_layout_gives_the_same_scan(bag, tiff, options) -> None:
    plain = xray.read(tiff(bag.astype(np.uint16)))
    if options.pop("byteorder", None):
        import io

        import tifffile

        file = io.BytesIO()
        tifffile.imwrite(file, bag.astype(">u2"), byteorder=">")
        same = xray.read(file.getvalue())
    else:
        same = xray.read(tiff(bag.astype(np.uint16), **options))
    assert np.array_equal(same.pixels, plain.pixels)


def test_two_pages_are_two_energies_and_the_darker_is_low(bag, tiff) -> None:
    light = np.where(bag == 150, 180, bag).astype(np.uint8)
    scan = xray.read(tiff(light, bag))
    assert scan.encoding is xray.Encoding.DUAL
    assert scan.low[10, 12] == pytest.approx(150 / 204)
    assert scan.high[10, 12] == pytest.approx(180 / 204)
    assert "the second plane is the darker one and was taken as low energy" in scan.assumed


def test_two_samples_a_pixel_are_two_energies_too(bag, tiff) -> None:
    light = np.where(bag == 150, 180, bag).astype(np.uint8)
    scan = xray.read(tiff(np.dstack([bag, light]), photometric="minisblack", planarconfig="contig"))
    assert scan.encoding is xray.Encoding.DUAL
    assert scan.high[10, 12] == pytest.approx(180 / 204)


def test_a_thumbnail_page_does_not_count(bag, tiff) -> None:
    import io

    import tifffile

    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(bag, metadata=None)
        writer.write(bag[::4, ::4], subfiletype=1, metadata=None)
    assert xray.read(file.getvalue()).encoding is xray.Encoding.SINGLE


def test_float_samples_up_to_one_are_transmission_as_they_are(bag, tiff) -> None:
    transmission = (bag / 255).astype(np.float32)  # air at 0.8: nothing is stretched
    scan = xray.read(tiff(transmission))
    assert np.array_equal(scan.low, transmission)
    said = "floats up to 1 were taken as transmission, air being 1; pass white= if not"
    assert said in scan.assumed
    assert not any("floats" in said for said in xray.read(tiff(transmission), white=0.8).assumed)


def test_floats_whose_air_is_nothing_are_attenuation(bag, tiff) -> None:
    attenuation = -np.log(bag / 204).astype(np.float32)
    scan = xray.read(tiff(attenuation))
    assert scan.low[15, 30] == pytest.approx(20 / 204)
    assert "taken as -ln of transmission" in scan.assumed[-1]


def thin_load(bag: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-ln of transmission: behind the bar 20 of 204 at the low energy, 70 at the high one."""
    high = np.where(bag == 150, 180, np.where(bag == 20, 70, bag))
    low_ln, high_ln = (-np.log(counts / 204).astype(np.float32) for counts in (bag, high))
    assert high_ln.max() < 1.2 < low_ln.max()  # one alone looks like transmission, one does not
    return low_ln, high_ln


@pytest.mark.parametrize("files", [1, 2])
def test_both_energies_are_attenuation_where_one_of_them_is(bag, tiff, files: int) -> None:
    low, high = thin_load(bag)
    one = tiff(low, high) if files == 1 else tiff(low)
    scan = xray.read(one, high=None if files == 1 else tiff(high))
    assert scan.pixels[15, 30].tolist() == pytest.approx([20 / 204, 70 / 204])
    assert scan.pixels[10, 12].tolist() == pytest.approx([150 / 204, 180 / 204])
    assert "floats over 1 with air near 0 were taken as -ln of transmission" in scan.assumed


def test_attenuation_beside_transmission_is_refused(bag, tiff) -> None:
    low, high = thin_load(bag)
    with pytest.raises(xray.ScanError, match="one holds transmission, the other counts"):
        xray.read(tiff(low), high=tiff(np.exp(-high)))


@pytest.mark.parametrize("top", [1, 5])
def test_floats_with_dark_air_and_no_dark_level_end_nowhere(bag, tiff, top: int) -> None:
    negative = (top * (1 - bag / 204)).astype(np.float32)
    with pytest.raises(xray.ScanError, match="white level 0 without a dark level, but air is dark"):
        xray.read(tiff(negative), white=0.0)
    scan = xray.read(tiff(negative), white=0.0, dark=top)
    assert scan.low[15, 30] == pytest.approx(20 / 204)


def test_white_is_zero_in_both_samples_of_a_pixel(bag, tiff) -> None:
    light = np.where(bag == 150, 180, bag).astype(np.uint8)
    both = np.dstack([255 - bag, 255 - light])
    scan = xray.read(tiff(both, photometric="miniswhite", planarconfig="contig"))
    assert scan.pixels[10, 12].tolist() == pytest.approx([150 / 204, 180 / 204])
    assert "0 is white" in scan.assumed[0]


def test_white_is_zero_puts_air_at_the_lowest_count(bag, tiff) -> None:
    scan = xray.read(tiff(255 - bag, photometric="miniswhite"))
    assert scan.low[15, 30] == pytest.approx(20 / 204)
    assert "0 is white" in scan.assumed[0]


def test_a_colour_tiff_is_a_console_picture(colours, tiff) -> None:
    for layout in ("contig", "separate"):
        pixels = colours if layout == "contig" else np.moveaxis(colours, -1, 0)
        scan = xray.read(tiff(pixels, photometric="rgb", planarconfig=layout))
        assert np.array_equal(scan.pixels, colours)


def test_the_orientation_tag_is_applied(bag, tiff) -> None:
    turned = tiff(bag, extratags=[(274, 3, 1, 8, True)])
    assert np.array_equal(xray.read(turned).low, np.rot90(xray.read(tiff(bag)).low))


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("keep", [0.05, 0.5, 0.97])
def test_a_cut_off_tiff_is_refused_in_silence(tiff, compression, keep, capfd, caplog) -> None:
    noise = np.random.default_rng(0).integers(0, 60000, (80, 90)).astype(np.uint16)
    file = tiff(noise, compression=compression)
    with pytest.raises(xray.ScanError, match=r"scan: (damaged|the TIFF file)"):
        xray.read(file[: int(len(file) * keep)])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([(40, 60), (40, 61)], "two pages of 60×40 and 61×40 pixels; both energies must be"),
        ([(40, 60)] * 3, "3 pages; expected one, or two of low and high energy"),
        ([(40, 60)] * 20, "over 8 pages"),
        ([(40, 60), (40, 60, 3)], "two pages of different kinds"),
    ],
)
def test_pages_that_are_not_two_energies_are_refused(tiff, pages, said) -> None:
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 255, shape).astype(np.uint8) for shape in pages]
    with pytest.raises(xray.ScanError, match=said):
        xray.read(tiff(*arrays))


def test_a_pixel_that_is_not_a_number_is_refused(bag, tiff) -> None:
    transmission = (bag / 204).astype(np.float32)
    transmission[3, 4] = np.nan
    with pytest.raises(xray.ScanError, match="1 of 2400 pixels are NaN or infinite; expected"):
        xray.read(tiff(transmission))


def test_a_signed_tiff_is_refused_by_name(bag, tiff) -> None:
    with pytest.raises(xray.ScanError, match="expected 8 or 16 bits unsigned, or float"):
        xray.read(tiff(bag.astype(np.int32)))


def patched(file: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with the value of one LONG or SHORT tag of its first page changed."""
    (start,) = struct.unpack_from("<I", file, 4)
    (entries,) = struct.unpack_from("<H", file, start)
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        if struct.unpack_from("<H", file, at)[0] == tag:
            return file[: at + 8] + struct.pack("<I", value) + file[at + 12 :]
    raise AssertionError(f"no tag {tag}")


def test_a_huge_header_is_refused_before_decoding(bag, tiff) -> None:
    huge = patched(patched(tiff(bag), 256, 60_000), 257, 60_000)
    with pytest.raises(xray.ScanError, match="60000×60000 pixels"):
        xray.read(huge)


def test_a_compression_that_needs_codecs_says_what_to_install(bag, tiff, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(xray.ScanError, match=r'run: pip install "xray-cargo\[codecs\]"'):
        xray.read(patched(tiff(bag), 259, 5))


@pytest.mark.parametrize("compression", ["lzw", "packbits", "zstd", "lzma"])
def test_what_the_codecs_pack_is_the_same_scan(bag, tiff, compression) -> None:
    pytest.importorskip("imagecodecs", reason="the extra codecs is not installed")
    packed = xray.read(tiff(bag, bag // 2, compression=compression))
    assert np.array_equal(packed.pixels, xray.read(tiff(bag, bag // 2)).pixels)


@pytest.mark.parametrize(("codec", "named"), [(34712, "JPEG2000"), (7, "JPEG"), (50002, "JPEGXL")])
def test_a_codec_that_decodes_to_any_size_is_refused_by_name(bag, tiff, codec, named) -> None:
    with pytest.raises(
        xray.ScanError, match=f"a TIFF compressed by {named}.*; expected none, zlib"
    ):
        xray.read(patched(tiff(bag), 259, codec))


def test_a_strip_that_inflates_without_end_is_stopped(bag, tiff) -> None:
    file = tiff(bag, compression="zlib", rowsperstrip=40)
    bomb = zlib.compress(bytes(50_000_000))
    larger = patched(patched(file, 273, len(file)), 279, len(bomb)) + bomb
    with pytest.raises(xray.ScanError, match="inflates beyond its 2400 bytes"):
        xray.read(larger)


def test_a_tile_far_beyond_its_picture_is_refused_before_it_is_inflated(bag, tiff) -> None:
    assert xray.read(tiff(bag, tile=(256, 256))).pixels.shape == (40, 60, 1)  # as writers pad
    file = tiff(bag, tile=(48, 64), compression="zlib")
    bomb = zlib.compress(bytes(16_384**2), 1)
    for tag, value in ((322, 16_384), (323, 16_384), (324, len(file)), (325, len(bomb))):
        file = patched(file, tag, value)
    with pytest.raises(xray.ScanError, match="tiles of 16384×16384 pixels in a picture of 60×40"):
        xray.read(file + bomb)


def test_packed_bits_are_not_called_damage(bag, tiff) -> None:
    packed = patched(tiff(bag.astype(np.uint16)), 258, 12)
    packed = patched(packed, 279, 40 * 60 * 12 // 8)  # bytes of the one strip
    with pytest.raises(xray.ScanError, match=r"a TIFF of 12 bits .*; expected 8 or 16 bits"):
        xray.read(packed)


def test_a_hundred_million_tiles_are_counted_and_not_made(bag, tiff) -> None:
    file = tiff(np.kron(bag, np.ones((2, 2), np.uint8)), tile=(16, 16))
    for tag, value in ((256, 20_000), (257, 20_000), (322, 1), (323, 1)):
        file = patched(file, tag, value)
    with pytest.raises(xray.ScanError, match="40 of 400000000 strips or tiles"):
        xray.read(file)


def test_an_orientation_that_there_is_not_turns_nothing(bag, tiff) -> None:
    odd = tiff(bag, extratags=[(274, 3, 1, 9, True)])
    assert xray.read(odd).pixels.shape == (40, 60, 1)


def test_a_number_too_large_for_a_scan_is_not_finite(bag, tiff) -> None:
    transmission = bag / 204
    transmission[0, 0] = 1e300
    with pytest.raises(xray.ScanError, match="1 of 2400 pixels are NaN or infinite"):
        xray.read(tiff(transmission))


def test_float_counts_are_read_like_counts(bag, tiff) -> None:
    scan = xray.read(tiff(bag.astype(np.float32) * 17))
    assert scan.low[15, 30] == pytest.approx(20 / 204)


def test_reading_many_files_adds_one_log_handler_at_most(bag, tiff) -> None:
    import logging

    for _ in range(3):
        xray.read(tiff(bag))
    handlers = logging.getLogger("tifffile").handlers
    assert sum(isinstance(h, logging.NullHandler) for h in handlers) <= 2  # tifffile may have one


def test_colours_by_palette_are_a_console_picture(bag, colours, tiff) -> None:
    palette = np.zeros((3, 256), np.uint16)
    for count, rgb in ((204, (255, 255, 255)), (150, (240, 180, 110)), (20, (20, 40, 120))):
        palette[:, count] = np.array(rgb) * 257
    scan = xray.read(tiff(bag, photometric="palette", colormap=palette))
    assert np.array_equal(scan.pixels, colours)
