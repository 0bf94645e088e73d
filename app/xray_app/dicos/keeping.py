"""From a received object to a case; the same object sent again is the same case."""

from xray_app.api.scans import keep_scan
from xray_app.cases import register
from xray_app.cases.contents import discard
from xray_app.cases.register import NewView, Registered
from xray_app.dicos.objects import about
from xray_app.inspectors.heads import Heads
from xray_app.service import Service


def keep(service: Service, heads: Heads, file: bytes, title: str, uid: str) -> Registered:
    """Keep one object as a case.

    Args:
        heads: reads what the file says of itself, in a process of its own.
        file: as a DICOM file.
        title: of the scanner that sent it.
        uid: of the object: it is known by this when it comes again.

    Raises:
        Full: too much waits.
        Refused: it is too large, or its header cannot be read.
        KeyReused: another object came under this UID.
    """
    sender = f"dicos {title}"
    register.check_room(service.database, service.queue.rules, sender, uid)
    staged = service.contents.stage(file, "the object", service.settings.max_upload_bytes)
    try:
        said = about(heads.object_id(staged.path), title)
    except BaseException:
        discard(staged)
        raise
    return keep_scan(service, said, [NewView(staged, f"{uid}.dcm")], sender, uid)
