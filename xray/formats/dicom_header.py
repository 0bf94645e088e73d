"""What a DICOM header says around the picture: scanner, view, time, pixel pitch."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from xray.scan import MAX_PIXEL_MM

# What a report that refers to the file must say again; DICOS calls PatientID the ID of the object.
UIDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "PatientID")
ID_LETTERS = 64  # of the types UI and LO


def about(dataset: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the header says of scanner, view, time and pixel pitch."""
    pixel_mm, from_pitch = _pixel_mm(dataset)
    acquired_at, from_time = _acquired_at(dataset)
    names = ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber")
    scanner = " ".join(str(dataset[n].value).strip() for n in names if dataset.get(n))
    view = str(dataset.get("ViewPosition") or "").strip()
    found = {
        "pixel_mm": pixel_mm,
        "acquired_at": acquired_at,
        "scanner": scanner or None,
        "view": view or None,
        "uids": {k: str(dataset[k].value)[:ID_LETTERS] for k in UIDS if dataset.get(k)},
    }
    return found, (*from_pitch, *from_time)


def _pixel_mm(dataset: Any) -> tuple[float | None, tuple[str, ...]]:
    """Pitch in the plane of the load; PixelSpacing is calibrated to it, ImagerPixelSpacing not."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        pitch = _numbers(dataset, keyword)
        if len(pitch) != 2 or not all(0 < p < MAX_PIXEL_MM for p in pitch):
            continue
        down, across = pitch
        said = []
        if keyword == "ImagerPixelSpacing":
            (magnified, *_) = *_numbers(dataset, "EstimatedRadiographicMagnificationFactor"), 0.0
            across, down = (p / magnified if magnified >= 1 else p for p in (across, down))
            if magnified < 1:
                said.append("pixel pitch is the detector's; the load lies nearer to the source")
        if abs(down - across) > 0.01 * across:
            said.append(f"pixels are {across:g} mm wide and {down:g} mm high; the width was taken")
        return across, tuple(said)
    return None, ()


def _numbers(dataset: Any, keyword: str) -> tuple[float, ...]:
    """The values of an element, one or more; none where it is absent or holds no numbers."""
    try:
        value = dataset.get(keyword)
        return tuple(float(v) for v in ((value,) if isinstance(value, float) else value or ()))
    except (TypeError, ValueError):  # pydicom reads numbers when they are asked for
        return ()


_DATETIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\.\d{1,6})?([+-]\d{4})?")


def _acquired_at(dataset: Any) -> tuple[datetime | None, tuple[str, ...]]:
    text = str(dataset.get("AcquisitionDateTime") or "").strip()
    if not text and dataset.get("AcquisitionDate"):
        text = f"{dataset.AcquisitionDate}{dataset.get('AcquisitionTime') or ''}"
    found = _DATETIME.fullmatch(text)
    if found is None:
        return None, ()
    parts = zip(found.groups()[:6], (1, 1, 1, 0, 0, 0), strict=True)
    zone = found[8] or str(dataset.get("TimezoneOffsetFromUTC") or "").strip()
    offset = timedelta()
    if re.fullmatch(r"[+-]\d{4}", zone):
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    try:
        year, month, day, hour, minute, second = (int(g or least) for g, least in parts)
        local = datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
        at = (local + timedelta(seconds=float(found[7] or 0))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, ()
    said = () if zone else ("the time of acquisition names no time zone and was taken as UTC",)
    return at, said
