"""The door: which file it is, which end of the scale is air, and what had to be guessed."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

import xray
from xray.formats import polarity


@pytest.fixture
def light(bag) -> np.ndarray:
    """The same bag at a higher energy."""
    return np.where(bag == 150, 180, np.where(bag == 20, 60, bag)).astype(np.uint8)


def test_the_format_is_told_by_the_bytes_and_not_by_the_name(bag, png, tmp_path) -> None:
    path = tmp_path / "K0017.tif"
    path.write_bytes(png(bag))
    scan = xray.read(path)
    assert (scan.id, scan.meta["format"], scan.meta["file"]) == ("K0017", "png", str(path))


def test_a_low_and_a_high_file_are_one_scan(bag, light, png) -> None:
    scan = xray.read(png(bag), high=png(light))
    assert scan.encoding is xray.Encoding.DUAL
    assert scan.low[10, 12] == pytest.approx(150 / 204)
    assert scan.high[10, 12] == pytest.approx(180 / 204)


def test_a_pair_the_wrong_way_round_is_taken_as_told_and_doubted(bag, light, png) -> None:
    scan = xray.read(png(light), high=png(bag))
    assert scan.low[10, 12] == pytest.approx(180 / 204)
    assert "the two may be swapped" in scan.assumed[-1]


def test_a_file_is_not_its_own_pair(bag, png, tmp_path) -> None:
    low, link = tmp_path / "low.png", tmp_path / "high.png"
    low.write_bytes(png(bag))
    link.symlink_to(low)
    for high in (low, str(low), link):
        with pytest.raises(xray.ScanError, match=r"low\.png: .* is the same; expected the"):
            xray.read(low, high=high)


def test_every_guess_is_a_sentence(bag, png) -> None:
    assert xray.read(png(bag)).assumed == (
        'air was taken to be bright; pass polarity="air_dark" for a negative',
        "white level 204 of 255, the air at the border, and dark level 0; "
        "pass white= and dark= to set them",
        "8-bit grey was taken as linear transmission; "
        "pass encoding='pseudocolor' for a console's picture",
    )


def test_eight_bit_grey_is_doubted_where_nobody_says_what_it_is(bag, light, png, jpeg) -> None:
    def doubted(*sources: bytes, **options: object) -> bool:
        scan = xray.read(sources[0], high=sources[1] if len(sources) == 2 else None, **options)
        return any("8-bit grey was taken as linear" in said for said in scan.assumed)

    assert doubted(png(bag))
    assert doubted(jpeg(np.dstack([bag] * 3)))
    assert not doubted(png(bag.astype(np.uint16) * 200))
    assert not doubted(png(bag), png(light))
    assert not doubted(png(bag), white=204)
    assert not doubted(png(bag), encoding="single")
    assert not doubted(png(bag), encoding="pseudocolor")


def test_nothing_is_guessed_where_everything_is_said(bag, png) -> None:
    scan = xray.read(png(bag), white=200, dark=10)
    assert scan.assumed == ()
    assert scan.low[15, 30] == pytest.approx((20 - 10) / (200 - 10))
    assert scan.low[0, 0] == 1.0  # brighter than white is still air


def test_each_plane_may_have_its_own_white_level(bag, light, png) -> None:
    scan = xray.read(png(bag), high=png(light), white=(204, 180), dark=0)
    assert scan.high[10, 12] == 1.0


def test_a_negative_is_recognised_turned_and_said(bag, png) -> None:
    scan = xray.read(png(255 - bag))
    assert np.allclose(scan.pixels, xray.read(png(bag)).pixels)
    assert "the border is dark: a negative, and turned" in scan.assumed[0]


def test_a_negative_of_twelve_bits_is_turned_on_its_own_scale(bag, png) -> None:
    counts = 4095 - bag.astype(np.uint16) * 20
    assert xray.read(png(counts)).low[15, 30] == pytest.approx(400 / 4080, abs=1e-5)


def test_a_negative_pair_is_turned_as_one(bag, light, png) -> None:
    scan = xray.read(png(255 - bag), high=png(255 - light))
    assert np.allclose(scan.pixels, xray.read(png(bag), high=png(light)).pixels)


def test_the_caller_decides_over_the_picture(bag, png) -> None:
    assert xray.read(png(bag), polarity="air_dark").low[15, 30] == 1.0
    assert xray.read(png(255 - bag), polarity="air_bright").low[0, 0] < 0.3


def test_levels_tell_the_polarity_too(bag, png) -> None:
    scan = xray.read(png(255 - bag), white=51, dark=255)
    assert np.allclose(scan.pixels, xray.read(png(bag), white=204, dark=0).pixels)


def container(rng: np.random.Generator, air: str) -> np.ndarray:
    """Dense cargo over the whole picture, with air nowhere, above the roof, or at one side."""
    counts = rng.normal(0.06, 0.03, (120, 300)).clip(0.001, 1)
    counts[::30] *= 0.3  # ribs of the wall
    if air == "above":
        counts[:12] = 0.95
    elif air == "left":
        counts[:, :15] = 0.95
    elif air == "hole":
        counts[40:80, 100:180] = 0.9
    return (counts * 60_000).astype(np.uint16)


@pytest.mark.parametrize("air", ["nowhere", "above", "left"])
def test_dense_cargo_is_not_mistaken_for_a_negative(air, png) -> None:
    scan = xray.read(png(container(np.random.default_rng(1), air)))
    assert "air was taken to be bright" in scan.assumed[0]
    if air != "nowhere":
        assert float(np.median(scan.low)) == pytest.approx(0.06 / 0.95, abs=0.01)


def test_a_scan_without_air_says_where_its_white_level_comes_from(png) -> None:
    counts = container(np.random.default_rng(1), "hole")
    assert "no air shows at the border" in " ".join(xray.read(png(counts)).assumed)


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_a_black_picture_with_a_caption_is_no_negative_of_an_empty_tunnel(scale, png) -> None:
    counts = np.zeros((480, 640), np.uint8)
    cv2.putText(counts, "GATE 1 SCAN 0017", (20, 60), 0, scale, 255, 2 * scale, cv2.LINE_AA)
    grey = xray.read(png(counts))
    assert "air was taken to be bright" in grey.assumed[0]
    assert np.median(grey.low) == 0
    shown = xray.read(png(counts), encoding="pseudocolor")
    assert np.median(shown.pixels) == 0


def test_a_dark_frame_around_a_light_load_makes_no_negative(png) -> None:
    counts = np.full((100, 200), 180, np.uint8)
    counts[20:80, 60:90] = 90
    counts[:3], counts[-3:], counts[:, :3], counts[:, -3:] = 5, 5, 5, 5
    assert "air was taken to be bright" in xray.read(png(counts)).assumed[0]


@pytest.mark.parametrize("kind", ["channels", "lightness"])
def test_a_negative_console_picture_is_turned_either_way(colours, png, kind) -> None:
    colours[8:12, 10:50] = (255, 225, 180)  # thin cloth, as at the seams of any bag
    if kind == "channels":
        negative = 255 - colours
    else:
        ends = colours.max(2, keepdims=True).astype(int) + colours.min(2, keepdims=True)
        negative = (colours + 255 - ends).astype(np.uint8)
    scan = xray.read(png(negative))
    assert np.array_equal(scan.pixels, colours)
    assert "the background is black, a negative" in scan.assumed[0]


def test_a_grey_console_picture_may_be_asked_for(bag, png) -> None:
    scan = xray.read(png(bag), encoding="pseudocolor")
    assert scan.encoding is xray.Encoding.PSEUDOCOLOR
    assert scan.pixels[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"encoding": "dual"}, "1 plane, but --high was not given; pass the high-energy image"),
        ({"encoding": "triple"}, "encoding must be one of pseudocolor, single, dual"),
        ({"polarity": "upside_down"}, "polarity must be one of"),
        ({"white": 5, "dark": 5}, "white level 5 and dark level 5 do not fit"),
        ({"white": 5, "polarity": "air_dark", "dark": 0}, "white must lie below dark"),
        ({"dark": 250}, "white level 204 and dark level 250 do not fit polarity air_bright"),
        ({"white": 0.5}, "by its levels every pixel is 1 of the beam; pass"),
        ({"white": (1, 2, 3)}, "one number, or two for low and high"),
        ({"white": float("nan")}, "one number, or two for low and high"),
        ({"pixel_mm": -1}, "pixel_mm must lie over 0"),
        ({"pixel_mm": 0}, "pixel_mm must lie over 0"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_said(bag, png, options, said) -> None:
    with pytest.raises(xray.ScanError, match=said):
        xray.read(png(bag), **options)


def test_what_does_not_fit_a_colour_picture_is_said(colours, bag, png, tiff) -> None:
    with pytest.raises(xray.ScanError, match="a colour picture holds no transmission"):
        xray.read(png(colours), encoding="single")
    with pytest.raises(xray.ScanError, match="a colour picture has no white or dark level"):
        xray.read(png(colours), white=200)
    with pytest.raises(xray.ScanError, match="holds colour; a low and high pair is one grey plane"):
        xray.read(png(bag), high=png(colours))
    with pytest.raises(xray.ScanError, match="holds two planes already"):
        xray.read(png(bag), high=tiff(bag, bag // 2))
    with pytest.raises(xray.ScanError, match="60×40 and 59×40 pixels; both energies must be"):
        xray.read(png(bag), high=png(bag[:, 1:]))
    with pytest.raises(xray.ScanError, match="16 and 8 bits a pixel; both energies must be"):
        xray.read(png(bag.astype(np.uint16)), high=png(bag))
    with pytest.raises(xray.ScanError, match="2 planes, but single was asked for"):
        xray.read(tiff(bag, bag // 2), encoding="single")


@pytest.mark.parametrize("count", [0, 7, 255])
def test_a_scan_of_one_value_is_no_scan(png, count) -> None:
    with pytest.raises(xray.ScanError, match=f"every pixel is {count}; expected a scan; was the"):
        xray.read(png(np.full((40, 60), count, np.uint8)))


def test_the_plane_at_fault_is_named(bag, png, tiff, tmp_path) -> None:
    for name, counts in (("low", bag), ("black", bag * 0), ("dark", bag % 5)):
        (tmp_path / f"{name}.png").write_bytes(png(counts))
    low = tmp_path / "low.png"
    with pytest.raises(xray.ScanError, match=r"black\.png: every pixel is 0"):
        xray.read(low, high=tmp_path / "black.png")
    with pytest.raises(xray.ScanError, match=r"dark\.png: the brightest parts lie 4 counts"):
        xray.read(low, high=tmp_path / "dark.png")
    with pytest.raises(xray.ScanError, match=r"low\.png: white level 0"):
        xray.read(low, high=tmp_path / "dark.png", white=(0, 4))
    with pytest.raises(xray.ScanError, match="scan: plane 2: every pixel is 0"):
        xray.read(tiff(bag, bag * 0))


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_the_noise_of_a_detector_without_a_beam_is_no_scan(png, depth) -> None:
    noise = np.random.default_rng(0).integers(0, 5, (40, 60)).astype(depth)
    with pytest.raises(xray.ScanError, match="lie 4 counts from no beam; expected at least 8; was"):
        xray.read(png(noise))
    assert xray.read(png(noise), white=4).low.max() == 1  # who knows better says so


def test_one_colour_all_over_is_no_scan_either(png) -> None:
    with pytest.raises(xray.ScanError, match=r"every pixel is \[10, 200, 30\]; expected a scan"):
        xray.read(png(np.full((40, 60, 3), (10, 200, 30), np.uint8)))


def test_one_odd_pixel_makes_a_flat_picture_a_scan(png) -> None:
    counts = np.full((700, 700), 200, np.uint8)
    counts[333, 334] = 10
    assert xray.read(png(counts)).low.min() == pytest.approx(10 / 200)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"this is a note\n" * 9, r"expected a PNG, JPEG, TIFF or DICOM file, found text \('this"),
        (b"GIF89a" + bytes(40), "found a GIF"),
        (b"BM" + bytes(40), "found a BMP"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(40), "found a WebP"),
        (b"%PDF-1.7" + bytes(40), "found a PDF"),
        (b"\0\0\0\x20ftypheic" + bytes(40), "found a HEIC"),
        (b"MZ" + bytes(60), "found a Windows program"),
        (bytes(range(200, 256)), "it begins with c8 c9 ca cb cc cd ce cf"),
    ],
    ids=["empty", "text", "gif", "bmp", "webp", "pdf", "heic", "program", "unknown"],
)
def test_another_kind_of_file_is_named_and_so_is_the_way_out(tmp_path, content, said) -> None:
    path = tmp_path / "bag.png"
    path.write_bytes(content)
    with pytest.raises(xray.ScanError, match=said) as error:
        xray.read(path)
    assert str(error.value).startswith(f"{path}: ")


def test_what_is_no_file_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(xray.ScanError, match="a folder; expected a file"):
        xray.read(tmp_path)
    with pytest.raises(xray.ScanError, match=r"gone\.png: no such file"):
        xray.read(tmp_path / "gone.png")
    with pytest.raises(xray.ScanError, match="no such file"):
        xray.read("bag\0.png")
    with pytest.raises(xray.ScanError, match="a device or pipe"):
        xray.read(os.devnull)


def test_a_file_over_the_limit_is_not_loaded(tmp_path, monkeypatch) -> None:
    path = tmp_path / "big.tif"
    path.write_bytes(bytes(1000))
    monkeypatch.setattr("xray.formats.source.MAX_FILE_BYTES", 999)
    with pytest.raises(xray.ScanError, match="1000 bytes; at most 999 are read"):
        xray.read(path)


def test_no_real_scan_is_taken_for_a_negative_and_pairs_are_told_apart(real_scans: Path) -> None:
    grey = sorted((real_scans / "gdxray-threats").glob("*/*.jpg"))[::9]
    for path in [*grey, *sorted((real_scans / "sixray").glob("*/*.jpg"))[::40]]:
        assert not any("negative, and" in said for said in xray.read(path).assumed), path
    for low in sorted((real_scans / "dual-energy/low").glob("*.png"))[::10]:
        high = real_scans / "dual-energy/high" / low.name
        scan = xray.read(low, high=high)
        assert not any("swapped" in said for said in scan.assumed), low
        assert float(np.median(scan.high[:5])) == pytest.approx(1, abs=0.05), low


def test_judging_needs_no_more_than_a_thinned_out_plane(bag) -> None:
    large = np.kron(255 - bag, np.ones((20, 20), np.uint8))
    assert polarity.judged(polarity.seen(large)) == "air_dark"


def test_bytes_come_in_every_dress_and_arrays_go_elsewhere(bag, png, tmp_path) -> None:
    file = png(bag)
    (tmp_path / "bag.png").write_bytes(file)
    for source in (file, bytearray(file), memoryview(file)):
        assert xray.read(source).id == "scan"
    assert xray.read(str(tmp_path / "bag.png")).id == "bag"
    with pytest.raises(xray.ScanError, match=r"got ndarray; arrays go to Scan\.from_arrays"):
        xray.read(bag)


def test_too_little_memory_is_an_error_like_any_other(bag, png, monkeypatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("xray.formats.levels.transmission", exhausted)
    with pytest.raises(xray.ScanError, match="scan: needs more memory than there is; cut"):
        xray.read(png(bag))


@given(
    of_numpy.arrays(
        st.sampled_from([np.uint8, np.uint16]),
        st.tuples(st.integers(1, 6), st.integers(1, 6)),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_smallest_pictures_are_read_or_refused(png, counts) -> None:
    try:
        low = xray.read(png(counts)).low
    except xray.ScanError:
        return
    assert low.shape == counts.shape
    assert np.all((low >= 0) & (low <= 1))
