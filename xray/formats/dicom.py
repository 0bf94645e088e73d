"""DICOM and DICOS through pydicom: one projection a file, DX for presentation or for processing.

What the numbers mean stands in the header (PS3.3 C.8.11.3): PixelIntensityRelationship says
whether they follow the beam's intensity (LIN) or its logarithm (LOG), its sign whether air has
the highest or the lowest. Where the sign is missing, MONOCHROME1, which shows the lowest value
white, gives air the lowest: consoles show air white.

DICOS has no agreed place for two energies in one file (checked in pydicom's dictionary), so a
file of two frames is refused, and two files are paired with `high=`.
"""

import math
import threading
import warnings
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.errors import ScanError
from xray.formats import dicom_checks, dicom_header
from xray.formats.colour import from_channels
from xray.formats.picture import Picture, Polarity, damaged
from xray.formats.polarity import judged, seen

FOR_PRESENTATION = ("1.2.840.10008.5.1.4.1.1.1.1", "1.2.840.10008.5.1.4.1.1.501.2.1")
NAPERIAN = math.log(10) / 1000  # RescaleType OD counts thousandths of optical density


class _Silence:
    """No warnings while any thread is inside: their filters belong to the process.

    pydicom's of odd values are not for users: what matters of them is an error here. The lock is
    held to go in and out alone, so that files are decoded side by side.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(None, None, None)


_silence = _Silence()


def decode(data: bytes, name: str) -> Picture:
    """The projection in a DICOM file.

    Raises:
        ScanError: the file is damaged, holds no projection, or needs a decoder that is missing.
    """
    import pydicom

    with _silence:
        dicom_checks.check_bytes(data, name)
        dataset = pydicom.dcmread(BytesIO(data))
        dicom_checks.check(dataset, name)
        if dataset.file_meta.TransferSyntaxUID == dicom_checks.RLE:
            # pydicom's own, slow and sound: on damaged data pylibjpeg-rle panics past `except`.
            dataset.pixel_array_options(decoding_plugin="pydicom")
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
        assumed = (*said, from_log)
        return Picture((pixels,), True, polarity="air_bright", assumed=assumed, **about)
    full = max(end * slope + offset for end in ends)
    return Picture((pixels,), full=(full,), polarity=polarity, assumed=said, **about)


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
    if (
        polarity or judged(seen(values))
    ) == "air_bright":  # the higher, the more beam: air is the top
        values = np.percentile(values[::4, ::4], 99.5) - values
    transmission = np.exp(-unit * np.maximum(values, 0).astype(np.float32)).astype(np.float32)
    said = "thousandths of optical density" if optical_density else "natural logarithms"
    return transmission, f"LOG pixels after rescale were taken as {said} of transmission"
