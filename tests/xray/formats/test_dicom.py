import io
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

import xray
from xray.formats import dicom_checks


@pytest.fixture
def counts(bag) -> np.ndarray:
    return bag.astype(np.uint16) * 100


def test_a_dx_file_is_transmission_of_one_energy(counts, dicom) -> None:
    scan = xray.read(dicom(counts))
    assert scan.encoding is xray.Encoding.SINGLE
    assert scan.low[0, 0] == 1.0
    assert scan.low[15, 30] == pytest.approx(20 / 204)
    assert scan.meta["format"] == "dicom"


@pytest.mark.parametrize(
    ("stored", "tags"),
    [
        (lambda c: c, {"PixelIntensityRelationshipSign": 1}),
        (lambda c: 65535 - c, {"PixelIntensityRelationshipSign": -1}),
        (
            lambda c: 65535 - c,
            {"PixelIntensityRelationshipSign": None, "PhotometricInterpretation": "MONOCHROME1"},
        ),
        (
            lambda c: c,  # the sign speaks of the beam, MONOCHROME1 of the screen
            {"PixelIntensityRelationshipSign": 1, "PhotometricInterpretation": "MONOCHROME1"},
        ),
        (
            lambda c: 65535 - c,  # a negative slope turns it once more
            {
                "PixelIntensityRelationshipSign": -1,
                "RescaleSlope": -1,
                "RescaleIntercept": 65535,
                "RescaleType": "US",
            },
        ),
        (lambda c: 65535 - c, {"PixelIntensityRelationshipSign": None}),
    ],
    ids=["sign 1", "sign -1", "MONOCHROME1", "sign over MONOCHROME1", "negative slope", "neither"],
)
def test_the_header_says_which_end_is_air(counts, dicom, stored, tags) -> None:
    scan = xray.read(dicom(stored(counts), **tags))
    assert scan.low[0, 0] == 1.0
    assert scan.low[15, 30] == pytest.approx(20 / 204, abs=1e-4)


def test_a_logarithm_with_a_rescale_becomes_transmission(bag, dicom) -> None:
    attenuation = np.rint(-np.log(bag / 204) * 10_000).astype(np.uint16)
    scan = xray.read(
        dicom(
            attenuation,
            PixelIntensityRelationship="LOG",
            PixelIntensityRelationshipSign=-1,
            RescaleSlope="0.0001",
            RescaleIntercept="0",
            RescaleType="US",
        )
    )
    assert scan.low[15, 30] == pytest.approx(20 / 204, abs=1e-3)
    assert "natural logarithms" in scan.assumed[0]


def test_optical_density_counts_thousandths_of_the_decimal_logarithm(bag, dicom) -> None:
    density = np.rint(-np.log10(bag / 204) * 1000).astype(np.uint16)
    scan = xray.read(
        dicom(
            density,
            PixelIntensityRelationship="LOG",
            PixelIntensityRelationshipSign=-1,
            RescaleSlope=1,
            RescaleIntercept=0,
            RescaleType="OD",
        )
    )
    assert scan.low[15, 30] == pytest.approx(20 / 204, rel=0.01)


def test_a_logarithm_in_an_unknown_unit_is_refused(counts, dicom) -> None:
    with pytest.raises(xray.ScanError, match=r"logarithm of intensity \(LOG\) in an unknown unit"):
        xray.read(dicom(counts, PixelIntensityRelationship="LOG"))


def test_the_header_fills_the_fields_of_the_scan(counts, dicom) -> None:
    scan = xray.read(
        dicom(
            counts,
            Manufacturer="Acme",
            ManufacturerModelName="Tunnel 6040",
            DeviceSerialNumber="17",
            ViewPosition="TOP",
            PixelSpacing=[0.8, 0.8],
            AcquisitionDateTime="20260321143005.250+0900",
        )
    )
    assert scan.scanner == "Acme Tunnel 6040 17"
    assert scan.view == "TOP"
    assert scan.pixel_mm == 0.8
    assert scan.acquired_at == datetime(2026, 3, 21, 5, 30, 5, 250_000, UTC)


