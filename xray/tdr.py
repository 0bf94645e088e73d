"""Reports as DICOS Threat Detection Reports (TDR), for scanners and control rooms that speak it.

DICOS (NEMA IIC 1) is DICOM for security screening. What is written here is DICOS-shaped and
checked against pydicom's dictionary; it has not been put before a conformance test.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO, Literal

from xray.errors import XrayError
from xray.report import Detection, Opaque, Report
from xray.scan import Scan

if TYPE_CHECKING:
    from pydicom import Dataset

Kind = Literal["MACHINE", "OPERATOR", "GROUND TRUTH", "AGGREGATE", "MOD_AGGREGATE", "UNDEFINED"]
ObjectType = Literal["CARGO", "BAGGAGE", "PERSON", "ANIMAL", "BIO_SAMPLE", "OTHER"]

UID_FORM = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
TDR_STORAGE = "1.2.840.10008.5.1.4.1.1.501.3"
MAKER = "xray-cargo"
CATEGORIES: Mapping[str, str] = {  # label → ThreatCategory (4010,1012); PI is a prohibited item
    **dict.fromkeys(("gun", "gun_part", "bullet", "weapon"), "PI"),
    **dict.fromkeys(("knife", "razor_blade", "shuriken", "dart", "axe", "saw", "scissors"), "PI"),
    **dict.fromkeys(("wrench", "pliers", "hammer", "screwdriver"), "PI"),
    **dict.fromkeys(("baton", "handcuffs", "lighter", "pressure_vessel"), "PI"),
    **dict.fromkeys(("explosive", "firework"), "EXPLOSIVE"),
    **dict.fromkeys(("narcotics", "cigarettes", "currency"), "CONTRABAND"),
    **dict.fromkeys(("liquid", "battery", "electronics", "person", "vehicle"), "OTHER"),
}
OPAQUE_CATEGORY = "ANOMALY"
LEAST_MS = 0.001  # TotalProcessingTime must lie over 0
LO_LETTERS, MAX_OBJECTS = 64, 65_535  # of the types LO and US
BAGGAGE_MM = 3000  # baggage and parcel tunnels take less; the shortest containers are 10 feet long


@dataclass(frozen=True)
class Source:
    """What a TDR says of where its scan came from, for those who no longer hold the scan.

    Attributes:
        dicom: what the scan's own header says, by keyword, as in `Scan.meta["dicom"]`.
        pixel_mm: width of a pixel in millimetres, where known.
    """

    dicom: Mapping[str, str] = field(default_factory=dict)
    pixel_mm: float | None = None

    @staticmethod
    def of(scan: Scan | None) -> "Source":
        """What is known of a scan at hand."""
        return Source(scan.meta.get("dicom", {}), scan.pixel_mm) if scan is not None else Source()


def write(
    report: Report,
    file: str | PathLike[str] | BinaryIO,
    *,
    kind: Kind = "MACHINE",
    operator: str | None = None,
    scan: Scan | None = None,
    source: Source | None = None,
    object_type: ObjectType | None = None,
) -> None:
    """Write a report as a TDR file; the arguments are those of `dataset`."""
    said = dataset(
        report, kind=kind, operator=operator, scan=scan, source=source, object_type=object_type
    )
    said.save_as(file, enforce_file_format=True)


def dataset(
    report: Report,
    *,
    kind: Kind = "MACHINE",
    operator: str | None = None,
    scan: Scan | None = None,
    source: Source | None = None,
    object_type: ObjectType | None = None,
) -> "Dataset":
    """A report as a TDR. The same report gives the same bytes.

    Args:
        report: what to say. An officer's own findings are a report too.
        kind: who decided; OPERATOR needs `operator`.
        operator: who, as the customs administration calls them.
        scan: the scan that the report is of; where it came from DICOM, the TDR refers to it.
        source: the same for those who no longer hold the scan; wins over `scan`.
        object_type: what was scanned; None: CARGO where the scan is known to be over 3 m long,
            else BAGGAGE.

    Raises:
        XrayError: an operator's report names no operator.
    """
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian

    if kind == "OPERATOR" and not operator:
        raise XrayError(f"report of {report.scan_id}: kind OPERATOR needs the operator's name")
    made_at = report.made_at.astimezone(UTC)
    source = source or Source.of(scan)
    dicom = _sound(source.dicom)
    tdr = Dataset()
    tdr.SpecificCharacterSet = "ISO_IR 192"
    tdr.SOPClassUID = UID(TDR_STORAGE)
    tdr.SOPInstanceUID = _uid(report, kind, operator or "")
    tdr.StudyInstanceUID = dicom.get("StudyInstanceUID") or _uid(report, "study")
    tdr.SeriesInstanceUID = _uid(report, kind, "series")
    tdr.Modality = "TDR"
    tdr.InstanceNumber = 1
    tdr.TimezoneOffsetFromUTC = "+0000"
    tdr.ContentDate = made_at.strftime("%Y%m%d")
    tdr.ContentTime = made_at.strftime("%H%M%S.%f")
    tdr.Manufacturer = MAKER
    tdr.ManufacturerModelName = _text(report.model.name)
    tdr.SoftwareVersions = _text(str(report.model))
    # DICOS: the ID of the object of inspection
    tdr.PatientID = _text(dicom.get("PatientID") or report.scan_id)
    tdr.OOIType = object_type or _object_type(report, source.pixel_mm)
    tdr.ScanType = "OPERATIONAL"
    tdr.TDRType = kind
    tdr.AbortFlag = "SUCCESS"
    tdr.AlarmDecision = str(report.outcome)
    tdr.AlarmDecisionTime = _datetime(made_at)
    tdr.TotalProcessingTime = _elapsed_ms(report)
    if kind == "MACHINE":
        tdr.ThreatDetectionAlgorithmAndVersion = [
            *(MAKER, _text(str(report.model)), f"sha256:{report.model.sha256[:40]}")
        ]
    if operator:
        tdr.OperatorIdentificationSequence = [_person(operator)]
    things: tuple[Detection | Opaque, ...] = (*report.detections, *report.opaque)
    objects = things[:MAX_OBJECTS]
    tdr.NumberOfTotalObjects = len(objects)
    tdr.NumberOfAlarmObjects = sum(d.alarming for d in report.detections[:MAX_OBJECTS])
    tdr.ThreatSequence = [
        _threat(number, thing, report, dicom) for number, thing in enumerate(objects, start=1)
    ]
    tdr.file_meta = FileMetaDataset()
    tdr.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return tdr


def _sound(dicom: Mapping[str, str]) -> dict[str, str]:
    """What the scan's header says, without identifiers that are none: a damaged one would have the
    whole report refused (DICOM PS3.5, 9.1).
    """
    return {
        name: value
        for name, value in dicom.items()
        if not name.endswith("UID") or (len(value) <= 64 and UID_FORM.fullmatch(value))
    }


def _threat(
    number: int, thing: Detection | Opaque, report: Report, dicom: Mapping[str, str]
) -> "Dataset":
    from pydicom import Dataset

    threat = Dataset()
    threat.PotentialThreatObjectID = number
    threat.TotalProcessingTime = _elapsed_ms(report)
    threat.ATDAssessmentSequence = [_assessment(thing)]
    seen = Dataset()
    if "SOPClassUID" in dicom and "SOPInstanceUID" in dicom:  # one alone names no object
        instance = Dataset()
        instance.ReferencedSOPClassUID = dicom["SOPClassUID"]
        instance.ReferencedSOPInstanceUID = dicom["SOPInstanceUID"]
        seen.ReferencedInstanceSequence = [instance]
    x1, y1, x2, y2 = _corners(thing)
    seen.BoundingPolygon = [x1, y1, 0.0, x2, y2, 0.0]  # two corners, as open writers put it
    if isinstance(thing, Detection) and thing.mass_g is not None:
        seen.Mass = thing.mass_g
    threat.PTORepresentationSequence = [seen]
    return threat


def _assessment(thing: Detection | Opaque) -> "Dataset":
    from pydicom import Dataset

    said = Dataset()
    if isinstance(thing, Opaque):
        said.ThreatCategory = OPAQUE_CATEGORY
        said.ThreatCategoryDescription = "opaque: nothing can be said of what lies here"
        said.ATDAbilityAssessment = "SHIELD"
        said.ATDAssessmentFlag = "UNKNOWN"
        return said
    said.ThreatCategory = CATEGORIES.get(thing.label, "OTHER")
    said.ThreatCategoryDescription = _text(thing.label)
    said.ATDAbilityAssessment = "NO_INTERFERENCE"
    # A finding that the profile does not alarm for is left to the officer, not called harmless.
    said.ATDAssessmentFlag = "THREAT" if thing.alarming else "UNKNOWN"
    said.ATDAssessmentProbability = thing.score
    return said


def _corners(thing: Detection | Opaque) -> tuple[float, float, float, float]:
    """x1, y1, x2, y2 in pixels; the far ones lie just outside."""
    if isinstance(thing, Detection):
        return thing.xyxy_px
    xs, ys = zip(*thing.polygon_px, strict=True)  # pixels, not their edges
    return min(xs), min(ys), max(xs) + 1, max(ys) + 1


def _person(operator: str) -> "Dataset":
    """An operator by name; the code is of no public scheme."""
    from pydicom import Dataset

    code = Dataset()
    code.CodeValue = _text(operator)[:16]  # of the type SH
    code.CodingSchemeDesignator = "99LOCAL"
    code.CodeMeaning = _text(operator)
    person = Dataset()
    person.PersonIdentificationCodeSequence = [code]
    return person


def _text(said: str) -> str:
    """One value of the type LO: there a backslash would part two, and control characters end it."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in said)
    return plain.replace("\\", "/")[:LO_LETTERS]


def _object_type(report: Report, pixel_mm: float | None) -> ObjectType:
    length_mm = max(report.height_px, report.width_px) * (pixel_mm or 0)
    return "CARGO" if length_mm > BAGGAGE_MM else "BAGGAGE"


def _uid(report: Report, *parts: str) -> str:
    """A unique identifier that the same report gets again."""
    from pydicom.uid import generate_uid

    said = report.canonical().encode("utf-8", "backslashreplace").decode()  # ids may hold any byte
    return generate_uid(entropy_srcs=[said, report.made_at.isoformat(), *parts])


def _elapsed_ms(report: Report) -> float:
    return max(sum(report.elapsed_ms.values()), LEAST_MS)


def _datetime(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S.%f") + "+0000"
