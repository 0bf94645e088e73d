"""What a received object says of itself, as far as a case needs it.

The pixels are read by an inspecting process alone; here, only the head of the header is.
"""

import io
from typing import Any

from xray.errors import XrayError
from xray_app.api.shapes import About
from xray_app.cases.containers import container_number
from xray_app.cases.errors import Refused

DICOS = "1.2.840.10008.5.1.4.1.1.501"
MEDICAL = "1.2.840.10008.5.1.4.1.1.1"
# DX for presentation and for processing; some scanners send medical ones.
SCANS = (f"{DICOS}.2.1", f"{DICOS}.2.2", f"{MEDICAL}.1", f"{MEDICAL}.1.1")
# What the reader takes without a further decoder; every sender must know the first.
SYNTAXES = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5")
HEAD_BYTES = 2**20  # everything that is read stands before the pixels, in the first kilobytes
PATIENT_ID = 0x00100020  # DICOS: the ID of the object of inspection
MOST_LETTERS = 64  # of the type LO


def about(file: bytes, scanner: str) -> About:
    """What is said of a scan: the object's ID is its container, by ISO 6346, or its consignment.

    Raises:
        Refused: the header cannot be read.
    """
    said = _object_id(file)
    try:
        container = container_number(said)
    except XrayError:
        container = None
    consignment = said if said and container is None else None
    return About(scanner=scanner, container=container, consignment=consignment)


def _object_id(file: bytes) -> str:
    from pydicom.filereader import read_partial

    try:
        head = read_partial(io.BytesIO(file[:HEAD_BYTES]), stop_when=_past)
        said: Any = head.get("PatientID")
    except Exception as error:  # pydicom raises what it pleases on broken headers
        raise Refused(f"the header cannot be read ({type(error).__name__})") from None
    text = "" if said is None else str(said)
    return "".join(letter for letter in text if letter.isprintable())[:MOST_LETTERS].strip()


def _past(tag: int, _vr: str | None, _length: int) -> bool:
    return tag > PATIENT_ID
