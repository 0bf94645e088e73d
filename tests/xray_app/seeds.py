"""A small scan in every format that is read, and ways to damage it."""

import random
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from xray_app.demo.samples import samples

LOW, HIGH = 0.4, 0.6  # transmission of the box, by energy
ORDINARY = {  # what the header of a scanner says beside the pixels
    **{"PatientName": "Kim^Min", "PatientID": "CSQU3054383", "PatientBirthDate": "19700101"},
    **{"StudyDate": "20260301", "AcquisitionDateTime": "20260301080000.000+0900"},
    **{"Manufacturer": "Maker", "ManufacturerModelName": "Gate", "DeviceSerialNumber": "17"},
    **{"PixelSpacing": [1.5, 1.5], "ImagerPixelSpacing": [1.5, 1.5], "ViewPosition": "TOP"},
    **{"RescaleSlope": "1", "RescaleIntercept": "0", "RescaleType": "US"},
    **{"PixelIntensityRelationship": "LIN", "PixelIntensityRelationshipSign": 1},
    **{"WindowCenter": "30000", "WindowWidth": "60000", "KVP": "160"},
}
HEADS = (64, 512, 2048)  # bytes from the beginning that damage may be kept to


def seeds() -> dict[str, tuple[bytes, ...]]:
    """What it is → its file, or the files of the low and the high energy."""
    grey8, grey16 = _counts(LOW, np.uint8), _counts(LOW, np.uint16)
    high8, high16 = _counts(HIGH, np.uint8), _counts(HIGH, np.uint16)
    colour = np.stack([255 - (255 - grey8) // n for n in (3, 2, 1)], axis=-1)  # blue, green, red
    light = (grey16 / 65_535).astype(np.float32)
    made: dict[str, tuple[bytes, ...]] = {
        "png of 8 bits": (_cv2(".png", grey8),),
        "png of 16 bits": (_cv2(".png", grey16),),
        "png in colour": (_cv2(".png", colour),),
        "png with a palette": (_palette(colour),),
        "pair of png": (_cv2(".png", grey16), _cv2(".png", high16)),
        "pair of png of 8 bits": (_cv2(".png", grey8), _cv2(".png", high8)),
        "jpeg": (_cv2(".jpg", grey8),),
        "jpeg in colour": (_cv2(".jpg", colour),),
        "tiff, LZW": (_cv2(".tif", grey16),),
        "tiff, raw": (_tiff(grey16),),
        "tiff, zlib": (_tiff(grey16, compression="zlib"),),
        "tiff in float": (_tiff(light),),
        "tiff in colour": (_tiff(colour[..., ::-1], photometric="rgb"),),
        "bigtiff": (_tiff(grey16, bigtiff=True),),
        "tiff of two pages": (_tiff(np.stack([grey16, high16])),),
        "pair of tiff": (_tiff(grey16), _tiff(high16)),
        "dicom": (_dicom(grey16),),
        "dicom, run lengths": (_dicom(grey16, RLELossless),),
        "dicom, MONOCHROME1": (_dicom(65_535 - grey16, photometric="MONOCHROME1"),),
        "dicom of a scanner": (_dicom(grey16, **ORDINARY),),
        "dicom of a scanner, run lengths": (_dicom(grey16, RLELossless, **ORDINARY),),
        "pair of dicom": (_dicom(grey16, **ORDINARY), _dicom(high16, **ORDINARY)),
    }
    files = [view[1].read_bytes() for sample in samples() for view in sample.views]
    for ending, magic in (("jpeg", b"\xff\xd8"), ("tiff", b"II*\0")):
        file = min((one for one in files if one.startswith(magic)), key=len)
        made[f"{ending} of a sample"] = (file,)
    return made


def damaged(files: tuple[bytes, ...], chance: random.Random) -> tuple[bytes, ...]:
    """The same files, at least one of them with something wrong."""
    hit = chance.randrange(len(files))
    return tuple(
        mutated(file, chance) if number == hit or chance.random() < 0.2 else file
        for number, file in enumerate(files)
    )


def mutated(file: bytes, chance: random.Random) -> bytes:
    """A file with some bytes changed, cut off, repeated or moved; headers more often."""
    data = bytearray(file)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):  # a fifth can still be read
        reach = len(data) if chance.random() < 0.5 else min(len(data), chance.choice(HEADS))
        at = chance.randrange(reach)
        act = chance.randrange(5)
        if act == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif act == 1:
            data[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        elif act == 2 and len(data) > 64:
            del data[chance.randrange(32, len(data)) :]
        elif act == 3:
            data[at:at] = data[at : at + chance.randint(1, 64)]
        else:
            data[at : at + 8] = chance.randbytes(8)
    return bytes(data)


def _counts(thing: float, dtype: type) -> NDArray[Any]:
    """A box with a wedge in it, in air."""
    light = np.full((60, 80), 0.95)
    light[15:45, 20:60] = thing * np.linspace(1.0, 0.5, 40)
    return np.asarray(np.rint(light * np.iinfo(dtype).max), dtype)


def _cv2(ending: str, pixels: NDArray[Any]) -> bytes:
    done, file = cv2.imencode(ending, pixels)
    assert done
    return file.tobytes()


def _palette(colour: NDArray[np.uint8]) -> bytes:
    out = BytesIO()
    Image.fromarray(colour[..., ::-1]).quantize(16).save(out, "png")
    return out.getvalue()


def _tiff(pixels: NDArray[Any], **more: Any) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, pixels, **{"photometric": "minisblack", **more})
    return out.getvalue()


def _dicom(
    pixels: NDArray[np.uint16],
    syntax: str = ExplicitVRLittleEndian,
    photometric: str = "MONOCHROME2",
    **header: Any,
) -> bytes:
    dataset = pydicom.Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.501.2.2"
    dataset.SOPInstanceUID = "1.2.3"
    for name, value in header.items():
        setattr(dataset, name, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.set_pixel_data(pixels, photometric, 16)
    if syntax != ExplicitVRLittleEndian:
        dataset.compress(syntax, generate_instance_uid=False)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
