"""DICOM and DICOS through pydicom: one projection a file, DX for presentation or for processing.

What the numbers mean stands in the header (PS3.3 C.8.11.3): PixelIntensityRelationship says
whether they follow the beam's intensity (LIN) or its logarithm (LOG), its sign whether air has
the highest or the lowest. Where the sign is missing, MONOCHROME1, which shows the lowest value
white, gives air the lowest: consoles show air white.

DICOS has no agreed place for two energies in one file (checked in pydicom's dictionary), so a
file of two frames is refused, and two files are paired with `high=`.
"""

import math
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats import dicom_header, jpeg
from xray.formats.colour import from_channels
from xray.formats.picture import (
    MAX_FILE_BYTES,
    Picture,
    Polarity,
    check_size,
    damaged,
    foreign_parser,
)

MAGIC, MAGIC_AT = b"DICM", 128
# CVE-2019-11687: the preamble before the magic may be the head of a program.
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
DEFLATED = "1.2.840.10008.1.2.1.99"
CT = ("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.501.1")  # slices, not projections
FOR_PRESENTATION = ("1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.501.2.1")
JPEG_2000 = b"\xff\x4f\xff\x51"
NAPERIAN = math.log(10) / 1000  # RescaleType OD counts thousandths of optical density

_quiet = threading.Lock()  # warnings' filters belong to the process


def decode(data: bytes, name: str) -> Picture:
    """The projection in a DICOM file.

    Raises:
        ScanError: the file is damaged, holds no projection, or needs a decoder that is missing.
    """
    if data.startswith(PROGRAMS):
        raise ScanError(
            f"{name}: the DICOM preamble begins like a program (CVE-2019-11687); not opened; "
            "ask its source for a clean copy"
        )
    import pydicom

    with foreign_parser(name, "DICOM"), _without_warnings():
        _check_deflated(data, name)
        dataset = pydicom.dcmread(BytesIO(data))
        _check(dataset, name)
        try:
            pixels = dataset.pixel_array
        except RuntimeError as error:
            raise ScanError(
                f"{name}: DICOM pixels as {dataset.file_meta.TransferSyntaxUID.name} cannot be "
                f"decoded ({str(error).splitlines()[0][:120]}); if a decoder is missing, run: "
                'pip install "xray-cargo[codecs]"'
            ) from None
        if pixels.shape[:2] != (dataset.Rows, dataset.Columns):
            raise damaged(name, "DICOM", f"pixels of shape {pixels.shape} and another header")
        return _picture(dataset, pixels, name)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Its warnings of odd values are not for users: what matters of them is an error here."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_deflated(data: bytes, name: str) -> None:
    """A deflated file inflates whole when it is opened, so how far is tried here first."""
    from pydicom.filereader import read_dataset

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


def _check(dataset: Any, name: str) -> None:
    sop_class = dataset.get("SOPClassUID")
    kind = getattr(sop_class, "name", "unknown class")
    if sop_class in CT:
        raise ScanError(f"{name}: a CT slice ({kind}); expected a projection (DX)")
    if "PixelData" not in dataset:
        raise ScanError(f"{name}: DICOM without pixel data ({kind}); expected a projection (DX)")
    absent = [k for k in ("Rows", "Columns", "BitsAllocated", "BitsStored") if k not in dataset]
    if absent:
        raise damaged(name, "DICOM", f"the header lacks {', '.join(absent)}")
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    check_size(name, columns, rows)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames != 1:
        raise ScanError(
            f"{name}: {frames} frames; expected one projection a file; save each view, or each "
            "energy, as a file of its own and pair energies with high="
        )
    if dataset.BitsAllocated not in (8, 16) or not 1 <= dataset.BitsStored <= 16:
        raise ScanError(f"{name}: {dataset.BitsAllocated} bits a pixel; expected 8 or 16")
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        _check_compressed(dataset.PixelData, (columns, rows), name)
    else:
        samples = int(dataset.get("SamplesPerPixel", 1))
        wanted = rows * columns * samples * dataset.BitsAllocated // 8
        if dataset.get("PhotometricInterpretation") == "YBR_FULL_422":
            wanted = wanted * 2 // 3
        if len(dataset.PixelData) not in (wanted, wanted + wanted % 2):
            raise damaged(
                name,
                "DICOM",
                f"{columns}×{rows} pixels need {wanted} bytes, there are {len(dataset.PixelData)}",
            )


