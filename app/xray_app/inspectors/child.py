"""A process that reads and inspects files, one after another, until its input ends.

One line of JSON in, one line out; the first line out says which model is loaded. Everything else
that anything prints goes to standard error. Pictures are written into a folder that the request
names. When the other end is gone, so is this process, whatever it was doing.
"""

import json
import os
import queue
import resource
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

from xray_app import logs
from xray_app.intake import Inspector, examine
from xray_app.shown import Case


def main() -> None:
    """Run until standard input ends. Arguments: model or '', limit of memory in MiB, calibration
    or ''.
    """
    model, memory_mb, calibration = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    logs.configure(os.environ.get("XRAY_LOG") or "text")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a scan must not lie about in a core file
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    inspector = Inspector.load(model or None, calibration or None)
    detector = inspector.detector
    says = {"model": str(detector.card.name) if detector else None, "absence": inspector.absence}
    _answer(answers, says)
    while True:
        _answer(answers, inspected(json.loads(requests.get()), inspector))


def _receive(requests: "queue.SimpleQueue[bytes]") -> None:
    for line in sys.stdin.buffer:
        requests.put(line)
    os._exit(0)


def _answer(answers: BinaryIO, said: dict[str, Any]) -> None:
    answers.write(json.dumps(said).encode() + b"\n")
    answers.flush()


def inspected(request: dict[str, Any], inspector: Inspector) -> dict[str, Any]:
    """What a request asks for, as plain values; pictures and planes as paths in its folder."""
    files = tuple(Path(file) for file in request["files"])
    asked = inspector.under(request["profiles"])
    case = examine(files, asked, title=request["names"][0], **request["said"])
    folder = Path(request["folder"])
    return {
        "report": case.report.to_dict() if case.report else None,
        "problem": _problem(case, files, request["names"]),
        "encoding": case.encoding,
        "pixel_mm": case.pixel_mm,
        "dicom": dict(case.dicom),
        "width_px": case.width_px,
        "height_px": case.height_px,
        "picture": _written(case.picture, folder / "picture.jpg"),
        "thumbnail": _written(case.thumbnail, folder / "thumbnail.jpg"),
        "planes": _written(case.planes, folder / "planes"),
    }


def _problem(case: Case, files: tuple[Path, ...], names: list[str]) -> str | None:
    """Files lie under their hashes; people know them by their names."""
    said = case.problem
    for file, name in zip(files, names, strict=True):
        said = said.replace(file.name, name) if said else said
    return said


def _written(data: bytes, path: Path) -> str | None:
    if not data:
        return None
    path.write_bytes(data)
    return str(path)


if __name__ == "__main__":
    main()
