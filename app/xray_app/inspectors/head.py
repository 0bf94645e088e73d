"""A process that reads what stands at the head of DICOM files: pydicom, and nothing else of ours.

It begins in a moment, for no model is loaded, so that a scanner is answered while every inspecting
process has work for minutes.
"""

import io
from pathlib import Path
from typing import Any

from xray_app.inspectors.serving import run

HEAD_BYTES = 2**20  # everything that is read stands before the pixels, in the first kilobytes
PATIENT_ID = 0x00100020  # DICOS: the ID of the object of inspection


def read(request: dict[str, Any]) -> dict[str, Any]:
    """The ID of the object in a file, as text; or the kind of what went wrong."""
    from pydicom.filereader import read_partial

    try:
        with Path(request["file"]).open("rb") as file:
            head = read_partial(io.BytesIO(file.read(HEAD_BYTES)), stop_when=_past)
        said: Any = head.get("PatientID")
        return {"object_id": "" if said is None else str(said), "problem": None}
    except Exception as error:  # pydicom raises what it pleases on broken headers
        return {"object_id": "", "problem": type(error).__name__}


def _past(tag: int, _vr: str | None, _length: int) -> bool:
    return tag > PATIENT_ID


if __name__ == "__main__":
    run(read, imported="pydicom.filereader")
