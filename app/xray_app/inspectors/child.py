"""A process that reads and inspects files, one after another, until its input ends.

The first line that it says is which model is loaded. Pictures are written into a folder that each
request names.
"""

import json
import sys
from pathlib import Path
from typing import Any

from xray_app import logs
from xray_app.inspectors.serving import serve
from xray_app.intake import Inspector, examine
from xray_app.shown import Case


def main() -> None:
    """Run until standard input ends. Arguments: model or '', limit of memory in MiB, calibration
    or '', the form of the logs, path → hash of those of the files that are kept, as JSON.
    """
    model, memory_mb, calibration, form, kept = sys.argv[1:6]

    def begin() -> tuple[dict[str, Any], Any]:
        inspector = Inspector.load(model or None, calibration or None, json.loads(kept))
        detector = inspector.detector
        says = {"model": str(detector.card.name) if detector else None}
        says["absence"] = inspector.absence
        return says, lambda request: inspected(request, inspector)

    serve(int(memory_mb), form, begin)


def inspected(request: dict[str, Any], inspector: Inspector) -> dict[str, Any]:
    """What a request asks for, as plain values; pictures and planes as paths in its folder."""
    files = tuple(Path(file) for file in request["files"])
    with logs.doing(**request.get("about", {})):
        asked = inspector.under(request["profiles"])
        case = examine(files, asked, title=request["names"][0], **request["said"])
    folder = Path(request["folder"])
    return {
        "report": case.report.to_dict() if case.report else None,
        "problem": _problem(case, files, request["names"]),
        "blame": case.blame,
        "encoding": case.encoding,
        "pixel_mm": case.pixel_mm,
        "dicom": dict(case.dicom),
        "width_px": case.width_px,
        "height_px": case.height_px,
        "picture": _written(case.picture, folder / "picture.jpg"),
        "thumbnail": _written(case.thumbnail, folder / "thumbnail.jpg"),
        "planes": _written(case.planes, folder / "planes"),
        "pixels_sha256": case.pixels_sha256,
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
