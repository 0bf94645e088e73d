"""Files of every format, made from one small bag: air 204 of 255, cloth 150, steel 20."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
import tifffile
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

AIR, CLOTH, STEEL = 204, 150, 20


@pytest.fixture
def bag() -> np.ndarray:
    """(40, 60) uint8: a bag with a bar in it, air around."""
    counts = np.full((40, 60), AIR, np.uint8)
    counts[8:32, 10:50] = CLOTH
    counts[14:18, 20:40] = STEEL
    return counts


@pytest.fixture
def colours(bag: np.ndarray) -> np.ndarray:
    """(40, 60, 3) uint8 RGB: the bag as a console shows it, orange cloth, blue steel."""
    rgb = np.full((*bag.shape, 3), 255, np.uint8)
    rgb[bag == CLOTH] = (240, 180, 110)
    rgb[bag == STEEL] = (20, 40, 120)
    return rgb


@pytest.fixture
def png() -> Callable[..., bytes]:
    def encode(pixels: np.ndarray) -> bytes:
        bgr = pixels if pixels.ndim == 2 else pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]
        return bytes(cv2.imencode(".png", bgr)[1])

    return encode


@pytest.fixture
def jpeg() -> Callable[..., bytes]:
    def encode(pixels: np.ndarray, *settings: int) -> bytes:
        bgr = pixels if pixels.ndim == 2 else pixels[..., ::-1]
        return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 98, *settings])[1])

    return encode


@pytest.fixture
def tiff() -> Callable[..., bytes]:
    def encode(*pages: np.ndarray, **options: Any) -> bytes:
        file = io.BytesIO()
        with tifffile.TiffWriter(file, bigtiff=options.pop("bigtiff", False)) as writer:
            for page in pages:
                writer.write(page, contiguous=False, metadata=None, **options)
        return file.getvalue()

    return encode


@pytest.fixture
def dicom() -> Callable[..., bytes]:
    """A DX file; every tag may be set, None takes it out."""

    def encode(pixels: np.ndarray, **tags: Any) -> bytes:
        dataset = pydicom.Dataset()
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.501.2.2"
        dataset.SOPInstanceUID = generate_uid()
        dataset.Modality = "DX"
        dataset.PixelIntensityRelationship = "LIN"
        dataset.PixelIntensityRelationshipSign = 1
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.set_pixel_data(pixels, "MONOCHROME2", pixels.dtype.itemsize * 8)
        for keyword, value in tags.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        file = io.BytesIO()
        dataset.save_as(file, enforce_file_format=True)
        return file.getvalue()

    return encode


@pytest.fixture
def chunk() -> Callable[[bytes, bytes], bytes]:
    """A PNG chunk with its checksum."""

    def make(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    return make


@pytest.fixture
def exif() -> Callable[[int], bytes]:
    """The smallest EXIF block that gives an orientation."""

    def make(orientation: int) -> bytes:
        entry = struct.pack("<HHIHH", 274, 3, 1, orientation, 0)
        return b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)

    return make
