"""What is asked of a DICOM file before its pixels are decoded, or the file even opened."""

import struct
import zlib
from io import BytesIO
from typing import Any

from xray.errors import ScanError
from xray.formats import jpeg
from xray.formats.picture import MAX_FILE_BYTES, check_size, damaged

MAGIC, MAGIC_AT = b"DICM", 128
# CVE-2019-11687: the preamble before the magic may be the head of a program.
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
# Native pixels, run lengths, JPEG, JPEG-LS, JPEG 2000. Others are video, or inflate unbounded.
SYNTAXES = (
    *("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", DEFLATED),
    *(RLE, *(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81))),
    *(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 201, 202, 203)),
)
# Slices, sections and echoes, no projections: CT (medical and DICOS), enhanced CT, MR, enhanced MR,
# ultrasound of one frame and of many, nuclear medicine, PET, dose.
NO_PROJECTIONS = tuple(
    f"1.2.840.10008.5.1.4.1.1.{tail}"
    for tail in ("2", "501.1", "2.1", "4", "4.1", "6.1", "3.1", "20", "128", "481.2")
)
RLE_HEADER, RLE_SEGMENTS = 64, 15  # bytes of their list, and how many at most (PS3.5 G.5)
JPEG_2000 = b"\xff\x4f\xff\x51"


def check_bytes(data: bytes, name: str) -> None:
    """What must be known before pydicom opens the file.

    Raises:
        ScanError: it begins like a program, or inflates without end: a deflated file inflates
            whole when it is opened, so how far is tried here first.
    """
    from pydicom.filereader import read_dataset

    if data.startswith(PROGRAMS):
        raise ScanError(
            f"{name}: the DICOM preamble begins like a program (CVE-2019-11687); not opened; "
            "ask its source for a clean copy"
        )

    stream = BytesIO(data)
    stream.seek(MAGIC_AT + len(MAGIC))
    meta = read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    if meta.get("TransferSyntaxUID") != DEFLATED:
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    left, size = data[stream.tell() :], 0
    while left and not inflate.eof:
        size += len(inflate.decompress(left, 2**24))
        left = inflate.unconsumed_tail
        if size > MAX_FILE_BYTES:
            raise ScanError(f"{name}: deflated DICOM that inflates over {MAX_FILE_BYTES} bytes")
    if not inflate.eof:
        raise damaged(name, "DICOM", "the deflated data end too early")


def check(dataset: Any, name: str) -> None:
    """Header and pixel data against each other and against the limits, before decoding.

    Raises:
        ScanError: it is no projection, or its header does not fit its pixels.
    """
    sop_class = dataset.get("SOPClassUID")
    kind = getattr(sop_class, "name", "unknown class")
    if sop_class in NO_PROJECTIONS:
        raise ScanError(f"{name}: no projection but {kind}; expected one (DX)")
    if "PixelData" not in dataset:
        raise ScanError(f"{name}: DICOM without pixel data ({kind}); expected a projection (DX)")
    absent = [k for k in ("Rows", "Columns", "BitsAllocated", "BitsStored") if k not in dataset]
    if absent:
        raise damaged(name, "DICOM", f"the header lacks {', '.join(absent)}")
    pixel_bytes = int(dataset.get("SamplesPerPixel") or 1) * -(-int(dataset.BitsAllocated) // 8)
    check_size(name, int(dataset.Columns), int(dataset.Rows), pixel_bytes)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise ScanError(
            f"{name}: {frames} frames; expected one projection a file; save each view, or each "
            "energy, as a file of its own and pair energies with high="
        )
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    top_bit = int(dataset.get("HighBit", stored - 1))
    if allocated not in (8, 16) or not 1 <= stored <= allocated or top_bit != stored - 1:
        raise ScanError(
            f"{name}: {stored} of {allocated} bits a pixel up to bit {top_bit}; "
            "expected 8 or 16 with the stored bits at the bottom"
        )
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in SYNTAXES:
        raise ScanError(f"{name}: pixels as {syntax.name}; export them uncompressed")
    if syntax.is_encapsulated:
        _check_compressed(dataset, name)
    else:
        _check_native(dataset, name)


def _check_native(dataset: Any, name: str) -> None:
    samples = int(dataset.get("SamplesPerPixel", 1))
    wanted = int(dataset.Rows) * int(dataset.Columns) * samples * int(dataset.BitsAllocated) // 8
    if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
        wanted = wanted * 2 // 3
    found = len(dataset.PixelData)
    if found not in (wanted, wanted + wanted % 2):
        size = f"{dataset.Columns}×{dataset.Rows}"
        raise damaged(name, "DICOM", f"{size} pixels need {wanted} bytes, there are {found}")


def _check_compressed(dataset: Any, name: str) -> None:
    """The compressed picture has a header of its own, which a decoder would believe.

    A JP2 file around the codestream would hide it; PS3.5 A.4.4 forbids that. Run lengths have no
    size of their own and inflate up to 64-fold, so there the bytes are limited: two for each byte
    of the picture are the most that an encoder can need.
    """
    from pydicom.encaps import get_frame

    width, height = int(dataset.Columns), int(dataset.Rows)
    frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
    if dataset.file_meta.TransferSyntaxUID == RLE:
        samples = int(dataset.get("SamplesPerPixel") or 1)
        most = RLE_HEADER + 2 * width * height * samples * int(dataset.BitsAllocated) // 8
        most += RLE_SEGMENTS  # each is filled up to an even length
        if len(frame) > most:
            what = f"{width}×{height} pixels need at most {most} bytes, there are {len(frame)}"
            raise damaged(name, "DICOM", what)
        return
    own: tuple[int, int] | None = None
    if frame.startswith(JPEG_2000) and len(frame) >= 24:
        right, bottom, left, top = struct.unpack_from(">4I", frame, 8)  # T.800 A.5.1
        own = (right - left, bottom - top)
    elif frame.startswith(jpeg.MAGIC):
        own = jpeg.frame_size(frame, name)
    if own is None:
        begins = frame[:8].hex(" ")
        raise ScanError(
            f"{name}: pixels as {dataset.file_meta.TransferSyntaxUID.name} that begin with "
            f"{begins}, where a bare JPEG or JPEG 2000 codestream was expected; export them "
            "uncompressed"
        )
    if own != (width, height):
        raise damaged(name, "DICOM", f"header {width}×{height}, picture {own[0]}×{own[1]}")