def _check_compressed(pixel_data: bytes, size: tuple[int, int], name: str) -> None:
    """The compressed picture has a header of its own, which a decoder would believe."""
    from pydicom.encaps import get_frame

    frame = get_frame(pixel_data, 0, number_of_frames=1)
    own: tuple[int, int] | None = None
    if frame.startswith(JPEG_2000) and len(frame) >= 24:
        right, bottom, left, top = struct.unpack_from(">4I", frame, 8)  # T.800 A.5.1
        own = (right - left, bottom - top)
    elif frame.startswith(jpeg.MAGIC):
        own = jpeg.frame_size(frame, name)
    if own is not None and own != size:
        raise damaged(name, "DICOM", f"header {size[0]}×{size[1]}, picture {own[0]}×{own[1]}")


def _picture(dataset: Any, pixels: NDArray[Any], name: str) -> Picture:
    photometric = str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))
    about, said = dicom_header.about(dataset)
    if pixels.ndim == 3:
        if photometric not in ("RGB", "YBR_FULL", "YBR_FULL_422") or pixels.dtype != np.uint8:
            raise ScanError(f"{name}: colour of kind {photometric}; expected 8-bit RGB")
        picture = from_channels(pixels)
        return Picture(picture.planes, assumed=(*picture.assumed, *said), **about)
    if not photometric.startswith("MONOCHROME"):
        raise ScanError(f"{name}: pixels of kind {photometric}; expected grey or RGB")
    stored = int(dataset.BitsStored)
    slope = float(dataset.get("RescaleSlope") or 1)
    offset = float(dataset.get("RescaleIntercept") or 0)
    polarity, from_polarity = _polarity(dataset, photometric, slope)
    relation, from_relation = _relation(dataset)
    said = (*said, *from_polarity, *from_relation)
    if pixels.dtype.kind == "u":
        pixels = pixels & pixels.dtype.type(2**stored - 1)  # the bits above may hold overlays
        ends = (0, 2**stored - 1)
    else:
        ends = (-(2 ** (stored - 1)), 2 ** (stored - 1) - 1)
    scaled = (slope, offset) != (1, 0)
    if scaled or pixels.dtype.kind == "i":
        pixels = pixels.astype(np.float32) * np.float32(slope) + np.float32(offset)
    if relation == "LOG":
        pixels, from_log = _from_logarithm(dataset, pixels, polarity, scaled, name)
        return Picture((pixels,), transmission=True, assumed=(*said, from_log), **about)
    full = max(end * slope + offset for end in ends)
    return Picture((pixels,), full=full, polarity=polarity, assumed=said, **about)


def _relation(dataset: Any) -> tuple[str, tuple[str, ...]]:
    """Whether pixels follow intensity (LIN) or its logarithm (LOG)."""
    relation = str(dataset.get("PixelIntensityRelationship") or "").upper()
    if relation == "LOG":
        return relation, ()
    if dataset.get("SOPClassUID") in FOR_PRESENTATION:
        return "LIN", (
            "pixels are for presentation and were taken as linear in intensity: "
            "transmission is approximate",
        )
    if relation != "LIN":
        return "LIN", ("no PixelIntensityRelationship: pixels were taken as linear in intensity",)
    return relation, ()


def _polarity(
    dataset: Any, photometric: str, slope: float
) -> tuple[Polarity | None, tuple[str, ...]]:
    """Whether air has the highest or the lowest value once they are rescaled."""
    bright: tuple[Polarity, Polarity] = ("air_bright", "air_dark")
    if slope < 0:
        bright = ("air_dark", "air_bright")
    sign = dataset.get("PixelIntensityRelationshipSign")
    if sign in (1, -1):  # 1: the lower the value, the less beam (C.8.11.3.1.2)
        return bright[0] if sign == 1 else bright[1], ()
    if photometric == "MONOCHROME1":
        return bright[1], (
            "MONOCHROME1 without a sign of the intensity relationship: "
            "air was taken to have the lowest value",
        )
    return None, ()


def _from_logarithm(
    dataset: Any, values: NDArray[Any], polarity: Polarity | None, scaled: bool, name: str
) -> tuple[NDArray[np.float32], str]:
    """Transmission from the logarithm of intensity, whose unit must be known."""
    optical_density = dataset.get("RescaleType") == "OD"
    if not optical_density and not scaled:
        raise ScanError(
            f"{name}: pixels are a logarithm of intensity (LOG) in an unknown unit; expected "
            "RescaleType OD or a rescale to natural logarithms; export linear pixels (LIN)"
        )
    unit = NAPERIAN if optical_density else 1.0
    if polarity == "air_bright":  # the higher, the more beam: air is the top
        values = np.percentile(values[::4, ::4], 99.5) - values
    transmission = np.exp(-unit * np.maximum(values, 0).astype(np.float32)).astype(np.float32)
    said = "thousandths of optical density" if optical_density else "natural logarithms"
    return transmission, f"LOG pixels after rescale were taken as {said} of transmission"