def test_what_the_caller_says_stands_over_the_header(counts, dicom) -> None:
    file = dicom(counts, PixelSpacing=[0.8, 0.8], Manufacturer="Acme", ViewPosition="TOP")
    scan = xray.read(file, pixel_mm=0.5, scanner="other", view="side", id="K1")
    assert (scan.pixel_mm, scan.scanner, scan.view, scan.id) == (0.5, "other", "side", "K1")


@pytest.mark.parametrize(
    ("tags", "pixel_mm", "said"),
    [
        ({"ImagerPixelSpacing": [0.4, 0.4]}, 0.4, "pixel pitch is the detector's"),
        (
            {"ImagerPixelSpacing": [0.4, 0.4], "EstimatedRadiographicMagnificationFactor": 1.6},
            0.25,
            None,
        ),
        ({"PixelSpacing": [1.0, 0.5]}, 0.5, "0.5 mm wide and 1 mm high"),
        ({"PixelSpacing": [0, 0]}, None, None),
        ({"PixelSpacing": 0.5}, None, None),  # of one value, which says not of which side
        (
            {
                "ImagerPixelSpacing": [0.4, 0.4],
                "EstimatedRadiographicMagnificationFactor": [1.6, 2.0],
            },
            0.25,
            None,
        ),
    ],
    ids=str,
)
def test_the_pitch_is_that_in_the_plane_of_the_load(counts, dicom, tags, pixel_mm, said) -> None:
    scan = xray.read(dicom(counts, **tags))
    assert scan.pixel_mm == pixel_mm
    assert said is None or any(said in sentence for sentence in scan.assumed)


def test_a_time_without_a_zone_is_taken_as_utc_and_said(counts, dicom) -> None:
    scan = xray.read(dicom(counts, AcquisitionDate="20260321", AcquisitionTime="143005"))
    assert scan.acquired_at == datetime(2026, 3, 21, 14, 30, 5, tzinfo=UTC)
    assert any("no time zone" in sentence for sentence in scan.assumed)


def test_bits_above_those_stored_are_not_pixels(bag, dicom) -> None:
    counts = bag.astype(np.uint16) | 0x8000
    scan = xray.read(dicom(counts, BitsStored=12, HighBit=11))
    assert scan.low[15, 30] == pytest.approx(20 / 204)


def test_signed_pixels_are_read(bag, dicom) -> None:
    scan = xray.read(dicom(bag.astype(np.int16) * 50))
    assert scan.low[15, 30] == pytest.approx(20 / 204)


def test_linear_pixels_stay_linear_however_small_their_rescale_makes_them(counts, dicom) -> None:
    def negative(counts: np.ndarray, slope: float) -> bytes:
        return dicom(
            65535 - counts,
            PixelIntensityRelationshipSign=-1,
            RescaleSlope=slope,
            RescaleIntercept=0,
            RescaleType="US",
        )

    scan = xray.read(negative(counts, 0.0001))  # 4.5 where air is, 6.6 where no beam is
    assert scan.low[15, 30] == pytest.approx(20 / 204, abs=1e-4)
    lighter = np.where(counts == 2000, 3000, counts)
    pair = xray.read(negative(counts, 0.0001), high=negative(lighter, 0.0002))
    assert pair.pixels[15, 30].tolist() == pytest.approx([20 / 204, 30 / 204], abs=1e-4)


def test_counts_far_below_zero_need_to_be_told_where_no_beam_is(counts, dicom) -> None:
    shifted = dicom(counts, RescaleSlope=1, RescaleIntercept=-32768, RescaleType="US")
    with pytest.raises(xray.ScanError, match=r"counts from -30768 to -12368, .*; pass it as dark="):
        xray.read(shifted)
    scan = xray.read(shifted, dark=-32768)
    assert scan.low[15, 30] == pytest.approx(20 / 204, abs=1e-4)


def test_noise_under_zero_is_no_beam(bag, dicom) -> None:
    signed = bag.astype(np.int16) * 50
    signed[signed == 1000] = -100  # of 10,200
    assert xray.read(dicom(signed)).low[15, 30] == 0


def test_a_pair_of_files_is_two_energies(counts, dicom) -> None:
    scan = xray.read(dicom(counts), high=dicom(counts + np.uint16(50)))
    assert scan.encoding is xray.Encoding.DUAL


def compressed(file: bytes, syntax: str) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(file))
    dataset.compress(syntax)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_run_length_coding_needs_no_further_package(counts, dicom) -> None:
    packed = compressed(dicom(counts), RLELossless)
    assert np.array_equal(xray.read(packed).pixels, xray.read(dicom(counts)).pixels)


@pytest.mark.parametrize(
    ("syntax", "codec"), [(JPEG2000Lossless, "openjpeg"), (JPEGLSLossless, "jpeg_ls")]
)
def test_what_the_codecs_pack_is_the_same_scan(counts, dicom, syntax, codec) -> None:
    pytest.importorskip(codec, reason="the extra codecs is not installed")
    packed = compressed(dicom(counts), syntax)
    assert np.array_equal(xray.read(packed).pixels, xray.read(dicom(counts)).pixels)


def deflated(file: bytes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(file))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_a_deflated_file_is_read(counts, dicom) -> None:
    same = xray.read(deflated(dicom(counts)))
    assert np.array_equal(same.pixels, xray.read(dicom(counts)).pixels)


def test_a_deflated_file_that_inflates_without_end_is_stopped(counts, dicom, monkeypatch) -> None:
    monkeypatch.setattr("xray.formats.dicom_checks.MAX_FILE_BYTES", 1_000_000)
    file = deflated(dicom(counts))
    raw = zlib.decompressobj(-15)
    start = file.index(b"1.2.840.10008.1.2.1.99") + 22
    while True:  # the deflated part starts where it inflates
        try:
            raw = zlib.decompressobj(-15)
            if b"DX" in raw.decompress(file[start:], 2000):
                break
        except zlib.error:
            pass
        start += 1
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = file[:start] + squeeze.compress(bytes(60_000_000)) + squeeze.flush()
    with pytest.raises(xray.ScanError, match="deflated DICOM that inflates over 1000000 bytes"):
        xray.read(bomb)


@pytest.mark.parametrize("program", [b"MZ", b"\x7fELF"])
def test_a_program_in_the_preamble_is_not_opened(counts, dicom, program) -> None:
    with pytest.raises(xray.ScanError, match="preamble begins like a program"):
        xray.read(program + dicom(counts)[len(program) :])


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"PixelData": None}, "without pixel data .DICOS Digital X-Ray Image Storage"),
        ({"Rows": 41}, "60×41 pixels need 4920 bytes, there are 4800"),
        ({"Rows": 60000, "Columns": 60000}, "60000×60000 pixels; at most"),
        ({"NumberOfFrames": 2}, "2 frames; expected one projection a file"),
        ({"Rows": None}, "the header lacks Rows"),
        ({"HighBit": 11, "BitsStored": 8}, "8 of 16 bits a pixel up to bit 11"),
        ({"BitsAllocated": 32}, "of 32 bits a pixel"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.501.1"}, "no projection but DICOS CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}, "no projection but MR"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "kind PALETTE COLOR|cannot be"),
    ],
    ids=str,
)
def test_what_is_no_projection_is_refused_by_name(counts, dicom, tags, said) -> None:
    with pytest.raises(xray.ScanError, match=said):
        xray.read(dicom(counts, **tags))


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.95])
def test_a_cut_off_file_is_refused_in_silence(counts, dicom, keep, capfd) -> None:
    file = dicom(counts)
    with pytest.raises(xray.ScanError):
        xray.read(file[: int(len(file) * keep)])
    assert capfd.readouterr().err == ""


def test_a_compressed_picture_of_another_size_is_refused(counts, dicom, jpeg, bag) -> None:
    from pydicom.encaps import encapsulate

    dataset = pydicom.dcmread(io.BytesIO(dicom(bag)))
    dataset.PixelData = encapsulate([jpeg(np.zeros((400, 600), np.uint8))])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
    file = io.BytesIO()
    dataset.save_as(file)
    with pytest.raises(xray.ScanError, match="header 60×40, picture 600×400"):
        xray.read(file.getvalue())


def framed(file: bytes, frame: bytes, syntax: str) -> bytes:
    """The same file with these bytes as its compressed picture."""
    from pydicom.encaps import encapsulate

    dataset = pydicom.dcmread(io.BytesIO(file))
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "frame", [b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51", b"\xff\xd8\xff\xd9"]
)
def test_a_compressed_picture_whose_own_size_is_not_seen_is_refused(bag, dicom, frame) -> None:
    begins = frame[:4].hex(" ")
    with pytest.raises(xray.ScanError, match=f"begin with {begins}.*, where a bare JPEG or"):
        xray.read(framed(dicom(bag), frame + bytes(8), JPEG2000Lossless))


def test_run_lengths_for_far_more_than_the_picture_are_refused(bag, dicom) -> None:
    header = np.array([1, 64, *[0] * 14], "<u4").tobytes()
    runs = b"\x81\x07" * 10_000  # 128 times a 7, each
    with pytest.raises(
        xray.ScanError, match="60×40 pixels need at most 4879 bytes, there are 20064"
    ):
        xray.read(framed(dicom(bag), header + runs, RLELossless))


@pytest.mark.parametrize("sign", [1, None])
def test_a_logarithm_that_rises_with_the_beam_is_measured_from_air(bag, dicom, sign) -> None:
    logarithm = np.rint((np.log(bag / 255) + 6) * 10_000).astype(np.uint16)
    tags = {"RescaleSlope": "0.0001", "RescaleIntercept": "0", "RescaleType": "US"}
    file = dicom(
        logarithm,
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=sign,
        **tags,
    )
    assert xray.read(file).low[15, 30] == pytest.approx(20 / 204, abs=1e-3)


def test_a_transmission_from_logarithms_is_not_judged_again(dicom) -> None:
    """Dense all over but for a hole: by the picture alone it would pass for a negative."""
    transmission = np.full((60, 90), 0.02)
    transmission[20:40, 30:60] = 1
    attenuation = np.rint(-np.log(transmission) * 1000).astype(np.uint16)
    file = dicom(
        attenuation,
        PixelIntensityRelationship="LOG",
        PixelIntensityRelationshipSign=-1,
        RescaleSlope="0.001",
        RescaleIntercept="0",
        RescaleType="US",
    )
    assert xray.read(file).low[0, 0] == pytest.approx(0.02, rel=0.01)


def test_pixels_for_presentation_are_said_to_be_approximate(counts, dicom) -> None:
    scan = xray.read(dicom(counts, SOPClassUID="1.2.840.10008.5.1.4.1.1.501.2.1"))
    assert any("for presentation" in said for said in scan.assumed)


def test_two_files_are_decoded_side_by_side(counts, dicom, monkeypatch) -> None:
    both = threading.Barrier(2, timeout=10)  # broken where one waits for the other to be done
    check = dicom_checks.check
    monkeypatch.setattr(dicom_checks, "check", lambda *a: (both.wait(), check(*a)))
    filters = list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        scans = list(pool.map(xray.read, [dicom(counts)] * 2))
    assert np.array_equal(scans[0].pixels, scans[1].pixels)
    assert warnings.filters == filters


def test_video_in_dicom_is_refused_by_name(counts, dicom) -> None:
    dataset = pydicom.dcmread(io.BytesIO(dicom(counts)))
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    dataset["PixelData"].is_undefined_length = True
    dataset.PixelData = pydicom.encaps.encapsulate([b"0" * 100])
    file = io.BytesIO()
    dataset.save_as(file)
    with pytest.raises(xray.ScanError, match=r"pixels as MPEG-4.*; export them uncompressed"):
        xray.read(file.getvalue())


def test_a_threat_report_refers_to_the_scan_that_it_is_of(counts, dicom) -> None:
    from xray import tdr
    from xray.report import ModelId

    file = dicom(counts, StudyInstanceUID="1.2.3.5")
    scan = xray.read(file)
    found = xray.Detection("gun", 0.9, (1.0, 2.0, 3.0, 4.0), alarming=True)
    model = ModelId("parcel", "1", "0" * 64)
    report = xray.Report("bag", 60, 40, model, xray.Profile(), detections=(found,))
    said = tdr.dataset(report, scan=scan)
    seen = said.ThreatSequence[0].PTORepresentationSequence[0].ReferencedInstanceSequence[0]
    of = pydicom.dcmread(io.BytesIO(file))
    assert seen.ReferencedSOPInstanceUID == of.SOPInstanceUID
    assert said.StudyInstanceUID == "1.2.3.5"
